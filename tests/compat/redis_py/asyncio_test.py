"""redis-py's asynchronous client: many tasks, pools, pipelines, scans, monitors, and servers that restart."""

import asyncio
import time
import unittest

import redis
import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff

from server_process import ServerProcess


class AsyncioTest(unittest.IsolatedAsyncioTestCase):
    """Each test has a server of its own."""

    async def asyncSetUp(self):
        asyncio.get_running_loop().set_debug(False)  # unittest sets it; it makes everything slow
        self.server = ServerProcess()
        self.addCleanup(self.server.cleanup)
        self.server.start()
        self.client = self.connect()

    async def asyncTearDown(self):
        if self.server.running:
            self.server.stop()

    def connect(self, **options):
        """A client whose connections end with the test."""
        client = redis.asyncio.Redis(host="127.0.0.1", port=self.server.port,
                                     **{"decode_responses": True, **options})
        self.addAsyncCleanup(client.connection_pool.disconnect)
        return client

    def pool_client(self, connections, **options):
        pool = redis.asyncio.BlockingConnectionPool(
            host="127.0.0.1", port=self.server.port, max_connections=connections, timeout=None, **options)
        self.addAsyncCleanup(pool.disconnect)
        return redis.asyncio.Redis(connection_pool=pool)

    async def wait_until(self, condition, complaint):
        deadline = time.monotonic() + 10
        while not await condition():
            self.assertLess(time.monotonic(), deadline, complaint)
            await asyncio.sleep(0.002)


class PoolTest(AsyncioTest):
    async def test_200_connections_are_busy_at_once(self):
        client = self.pool_client(200)
        connections = [await client.connection_pool.get_connection("PING") for _ in range(200)]
        info = await self.client.info("clients")
        self.assertEqual(info["connected_clients"], 201)

        async def use(connection, number):
            await connection.send_command("SET", f"key:{number}", number)
            await connection.send_command("GET", f"key:{number}")
            return [await connection.read_response() for _ in range(2)]
        replies = await asyncio.gather(*(use(connection, i) for i, connection in enumerate(connections)))
        self.assertEqual(replies, [[b"OK", str(i).encode()] for i in range(200)])
        for connection in connections:
            await client.connection_pool.release(connection)

    async def test_2000_tasks_share_200_connections(self):
        client = self.pool_client(200)

        async def work(number):
            await client.set(f"key:{number}", number)
            count = await client.incr("count")
            return count, int(await client.get(f"key:{number}"))
        results = await asyncio.gather(*(work(i) for i in range(2000)))
        self.assertEqual([number for _, number in results], list(range(2000)))
        self.assertEqual(sorted(count for count, _ in results), list(range(1, 2001)))

    async def test_a_pool_that_is_used_up_says_so(self):
        client = self.connect(max_connections=2)
        held = [await client.connection_pool.get_connection("PING") for _ in range(2)]
        with self.assertRaises(redis.ConnectionError):
            await client.ping()
        for connection in held:
            await client.connection_pool.release(connection)
        self.assertIs(await client.ping(), True)

    async def test_the_unix_socket(self):
        client = redis.asyncio.Redis(unix_socket_path=self.server.unix_socket, db=3)
        self.addAsyncCleanup(client.connection_pool.disconnect)
        self.assertIs(await client.set("k", b"\x00\xff"), True)
        self.assertEqual(await client.get("k"), b"\x00\xff")
        self.assertEqual((await client.client_info())["db"], 3)

    async def test_a_url_says_everything(self):
        await self.client.config_set("requirepass", "s3cr3t")
        client = redis.asyncio.from_url(
            f"redis://default:s3cr3t@127.0.0.1:{self.server.port}/4?client_name=by-url", decode_responses=True)
        self.addAsyncCleanup(client.connection_pool.disconnect)
        info = await client.client_info()
        self.assertEqual((info["db"], info["name"], info["user"]), (4, "by-url", "default"))


class DataTest(AsyncioTest):
    async def test_text_and_bytes(self):
        await self.client.set("grün", "€")
        self.assertEqual(await self.client.get("grün"), "€")
        plain = self.connect(decode_responses=False)
        self.assertEqual(await plain.get("grün"), "€".encode())
        self.assertEqual(await plain.keys("*"), ["grün".encode()])
        latin = self.connect(encoding="latin-1")
        await latin.set("k", "ü")
        self.assertEqual(await plain.get("k"), b"\xfc")
        with self.assertRaises(UnicodeDecodeError):
            await self.client.get("k")
        strict = self.connect(encoding_errors="replace")
        self.assertEqual(await strict.get("k"), "\ufffd")

    async def test_large_values_by_several_tasks(self):
        client = self.connect(decode_responses=False)
        values = [bytes([i]) * (1_000_000 + i) for i in range(20)]
        await asyncio.gather(*(client.set(f"key:{i}", value) for i, value in enumerate(values)))
        read = await asyncio.gather(*(client.get(f"key:{i}") for i in range(20)))
        self.assertEqual(read, values)

    async def test_pipelines(self):
        async def work(name):
            async with self.client.pipeline(transaction=False) as pipeline:
                for i in range(1000):
                    pipeline.set(f"{name}:{i}", i, ex=100)
                    pipeline.incrby(name, i)
                    pipeline.get("missing")
                return await pipeline.execute()
        for replies in await asyncio.gather(*(work(f"n{i}") for i in range(10))):
            self.assertEqual(replies[::3], [True] * 1000)
            self.assertEqual(replies[-2], 499_500)
            self.assertEqual(set(replies[2::3]), {None})
        pipeline = self.client.pipeline(transaction=False)
        replies = await pipeline.set("t", "text").incr("t").get("t").execute(raise_on_error=False)
        self.assertEqual(replies[::2], [True, "text"])
        self.assertIsInstance(replies[1], redis.ResponseError)

    async def test_a_scan_while_others_write(self):
        await self.client.mset({f"stays:{i}": i for i in range(3000)})
        other = self.connect()

        async def write():
            for i in range(1500):
                await other.set(f"comes:{i}", i)
                await other.delete(f"comes:{i // 2}")

        async def scan():
            return [key async for key in self.client.scan_iter(match="stays:*", count=50)]
        writing = asyncio.create_task(write())
        for found in await asyncio.gather(scan(), scan(), scan()):
            self.assertEqual(set(found), {f"stays:{i}" for i in range(3000)})
        await writing
        typed = [key async for key in self.client.scan_iter(_type="STRING", count=1000)]
        self.assertGreaterEqual(len(typed), 3000)

    async def test_a_monitor(self):
        seen = []
        async with self.connect().monitor() as monitor:
            await self.client.set("k", 'a "quoted"\r\nvalue')
            await self.client.echo("last")
            async for command in monitor.listen():
                seen.append(command)
                if command["command"] == "ECHO last":
                    break
        # redis-py 4.3 gives the text as it stands in the line, escapes included.
        self.assertEqual(seen[0]["command"], r'SET k a "quoted"\r\nvalue')
        self.assertEqual((seen[0]["db"], seen[0]["client_type"]), (0, "tcp"))
        self.assertLess(abs(seen[0]["time"] - time.time()), 60)


class TroubleTest(AsyncioTest):
    async def test_a_restarted_server_is_found_again_by_all(self):
        client = self.connect(client_name="loyal", db=2, retry=Retry(ConstantBackoff(0.02), 500),
                              retry_on_error=[redis.ConnectionError, ConnectionError])
        await asyncio.gather(*(client.set(f"k{i}", i) for i in range(20)))
        self.server.stop()
        waiting = [asyncio.create_task(client.incr("n")) for _ in range(20)]
        await asyncio.sleep(0)
        self.server.start()
        counts = await asyncio.gather(*waiting)
        self.assertEqual(sorted(counts), list(range(1, 21)))
        info = await client.client_info()
        self.assertEqual((info["name"], info["db"]), ("loyal", 2))

    async def test_killed_connections_come_back(self):
        client = self.connect(client_name="victim", retry=Retry(ConstantBackoff(0.02), 100),
                              retry_on_error=[redis.ConnectionError, ConnectionError])
        for round_number in range(1, 21):
            self.assertEqual(await client.incr("n"), round_number)
            victims = [entry for entry in await self.client.client_list() if entry["name"] == "victim"]
            for entry in victims:
                await self.client.client_kill_filter(_id=entry["id"])

    async def test_a_task_that_gives_up_leaves_no_late_reply_to_others(self):
        client = self.connect(max_connections=1)
        await self.client.client_pause(600_000, all=False)
        with self.assertRaises(asyncio.TimeoutError):
            await asyncio.wait_for(client.set("k", "late"), 0.05)
        await self.client.client_unpause()
        # This version of redis-py leaves the connection to its pool; a program has to close it.
        await client.connection_pool.disconnect(inuse_connections=True)
        self.assertEqual(await client.echo("mine"), "mine")

    async def test_a_pause_holds_writers_and_ends(self):
        await self.client.client_pause(600_000, all=False)
        writer = self.connect()
        writing = asyncio.create_task(writer.set("k", "v"))

        async def is_held():
            return (await self.client.info("clients"))["blocked_clients"] == 1
        await self.wait_until(is_held, "the writer is not held back")
        self.assertFalse(writing.done())
        self.assertIsNone(await self.client.get("k"))
        await self.client.client_unpause()
        self.assertIs(await writing, True)

    async def test_more_clients_than_the_server_takes(self):
        await self.client.config_set("maxclients", 5)
        inside = [self.connect(single_connection_client=True) for _ in range(4)]
        for client in inside:
            await client.initialize()
            await client.ping()
        for _ in range(10):
            with self.assertRaises((redis.ConnectionError, ConnectionError)):
                await self.connect().ping()
        for client in (*inside, self.client):
            self.assertIs(await client.ping(), True)
        for client in inside:
            await client.close()


if __name__ == "__main__":
    unittest.main()
