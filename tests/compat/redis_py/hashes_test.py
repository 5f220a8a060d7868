"""redis-py and hashes."""

import unittest

import redis

from shared_server import SharedServerTest

NO_HASH = "WRONGTYPE Operation against a key holding the wrong kind of value"


class HashesTest(SharedServerTest):
    def test_fields_are_set_read_and_removed(self):
        client = self.client
        self.assertEqual(client.hset("h", "a", 1), 1)
        self.assertEqual(client.hset("h", "a", 2), 0)
        self.assertEqual(client.hset("h", mapping={"b": "x", "c": 1.5}), 2)
        self.assertEqual(client.hget("h", "a"), "2")
        self.assertIsNone(client.hget("h", "none"))
        self.assertIsNone(client.hget("none", "a"))
        self.assertEqual(client.hgetall("h"), {"a": "2", "b": "x", "c": "1.5"})
        self.assertEqual(client.hgetall("none"), {})
        self.assertEqual(client.hmget("h", "a", "none", "c"), ["2", None, "1.5"])
        self.assertEqual(client.hmget("none", ["a", "b"]), [None, None])
        self.assertEqual(client.hlen("h"), 3)
        self.assertIs(client.hexists("h", "a"), True)
        self.assertIs(client.hexists("h", "none"), False)
        self.assertEqual(sorted(client.hkeys("h")), ["a", "b", "c"])
        self.assertEqual(sorted(client.hvals("h")), ["1.5", "2", "x"])
        self.assertEqual(client.hstrlen("h", "c"), 3)
        self.assertEqual(client.hsetnx("h", "a", 9), 0)
        self.assertEqual(client.hsetnx("h", "d", 9), 1)
        self.assertEqual(client.hdel("h", "a", "none", "b"), 2)
        self.assertEqual(client.hdel("h", "c", "d"), 2)
        self.assertEqual(client.exists("h"), 0)

    def test_hmset_answers_ok(self):
        with self.assertWarns(DeprecationWarning):
            self.assertIs(self.client.hmset("h", {"a": 1, "b": 2}), True)
        self.assertEqual(self.client.hlen("h"), 2)

    def test_fields_count(self):
        client = self.client
        self.assertEqual(client.hincrby("h", "n"), 1)
        self.assertEqual(client.hincrby("h", "n", -5), -4)
        self.assertEqual(client.hincrbyfloat("h", "f", 1.5), 1.5)
        self.assertEqual(client.hincrbyfloat("h", "n", 0.25), -3.75)
        self.assertEqual(client.hget("h", "n"), "-3.75")
        client.hset("h", "text", "t")
        self.assertRefused("hash value is not an integer", client.hincrby, "h", "text")
        self.assertRefused("hash value is not a float", client.hincrbyfloat, "h", "text")
        self.assertEqual(client.hget("h", "text"), "t")

    def test_any_bytes_small_and_large(self):
        binary = self.binary
        value = bytes(range(256)) * 20_000
        for field in (b"", b"\x00\r\n", bytes(range(256)), b"f" * 100_000):
            binary.hset("h", field, value)
            self.assertEqual(binary.hget("h", field), value)
        self.assertEqual(len(binary.hgetall("h")), 4)

    def test_a_hash_grows_and_changes_its_encoding(self):
        client = self.client
        client.hset("h", mapping={f"f{i}": i for i in range(100)})
        self.assertEqual(client.object("encoding", "h"), "listpack")
        client.hset("h", mapping={f"f{i}": i for i in range(5000)})
        self.assertEqual(client.object("encoding", "h"), "hashtable")
        self.assertEqual(client.hgetall("h"), {f"f{i}": str(i) for i in range(5000)})
        self.assertEqual(client.hdel("h", *(f"f{i}" for i in range(4999))), 4999)
        self.assertEqual(client.hgetall("h"), {"f4999": "4999"})
        self.assertEqual(client.type("h"), "hash")

    def test_random_fields(self):
        client = self.client
        client.hset("h", mapping={f"f{i}": i for i in range(50)})
        self.assertIn(client.hrandfield("h"), client.hkeys("h"))
        distinct = client.hrandfield("h", 20)
        self.assertEqual(len(set(distinct)), 20)
        self.assertEqual(len(client.hrandfield("h", -80)), 80)
        self.assertEqual(set(client.hrandfield("h", 100)), set(client.hkeys("h")))
        flat = client.hrandfield("h", 5, withvalues=True)
        for field, value in zip(flat[::2], flat[1::2]):
            self.assertEqual(client.hget("h", field), value)
        self.assertIsNone(client.hrandfield("none"))
        self.assertEqual(client.hrandfield("none", 3), [])

    def test_every_field_is_scanned_while_others_come_and_go(self):
        client = self.client
        stays = {f"stays:{i}": str(i) for i in range(2000)}
        client.hset("h", mapping=stays)
        found = {}
        for i, (field, value) in enumerate(client.hscan_iter("h", count=50)):
            found[field] = value
            client.hset("h", f"comes:{i}", i)
            client.hdel("h", f"comes:{i // 2}")
        self.assertEqual({field: value for field, value in found.items() if field in stays}, stays)
        cursor, part = client.hscan("h", match="stays:1?", count=100_000)
        self.assertEqual((cursor, part), (0, {f"stays:1{i}": f"1{i}" for i in range(10)}))
        self.assertEqual(client.hscan("none"), (0, {}))

    def test_another_type_is_refused(self):
        client = self.client
        client.set("s", "text")
        for call in (client.hgetall, client.hlen, client.hkeys, client.hvals, client.hscan, client.hrandfield):
            self.assertRefused(NO_HASH, call, "s")
        self.assertRefused(NO_HASH, client.hset, "s", "a", 1)
        self.assertRefused(NO_HASH, client.hincrby, "s", "a")
        client.hset("h", "a", 1)
        self.assertRefused(NO_HASH, client.get, "h")
        self.assertRefused(NO_HASH, client.incr, "h")
        self.assertRefused("wrong number of arguments for 'hset' command", client.execute_command, "HSET", "h", "a")
        self.assertIs(client.set("h", "overwritten"), True)

    def test_pipelines(self):
        with self.client.pipeline(transaction=False) as pipeline:
            for i in range(5000):
                pipeline.hset(f"h{i % 10}", i, i)
                pipeline.hincrby("count", f"c{i % 10}", i)
            replies = pipeline.execute()
        self.assertEqual(replies[::2], [1] * 5000)
        self.assertEqual(sum(map(int, self.client.hvals("count"))), sum(range(5000)))
        with self.client.pipeline(transaction=False) as pipeline:
            replies = pipeline.set("s", 1).hget("s", "a").hgetall("h1").execute(raise_on_error=False)
        self.assertIsInstance(replies[1], redis.ResponseError)
        self.assertEqual(len(replies[2]), 500)

    def test_lifetime_and_transfer_of_the_key(self):
        client = self.client
        client.hset("h", mapping={"a": 1, "b": 2})
        self.assertTrue(client.expire("h", 100))
        client.hset("h", "c", 3)
        self.assertEqual(client.ttl("h"), 100)
        self.assertTrue(client.copy("h", "copy"))
        client.hset("copy", "a", "changed")
        self.assertEqual(client.hget("h", "a"), "1")
        self.assertTrue(client.rename("h", "renamed"))
        self.assertTrue(client.move("renamed", 1))
        self.assertEqual(self.connect(db=1, decode_responses=True).hgetall("renamed"), {"a": "1", "b": "2", "c": "3"})
        self.assertGreater(client.memory_usage("copy"), 0)
        self.assertEqual(list(client.scan_iter(_type="hash")), ["copy"])


if __name__ == "__main__":
    unittest.main()
