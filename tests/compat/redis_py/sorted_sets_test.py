"""redis-py and sorted sets, with those who wait for them."""

import concurrent.futures
import unittest

from server_process import wait_until
from shared_server import SharedServerTest

NO_SORTED_SET = "WRONGTYPE Operation against a key holding the wrong kind of value"
INF = float("inf")


class SortedSetsTest(SharedServerTest):
    def fill(self, key="z", **scores):
        self.client.zadd(key, scores or {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5})

    def test_members_have_scores(self):
        client = self.client
        self.assertEqual(client.zadd("z", {"a": 1, "b": 2.5, "c": -INF}), 3)
        self.assertEqual(client.zadd("z", {"a": 1.5, "d": INF}), 1)
        self.assertEqual(client.zscore("z", "a"), 1.5)
        self.assertEqual(client.zscore("z", "d"), INF)
        self.assertIsNone(client.zscore("z", "none"))
        self.assertEqual(client.zmscore("z", ["b", "none", "c"]), [2.5, None, -INF])
        self.assertEqual(client.zcard("z"), 4)
        self.assertEqual(client.zincrby("z", 0.25, "a"), 1.75)
        self.assertEqual(client.zincrby("z", 3, "new"), 3.0)
        self.assertEqual(client.zrem("z", "a", "none", "d"), 2)
        self.assertEqual(client.zrem("z", "b", "c", "new"), 3)
        self.assertEqual(client.exists("z"), 0)

    def test_zadd_under_conditions(self):
        client = self.client
        self.fill(a=1)
        self.assertEqual(client.zadd("z", {"a": 5, "b": 2}, nx=True), 1)
        self.assertEqual(client.zadd("z", {"a": 5, "c": 2}, xx=True, ch=True), 1)
        self.assertEqual(client.zadd("z", {"a": 4}, lt=True, ch=True), 1)
        self.assertEqual(client.zadd("z", {"a": 4}, gt=True, ch=True), 0)
        self.assertEqual(client.zadd("z", {"a": 2}, incr=True), 6.0)
        self.assertIsNone(client.zadd("z", {"a": 2}, incr=True, nx=True))
        self.assertEqual(client.zrange("z", 0, -1, withscores=True), [("b", 2.0), ("a", 6.0)])
        self.assertRefused("value is not a valid float", client.zadd, "z", {"a": "nan"})
        self.assertRefused("value is not a valid float", client.zadd, "z", {"x": 1, "y": "text"})
        self.assertEqual(client.zcard("z"), 2)
        self.fill(inf=INF)
        self.assertRefused("resulting score is not a number", client.zincrby, "z", -INF, "inf")

    def test_ranks_and_ranges(self):
        client = self.client
        self.fill()
        self.assertEqual((client.zrank("z", "c"), client.zrevrank("z", "a")), (2, 4))
        self.assertIsNone(client.zrank("z", "none"))
        self.assertEqual(client.zrange("z", 1, 2), ["b", "c"])
        self.assertEqual(client.zrange("z", -2, -1, withscores=True), [("d", 4.0), ("e", 5.0)])
        self.assertEqual(client.zrange("z", 0, 1, desc=True), ["e", "d"])
        self.assertEqual(client.zrevrange("z", 0, 1, withscores=True), [("e", 5.0), ("d", 4.0)])
        self.assertEqual(client.zrangebyscore("z", 2, "(4"), ["b", "c"])
        self.assertEqual(client.zrangebyscore("z", "-inf", "+inf", start=1, num=2, withscores=True),
                         [("b", 2.0), ("c", 3.0)])
        self.assertEqual(client.zrevrangebyscore("z", 4, 2), ["d", "c", "b"])
        self.assertEqual(client.zrange("z", 2, 4, byscore=True, offset=0, num=2), ["b", "c"])
        self.assertEqual(client.zrange("z", 4, 2, byscore=True, desc=True, withscores=True),
                         [("d", 4.0), ("c", 3.0), ("b", 2.0)])
        self.assertEqual(client.zcount("z", 2, 4), 3)
        self.assertEqual(client.zcount("z", "(2", "(4"), 1)
        self.assertEqual(client.zrangestore("to", "z", 1, 3), 3)
        self.assertEqual(client.zrange("to", 0, -1, withscores=True), [("b", 2.0), ("c", 3.0), ("d", 4.0)])

    def test_ranges_of_names(self):
        client = self.client
        client.zadd("z", dict.fromkeys("abcdefg", 0))
        self.assertEqual(client.zrangebylex("z", "-", "[c"), ["a", "b", "c"])
        self.assertEqual(client.zrangebylex("z", "(b", "(e", start=1, num=5), ["d"])
        self.assertEqual(client.zrevrangebylex("z", "[c", "-"), ["c", "b", "a"])
        self.assertEqual(client.zrange("z", "[b", "+", bylex=True, offset=0, num=2), ["b", "c"])
        self.assertEqual(client.zlexcount("z", "-", "+"), 7)
        self.assertEqual(client.zremrangebylex("z", "[b", "[d"), 3)
        self.assertEqual(client.zrange("z", 0, -1), ["a", "e", "f", "g"])
        self.assertRefused("min or max not valid string range item", client.zrangebylex, "z", "a", "b")

    def test_ranges_are_removed(self):
        client = self.client
        self.fill()
        self.assertEqual(client.zremrangebyrank("z", 0, 0), 1)
        self.assertEqual(client.zremrangebyscore("z", 2, "(4"), 2)
        self.assertEqual(client.zrange("z", 0, -1), ["d", "e"])

    def test_the_ends_are_popped(self):
        client = self.client
        self.fill()
        self.assertEqual(client.zpopmin("z"), [("a", 1.0)])
        self.assertEqual(client.zpopmax("z", 2), [("e", 5.0), ("d", 4.0)])
        self.assertEqual(client.zpopmin("none"), [])
        self.assertEqual(client.zmpop(2, ["none", "z"], min=True), ["z", [["b", "2"]]])
        self.assertEqual(client.zmpop(1, ["z"], max=True, count=5), ["z", [["c", "3"]]])
        self.assertIsNone(client.zmpop(1, ["z"], max=True))
        self.fill()
        self.assertEqual(client.bzpopmin(["none", "z"]), ("z", "a", 1.0))
        self.assertEqual(client.bzpopmax("z"), ("z", "e", 5.0))
        self.assertEqual(client.bzmpop(1, 2, ["none", "z"], min=True, count=2), ["z", [["b", "2"], ["c", "3"]]])
        self.assertIsNone(client.bzpopmin("none", timeout=0.05))

    def test_who_waits_gets_the_next_member(self):
        waits = ((lambda other: other.bzpopmin(["y", "z"]), ("z", "a", 1.0)),
                 (lambda other: other.bzpopmax("z"), ("z", "b", 2.0)),
                 (lambda other: other.bzmpop(0, 1, ["z"], min=True, count=2), ["z", [["a", "1"], ["b", "2"]]]))
        for wait, answer in waits:
            self.client.flushall()
            other = self.connect(decode_responses=True)
            pool = concurrent.futures.ThreadPoolExecutor(1)
            self.addCleanup(pool.shutdown, wait=False)
            waiter = pool.submit(wait, other)
            wait_until(lambda: self.client.info("clients")["blocked_clients"] == 1, 10, "it does not wait")
            self.assertEqual(self.client.zadd("z", {"a": 1, "b": 2}), 2)
            self.assertEqual(waiter.result(10), answer)

    def test_algebra(self):
        client = self.client
        self.fill("x", a=1, b=2, c=3)
        self.fill("y", b=10, c=20, d=30)
        client.sadd("plain", "a", "d")
        self.assertEqual(client.zinter(["x", "y"], withscores=True), [("b", 12.0), ("c", 23.0)])
        self.assertEqual(client.zunion({"x": 2, "y": 1}, aggregate="MAX", withscores=True),
                         [("a", 2.0), ("b", 10.0), ("c", 20.0), ("d", 30.0)])
        self.assertEqual(client.zdiff(["x", "y"]), ["a"])
        self.assertEqual(client.zdiff(["y", "plain"], withscores=True), ["b", "10", "c", "20"])
        self.assertEqual(client.zintercard(2, ["x", "y"]), 2)
        self.assertEqual(client.zintercard(2, ["x", "y"], limit=1), 1)
        self.assertEqual(client.zunionstore("to", {"x": 1, "plain": 10}), 4)
        self.assertEqual(client.zrange("to", 0, -1, withscores=True),
                         [("b", 2.0), ("c", 3.0), ("d", 10.0), ("a", 11.0)])
        self.assertEqual(client.zinterstore("to", ["x", "y"], aggregate="MIN"), 2)
        self.assertEqual(client.zrange("to", 0, -1, withscores=True), [("b", 2.0), ("c", 3.0)])
        self.assertEqual(client.zdiffstore("to", ["x", "none"]), 3)
        self.assertEqual(client.zinterstore("to", ["x", "none"]), 0)
        self.assertEqual(client.exists("to"), 0)

    def test_random_members(self):
        client = self.client
        scores = {f"m{i}": i for i in range(100)}
        self.fill(**scores)
        self.assertIn(client.zrandmember("z"), scores)
        self.assertEqual(len(set(client.zrandmember("z", 30))), 30)
        self.assertEqual(len(client.zrandmember("z", -150)), 150)
        flat = client.zrandmember("z", 5, withscores=True)
        for member, score in zip(flat[::2], flat[1::2]):
            self.assertEqual(scores[member], int(score))
        self.assertIsNone(client.zrandmember("none"))

    def test_a_sorted_set_of_50000_is_in_order(self):
        client = self.client
        scores = {f"m{i}": (i * 7919) % 50_021 for i in range(50_000)}
        self.fill(**dict(list(scores.items())[:100]))
        self.assertEqual(client.object("encoding", "z"), "listpack")
        client.zadd("z", scores)
        self.assertEqual(client.object("encoding", "z"), "skiplist")
        ordered = sorted(scores, key=lambda member: (scores[member], member))
        self.assertEqual(client.zrange("z", 0, -1), ordered)
        self.assertEqual(client.zrange("z", 25_000, 25_100), ordered[25_000:25_101])
        self.assertEqual([client.zrank("z", ordered[i]) for i in (0, 777, 33_333, 49_999)], [0, 777, 33_333, 49_999])
        self.assertEqual(client.zremrangebyrank("z", 100, -1), 49_900)
        self.assertEqual(client.zrange("z", 0, -1), ordered[:100])

    def test_equal_scores_are_ordered_by_bytes(self):
        members = [b"", b"\x00", b"A", b"Z", b"a", b"aa", b"b", b"\x80", b"\xff"]
        self.binary.zadd("z", dict.fromkeys(reversed(members), 1.5))
        self.assertEqual(self.binary.zrange("z", 0, -1), members)

    def test_every_member_is_scanned(self):
        client = self.client
        scores = {f"m{i}": i + 0.5 for i in range(3000)}
        self.fill(**scores)
        self.assertEqual(dict(client.zscan_iter("z", count=50)), scores)
        self.assertEqual(client.zscan("z", match="m1", count=100_000), (0, [("m1", 1.5)]))
        self.assertEqual(client.zscan("none"), (0, []))

    def test_another_type_is_refused(self):
        client = self.client
        client.set("text", "t")
        for call in (client.zcard, client.zpopmin, client.zpopmax, client.zscan, client.zrandmember):
            self.assertRefused(NO_SORTED_SET, call, "text")
        for call in (client.zscore, client.zrank, client.zrem):
            self.assertRefused(NO_SORTED_SET, call, "text", "a")
        self.assertRefused(NO_SORTED_SET, client.zadd, "text", {"a": 1})
        self.assertRefused(NO_SORTED_SET, client.zunion, ["text"])
        self.fill()
        self.assertRefused(NO_SORTED_SET, client.get, "z")


if __name__ == "__main__":
    unittest.main()
