"""What clients with bad manners may cost in memory: lengths that are only announced, requests that
are never finished, replies that are never read. The bounds are promises of ours; the worst of
these requests cost other servers all their data."""

import contextlib
import resource
import socket
import unittest

from plain import allow_descriptors, ask, ping, receive, request
from server_process import ServerProcess, wait_until

KILOBYTE, MEGABYTE = 2**10, 2**20
ANNOUNCED = b"*3\r\n$3\r\nSET\r\n$1\r\nq\r\n$536870912\r\n"


def input_buffers(client):
    """Bytes of unfinished requests, as CLIENT LIST tells."""
    return sum(int(line["qbuf"]) for line in client.client_list())


class AnnouncedLengthTest(unittest.TestCase):
    def test_row_17_sec_CVE_2025_46686_announced_bulks_cost_no_memory_and_no_key(self):
        with ServerProcess("--maxmemory", "100mb") as server, \
                contextlib.ExitStack() as sockets:
            client = server.client()
            for i in range(500):
                client.set(f"key:{i}", b"v" * 1000)
            before = server.resident_bytes()
            data_before = client.info("memory")["used_memory_dataset"]
            crowd = [sockets.enter_context(server.connect()) for _ in range(1000)]
            for connection in crowd:
                connection.sendall(ANNOUNCED)
            wait_until(lambda: input_buffers(client) >= len(crowd) * len(ANNOUNCED), 30,
                       "the requests do not arrive")
            received = len(crowd) * len(ANNOUNCED)
            self.assertLess(server.resident_bytes() - before,
                            2 * received + len(crowd) * 64 * KILOBYTE)
            self.assertEqual(client.dbsize(), 500)
            self.assertTrue(client.set("more", "v"))
            self.assertLess(abs(client.info("memory")["used_memory_dataset"] - data_before),
                            MEGABYTE)

    def test_row_17_a_bulk_costs_twice_what_has_come_at_most(self):
        with ServerProcess() as server:
            client = server.client()
            for part in (40 * KILOBYTE, MEGABYTE, 20 * MEGABYTE):
                with self.subTest(part=part), contextlib.closing(server.connect()) as connection:
                    before = server.resident_bytes()
                    connection.sendall(ANNOUNCED + b"x" * part)
                    wait_until(lambda: input_buffers(client) >= part, 30, "the bytes do not arrive")
                    self.assertLess(server.resident_bytes() - before, 2 * part + 4 * MEGABYTE)

    def test_row_17_announced_arguments_cost_no_memory(self):
        with ServerProcess() as server, contextlib.ExitStack() as sockets:
            client = server.client()
            client.ping()
            before = server.resident_bytes()
            crowd = [sockets.enter_context(server.connect()) for _ in range(1000)]
            begin = b"*1048576\r\n$4\r\nMSET\r\n"
            for connection in crowd:
                connection.sendall(begin)
            wait_until(lambda: input_buffers(client) >= len(crowd) * len(begin), 30,
                       "the requests do not arrive")
            self.assertLess(server.resident_bytes() - before, 1000 * 64 * KILOBYTE)
            self.assertTrue(ping(sockets.enter_context(server.connect())))


class HalfSentTest(unittest.TestCase):
    def test_row_18_ten_thousand_half_sent_requests_cost_less_than_100_mb(self):
        count = min(10_000, allow_descriptors(20_000) - 200)
        with ServerProcess("--maxmemory", "50mb", "--maxclients", count + 100,
                           "--timeout", "0") as server, contextlib.ExitStack() as sockets:
            client = server.client()
            client.set("key", "value")
            if client.config_get("maxclients")["maxclients"] != str(count + 100):
                self.skipTest("the system does not allow so many open files")
            before = server.resident_bytes()
            half = b"*3\r\n$3\r\nSET\r\n$1\r\nq\r\n$2000\r\n" + b"x" * 1000
            for _ in range(count):
                sockets.enter_context(server.connect()).sendall(half)
            wait_until(lambda: client.info("clients")["connected_clients"] > count, 60,
                       "not all connections are in")
            grown = server.resident_bytes() - before
            self.assertLess(grown, 100 * MEGABYTE, f"{grown} bytes for {count} connections")
            # Nor does what they hold keep anyone from writing.
            self.assertTrue(client.set("more", "v"))
            self.assertEqual(client.get("key"), b"value")

    def test_row_18_megabytes_that_were_half_sent_refuse_nobodys_writes(self):
        with ServerProcess("--maxmemory", "50mb") as server, contextlib.ExitStack() as sockets:
            client = server.client()
            half = b"*3\r\n$3\r\nSET\r\n$1\r\nq\r\n$1800000\r\n" + b"x" * 900_000
            for _ in range(100):
                sockets.enter_context(server.connect()).sendall(half)
            wait_until(lambda: input_buffers(client) >= 100 * 900_000, 30,
                       "the bytes do not arrive")
            for i in range(100):
                self.assertTrue(client.set(f"key:{i}", "v"))

    def test_row_18_a_stranger_may_neither_wait_nor_send_for_long(self):
        with ServerProcess("--requirepass", "secret", "--authentication-timeout", "1") as server:
            with server.connect() as silent, server.connect() as half, server.connect() as friend:
                half.sendall(b"*2\r\n$4\r\nAUTH\r\n$16000\r\n" + b"x" * 8000)
                self.assertEqual(ask(friend, "AUTH", "secret"), b"+OK\r\n")
                self.assertEqual(silent.recv(100), b"")
                self.assertEqual(half.recv(100), b"")
                self.assertTrue(ping(friend))
            for attack, reply in (
                    (b"*11\r\n", b"-ERR Protocol error: unauthenticated multibulk length\r\n"),
                    (b"*1\r\n$16385\r\n", b"-ERR Protocol error: unauthenticated bulk length\r\n")):
                with server.connect() as stranger:
                    stranger.sendall(attack)
                    self.assertEqual(receive(stranger, 1000), reply)

    def test_row_18_input_over_the_limit_of_a_client_ends_it_and_nobody_else(self):
        with ServerProcess("--client-query-buffer-limit", "1mb") as server, \
                server.connect() as other:
            with server.connect() as greedy:
                with contextlib.suppress(ConnectionError):
                    greedy.sendall(ANNOUNCED + b"x" * 19_000_000)
                    self.assertEqual(receive(greedy, 1000), b"")
            self.assertTrue(ping(other))
            stats = server.client().info("stats")
            self.assertEqual(stats["client_query_buffer_limit_disconnections"], 1)

    def test_memory_that_is_not_there_ends_a_connection_and_not_the_server(self):
        room = 400 * MEGABYTE

        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (room, resource.RLIM_INFINITY))

        with ServerProcess(before_exec=limit) as server, server.connect() as other:
            with server.connect() as greedy:
                with contextlib.suppress(ConnectionError):
                    greedy.sendall(ANNOUNCED)
                    for _ in range(511):
                        greedy.sendall(b"x" * MEGABYTE)
                    self.fail("the server read what it has no memory for")
            self.assertTrue(ping(other))
            server.wait_for_log("No memory for the request")
            self.assertEqual(ask(other, "SET", "k", b"v" * MEGABYTE), b"+OK\r\n")

    def test_large_values_are_freed_and_the_server_ends_in_order_without_memory_for_a_thread(self):
        with ServerProcess() as server, server.connect() as client:
            for key in range(8):
                self.assertEqual(ask(client, "SET", key, b"v" * (4 * MEGABYTE)), b"+OK\r\n")
            # Less than a thread's stack is left from here to the end.
            with open(f"/proc/{server.pid}/statm", encoding="ascii") as file:
                taken = int(file.read().split()[0]) * resource.getpagesize()
            resource.prlimit(server.pid, resource.RLIMIT_AS,
                             (taken + MEGABYTE, resource.RLIM_INFINITY))
            self.assertEqual(ask(client, "DEL", 0, 1, 2, 3), b":4\r\n")
            self.assertTrue(ping(client))
            self.assertEqual(ask(client, "DBSIZE"), b":4\r\n")
            server.stop()


class SlowReaderTest(unittest.TestCase):
    def test_row_16_output_for_a_slow_reader_is_held_to_8_mb_and_a_reply(self):
        with ServerProcess() as server, server.connect() as slow, server.connect() as other:
            slow.settimeout(60)
            self.assertEqual(ask(slow, "SET", "big", b"x" * MEGABYTE), b"+OK\r\n")
            self.assertTrue(ping(other))
            before = server.resident_bytes()
            used_before = server.client().info("memory")["used_memory"]
            slow.sendall(request("GET", "big") * 1000)  # 22 KB that ask for a gigabyte
            for _ in range(1000):
                self.assertTrue(ping(other))
            self.assertLess(server.resident_bytes() - before, 9 * MEGABYTE)
            used = server.client().info("memory")["used_memory"]
            self.assertLess(used - used_before, 9 * MEGABYTE)
            # It is paused, not killed: whenever it reads, it gets everything.
            reply_bytes = len(b"$1048576\r\n") + MEGABYTE + 2
            left = 1000 * reply_bytes
            while left > 0:
                count = len(slow.recv(min(left, 4 * MEGABYTE)))
                self.assertGreater(count, 0)
                left -= count
            self.assertTrue(ping(slow))

    def test_row_16_a_hundred_slow_readers_share_a_value_they_do_not_copy_it(self):
        with ServerProcess() as server, contextlib.ExitStack() as sockets:
            client = server.client()
            client.set("big", b"x" * (8 * MEGABYTE))
            before = server.resident_bytes()
            for _ in range(100):
                slow = sockets.enter_context(server.connect())
                slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                slow.sendall(request("GET", "big") * 10)
            for _ in range(100):
                self.assertTrue(client.ping())
            self.assertLess(server.resident_bytes() - before, 100 * MEGABYTE)

    def test_sec_CVE_2025_21605_a_stranger_that_does_not_read_costs_16_kb_and_is_closed(self):
        with ServerProcess("--requirepass", "secret", "--authentication-timeout", "3") as server:
            with server.connect() as friend, server.connect() as stranger:
                self.assertEqual(ask(friend, "AUTH", "secret"), b"+OK\r\n")
                stranger.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                before = server.resident_bytes()
                stranger.setblocking(False)
                sent = 0
                with contextlib.suppress(ConnectionError):
                    payload = request("GET", "k") * 10_000
                    for _ in range(200):
                        try:
                            sent += stranger.send(payload)
                        except BlockingIOError:
                            self.assertTrue(ping(friend))
                self.assertLess(server.resident_bytes() - before, 4 * MEGABYTE)
                client = server.client(password="secret")
                wait_until(lambda: client.info("clients")["connected_clients"] == 2, 30,
                           "the stranger is still connected")


if __name__ == "__main__":
    unittest.main()
