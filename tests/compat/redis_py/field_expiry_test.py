"""redis-py 4.3 and commands that it does not know: fields that expire, and what Redis 8 does with
several fields at once. They go through execute_command, whose replies nobody converts."""

import unittest

from shared_server import SharedServerTest

FAR_SECONDS = 10_000
FAR_MS = FAR_SECONDS * 1000


class FieldExpiryTest(SharedServerTest):
    def run_command(self, *words):
        return self.client.execute_command(*words)

    def test_fields_get_lose_and_tell_their_times(self):
        run = self.run_command
        self.client.hset("h", mapping={"a": 1, "b": 2, "c": 3})
        self.assertEqual(run("HEXPIRE", "h", FAR_SECONDS, "FIELDS", 2, "a", "none"), [1, -2])
        self.assertEqual(run("HEXPIRE", "h", FAR_SECONDS, "NX", "FIELDS", 2, "a", "b"), [0, 1])
        self.assertEqual(run("HPEXPIRE", "h", FAR_MS + 1, "GT", "FIELDS", 1, "a"), [1])
        self.assertEqual(run("HPEXPIRE", "h", FAR_MS * 2, "LT", "FIELDS", 1, "a"), [0])
        self.assertEqual(run("HPEXPIRE", "h", FAR_MS, "XX", "FIELDS", 1, "c"), [0])
        seconds = run("HTTL", "h", "FIELDS", 4, "a", "b", "c", "none")
        self.assertEqual(seconds[2:], [-1, -2])
        for left in seconds[:2]:
            self.assertTrue(FAR_SECONDS - 100 <= left <= FAR_SECONDS + 1)
        self.assertLessEqual(run("HPTTL", "h", "FIELDS", 1, "b")[0], FAR_MS)
        self.assertEqual(run("HTTL", "none", "FIELDS", 1, "a"), [-2])
        self.assertEqual(run("HPERSIST", "h", "FIELDS", 3, "a", "c", "none"), [1, -1, -2])
        self.assertEqual(run("HTTL", "h", "FIELDS", 1, "a"), [-1])

    def test_absolute_times_come_back_as_they_were_given(self):
        run = self.run_command
        at_seconds = self.client.time()[0] + FAR_SECONDS
        self.client.hset("h", mapping={"a": 1, "b": 2})
        self.assertEqual(run("HEXPIREAT", "h", at_seconds, "FIELDS", 1, "a"), [1])
        self.assertEqual(run("HPEXPIREAT", "h", at_seconds * 1000 + 7, "FIELDS", 1, "b"), [1])
        self.assertEqual(run("HEXPIRETIME", "h", "FIELDS", 1, "a"), [at_seconds])
        self.assertEqual(run("HPEXPIRETIME", "h", "FIELDS", 2, "a", "b"),
                         [at_seconds * 1000, at_seconds * 1000 + 7])

    def test_a_time_that_is_over_removes_the_field_and_the_empty_hash(self):
        run = self.run_command
        self.client.hset("h", mapping={"a": 1, "b": 2})
        self.assertEqual(run("HEXPIREAT", "h", 1, "FIELDS", 1, "a"), [2])
        self.assertEqual(self.client.hgetall("h"), {"b": "2"})
        self.assertEqual(run("HPEXPIRE", "h", 0, "FIELDS", 1, "b"), [2])
        self.assertEqual(self.client.exists("h"), 0)

    def test_fields_are_gone_when_their_time_comes(self):
        run = self.run_command
        self.client.hset("h", mapping={f"f{i}": i for i in range(1000)})
        fields = [f"f{i}" for i in range(999)]
        self.assertEqual(run("HPEXPIRE", "h", 1, "FIELDS", 999, *fields), [1] * 999)
        while self.client.hexists("h", "f0"):
            pass
        self.assertEqual(self.client.hgetall("h"), {"f999": "999"})
        self.assertEqual(run("HPEXPIRE", "h", 1, "FIELDS", 1, "f999"), [1])
        while self.client.exists("h"):
            pass

    def test_several_fields_are_taken_read_and_set_with_a_time(self):
        run = self.run_command
        self.assertEqual(run("HSETEX", "h", "EX", FAR_SECONDS, "FIELDS", 2, "a", 1, "b", 2), 1)
        self.assertEqual(run("HSETEX", "h", "FNX", "FIELDS", 1, "a", 9), 0)
        self.assertEqual(run("HSETEX", "h", "FXX", "KEEPTTL", "FIELDS", 1, "a", 3), 1)
        self.assertGreater(run("HTTL", "h", "FIELDS", 1, "a")[0], 0)
        self.assertEqual(run("HGETEX", "h", "PERSIST", "FIELDS", 2, "a", "none"), ["3", None])
        self.assertEqual(run("HTTL", "h", "FIELDS", 2, "a", "none"), [-1, -2])
        self.assertEqual(run("HGETEX", "h", "PX", FAR_MS, "FIELDS", 1, "a"), ["3"])
        self.assertGreater(run("HPTTL", "h", "FIELDS", 1, "a")[0], 0)
        self.assertEqual(run("HGETDEL", "h", "FIELDS", 2, "a", "none"), ["3", None])
        self.assertEqual(run("HGETDEL", "h", "FIELDS", 1, "b"), ["2"])
        self.assertEqual(self.client.exists("h"), 0)

    def test_writes_over_a_field_end_its_time(self):
        run = self.run_command
        run("HSETEX", "h", "EX", FAR_SECONDS, "FIELDS", 2, "a", 1, "b", 2)
        self.client.hset("h", "a", 5)
        self.client.hincrby("h", "b", 5)
        self.assertEqual(run("HTTL", "h", "FIELDS", 1, "a"), [-1])
        self.assertGreater(run("HTTL", "h", "FIELDS", 1, "b")[0], 0)

    def test_what_is_wrong_is_refused(self):
        run = self.run_command
        self.client.hset("h", "a", 1)
        self.client.set("text", "t")
        self.assertRefused("wrong number of arguments for 'hexpire' command", run, "HEXPIRE", "h", 10)
        self.assertRefused("Mandatory argument FIELDS", run, "HEXPIRE", "h", 10, "F", 1, "a")
        self.assertRefused("The `numfields` parameter must match", run, "HEXPIRE", "h", 10, "FIELDS", 2, "a")
        self.assertRefused("invalid expire time", run, "HEXPIRE", "h", -1, "FIELDS", 1, "a")
        self.assertRefused("WRONGTYPE", run, "HTTL", "text", "FIELDS", 1, "a")
        self.assertEqual(run("HTTL", "h", "FIELDS", 1, "a"), [-1])

    def test_a_pipeline_of_them(self):
        pipeline = self.client.pipeline(transaction=False)
        for i in range(500):
            pipeline.hset("h", f"f{i}", i)
            pipeline.execute_command("HEXPIRE", "h", FAR_SECONDS, "FIELDS", 1, f"f{i}")
            pipeline.execute_command("HGETEX", "h", "PERSIST", "FIELDS", 1, f"f{i}")
        replies = pipeline.execute()
        self.assertEqual(replies, [reply for i in range(500) for reply in (1, [1], [str(i)])])


class EvictionTest(SharedServerTest):
    def tearDown(self):
        self.client.config_set("maxmemory", 0)
        self.client.config_set("maxmemory-policy", "noeviction")
        super().tearDown()

    def test_under_a_limit_old_keys_go_and_writes_succeed(self):
        client = self.client
        client.config_set("maxmemory-policy", "allkeys-lru")
        client.config_set("maxmemory", 4 << 20)
        before = client.info("stats")["evicted_keys"]
        for i in range(3000):
            self.assertTrue(client.hset(f"h{i}", mapping={"a": "v" * 2000, "b": i}))
        self.assertGreater(client.info("stats")["evicted_keys"], before)
        self.assertLess(client.dbsize(), 3000)
        self.assertEqual(client.hget("h2999", "b"), "2999")
        self.assertEqual(client.info("memory")["maxmemory"], 4 << 20)
        self.assertEqual(client.info("memory")["maxmemory_policy"], "allkeys-lru")

    def test_without_a_policy_writes_are_refused_and_reads_go_on(self):
        client = self.client
        client.set("kept", "v")
        client.config_set("maxmemory", 1)
        self.assertRefused("OOM command not allowed when used memory", client.sadd, "s", "a")
        self.assertEqual(client.get("kept"), "v")
        self.assertEqual(client.delete("kept"), 1)
        client.config_set("maxmemory", 0)
        self.assertEqual(client.sadd("s", "a"), 1)

    def test_lfu_counts_and_idle_times_are_told(self):
        client = self.client
        client.config_set("maxmemory-policy", "allkeys-lfu")
        client.set("k", "v")
        for _ in range(100):
            client.get("k")
        self.assertGreater(client.object("freq", "k"), 5)
        self.assertRefused("An LFU maxmemory policy is selected", client.object, "idletime", "k")


if __name__ == "__main__":
    unittest.main()
