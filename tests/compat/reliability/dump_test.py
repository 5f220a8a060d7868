"""Dump files of the real program: Debian's redis-server and ours load each other's with equal data,
and after a kill -9 the data is that of the moment of the last save, whole."""

import copy
import os
import random
import shutil
import time
import unittest

from server_process import ServerProcess, reference, wait_until

SEED = int(os.environ.get("CINNABAR_SEED", time.time_ns() % 1_000_000))
ROUNDS = 6
CHANGES = 400
DEBUGGABLE = ("--enable-debug-command", "yes")


def fill(client):
    """Each type in each of its encodings, and values about as long as their lengths' forms."""
    for size in (0, 1, 20, 44, 45, 63, 64, 16383, 16384, 70000):
        client.set(f"string:{size}", "s" * size)
        client.set(f"noise:{size}", random.Random(size).randbytes(size))
    for number in (0, -1, 127, 128, -129, 32767, 32768, 2**31 - 1, 2**31, -2**31 - 1, 2**63 - 1):
        client.set(f"number:{number}", number)
    client.set("expires", "x", px=10_000_000)
    for count in (1, 100, 5000):
        client.rpush(f"list:{count}", *[f"element {i}" for i in range(count)])
        client.sadd(f"integers:{count}", *range(count))
        client.sadd(f"set:{count}", *[f"member {i}" for i in range(count)])
        client.hset(f"hash:{count}", mapping={f"field {i}": i for i in range(count)})
        client.zadd(f"zset:{count}", {f"member {i}": i / 7 for i in range(count)})
    client.zadd("infinite", {"a": float("inf"), "b": float("-inf"), "c": -0.0})
    client.rpush("long elements", "x" * 10_000, "y" * 3, "z" * 100_000)
    client.hset("long field", "f" * 1000, "v" * 50_000)
    client.pfadd("hyperloglog", *range(10_000))
    client.select(9)
    client.set("in another", "database")
    client.select(0)


def digest(client):
    return client.execute_command("DEBUG DIGEST")


class Interchange(unittest.TestCase):
    def check(self, writer, reader):
        """What `writer` saves, `reader` loads; both are not started yet."""
        with writer, reader:
            client = writer.client(single_connection_client=True)
            fill(client)
            before = digest(client)
            self.assertTrue(client.save())
            reader.stop()
            shutil.copy(os.path.join(writer.directory, "dump.rdb"), reader.directory)
            reader.start()
            other = reader.client()
            self.assertEqual(other.dbsize(), client.dbsize())
            self.assertEqual(digest(other), before)
            self.assertGreater(other.pttl("expires"), 9_000_000)

    def test_redis_loads_what_we_save(self):
        self.check(ServerProcess(*DEBUGGABLE), reference(*DEBUGGABLE))

    def test_without_compression_and_checksum_too(self):
        self.check(ServerProcess(*DEBUGGABLE, "--rdbcompression", "no", "--rdbchecksum", "no"),
                   reference(*DEBUGGABLE))

    def test_we_load_what_redis_saves(self):
        self.check(reference(*DEBUGGABLE), ServerProcess(*DEBUGGABLE, "--save", ""))


class Model:
    """What the server holds, as Python sees it."""

    def __init__(self, client, chance):
        self.client, self.chance = client, chance
        self.data = {}

    def change(self):
        key = f"key{self.chance.randrange(100)}"
        kind, value = self.data.get(key, (None, None))
        if kind is not None and self.chance.random() < 0.1:
            self.client.delete(key)
            del self.data[key]
            return
        kind = kind or self.chance.choice(("string", "list", "hash"))
        text = f"value{self.chance.randrange(10**9)}" * self.chance.choice((1, 1, 50))
        if kind == "string":
            self.client.set(key, text)
            self.data[key] = kind, text.encode()
        elif kind == "list":
            many = [text] * self.chance.choice((1, 1, 1500))
            self.client.rpush(key, *many)
            self.data[key] = kind, (value or []) + [one.encode() for one in many]
        else:
            field = f"field{self.chance.randrange(2000)}"
            self.client.hset(key, field, text)
            self.data[key] = kind, {**(value or {}), field.encode(): text.encode()}


def contents(client):
    found = {}
    for key in client.keys():
        kind = client.type(key).decode()
        found[key.decode()] = kind, {"string": lambda: client.get(key),
                                     "list": lambda: client.lrange(key, 0, -1),
                                     "hash": lambda: client.hgetall(key)}[kind]()
    return found


class KillTest(unittest.TestCase):
    def test_the_data_is_that_of_the_moment_of_the_save(self):
        chance = random.Random(SEED)
        with ServerProcess("--save", "") as server:
            saved = {}
            for round_number in range(ROUNDS):
                with self.subTest(seed=SEED, round=round_number):
                    client = server.client(single_connection_client=True)
                    wait_until(lambda: client.info("persistence")["loading"] == 0, 30, "still loading")
                    self.assertEqual(contents(client), saved)
                    model = Model(client, chance)
                    model.data = copy.deepcopy(saved)
                    for _ in range(chance.randrange(CHANGES)):
                        model.change()
                    moment = copy.deepcopy(model.data)
                    client.execute_command("SAVE" if round_number % 3 == 2 else "BGSAVE")
                    for _ in range(chance.randrange(CHANGES)):
                        model.change()
                    in_time = chance.random() < 0.7
                    if in_time:
                        wait_until(lambda: client.info("persistence")["rdb_bgsave_in_progress"] == 0,
                                   30, "it saves for too long")
                    server.kill()
                    server.start()
                    found = contents(server.client())
                    if in_time or found != saved:
                        self.assertEqual(found, moment)
                        saved = moment
            self.assertEqual([name for name in os.listdir(server.directory) if "temp-" in name], [])


if __name__ == "__main__":
    unittest.main()
