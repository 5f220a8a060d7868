"""redis-py's connections: pools, logins, databases, names, timeouts, and a server that restarts."""

import asyncio
import concurrent.futures
import time
import unittest

import redis
import redis.asyncio
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from server_process import ServerProcess, wait_until


class SharedServerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = ServerProcess()
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        try:
            cls.server.stop()
        finally:
            cls.server.cleanup()

    def client(self, **options):
        client = self.server.client(**{"decode_responses": True, **options})
        self.addCleanup(client.close)
        self.addCleanup(client.connection_pool.disconnect)
        return client


class PoolTest(SharedServerTest):
    def test_200_connections_work_at_once_and_are_given_back(self):
        pool = redis.BlockingConnectionPool(max_connections=200, timeout=20, host="127.0.0.1",
                                            port=self.server.port)
        self.addCleanup(pool.disconnect)
        client = redis.Redis(connection_pool=pool)
        connections = [pool.get_connection("PING") for _ in range(200)]
        for connection in connections:
            connection.send_command("INCR", "pooled")
        replies = {connection.read_response() for connection in connections}
        self.assertEqual(replies, set(range(1, 201)))
        self.assertEqual(client_count(self.server), 201)
        for connection in connections:
            pool.release(connection)
        self.assertEqual(client.get("pooled"), b"200")

    def test_threads_share_a_client(self):
        client = self.client(max_connections=32)

        def work(_):
            for _ in range(100):
                client.incr("shared")
        with concurrent.futures.ThreadPoolExecutor(16) as threads:
            list(threads.map(work, range(16)))
        self.assertEqual(client.get("shared"), "1600")

    def test_connections_over_the_unix_socket(self):
        client = redis.Redis(unix_socket_path=self.server.unix_socket)
        self.addCleanup(client.close)
        client.set("k", "over a file")
        self.assertEqual(client.get("k"), b"over a file")
        self.assertEqual(client.client_info()["addr"], self.server.unix_socket + ":0")

    def test_a_client_from_a_url(self):
        with redis.Redis.from_url(f"redis://127.0.0.1:{self.server.port}/3?client_name=by-url") as client:
            info = client.client_info()
        self.assertEqual((info["db"], info["name"]), (3, "by-url"))

    def test_health_checks_are_made_between_commands(self):
        client = self.client(health_check_interval=0.05)
        client.set("k", "v")
        before = client.info("commandstats")["cmdstat_ping"]["calls"] if has_ping(client) else 0
        time.sleep(0.1)
        self.assertEqual(client.get("k"), "v")
        self.assertGreater(client.info("commandstats")["cmdstat_ping"]["calls"], before)


def has_ping(client):
    return "cmdstat_ping" in client.info("commandstats")


def client_count(server):
    with server.client() as client:
        return client.info("clients")["connected_clients"]


class ConnectionStateTest(SharedServerTest):
    def test_each_connection_selects_its_database_again(self):
        client = self.client(db=7, single_connection_client=False)
        client.set("k", "in 7")
        client.connection_pool.disconnect()
        self.assertEqual(client.get("k"), "in 7")
        self.assertEqual(client.client_info()["db"], 7)
        self.assertIsNone(self.client(db=8).get("k"))

    def test_a_client_knows_its_name_and_its_id(self):
        client = self.client(client_name="named")
        self.assertEqual(client.client_getname(), "named")
        self.assertIs(client.client_setname("renamed"), True)
        identity = client.client_id()
        entries = [entry for entry in client.client_list() if entry["id"] == str(identity)]
        self.assertEqual([entry["name"] for entry in entries], ["renamed"])
        self.assertEqual(client.client_list(client_id=[str(identity)])[0]["cmd"], "client|list")
        self.assertEqual(client.client_info()["id"], identity)
        self.assertIsNone(self.client().client_getname())

    def test_clients_are_killed_by_address_and_by_filter(self):
        client = self.client()
        for kill in (lambda entry: client.client_kill(entry["addr"]),
                     lambda entry: client.client_kill_filter(_id=entry["id"]),
                     lambda entry: client.client_kill_filter(addr=entry["addr"]),
                     lambda entry: client.client_kill_filter(laddr=entry["laddr"], skipme=True)):
            victim = self.client(client_name="victim")
            victim.ping()
            entry = next(entry for entry in client.client_list() if entry["name"] == "victim")
            self.assertTrue(kill(entry))
            # It connects again by itself.
            self.assertIs(victim.ping(), True)
            victim.connection_pool.disconnect()
            wait_until(lambda: all(entry["name"] != "victim" for entry in client.client_list()), 5,
                       "the victim is still listed")
        with self.assertRaisesRegex(redis.ResponseError, "^No such client$"):
            client.client_kill("1.2.3.4:5")

    def test_a_pause_holds_writes_back_and_ends(self):
        client = self.client()
        self.assertIs(client.client_pause(60_000, all=False), True)
        client.get("k")
        held = self.client(socket_timeout=0.2)
        with self.assertRaises(redis.TimeoutError):
            held.set("k", "v")
        self.assertEqual(client.client_unpause(), "OK")
        self.assertIs(client.set("k", "v"), True)

    def test_no_evict_no_touch_and_unblock_are_answered(self):
        client = self.client()
        self.assertEqual(client.client_no_evict("ON"), "OK")
        self.assertEqual(client.execute_command("CLIENT NO-TOUCH", "ON"), "OK")
        self.assertIs(client.client_unblock(client.client_id()), False)
        self.assertIs(client.client_unblock(10**9, error=True), False)

    def test_replies_can_be_switched_off(self):
        client = self.client(single_connection_client=True)
        connection = client.connection
        for reply in ("OFF", "ON"):
            connection.send_command("CLIENT", "REPLY", reply)
            connection.send_command("SET", "quiet", reply)
        self.assertEqual([connection.read_response() for _ in range(2)], ["OK", "OK"])
        self.assertEqual(client.get("quiet"), "ON")
        connection.send_command("CLIENT", "REPLY", "SKIP")
        connection.send_command("SET", "quiet", "skipped")
        self.assertEqual(client.get("quiet"), "skipped")

    def test_reset_and_quit(self):
        client = self.client(db=3, client_name="before", single_connection_client=True)
        self.assertEqual(client.reset(), "RESET")
        info = client.client_info()
        self.assertEqual((info["db"], info["name"]), (0, ""))
        self.assertIs(client.quit(), True)
        with self.assertRaises(redis.ConnectionError):
            client.ping()
        self.assertIs(client.ping(), True)  # on a new connection


class LoginTest(unittest.TestCase):
    def test_with_a_password_only_those_who_know_it_get_in(self):
        with ServerProcess("--requirepass", "secret word") as server:
            client = server.client(password="secret word", decode_responses=True)
            self.assertIs(client.set("k", "v"), True)
            named = server.client(username="default", password="secret word")
            self.assertEqual(named.get("k"), b"v")
            with self.assertRaisesRegex(redis.AuthenticationError, "^Authentication required.$"):
                server.client().get("k")
            for wrong in ({"password": "wrong"}, {"username": "nobody", "password": "secret word"}):
                with self.assertRaisesRegex(redis.ResponseError, "^WRONGPASS invalid username-password pair"):
                    server.client(**wrong).get("k")

    def test_a_password_can_be_set_and_taken_away_while_clients_are_connected(self):
        with ServerProcess() as server:
            client = server.client(decode_responses=True)
            client.ping()
            client.config_set("requirepass", "new")
            self.assertIs(client.ping(), True)
            with self.assertRaises(redis.AuthenticationError):
                server.client().ping()
            self.assertIs(client.auth("new"), True)
            client.config_set("requirepass", "")
            self.assertIs(server.client().ping(), True)
            with self.assertRaisesRegex(redis.ResponseError, "without any password configured"):
                server.client(password="new").ping()


class RestartTest(unittest.TestCase):
    def test_a_client_finds_the_restarted_server_by_itself(self):
        with ServerProcess() as server:
            client = server.client(client_name="loyal", db=2, retry=Retry(ConstantBackoff(0.05), 100),
                                   retry_on_error=[ConnectionError, redis.ConnectionError])
            client.set("k", "v")
            server.restart()
            # The data was saved at the end; the connection works, with its name and its database.
            self.assertEqual(client.get("k"), b"v")
            client.set("k", "w")
            self.assertEqual(client.get("k"), b"w")
            info = client.client_info()
            self.assertEqual((info["name"], info["db"]), ("loyal", 2))

    def test_without_a_server_there_is_a_clean_error(self):
        server = ServerProcess()
        self.addCleanup(server.cleanup)
        server.start()
        client = server.client()
        client.ping()
        server.stop()
        with self.assertRaises(redis.ConnectionError):
            client.ping()
        server.start()
        self.assertIs(client.ping(), True)
        server.stop()


class TimeoutTest(SharedServerTest):
    def test_a_client_that_gave_up_does_not_get_the_late_reply(self):
        client = self.client(socket_timeout=0.2)
        client.set("k", "v")
        other = self.client()
        other.client_pause(1000)
        with self.assertRaises(redis.TimeoutError):
            client.get("k")
        wait_until(lambda: other.ping(), 5, "the pause does not end")
        self.assertEqual(client.echo("right"), "right")

    def test_the_server_closes_idle_connections_and_the_client_comes_back(self):
        client = self.client()
        other = self.client()
        client.ping()
        connection = client.connection_pool.get_connection("PING")
        client.connection_pool.release(connection)
        other.config_set("timeout", 1)
        self.addCleanup(lambda: self.client().config_set("timeout", 0))
        # can_read() is how redis-py notices the end of a connection.
        wait_until(lambda: closed(connection), 10, "the idle connection stays")
        self.assertIs(client.ping(), True)


def closed(connection):
    try:
        return connection.can_read(0)
    except (OSError, redis.ConnectionError):
        return True


class FloodTest(unittest.TestCase):
    def test_at_maxclients_new_connections_fail_and_others_go_on(self):
        with ServerProcess("--maxclients", "10") as server:
            inside = [server.client(single_connection_client=True) for _ in range(10)]
            for client in inside:
                client.ping()
            # Which of the two depends on whether the refusal comes before the client looks for it.
            for _ in range(20):
                with self.assertRaisesRegex(redis.ConnectionError, "max number of clients|not ready"):
                    server.client().ping()
            for client in inside:
                self.assertIs(client.ping(), True)


class AsyncioTest(unittest.IsolatedAsyncioTestCase):
    async def test_the_asynchronous_client(self):
        with ServerProcess("--requirepass", "s") as server:
            pool = redis.asyncio.BlockingConnectionPool(
                host="127.0.0.1", port=server.port, password="s", db=1, max_connections=20,
                decode_responses=True)
            client = redis.asyncio.Redis(connection_pool=pool)
            self.assertIs(await client.set("k", "v", ex=100), True)
            self.assertEqual(await client.get("k"), "v")
            counts = await asyncio.gather(*(client.incr("n") for _ in range(200)))
            self.assertEqual(sorted(counts), list(range(1, 201)))
            pipeline = client.pipeline(transaction=False)
            for i in range(1000):
                pipeline.set(f"k{i}", i)
            self.assertEqual(await pipeline.execute(), [True] * 1000)
            keys = [key async for key in client.scan_iter(match="k*", count=100)]
            self.assertEqual(len(set(keys)), 1001)
            with self.assertRaises(redis.ResponseError):
                await client.incr("k")
            await client.close()
            await pool.disconnect()


if __name__ == "__main__":
    unittest.main()
