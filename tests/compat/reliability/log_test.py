"""The append-only file of the real program: kill -9 under load loses no acknowledged write, by any
policy, with rewrites running; and Debian's redis-server and ours load each other's folders."""

import os
import random
import threading
import time
import unittest

import redis

from server_process import ServerProcess, reference, wait_until

CYCLES = 12  # of each policy; about a second each
WRITERS = 4
SECONDS_OF_LOAD = 0.35
LOG = ("--appendonly", "yes", "--save", "", "--enable-debug-command", "yes",
       "--auto-aof-rewrite-min-size", "64kb")


class Writer(threading.Thread):
    """Counts up its own keys in pipelines, and remembers what was acknowledged."""

    def __init__(self, server, name, counts):
        super().__init__()
        self.client = server.client()
        self.name_of_key, self.counts = name, counts
        self.acknowledged = 0

    def run(self):
        chance = random.Random(self.name_of_key)
        try:
            while True:
                key = f"{self.name_of_key}:{chance.randrange(50)}"
                with self.client.pipeline(transaction=False) as pipeline:
                    width = chance.choice((1, 1, 3))
                    for _ in range(width):
                        pipeline.incr(key)
                    replies = pipeline.execute()
                self.counts[key] = max(self.counts.get(key, 0), replies[-1])
                self.acknowledged += width
        except (redis.RedisError, OSError):
            pass  # the server was killed


def loaded(server):
    """A client of a server that has all its data."""
    client = server.client(single_connection_client=True)
    wait_until(lambda: client.info("persistence")["loading"] == 0, 30, "it loads for too long")
    return client


def load_and_kill(server, counts, rewrites):
    writers = [Writer(server, f"writer{i}", counts) for i in range(WRITERS)]
    for writer in writers:
        writer.start()
    if rewrites:
        server.client().execute_command("BGREWRITEAOF")
    time.sleep(SECONDS_OF_LOAD)  # how much is written; nothing is judged by it
    server.kill()
    for writer in writers:
        writer.join()
    return sum(writer.acknowledged for writer in writers)


class KillTest(unittest.TestCase):

    def check_policy(self, policy):
        counts = {}  # key -> the highest value that was acknowledged
        acknowledged = 0
        server = ServerProcess("--appendfsync", policy, *LOG)
        try:
            for cycle in range(CYCLES):
                server.start()
                client = loaded(server)
                lost = {}
                for key, count in counts.items():
                    stored = int(client.get(key) or 0)
                    if stored < count:
                        lost[key] = (count, stored)
                    counts[key] = stored  # what was not acknowledged may be there all the same
                self.assertEqual(lost, {}, f"lost in cycle {cycle} under {policy}")
                acknowledged += load_and_kill(server, counts, rewrites=cycle % 4 != 3)
        finally:
            server.kill()
            server.cleanup()
        self.assertGreater(acknowledged, CYCLES)
        print(f"{policy}: {acknowledged} acknowledged in {CYCLES} kills, none lost")

    def test_always(self):
        self.check_policy("always")

    def test_everysec(self):
        self.check_policy("everysec")

    def test_no(self):
        self.check_policy("no")


def fill(client, prefix):
    with client.pipeline(transaction=False) as pipeline:
        pipeline.set(prefix + "string", b"\r\n#CRC:00000000\r\n")
        pipeline.set(prefix + "expires", "x", ex=100000)
        pipeline.incr(prefix + "counter")
        pipeline.execute()
    client.mset({prefix + "a": "1", prefix + "b": "2"})
    client.rpush(prefix + "list", *range(300))
    client.lpop(prefix + "list")
    client.sadd(prefix + "ints", *range(100))
    client.sadd(prefix + "set", "x", "y", "z" * 100)
    client.hset(prefix + "hash", mapping={f"field{i}": i for i in range(200)})
    client.zadd(prefix + "zset", {f"member{i}": i / 3 for i in range(300)})
    client.setbit(prefix + "bits", 100000, 1)
    client.pfadd(prefix + "hll", *range(1000))
    client.copy(prefix + "zset", prefix + "copy")


def fill_all(client):
    fill(client, "x:")
    client.select(7)
    fill(client, "y:")
    client.select(0)


def contents(client):
    """Every key of every database, by value."""
    found = {}
    for database in (0, 7):
        client.select(database)
        for key in client.keys():
            found[database, key] = (client.type(key), value_of(client, key), client.pttl(key) > 0)
    client.select(0)
    return found


def value_of(client, key):
    return {b"string": lambda: client.get(key),
            b"list": lambda: client.lrange(key, 0, -1),
            b"set": lambda: client.smembers(key),
            b"hash": lambda: client.hgetall(key),
            b"zset": lambda: client.zrange(key, 0, -1, withscores=True)}[client.type(key)]()


def rewrite(client):
    client.execute_command("BGREWRITEAOF")
    wait_until(lambda: client.info("persistence")["aof_rewrite_in_progress"] == 0
               and client.info("persistence")["aof_rewrites"] >= 1, 30, "the rewrite does not end")


class InterchangeTest(unittest.TestCase):

    def check(self, make_first, make_second, rewrites):
        """Both servers in turn on one folder: each finds what the other left."""
        with make_first() as first:
            client = loaded(first)
            fill_all(client)
            if rewrites:
                rewrite(client)
                fill_all(client)
            expected = contents(client)
            first.stop()
            for make in (make_second, make_first, make_second):
                other = make("--dir", first.directory)
                with other:
                    client = loaded(other)
                    self.assertEqual(contents(client), expected)
                    fill(client, "again:")
                    client.incr("turn")
                    expected = contents(client)

    def ours(self, *arguments):
        return ServerProcess("--aof-timestamp-enabled", "yes", *LOG, *arguments)

    def redis(self, *arguments):
        return reference(*LOG, *arguments)

    def test_ours_to_redis_and_back(self):
        self.check(self.ours, self.redis, rewrites=False)

    def test_ours_rewritten_to_redis_and_back(self):
        self.check(self.ours, self.redis, rewrites=True)

    def test_redis_to_ours_and_back(self):
        self.check(self.redis, self.ours, rewrites=False)

    def test_redis_rewritten_to_ours_and_back(self):
        self.check(self.redis, self.ours, rewrites=True)


if __name__ == "__main__":
    unittest.main(verbosity=2)
