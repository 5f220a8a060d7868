"""redis-py's publish and subscribe, and its transactions: its own objects, threads and retries."""

import threading
import unittest

import redis

from server_process import ServerProcess, wait_until


class WithServer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = ServerProcess("--save", "")
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.server.cleanup()

    def setUp(self):
        self.client = self.server.client(decode_responses=True)
        self.client.flushall()


def drain(subscription, count):
    """So many messages, each waited for."""
    messages = []
    while len(messages) < count:
        message = subscription.get_message(timeout=10)
        assert message is not None, f"only {messages} came"
        messages.append((message["type"], message["channel"], message["data"]))
    return messages


class PubSub(WithServer):
    def test_names_and_patterns_get_what_is_meant_for_them(self):
        subscription = self.client.pubsub()
        subscription.subscribe("news", "weather")
        subscription.psubscribe("n*", "other:*")
        self.assertEqual(drain(subscription, 4), [
            ("subscribe", "news", 1), ("subscribe", "weather", 2),
            ("psubscribe", "n*", 3), ("psubscribe", "other:*", 4)])
        self.assertEqual(self.client.publish("news", "hello"), 2)
        self.assertEqual(self.client.publish("nobody listens", ""), 1)
        self.assertEqual(self.client.publish("silence", "x"), 0)
        self.assertEqual(drain(subscription, 3), [
            ("message", "news", "hello"), ("pmessage", "news", "hello"),
            ("pmessage", "nobody listens", "")])
        self.assertEqual(dict(self.client.pubsub_numsub("news", "silence")), {"news": 1, "silence": 0})
        self.assertEqual(self.client.pubsub_numpat(), 2)
        self.assertEqual(sorted(self.client.pubsub_channels()), ["news", "weather"])
        subscription.unsubscribe()
        subscription.punsubscribe()
        self.assertEqual({kind for kind, _, _ in drain(subscription, 4)}, {"unsubscribe", "punsubscribe"})
        subscription.close()
        wait_until(lambda: self.client.pubsub_numpat() == 0, 10, "the subscriber is still there")

    def test_handlers_run_in_a_thread_of_the_subscriber(self):
        got, all_came = [], threading.Event()

        def handle(message):
            got.append(message["data"])
            if len(got) == 100:
                all_came.set()

        subscription = self.client.pubsub(ignore_subscribe_messages=True)
        subscription.subscribe(work=handle)
        thread = subscription.run_in_thread(sleep_time=0.01)
        try:
            for number in range(100):
                self.assertEqual(self.client.publish("work", number), 1)
            self.assertTrue(all_came.wait(30))
        finally:
            thread.stop()
            thread.join()
        self.assertEqual(got, [str(number) for number in range(100)])

    def test_a_message_reaches_each_of_many(self):
        subscriptions = [self.server.client().pubsub(ignore_subscribe_messages=True) for _ in range(200)]
        for subscription in subscriptions:
            subscription.subscribe("all")
            self.assertIsNone(subscription.get_message(timeout=10))
        large = b"x" * 100_000
        self.assertEqual(self.client.publish("all", large), 200)
        for subscription in subscriptions:
            message = None
            while message is None:
                message = subscription.get_message(timeout=10)
            self.assertEqual(message["data"], large)
            subscription.close()


class Transactions(WithServer):
    def test_a_pipeline_runs_as_one(self):
        with self.client.pipeline(transaction=True) as pipeline:
            replies = pipeline.set("a", 1).incr("a").lpush("a", "x").get("a").execute(raise_on_error=False)
        self.assertEqual(replies[:2], [True, 2])
        self.assertIsInstance(replies[2], redis.ResponseError)
        self.assertEqual(replies[3], "2")

    def test_a_request_that_cannot_be_queued_runs_nothing(self):
        pipeline = self.client.pipeline(transaction=True)
        pipeline.set("b", 1)
        pipeline.execute_command("NO SUCH COMMAND")
        with self.assertRaises(redis.ResponseError):
            pipeline.execute()
        self.assertFalse(self.client.exists("b"))

    def test_a_watched_key_that_changes_stops_it(self):
        with self.client.pipeline() as pipeline:
            pipeline.watch("c")
            self.client.set("c", "by another")
            pipeline.multi()
            pipeline.set("c", "mine")
            with self.assertRaises(redis.WatchError):
                pipeline.execute()
        self.assertEqual(self.client.get("c"), "by another")

    def test_counters_under_retry_lose_nothing(self):
        def count_up():
            client = self.server.client()

            def step(pipeline):
                value = int(pipeline.get("count") or 0)
                pipeline.multi()
                pipeline.set("count", value + 1)

            for _ in range(50):
                client.transaction(step, "count")

        threads = [threading.Thread(target=count_up) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.client.get("count"), "400")

    def test_blocking_commands_answer_at_once(self):
        with self.client.pipeline(transaction=True) as pipeline:
            replies = pipeline.blpop("nothing", 0).bzpopmin("nothing", 0).execute()
        self.assertEqual(replies, [None, None])


if __name__ == "__main__":
    unittest.main()
