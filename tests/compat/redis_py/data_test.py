"""redis-py (Debian's 4.3.4) working with strings, bitmaps and keys, as programs do."""

import datetime
import time
import unittest

import redis

from server_process import ServerProcess, wait_until

SERVER = ServerProcess()


def setUpModule():
    SERVER.start()


def tearDownModule():
    try:
        SERVER.stop()
    finally:
        SERVER.cleanup()


class ClientTest(unittest.TestCase):
    """Each test begins with an empty server and a client that decodes."""

    def setUp(self):
        self.client = SERVER.client(decode_responses=True)
        self.addCleanup(self.client.close)
        self.binary = SERVER.client()
        self.addCleanup(self.binary.close)
        self.client.flushall()


class StringsTest(ClientTest):
    def test_a_value_comes_back_as_it_was_set(self):
        for value in (b"", b"text", b"\x00\r\n\xff", bytes(range(256)) * 1000, "grün €".encode()):
            self.assertIs(self.binary.set("k", value), True)
            self.assertEqual(self.binary.get("k"), value)
            self.assertEqual(self.binary.strlen("k"), len(value))
        self.assertIsNone(self.client.get("none"))
        self.client.set("grün", "€")
        self.assertEqual(self.client.get("grün"), "€")

    def test_set_takes_all_its_options(self):
        self.assertIs(self.client.set("k", 1, nx=True), True)
        self.assertIsNone(self.client.set("k", 2, nx=True))
        self.assertIsNone(self.client.set("none", 2, xx=True))
        self.assertEqual(self.client.set("k", 3, get=True), "1")
        self.assertIsNone(self.client.set("new", 3, get=True))
        self.assertIs(self.client.set("k", 4, ex=datetime.timedelta(minutes=1)), True)
        self.assertEqual(self.client.ttl("k"), 60)
        self.client.set("k", 5, keepttl=True)
        self.assertEqual(self.client.ttl("k"), 60)
        self.client.set("k", 6, px=5000)
        self.assertTrue(4000 < self.client.pttl("k") <= 5000)
        self.client.set("k", 7, exat=int(time.time()) + 100)
        self.assertTrue(98 <= self.client.ttl("k") <= 100)
        self.client.set("k", 8, pxat=int(time.time() * 1000) + 100_000)
        self.assertTrue(98 <= self.client.ttl("k") <= 100)
        self.client.set("k", 9)
        self.assertEqual(self.client.ttl("k"), -1)

    def test_getex_getdel_and_getset(self):
        self.client.set("k", "v")
        self.assertEqual(self.client.getex("k", ex=100), "v")
        self.assertEqual(self.client.ttl("k"), 100)
        self.assertEqual(self.client.getex("k", persist=True), "v")
        self.assertEqual(self.client.ttl("k"), -1)
        self.assertEqual(self.client.getset("k", "w"), "v")
        self.assertEqual(self.client.getdel("k"), "w")
        self.assertIsNone(self.client.getdel("k"))

    def test_counters_count_and_refuse_what_is_no_number(self):
        self.assertEqual(self.client.incr("n"), 1)
        self.assertEqual(self.client.incrby("n", 41), 42)
        self.assertEqual(self.client.decr("n", 2), 40)
        self.assertEqual(self.client.incrbyfloat("n", 0.5), 40.5)
        self.assertIsInstance(self.client.incrbyfloat("n", 0.5), float)
        self.client.set("text", "abc")
        with self.assertRaisesRegex(redis.ResponseError, "^value is not an integer or out of range$"):
            self.client.incr("text")
        self.client.set("n", 2**63 - 1)
        with self.assertRaisesRegex(redis.ResponseError, "^increment or decrement would overflow$"):
            self.client.incr("n")

    def test_several_keys_at_once(self):
        values = {f"key:{i}": str(i) for i in range(1000)}
        self.assertIs(self.client.mset(values), True)
        self.assertEqual(self.client.mget(list(values)), list(values.values()))
        self.assertEqual(self.client.mget("none", "key:1", "none"), [None, "1", None])
        self.assertIs(self.client.msetnx({"key:1": "x", "other": "y"}), False)
        self.assertIs(self.client.msetnx({"other": "y"}), True)
        self.assertEqual(self.client.delete(*values), 1000)

    def test_parts_of_a_value(self):
        self.assertEqual(self.client.append("k", "Hello"), 5)
        self.assertEqual(self.client.append("k", " World"), 11)
        self.assertEqual(self.client.getrange("k", -5, -1), "World")
        self.assertEqual(self.client.substr("k", 0, 4), "Hello")
        self.assertEqual(self.client.setrange("k", 6, "Redis"), 11)
        self.assertEqual(self.client.setrange("gap", 3, "x"), 4)
        self.assertEqual(self.binary.get("gap"), b"\0\0\0x")
        self.assertEqual(self.client["k"], "Hello Redis")
        self.client["k"] = "item"
        self.assertIn("k", self.client)
        del self.client["k"]
        self.assertNotIn("k", self.client)

    def test_the_longest_common_subsequence(self):
        self.client.mset({"a": "ohmytext", "b": "mynewtext"})
        self.assertEqual(self.client.lcs("a", "b"), "mytext")
        self.assertEqual(self.client.lcs("a", "b", len=True), 6)
        self.assertEqual(self.client.lcs("a", "b", idx=True, minmatchlen=3, withmatchlen=True),
                         ["matches", [[[4, 7], [5, 8], 4]], "len", 6])


class BitmapsTest(ClientTest):
    def test_bits_are_set_counted_and_found(self):
        self.assertEqual(self.client.setbit("b", 7, 1), 0)
        self.assertEqual(self.client.setbit("b", 7, 1), 1)
        self.assertEqual(self.client.getbit("b", 7), 1)
        self.assertEqual(self.binary.get("b"), b"\x01")
        self.binary.set("b", b"\xff\xf0\x00")
        self.assertEqual(self.client.bitcount("b"), 12)
        self.assertEqual(self.client.bitcount("b", 1, 2), 4)
        self.assertEqual(self.client.bitcount("b", 0, 8, "BIT"), 9)
        self.assertEqual(self.client.bitpos("b", 0), 12)
        self.assertEqual(self.client.bitpos("b", 1, 2), -1)
        self.assertEqual(self.client.bitpos("b", 0, 1, -1, "BYTE"), 12)

    def test_bitmaps_are_combined(self):
        self.binary.mset({"a": b"\xf0\x0f", "b": b"\x3c"})
        for operation, result in (("AND", b"\x30\x00"), ("OR", b"\xfc\x0f"), ("XOR", b"\xcc\x0f")):
            self.assertEqual(self.client.bitop(operation, "to", "a", "b"), 2)
            self.assertEqual(self.binary.get("to"), result)
        self.assertEqual(self.client.bitop("NOT", "to", "b"), 1)
        self.assertEqual(self.binary.get("to"), b"\xc3")

    def test_bit_fields_overflow_as_they_are_told(self):
        fields = self.client.bitfield("f")
        fields.incrby("u2", 100, 1).overflow("SAT").incrby("u2", 102, 1)
        self.assertEqual(fields.execute(), [1, 1])
        replies = []
        for _ in range(4):
            fields = self.client.bitfield("f", default_overflow="FAIL")
            replies.append(fields.incrby("u2", 100, 1).execute())
        self.assertEqual(replies, [[2], [3], [None], [None]])
        self.assertEqual(self.client.bitfield("f").set("i8", "#2", -3).get("u8", "#2").execute(), [0, 253])


class KeysTest(ClientTest):
    def test_keys_are_found_renamed_copied_and_removed(self):
        self.client.mset({"a": 1, "b": 2, "c": 3})
        self.assertEqual(self.client.exists("a", "a", "none"), 2)
        self.assertEqual(self.client.type("a"), "string")
        self.assertEqual(self.client.type("none"), "none")
        self.assertEqual(self.client.touch("a", "none"), 1)
        self.assertEqual(self.client.unlink("a", "none"), 1)
        self.assertIs(self.client.rename("b", "d"), True)
        self.assertIs(self.client.renamenx("d", "c"), False)
        self.assertIs(self.client.copy("d", "e"), True)
        self.assertIs(self.client.copy("d", "c", replace=True), True)
        self.assertEqual(sorted(self.client.keys()), ["c", "d", "e"])
        self.assertEqual(self.client.keys("[de]"), [key for key in self.client.keys() if key in "de"])
        self.assertIn(self.client.randomkey(), ("c", "d", "e"))
        self.assertEqual(self.client.dbsize(), 3)
        with self.assertRaisesRegex(redis.ResponseError, "^no such key$"):
            self.client.rename("none", "x")

    def test_databases_are_apart(self):
        other = SERVER.client(db=5, decode_responses=True)
        self.client.set("k", "in 0")
        self.assertIsNone(other.get("k"))
        self.assertIs(self.client.move("k", 5), True)
        self.assertEqual(other.get("k"), "in 0")
        self.assertIs(self.client.swapdb(0, 5), True)
        self.assertEqual(self.client.get("k"), "in 0")
        self.client.copy("k", "copy", destination_db=5)
        self.assertEqual(other.keys(), ["copy"])
        self.assertIs(other.flushdb(), True)
        self.assertEqual(self.client.dbsize(), 1)
        self.assertIs(self.client.flushall(asynchronous=True), True)
        self.assertEqual(self.client.dbsize(), 0)
        with self.assertRaisesRegex(redis.ResponseError, "^DB index is out of range$"):
            SERVER.client(db=99).get("k")

    def test_every_key_is_scanned_while_others_come_and_go(self):
        wanted = {f"key:{i}" for i in range(5000)}
        self.client.mset({key: "v" for key in wanted})
        seen = set()
        for number, key in enumerate(self.client.scan_iter(count=50)):
            seen.add(key)
            self.client.set(f"other:{number}", "v")
            if number % 2:
                self.client.delete(f"other:{number}")
        self.assertLessEqual(wanted, seen)
        some = set(self.client.scan_iter(match="key:12*", count=1000))
        self.assertEqual(some, {key for key in wanted if key.startswith("key:12")})
        self.assertEqual(list(self.client.scan_iter(_type="list")), [])
        self.assertEqual(len(set(self.client.scan_iter(match="key:*", _type="string"))), 5000)

    def test_what_an_object_is(self):
        self.client.mset({"int": 123, "short": "abc", "long": "x" * 100})
        encodings = [self.client.object("encoding", key) for key in ("int", "short", "long")]
        self.assertEqual(encodings, ["int", "embstr", "raw"])
        self.assertEqual(self.client.object("refcount", "long"), 1)
        self.assertEqual(self.client.object("idletime", "long"), 0)
        self.assertIsNone(self.client.object("encoding", "none"))


class ExpiryTest(ClientTest):
    def test_a_key_is_gone_when_its_time_has_come(self):
        self.client.set("k", "v", px=50)
        self.client.set("stays", "v")
        self.assertTrue(0 < self.client.pttl("k") <= 50)
        wait_until(lambda: self.client.get("k") is None, 5, "the key stays")
        self.assertEqual(self.client.ttl("k"), -2)
        self.assertEqual(self.client.keys(), ["stays"])

    def test_expired_keys_are_removed_though_nobody_asks_for_them(self):
        with self.client.pipeline(transaction=False) as pipeline:
            for i in range(1000):
                pipeline.psetex(f"k{i}", 20 + i % 50, "v")
            pipeline.execute()
        wait_until(lambda: self.client.dbsize() == 0, 5, "keys stay")

    def test_times_to_live_are_set_compared_and_taken_away(self):
        self.client.set("k", "v")
        self.assertIs(self.client.expire("k", 100, gt=True), False)
        self.assertIs(self.client.expire("k", datetime.timedelta(seconds=100), nx=True), True)
        self.assertIs(self.client.expire("k", 50, gt=True), False)
        self.assertIs(self.client.expire("k", 50, lt=True, xx=False), True)
        self.assertIs(self.client.pexpire("k", 70_000, xx=True), True)
        self.assertEqual(self.client.ttl("k"), 70)
        at = int(time.time()) + 1000
        self.assertIs(self.client.expireat("k", datetime.datetime.fromtimestamp(at)), True)
        self.assertEqual(self.client.expiretime("k"), at)
        self.assertIs(self.client.pexpireat("k", at * 1000 + 5), True)
        self.assertEqual(self.client.pexpiretime("k"), at * 1000 + 5)
        self.assertIs(self.client.persist("k"), True)
        self.assertIs(self.client.persist("k"), False)
        self.assertIs(self.client.expire("none", 1), False)
        self.assertIs(self.client.expire("k", -1), True)
        self.assertIsNone(self.client.get("k"))


class PipelineTest(ClientTest):
    def test_a_pipeline_returns_every_reply_in_order(self):
        with self.client.pipeline(transaction=False) as pipeline:
            for i in range(10_000):
                pipeline.set(f"k{i}", i).get(f"k{i}").incr("total")
            replies = pipeline.execute()
        self.assertEqual(len(replies), 30_000)
        self.assertEqual(replies[-3:], [True, "9999", 10_000])

    def test_an_error_stands_at_its_place_and_the_others_are_answered(self):
        with self.client.pipeline(transaction=False) as pipeline:
            pipeline.set("k", "text").incr("k").execute_command("NOTHING", "a\r\nb").get("k")
            replies = pipeline.execute(raise_on_error=False)
        self.assertEqual(replies[0], True)
        self.assertIsInstance(replies[1], redis.ResponseError)
        self.assertEqual(str(replies[2]), "unknown command 'NOTHING', with args beginning with: 'a  b' ")
        self.assertEqual(replies[3], "text")

    def test_large_values_in_a_pipeline(self):
        values = [bytes([i]) * 1_000_000 for i in range(20)]
        with self.binary.pipeline(transaction=False) as pipeline:
            for i, value in enumerate(values):
                pipeline.set(f"k{i}", value)
            for i in range(len(values)):
                pipeline.get(f"k{i}")
            replies = pipeline.execute()
        self.assertEqual(replies[:20], [True] * 20)
        self.assertTrue(replies[20:] == values)


if __name__ == "__main__":
    unittest.main()
