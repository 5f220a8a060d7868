#!/usr/bin/python3
"""DUMP on one server, RESTORE on the other, both ways between Cinnabar and Debian's redis-server.

Random values of every type and size, from a fixed seed. A value that arrived has the same digest; what we
wrote has the encoding in redis-server that it would have had there. (Not so here: since 7.2 a value remembers
how large the request was that made it, and a payload does not say.)
"""

import os
import random
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from server_process import ServerProcess, reference  # noqa: E402

SIZES = (1, 2, 5, 50, 127, 128, 129, 300, 600, 2000)
VALUES = 60
SCORES = (0, 1, -1, 1.5, float("inf"), float("-inf"), 1e17, 2.0 ** 53)


class RandomValues:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def element(self):
        kind = self.random.randrange(6)
        if kind == 0:
            return str(self.random.randrange(-200, 200))
        if kind == 1:
            bits = self.random.randrange(1, 63)
            return str(self.random.randrange(-2 ** bits, 2 ** bits))
        if kind == 2:
            return self.random.randbytes(self.random.choice((0, 1, 63, 64, 126, 128, 253, 255)))
        if kind == 3:
            return "a" * self.random.choice((10, 64, 100, 4095, 4096, 5000, 16382, 20000))
        return f"element{self.random.randrange(100000)}"

    def elements(self):
        """All of one kind, or mixed."""
        size = self.random.choice(SIZES)
        kind = self.random.randrange(3)
        if kind == 0:
            return [self.element() for _ in range(size)]
        if kind == 1:
            bits = self.random.choice((6, 12, 15, 23, 31, 62))
            return [str(self.random.randrange(-2 ** bits, 2 ** bits)) for _ in range(size)]
        return [f"e{i}" for i in range(size)]

    def score(self):
        others = (self.random.random(), self.random.uniform(-1e300, 1e300),
                  self.random.randrange(-10 ** 6, 10 ** 6))
        return repr(self.random.choice(SCORES + others))

    def request(self, kind):
        """One that stores a value of the kind."""
        elements = self.elements()
        if kind == "string":
            return ["SET", "key", elements[0]]
        if kind == "hash":
            return ["HSET", "key"] + [part for one in elements for part in (one, self.element())]
        if kind == "zset":
            return ["ZADD", "key"] + [part for one in elements for part in (self.score(), one)]
        return [{"list": "RPUSH", "set": "SADD"}[kind], "key", *elements]


class DumpAndRestore(unittest.TestCase):
    ARGUMENTS = ("--enable-debug-command", "yes")

    @classmethod
    def setUpClass(cls):
        cls.clients = []
        for server in (ServerProcess(*cls.ARGUMENTS), reference(*cls.ARGUMENTS)):
            cls.addClassCleanup(server.cleanup)
            server.start()
            client = server.client()
            cls.addClassCleanup(client.close)
            cls.clients.append(client)

    def carry(self, source, target):
        """The value of `key`, to `copy` on the other; both must be equal."""
        target.restore("copy", 0, source.dump("key"), replace=True)
        self.assertEqual(source.execute_command("DEBUG", "DIGEST-VALUE", "key"),
                         target.execute_command("DEBUG", "DIGEST-VALUE", "copy"))

    def check(self, kind):
        ours, theirs = self.clients
        values = RandomValues(kind)
        for number in range(VALUES):
            request = values.request(kind)
            with self.subTest(number=number, request=str(request)[:100]):
                for client in self.clients:
                    client.delete("key")
                    client.execute_command(*request)
                self.carry(ours, theirs)
                self.carry(theirs, ours)
                self.assertEqual(theirs.object("encoding", "copy"), theirs.object("encoding", "key"))

    def test_strings(self):
        self.check("string")

    def test_lists(self):
        self.check("list")

    def test_sets(self):
        self.check("set")

    def test_hashes(self):
        self.check("hash")

    def test_sorted_sets(self):
        self.check("zset")

    def test_damage_is_refused_by_both_and_changes_nothing(self):
        for client in self.clients:
            client.delete("key", "copy")
            client.rpush("key", *range(100))
            payload = client.dump("key")
            for at in range(0, len(payload), 7):
                damaged = payload[:at] + bytes([payload[at] ^ 1]) + payload[at + 1:]
                with self.assertRaisesRegex(Exception, "DUMP payload version or checksum are wrong"):
                    client.restore("copy", 0, damaged)
            self.assertFalse(client.exists("copy"))


if __name__ == "__main__":
    unittest.main()
