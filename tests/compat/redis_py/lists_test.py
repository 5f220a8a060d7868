"""redis-py and lists, with those who wait for them."""

import concurrent.futures
import threading
import time
import unittest

import redis

from server_process import wait_until
from shared_server import SharedServerTest

NO_LIST = "WRONGTYPE Operation against a key holding the wrong kind of value"


class ListsTest(SharedServerTest):
    def test_both_ends(self):
        client = self.client
        self.assertEqual(client.rpush("l", "b", "c"), 2)
        self.assertEqual(client.lpush("l", "a", "z"), 4)
        self.assertEqual(client.lrange("l", 0, -1), ["z", "a", "b", "c"])
        self.assertEqual(client.llen("l"), 4)
        self.assertEqual(client.lpushx("none", "x"), 0)
        self.assertEqual(client.rpushx("l", "d"), 5)
        self.assertEqual(client.lpop("l"), "z")
        self.assertEqual(client.rpop("l"), "d")
        self.assertEqual(client.lpop("l", 2), ["a", "b"])
        self.assertEqual(client.rpop("l", 10), ["c"])
        self.assertIsNone(client.lpop("l"))
        self.assertIsNone(client.lpop("l", 2))
        self.assertEqual(client.exists("l"), 0)

    def test_the_middle(self):
        client = self.client
        client.rpush("l", *"abcabc")
        self.assertEqual(client.lindex("l", 0), "a")
        self.assertEqual(client.lindex("l", -1), "c")
        self.assertIsNone(client.lindex("l", 6))
        self.assertIs(client.lset("l", 1, "B"), True)
        self.assertRefused("index out of range", client.lset, "l", 6, "x")
        self.assertRefused("no such key", client.lset, "none", 0, "x")
        self.assertEqual(client.linsert("l", "before", "B", "<"), 7)
        self.assertEqual(client.linsert("l", "after", "B", ">"), 8)
        self.assertEqual(client.linsert("l", "after", "none", "x"), -1)
        self.assertEqual(client.lrange("l", 0, -1), ["a", "<", "B", ">", "c", "a", "b", "c"])
        self.assertEqual(client.lrem("l", 1, "c"), 1)
        self.assertEqual(client.lrem("l", -1, "c"), 1)
        self.assertEqual(client.lrem("l", 0, "a"), 2)
        self.assertEqual(client.lrange("l", 0, -1), ["<", "B", ">", "b"])
        self.assertIs(client.ltrim("l", 1, 2), True)
        self.assertEqual(client.lrange("l", -100, 100), ["B", ">"])
        self.assertEqual(client.lrange("l", 5, 10), [])
        client.ltrim("l", 1, 0)
        self.assertEqual(client.exists("l"), 0)

    def test_positions(self):
        client = self.client
        client.rpush("l", *"abcabcabc")
        self.assertEqual(client.lpos("l", "b"), 1)
        self.assertEqual(client.lpos("l", "b", rank=-1), 7)
        self.assertEqual(client.lpos("l", "b", count=0), [1, 4, 7])
        self.assertEqual(client.lpos("l", "b", rank=2, count=1), [4])
        self.assertEqual(client.lpos("l", "c", count=0, maxlen=4), [2])
        self.assertIsNone(client.lpos("l", "none"))
        self.assertEqual(client.lpos("l", "none", count=0), [])

    def test_elements_move(self):
        client = self.client
        client.rpush("a", *"123")
        self.assertEqual(client.lmove("a", "b"), "1")
        self.assertEqual(client.lmove("a", "b", "RIGHT", "RIGHT"), "3")
        self.assertEqual(client.rpoplpush("a", "b"), "2")
        self.assertEqual(client.lrange("b", 0, -1), ["2", "1", "3"])
        self.assertEqual(client.lmove("b", "b", "LEFT", "RIGHT"), "2")
        self.assertEqual(client.lrange("b", 0, -1), ["1", "3", "2"])
        self.assertIsNone(client.lmove("a", "b"))
        self.assertIsNone(client.rpoplpush("a", "b"))
        self.assertEqual(client.lmpop(2, "a", "b", direction="LEFT", count=2), ["b", ["1", "3"]])
        self.assertEqual(client.lmpop(1, "b", direction="RIGHT"), ["b", ["2"]])
        self.assertIsNone(client.lmpop(1, "b", direction="RIGHT"))

    def test_a_list_grows_to_100000_and_shrinks(self):
        client = self.client
        for begin in range(0, 100_000, 10_000):
            client.rpush("l", *range(begin, begin + 10_000))
        self.assertEqual(client.object("encoding", "l"), "quicklist")
        self.assertEqual(client.llen("l"), 100_000)
        self.assertEqual(client.lrange("l", 49_990, 50_009), [str(i) for i in range(49_990, 50_010)])
        self.assertEqual(client.lindex("l", 77_777), "77777")
        client.linsert("l", "before", "50000", "middle")
        self.assertEqual(client.lpos("l", "middle"), 50_000)
        client.ltrim("l", 50_000, 50_001)
        self.assertEqual(client.lrange("l", 0, -1), ["middle", "50000"])

    def test_any_bytes_small_and_large(self):
        values = [b"", b"\x00\r\n", bytes(range(256)), b"v" * 3_000_000, b"12345", b"-1"]
        self.binary.rpush("l", *values)
        self.assertEqual(self.binary.lrange("l", 0, -1), values)
        self.assertEqual(self.binary.lpop("l", 3), values[:3])
        self.assertEqual(self.binary.rpop("l", 3), values[:2:-1])

    def test_another_type_is_refused(self):
        client = self.client
        client.set("s", "text")
        for call in (client.llen, client.lpop, client.rpop):
            self.assertRefused(NO_LIST, call, "s")
        for call in (client.lpush, client.rpush, client.lpushx, client.rpoplpush, client.lindex):
            self.assertRefused(NO_LIST, call, "s", 1)
        client.rpush("l", 1)
        self.assertRefused(NO_LIST, client.lmove, "l", "s")
        self.assertEqual(client.llen("l"), 1)
        self.assertRefused(NO_LIST, client.append, "l", "x")

    def test_pipelines(self):
        with self.client.pipeline(transaction=False) as pipeline:
            for i in range(10_000):
                pipeline.rpush("l", i)
            pipeline.lrange("l", 0, -1)
            replies = pipeline.execute()
        self.assertEqual(replies[:-1], list(range(1, 10_001)))
        self.assertEqual(replies[-1], [str(i) for i in range(10_000)])


class WaitingTest(SharedServerTest):
    def wait_for_waiters(self, count):
        wait_until(lambda: self.client.info("clients")["blocked_clients"] == count, 10,
                   f"there are not {count} clients waiting")

    def waiting(self, call):
        """Runs call(client) in another thread, on its own connection, and returns once it waits."""
        before = self.client.info("clients")["blocked_clients"]
        other = self.connect(decode_responses=True)
        pool = concurrent.futures.ThreadPoolExecutor(1)
        self.addCleanup(pool.shutdown, wait=False)
        future = pool.submit(call, other)
        self.wait_for_waiters(before + 1)
        return future

    def waiting_id(self):
        entry, = (entry for entry in self.client.client_list() if "b" in entry["flags"])
        return entry["id"]

    def test_what_is_there_is_taken_at_once(self):
        client = self.client
        client.rpush("b", 1, 2, 3)
        self.assertEqual(client.blpop(["a", "b"]), ("b", "1"))
        self.assertEqual(client.brpop("b"), ("b", "3"))
        self.assertEqual(client.brpoplpush("b", "c"), "2")
        self.assertEqual(client.blmove("c", "d", 1), "2")
        self.assertEqual(client.blmpop(1, 2, "c", "d", direction="LEFT"), ["d", ["2"]])

    def test_who_waits_gets_the_next_element(self):
        for wait, answer in ((lambda other: other.blpop(["a", "b"]), ("b", "x")),
                             (lambda other: other.brpop("b", timeout=60), ("b", "x")),
                             (lambda other: other.brpoplpush("b", "c"), "x"),
                             (lambda other: other.blmove("b", "c", 0, "LEFT", "RIGHT"), "x"),
                             (lambda other: other.blmpop(0, 2, "a", "b", direction="LEFT", count=3), ["b", ["x"]])):
            waiter = self.waiting(wait)
            self.assertEqual(self.client.rpush("b", "x"), 1)
            self.assertEqual(waiter.result(10), answer)
            self.assertEqual(self.client.exists("b"), 0)

    def test_the_first_to_wait_is_served_first(self):
        waiters = [self.waiting(lambda other: other.blpop("l")) for _ in range(5)]
        self.client.rpush("l", 1, 2, 3)
        self.client.rpush("l", 4, 5)
        self.assertEqual([waiter.result(10) for waiter in waiters], [("l", str(i)) for i in range(1, 6)])

    def test_who_waits_too_long_hears_nothing(self):
        begin = time.monotonic()
        self.assertIsNone(self.client.blpop("l", timeout=0.1))
        self.assertIsNone(self.client.brpoplpush("l", "m", timeout=0.1))
        self.assertIsNone(self.client.blmove("l", "m", 0.1))
        self.assertIsNone(self.client.blmpop(0.1, 1, "l", direction="LEFT"))
        self.assertGreaterEqual(time.monotonic() - begin, 0.4)

    def test_a_waiter_is_unblocked_or_killed(self):
        waiter = self.waiting(lambda other: other.blpop("l"))
        self.assertIs(self.client.client_unblock(self.waiting_id()), True)
        self.assertIsNone(waiter.result(10))
        waiter = self.waiting(lambda other: other.blpop("l"))
        self.assertIs(self.client.client_unblock(self.waiting_id(), error=True), True)
        with self.assertRaisesRegex(redis.ResponseError, "^UNBLOCKED "):
            waiter.result(10)
        # Killed, it reports the lost connection.
        waiter = self.waiting(lambda other: other.blpop("l"))
        self.client.client_kill_filter(_id=self.waiting_id())
        with self.assertRaises(redis.ConnectionError):
            waiter.result(10)
        self.assertEqual(self.client.rpush("l", "nobody takes it"), 1)

    def test_a_chain_of_moves_wakes_all(self):
        last = self.waiting(lambda other: other.blpop("c"))
        middle = self.waiting(lambda other: other.brpoplpush("b", "c"))
        first = self.waiting(lambda other: other.blmove("a", "b", 0))
        self.client.rpush("a", "x")
        self.assertEqual((first.result(10), middle.result(10), last.result(10)), ("x", "x", ("c", "x")))
        self.wait_for_waiters(0)

    def test_a_queue_with_many_workers_loses_nothing(self):
        done, lock = [], threading.Lock()

        def work():
            worker = self.server.client(decode_responses=True)
            while (job := worker.blpop("jobs")[1]) != "end":
                with lock:
                    done.append(int(job))
            worker.close()
        threads = [threading.Thread(target=work) for _ in range(20)]
        for thread in threads:
            thread.start()
        for begin in range(0, 5000, 100):
            self.client.rpush("jobs", *range(begin, begin + 100))
        self.client.rpush("jobs", *["end"] * 20)
        for thread in threads:
            thread.join(60)
        self.assertEqual(sorted(done), list(range(5000)))
        self.assertEqual(self.client.exists("jobs"), 0)


if __name__ == "__main__":
    unittest.main()
