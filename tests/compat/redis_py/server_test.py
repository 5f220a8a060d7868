"""What redis-py makes of the server's view of itself: INFO, CONFIG, COMMAND, slow log, MONITOR."""

import threading
import time
import unittest

import redis

from server_process import ServerProcess

SERVER = ServerProcess()

# Fields that programs look for, with the type redis-py gives them.
INFO_FIELDS = {
    "redis_version": str, "redis_mode": str, "os": str, "arch_bits": int, "process_id": int,
    "run_id": str, "tcp_port": int, "uptime_in_seconds": int, "uptime_in_days": int, "hz": int,
    "config_file": str, "connected_clients": int, "blocked_clients": int, "maxclients": int,
    "used_memory": int, "used_memory_human": str, "used_memory_rss": int, "used_memory_peak": int,
    "total_system_memory": int, "maxmemory": int, "maxmemory_policy": str,
    "mem_fragmentation_ratio": float, "mem_allocator": str, "loading": int,
    "rdb_changes_since_last_save": int, "rdb_bgsave_in_progress": int, "rdb_last_save_time": int,
    "rdb_last_bgsave_status": str, "aof_enabled": int, "aof_rewrite_in_progress": int,
    "total_connections_received": int, "total_commands_processed": int,
    "instantaneous_ops_per_sec": int, "total_net_input_bytes": int, "total_net_output_bytes": int,
    "instantaneous_input_kbps": float, "rejected_connections": int, "expired_keys": int,
    "evicted_keys": int, "keyspace_hits": int, "keyspace_misses": int, "pubsub_channels": int,
    "role": str, "connected_slaves": int, "master_replid": str, "master_repl_offset": int,
    "used_cpu_sys": float, "used_cpu_user": float, "cluster_enabled": int,
}


def setUpModule():
    SERVER.start()


def tearDownModule():
    try:
        SERVER.stop()
    finally:
        SERVER.cleanup()


class ClientTest(unittest.TestCase):
    def setUp(self):
        self.client = SERVER.client(decode_responses=True)
        self.addCleanup(self.client.close)
        self.client.flushall()


class InfoTest(ClientTest):
    def test_the_fields_that_programs_read_are_there_with_their_types(self):
        info = self.client.info()
        for name, kind in INFO_FIELDS.items():
            with self.subTest(field=name):
                self.assertIsInstance(info[name], kind)
        self.assertEqual((info["role"], info["redis_mode"], info["loading"]), ("master", "standalone", 0))
        self.assertEqual(info["process_id"], SERVER.pid)
        self.assertEqual(info["tcp_port"], SERVER.port)
        self.assertGreaterEqual([int(part) for part in info["redis_version"].split(".")], [7, 0, 0])

    def test_sections_can_be_chosen(self):
        self.assertIn("used_memory", self.client.info("memory"))
        self.assertNotIn("redis_version", self.client.info("memory"))
        several = self.client.info("clients", "cpu")
        self.assertLessEqual({"connected_clients", "used_cpu_sys"}, several.keys())
        self.assertEqual(self.client.info("nonsense"), {})
        self.assertIn("cmdstat_info", self.client.info("everything"))

    def test_the_keyspace_is_told_by_database(self):
        self.client.set("a", 1)
        self.client.set("b", 1, ex=100)
        SERVER.client(db=9).set("c", 1)
        keyspace = self.client.info("keyspace")
        self.assertEqual(set(keyspace), {"db0", "db9"})
        self.assertEqual((keyspace["db0"]["keys"], keyspace["db0"]["expires"]), (2, 1))
        self.assertLessEqual(keyspace["db0"]["avg_ttl"], 100_000)

    def test_commands_and_errors_are_counted(self):
        self.client.config_resetstat()
        for _ in range(5):
            self.client.get("none")
        for _ in range(3):
            with self.assertRaises(redis.ResponseError):
                self.client.execute_command("GET")
        statistics = self.client.info("commandstats")["cmdstat_get"]
        self.assertEqual((statistics["calls"], statistics["rejected_calls"]), (5, 3))
        self.assertEqual(self.client.info("errorstats")["errorstat_ERR"], "count=3")
        stats = self.client.info("stats")
        self.assertEqual((stats["keyspace_hits"], stats["keyspace_misses"]), (0, 5))
        self.assertEqual(stats["total_error_replies"], 3)
        self.assertIn("p50", self.client.info("latencystats")["latency_percentiles_usec_get"])


class ConfigTest(ClientTest):
    def test_settings_are_read_by_name_and_by_pattern(self):
        self.assertEqual(self.client.config_get("databases"), {"databases": "16"})
        found = self.client.config_get("maxmemory*")
        self.assertLessEqual({"maxmemory", "maxmemory-policy", "maxmemory-samples"}, found.keys())
        self.assertLessEqual({"timeout", "maxclients"}, self.client.config_get("timeout", "maxc*").keys())
        self.assertEqual(self.client.config_get("nothing"), {})
        self.assertGreater(len(self.client.config_get()), 150)

    def test_settings_change_all_or_none(self):
        self.assertIs(self.client.config_set("timeout", 77), True)
        self.assertEqual(self.client.config_get("timeout")["timeout"], "77")
        self.assertIs(self.client.config_set("timeout", 0, "hz", 20), True)
        with self.assertRaisesRegex(redis.ResponseError,
                                    r"^CONFIG SET failed \(possibly.*'hz'\) - argument couldn't be"):
            self.client.config_set("timeout", 5, "hz", "often")
        self.assertEqual(self.client.config_get("timeout")["timeout"], "0")
        with self.assertRaisesRegex(redis.ResponseError, "^Unknown option or number of arguments"):
            self.client.config_set("nothing", 1)
        self.client.config_set("hz", 10)

    def test_without_a_file_nothing_can_be_rewritten(self):
        with self.assertRaisesRegex(redis.ResponseError, "^The server is running without a config file$"):
            self.client.config_rewrite()

    def test_a_full_server_refuses_writes_and_still_reads(self):
        self.client.set("k", "v")
        self.client.config_set("maxmemory", 1)
        try:
            with self.assertRaisesRegex(redis.ResponseError, "^OOM command not allowed when used memory"):
                self.client.set("k", "w")
            self.assertEqual(self.client.get("k"), "v")
            self.assertEqual(self.client.delete("k"), 1)
        finally:
            self.client.config_set("maxmemory", 0)


class CommandTest(ClientTest):
    def test_every_command_is_described(self):
        commands = self.client.command()
        self.assertEqual(len(commands), self.client.command_count())
        get = commands["get"]
        self.assertEqual((get["arity"], get["first_key_pos"], get["last_key_pos"], get["step_count"]),
                         (2, 1, 1, 1))
        self.assertLessEqual({"readonly", "fast"}, set(get["flags"]))
        self.assertEqual((commands["mset"]["last_key_pos"], commands["mset"]["step_count"]), (-1, 2))
        self.assertLessEqual(set(commands), set(self.client.command_list()))

    def test_commands_are_chosen_and_their_keys_found(self):
        self.assertEqual(self.client.command_list(category="bitmap").count("setbit"), 1)
        self.assertEqual(sorted(self.client.command_list(pattern="getr*")), ["getrange"])
        self.assertEqual(self.client.command_getkeys("MSET", "a", 1, "b", 2), ["a", "b"])
        self.assertEqual(self.client.command_getkeysandflags("SET", "k", "v"),
                         [["k", ["OW", "update"]]])
        with self.assertRaisesRegex(redis.ResponseError, "^Invalid number of arguments specified"):
            self.client.command_getkeys("MSET", "a")


class TimeTest(ClientTest):
    def test_the_clock_the_role_and_a_picture(self):
        seconds, microseconds = self.client.time()
        self.assertLess(abs(seconds - time.time()), 5)
        self.assertLess(microseconds, 1_000_000)
        self.assertEqual(self.client.execute_command("ROLE"), ["master", 0, []])
        self.assertIn(self.client.info("server")["redis_version"], self.client.lolwut())

    def test_modules_and_cluster_answer_as_a_plain_server_does(self):
        self.assertEqual(self.client.module_list(), [])
        with self.assertRaisesRegex(redis.ResponseError, "^This instance has cluster support disabled$"):
            self.client.execute_command("CLUSTER INFO")
        self.assertEqual(self.client.replicaof("NO", "ONE"), "OK")


class SlowLogTest(ClientTest):
    def test_slow_commands_are_kept_with_who_sent_them(self):
        self.client.config_set("slowlog-log-slower-than", 0)
        self.addCleanup(lambda: self.client.config_set("slowlog-log-slower-than", 10_000))
        self.assertIs(self.client.slowlog_reset(), True)
        self.client.client_setname("slow")
        self.client.set("k", "x" * 500)
        entry = next(entry for entry in self.client.slowlog_get() if entry["command"].startswith(b"SET k "))
        self.assertEqual(entry["command"], b"SET k " + b"x" * 128 + b"... (372 more bytes)")
        self.assertLess(abs(entry["start_time"] - time.time()), 5)
        # As it comes over the wire there is more than redis-py shows.
        *_, address, name = self.client.execute_command("SLOWLOG", "GET", 1)[0]
        self.assertRegex(address, r"^127\.0\.0\.1:\d+$")
        self.assertEqual(name, "slow")
        self.assertGreaterEqual(self.client.slowlog_len(), 3)
        self.assertEqual(len(self.client.slowlog_get(2)), 2)

    def test_latency_of_commands_is_told(self):
        self.client.set("k", "v")
        histogram = self.client.execute_command("LATENCY HISTOGRAM", "set")
        self.assertEqual(histogram[0], "set")
        self.assertEqual(self.client.execute_command("LATENCY LATEST"), [])
        self.assertEqual(self.client.execute_command("LATENCY RESET"), 0)


class MemoryTest(ClientTest):
    def test_memory_of_a_key_and_of_the_server(self):
        self.client.set("small", "v")
        self.client.set("large", "v" * 100_000)
        self.assertTrue(0 < self.client.memory_usage("small") < 200)
        self.assertTrue(100_000 < self.client.memory_usage("large", samples=0) < 130_000)
        self.assertIsNone(self.client.memory_usage("none"))
        # Redis 7.4 tells db.dict.rehashing.count, a number, which redis-py takes for a database.
        del self.client.response_callbacks["MEMORY STATS"]
        answer = self.client.execute_command("MEMORY STATS")
        stats = dict(zip(answer[::2], answer[1::2]))
        self.assertGreater(stats["total.allocated"], 100_000)
        self.assertEqual(stats["keys.count"], 2)
        self.assertIs(self.client.memory_purge(), True)


class MonitorTest(ClientTest):
    def monitor(self):
        monitor = SERVER.client(decode_responses=True, socket_timeout=5).monitor()
        self.addCleanup(monitor.connection.disconnect)
        return monitor.__enter__()

    def seen_until(self, monitor, last):
        """What the monitor sees, to the first command with `last` in it."""
        seen = []
        while not seen or last not in seen[-1]["command"]:
            seen.append(monitor.next_command())
        return seen

    def test_a_monitor_sees_what_others_do_and_no_secrets(self):
        monitor = self.monitor()
        other = SERVER.client(db=4)
        other.set("k", b'a "quoted"\r\n\x00\xff')
        with self.assertRaises(redis.ResponseError):
            other.execute_command("AUTH", "secret")
        other.config_set("requirepass", "")
        other.echo("last")
        seen = self.seen_until(monitor, "last")
        written = next(entry for entry in seen if entry["command"].startswith("SET"))
        self.assertEqual((written["db"], written["client_type"], written["client_address"]),
                         (4, "tcp", "127.0.0.1"))
        self.assertLess(abs(written["time"] - time.time()), 5)
        self.assertEqual(written["command"], r'SET k a "quoted"\r\n\x00\xff')
        self.assertNotIn("secret", " ".join(entry["command"] for entry in seen))

    def test_several_monitors_and_one_that_is_gone(self):
        self.monitor().connection.disconnect()
        monitors = [self.monitor() for _ in range(3)]
        SERVER.client().echo("hello")
        for monitor in monitors:
            self.assertEqual(self.seen_until(monitor, "hello")[-1]["command"], "ECHO hello")


class ShutdownTest(unittest.TestCase):
    def test_shutdown_ends_the_server_with_status_0(self):
        with ServerProcess() as server:
            client = server.client()
            client.ping()
            client.shutdown(nosave=True)
            server.wait_for_exit(0)

    def test_shutdown_by_one_client_ends_the_others_connections(self):
        with ServerProcess() as server:
            others = [server.client(single_connection_client=True) for _ in range(20)]
            for other in others:
                other.ping()
            stopper = threading.Thread(target=server.client().shutdown, kwargs={"nosave": True})
            stopper.start()
            stopper.join()
            server.wait_for_exit(0)
            for other in others:
                with self.assertRaises(redis.ConnectionError):
                    other.ping()


if __name__ == "__main__":
    unittest.main()
