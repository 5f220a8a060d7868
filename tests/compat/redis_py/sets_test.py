"""redis-py and sets."""

import unittest

from shared_server import SharedServerTest

NO_SET = "WRONGTYPE Operation against a key holding the wrong kind of value"


class SetsTest(SharedServerTest):
    def test_members_come_and_go(self):
        client = self.client
        self.assertEqual(client.sadd("s", "a", "b", "c", "a"), 3)
        self.assertEqual(client.sadd("s", "a", "d"), 1)
        self.assertEqual(client.smembers("s"), set("abcd"))
        self.assertEqual(client.smembers("none"), set())
        self.assertEqual(client.scard("s"), 4)
        self.assertIs(bool(client.sismember("s", "a")), True)
        self.assertIs(bool(client.sismember("s", "x")), False)
        self.assertEqual(client.smismember("s", ["a", "x", "b"]), [1, 0, 1])
        self.assertEqual(client.smismember("none", "a", "b"), [0, 0])
        self.assertEqual(client.srem("s", "a", "x", "b"), 2)
        self.assertIs(bool(client.smove("s", "t", "c")), True)
        self.assertIs(bool(client.smove("s", "t", "none")), False)
        self.assertEqual((client.smembers("s"), client.smembers("t")), ({"d"}, {"c"}))
        self.assertEqual(client.srem("s", "d"), 1)
        self.assertEqual(client.exists("s"), 0)

    def test_random_members(self):
        client = self.client
        members = {str(i) for i in range(100)}
        client.sadd("s", *members)
        self.assertIn(client.srandmember("s"), members)
        distinct = client.srandmember("s", 30)
        self.assertEqual((len(distinct), len(set(distinct))), (30, 30))
        self.assertEqual(len(client.srandmember("s", -150)), 150)
        self.assertEqual(set(client.srandmember("s", 1000)), members)
        self.assertIsNone(client.srandmember("none"))
        self.assertEqual(client.srandmember("none", 3), [])
        one = client.spop("s")
        rest = set(client.spop("s", 40))
        self.assertEqual(len(rest), 40)
        self.assertEqual(client.smembers("s"), members - {one} - rest)
        self.assertEqual(set(client.spop("s", 1000)), members - {one} - rest)
        self.assertIsNone(client.spop("s"))
        self.assertEqual(client.exists("s"), 0)

    def test_algebra(self):
        client = self.client
        client.sadd("a", *"abcde")
        client.sadd("b", *"cdef")
        client.sadd("c", *"dxyz")
        self.assertEqual(client.sinter("a", "b"), set("cde"))
        self.assertEqual(client.sinter(["a", "b", "c"]), {"d"})
        self.assertEqual(client.sinter("a", "none"), set())
        self.assertEqual(client.sunion("a", "b", "c", "none"), set("abcdefxyz"))
        self.assertEqual(client.sdiff("a", "b", "c"), set("ab"))
        self.assertEqual(client.sdiff("none", "a"), set())
        self.assertEqual(client.sintercard(2, ["a", "b"]), 3)
        self.assertEqual(client.sintercard(2, ["a", "b"], limit=2), 2)
        self.assertEqual(client.sinterstore("to", "a", "b"), 3)
        self.assertEqual(client.sunionstore("to", "a", "b"), 6)
        self.assertEqual(client.smembers("to"), set("abcdef"))
        self.assertEqual(client.sdiffstore("a", "a", "b"), 2)
        self.assertEqual(client.smembers("a"), set("ab"))
        self.assertEqual(client.sinterstore("to", "a", "none"), 0)
        self.assertEqual(client.exists("to"), 0)

    def test_large_sets_of_numbers_and_of_strings(self):
        client = self.client
        evens, threes = set(range(0, 40_000, 2)), set(range(0, 40_000, 3))
        for kind in ("{}", "member:{}"):
            client.flushall()
            for name, numbers in (("evens", evens), ("threes", threes)):
                members = [kind.format(number) for number in numbers]
                self.assertEqual(client.sadd(name, *members), len(members))
            self.assertEqual(client.sinter("evens", "threes"), {kind.format(n) for n in evens & threes})
            self.assertEqual(client.sunionstore("union", "evens", "threes"), len(evens | threes))
            self.assertEqual(client.sdiff("evens", "threes"), {kind.format(n) for n in evens - threes})
            self.assertEqual(client.smembers("union"), {kind.format(n) for n in evens | threes})

    def test_encodings(self):
        client = self.client
        client.sadd("numbers", *range(100))
        self.assertEqual(client.object("encoding", "numbers"), "intset")
        client.sadd("numbers", *range(1000))
        self.assertEqual(client.object("encoding", "numbers"), "hashtable")
        client.sadd("texts", *(f"m{i}" for i in range(1000)))
        self.assertEqual(client.object("encoding", "texts"), "hashtable")
        self.assertEqual(client.smembers("numbers"), {str(i) for i in range(1000)})
        self.assertEqual(client.type("numbers"), "set")

    def test_every_member_is_scanned_while_others_come_and_go(self):
        client = self.client
        stays = {f"stays:{i}" for i in range(2000)}
        client.sadd("s", *stays)
        found = set()
        for i, member in enumerate(client.sscan_iter("s", count=50)):
            found.add(member)
            client.sadd("s", f"comes:{i}")
            client.srem("s", f"comes:{i // 2}")
        self.assertEqual(found & stays, stays)
        cursor, part = client.sscan("s", match="stays:1?", count=100_000)
        self.assertEqual((cursor, set(part)), (0, {f"stays:1{i}" for i in range(10)}))
        self.assertEqual(client.sscan("none"), (0, []))

    def test_any_bytes_small_and_large(self):
        members = {b"", b"\x00\r\n", bytes(range(256)), b"m" * 2_000_000, b"12345", b"-1", b"007"}
        self.assertEqual(self.binary.sadd("s", *members), len(members))
        self.assertEqual(self.binary.smembers("s"), members)
        for member in members:
            self.assertTrue(self.binary.sismember("s", member))

    def test_another_type_is_refused(self):
        client = self.client
        client.set("text", "t")
        client.sadd("s", 1)
        for call in (client.smembers, client.scard, client.spop, client.srandmember, client.sscan):
            self.assertRefused(NO_SET, call, "text")
        for call in (client.sadd, client.srem, client.sismember, client.sinter, client.sunion, client.sdiff):
            self.assertRefused(NO_SET, call, "text", "s")
        self.assertRefused(NO_SET, client.smove, "s", "text", 1)
        self.assertEqual(client.scard("s"), 1)
        # A destination may hold anything before.
        self.assertEqual(client.sunionstore("text", "s"), 1)

    def test_pipelines(self):
        with self.client.pipeline(transaction=False) as pipeline:
            for i in range(5000):
                pipeline.sadd("s", i % 1000)
                pipeline.sismember("s", i)
            pipeline.smembers("s")
            replies = pipeline.execute()
        self.assertEqual(sum(replies[:-1:2]), 1000)
        self.assertEqual(replies[-1], {str(i) for i in range(1000)})


if __name__ == "__main__":
    unittest.main()
