"""How bytes flow: whole and cut, fast and slow readers, many at once, and how connections end."""

import contextlib
import socket
import struct
import threading
import time
import unittest

from server_process import ServerProcess, wait_until

MEGABYTE = 2**20


def request(*arguments):
    """A request as clients send it."""
    parts = [b"*%d\r\n" % len(arguments)]
    for argument in arguments:
        data = argument if isinstance(argument, bytes) else str(argument).encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
    return b"".join(parts)


def receive(connection, size):
    """Exactly `size` bytes; fewer when the peer closes."""
    pieces = []
    while size > 0:
        piece = connection.recv(min(size, MEGABYTE))
        if not piece:
            break
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def reset(connection):
    """Closes a TCP connection so that the peer sees an error and not an end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def receive_all(connection):
    """Everything until the peer closes."""
    return receive(connection, 2**62)


class FlowTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = ServerProcess("--proto-max-bulk-len", 512 * MEGABYTE)
        cls.server.start()
        with cls.server.connect() as connection:
            connection.sendall(b"PING\r\n")
            connection.recv(100)
            cls.idle_descriptors = cls.server.descriptors() - 1

    @classmethod
    def tearDownClass(cls):
        try:
            cls.server.stop()
        finally:
            cls.server.cleanup()

    def connect(self, unix=False):
        if not unix:
            connection = self.server.connect()
        else:
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(self.server.unix_socket)
        self.addCleanup(connection.close)
        connection.settimeout(30)
        return connection

    def wait_until_alone(self):
        """Until the server has let go of every socket but its own."""
        wait_until(lambda: self.server.descriptors() == self.idle_descriptors, 10,
                   "the server keeps connections")

    def wait_until_asleep(self):
        """Until the server is found asleep many times in a row. One that is woken over and over
        by a connection that it does not read never is."""
        times_asleep = 0

        def asleep():
            nonlocal times_asleep
            times_asleep = times_asleep + 1 if self.server.is_asleep() else 0
            return times_asleep >= 20

        wait_until(asleep, 30, "the server is busy")

    def test_a_request_in_pieces_is_answered_when_it_is_whole(self):
        connection = self.connect()
        for byte in request("ECHO", "hello"):
            connection.sendall(bytes([byte]))
            time.sleep(0.001)
        self.assertEqual(receive(connection, 11), b"$5\r\nhello\r\n")

    def test_a_deep_pipeline_is_answered_completely_and_in_order(self):
        connection = self.connect()
        count = 100_000
        requests = b"".join(request("ECHO", i) for i in range(count))
        replies = b"".join(b"$%d\r\n%d\r\n" % (len(str(i)), i) for i in range(count))
        sender = threading.Thread(target=connection.sendall, args=(requests,))
        sender.start()
        self.assertEqual(receive(connection, len(replies)), replies)
        sender.join()

    def test_large_values_arrive_as_they_were_sent(self):
        for size in (16 * 1024, 64 * 1024 - 1, 64 * 1024, MEGABYTE, 40 * MEGABYTE):
            with self.subTest(size=size), contextlib.closing(self.connect()) as connection:
                value = bytes(i % 251 for i in range(251)) * (size // 251 + 1)
                value = value[:size]
                connection.sendall(request("SET", "large", value))
                self.assertEqual(receive(connection, 5), b"+OK\r\n")
                # Several at once, with small replies between them.
                connection.sendall((request("GET", "large") + request("PING")) * 3)
                reply = b"$%d\r\n%s\r\n+PONG\r\n" % (size, value)
                self.assertTrue(receive(connection, 3 * len(reply)) == reply * 3)

    def test_a_slow_reader_is_held_back_and_costs_little_memory(self):
        connection = self.connect()
        size = MEGABYTE
        connection.sendall(request("SET", "big", b"x" * size))
        self.assertEqual(receive(connection, 5), b"+OK\r\n")
        before = self.server.resident_bytes()
        connection.sendall(request("GET", "big") * 500)
        other = self.connect()
        for _ in range(200):
            other.sendall(b"PING\r\n")
            self.assertEqual(receive(other, 7), b"+PONG\r\n")
        self.assertLess(self.server.resident_bytes() - before, 16 * MEGABYTE)
        reply_bytes = len(b"$%d\r\n" % size) + size + 2
        self.assertEqual(len(receive(connection, 500 * reply_bytes)), 500 * reply_bytes)

    def test_a_sender_that_reads_nothing_is_not_read_either(self):
        connection = self.connect()
        other = self.connect()
        connection.setblocking(False)
        payload = request("ECHO", b"x" * 10_000) * 10
        sent = 0
        turns_stuck = 0
        # The kernel's buffers take some megabytes on either side, and the server one. It is stuck
        # when the server has served another connection again and again and this one never.
        while sent < 1000 * MEGABYTE and turns_stuck < 500:
            try:
                sent += connection.send(payload[sent % len(payload):])
                turns_stuck = 0
            except BlockingIOError:
                other.sendall(b"PING\r\n")
                self.assertEqual(receive(other, 7), b"+PONG\r\n")
                turns_stuck += 1
        self.assertLess(sent, 100 * MEGABYTE)
        # What it has not read waits in the kernel, and must not keep the server awake.
        self.wait_until_asleep()
        connection.setblocking(True)
        connection.settimeout(30)
        whole, rest = divmod(sent, len(request("ECHO", b"x" * 10_000)))
        self.assertGreater(whole, 0)
        reply = b"$10000\r\n" + b"x" * 10_000 + b"\r\n"
        self.assertTrue(receive(connection, whole * len(reply)) == reply * whole)
        self.assertGreaterEqual(rest, 0)

    def test_deep_pipelines_do_not_starve_a_small_client(self):
        end = threading.Event()
        payload = request("SET", "key", b"x" * 100) * 2000

        def flood(connection):
            with contextlib.suppress(OSError):
                while not end.is_set():
                    connection.sendall(payload)

        def drain(connection):
            with contextlib.suppress(OSError):
                while connection.recv(MEGABYTE):
                    pass

        floods = [self.connect() for _ in range(4)]
        threads = [threading.Thread(target=work, args=(connection,))
                   for connection in floods for work in (flood, drain)]
        for thread in threads:
            thread.start()
        try:
            small = self.connect()
            watcher = self.server.client()
            before = watcher.info("stats")["total_commands_processed"]
            # The floods never end by themselves: a starved client would wait for ever.
            for _ in range(200):
                small.sendall(b"PING\r\n")
                self.assertEqual(receive(small, 7), b"+PONG\r\n")
            wait_until(lambda: watcher.info("stats")["total_commands_processed"] > before + 2000,
                       30, "the floods are not served")
        finally:
            end.set()
            for connection in floods:
                connection.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()

    def test_a_peer_that_stops_sending_still_gets_its_replies(self):
        for unix in (False, True):
            with self.subTest(unix=unix):
                connection = self.connect(unix)
                connection.sendall(request("ECHO", "last") * 1000)
                connection.shutdown(socket.SHUT_WR)
                self.assertEqual(receive_all(connection), b"$4\r\nlast\r\n" * 1000)

    def test_a_peer_that_stops_sending_gets_even_replies_that_were_held_back(self):
        for unix in (False, True):
            with self.subTest(unix=unix):
                connection = self.connect(unix)
                value = b"v" * (3 * MEGABYTE)
                connection.sendall(request("SET", "held", value) + request("GET", "held") * 20)
                connection.shutdown(socket.SHUT_WR)
                time.sleep(0.1)
                reply = b"$%d\r\n%s\r\n" % (len(value), value)
                self.assertTrue(receive_all(connection) == b"+OK\r\n" + reply * 20)

    def test_requests_that_arrive_together_with_the_end_are_executed(self):
        for unix in (False, True):
            with self.subTest(unix=unix):
                connection = self.connect(unix)
                connection.sendall(request("SET", "goodbye", str(unix)))
                connection.close()
                other = self.connect()

                def stored(other=other, wanted=str(unix).encode()):
                    other.sendall(request("GET", "goodbye"))
                    return wanted in other.recv(100)

                wait_until(stored, 10, "the last request was dropped")

    def test_what_a_peer_sent_is_executed_even_when_it_resets_the_connection(self):
        count = 5000
        for unix in (False, True):
            with self.subTest(unix=unix):
                connection = self.connect(unix)
                key = f"counter-{unix}"
                connection.sendall(request("PING"))
                self.assertEqual(receive(connection, 7), b"+PONG\r\n")
                connection.sendall(f"INCR {key}\r\n".encode() * count)
                reset(connection)
                other = self.server.client()
                if unix:
                    wait_until(lambda: int(other.get(key) or 0) == count, 10,
                               lambda: f"only {other.get(key)} of {count} were executed")
                else:
                    # What the server had not read when a reset came, TCP has thrown away.
                    self.assertLessEqual(int(other.get(key) or 0), count)

    def test_quit_is_answered_and_then_the_connection_is_closed(self):
        connection = self.connect()
        connection.sendall(request("PING") + request("QUIT") + request("PING"))
        self.assertEqual(receive_all(connection), b"+PONG\r\n+OK\r\n")

    def test_a_protocol_error_is_answered_and_then_the_connection_is_closed(self):
        connection = self.connect()
        connection.sendall(b"*1\r\n$x\r\n")
        self.assertEqual(receive_all(connection), b"-ERR Protocol error: invalid bulk length\r\n")

    def test_connections_that_end_in_any_way_are_let_go(self):
        self.wait_until_alone()
        for unix in (False, True):
            for how in ("close", "reset", "half", "unread"):
                with self.subTest(unix=unix, how=how):
                    connections = [self.connect(unix) for _ in range(20)]
                    for connection in connections:
                        connection.sendall(request("ECHO", b"x" * (MEGABYTE if how == "unread" else 1)))
                        if how == "reset":
                            reset(connection)
                        elif how == "half":
                            connection.shutdown(socket.SHUT_WR)
                        else:
                            connection.close()
                    if how == "half":
                        for connection in connections:
                            self.assertEqual(receive_all(connection), b"$1\r\nx\r\n")
                            connection.close()
                    self.wait_until_alone()

    def test_the_server_sleeps_when_nothing_happens(self):
        stopped = self.connect()  # held back: its requests wait for it to read
        stopped.sendall(request("SET", "big", b"x" * MEGABYTE) + request("GET", "big") * 50)
        idle = self.connect()
        idle.sendall(b"PING\r\n")
        receive(idle, 7)
        self.wait_until_asleep()
        # Nor does a held-back connection whose peer has gone keep it busy.
        reset(stopped)
        self.wait_until_asleep()


class OutputLimitTest(unittest.TestCase):
    def test_output_over_the_hard_limit_is_not_sent_but_the_client_closed(self):
        with ServerProcess("--client-output-buffer-limit", "normal 100kb 0 0") as server, \
                server.connect() as connection:
            connection.sendall(request("SET", "small", b"x" * 100_000))
            connection.sendall(request("SET", "large", b"x" * 103_000))
            self.assertEqual(receive(connection, 10), b"+OK\r\n+OK\r\n")
            connection.sendall(request("GET", "small"))
            self.assertEqual(len(receive(connection, 100_011)), 100_011)
            connection.sendall(request("GET", "large"))
            self.assertEqual(receive_all(connection), b"")
            server.wait_for_log("closed for overcoming of output buffer limits")


class SleepTest(unittest.TestCase):
    def test_a_server_that_sleeps_serves_nobody_and_then_everybody(self):
        with ServerProcess("--enable-debug-command", "yes") as server, \
                server.connect() as sleeper, server.connect() as other:
            begin = time.monotonic()
            sleeper.sendall(b"PING\r\nDEBUG SLEEP 0.3\r\nPING\r\n")
            self.assertEqual(receive(sleeper, 19), b"+PONG\r\n+OK\r\n+PONG\r\n")
            self.assertGreaterEqual(time.monotonic() - begin, 0.3)
            other.sendall(b"PING\r\n")
            self.assertEqual(receive(other, 7), b"+PONG\r\n")


class TimeoutTest(unittest.TestCase):
    def test_an_idle_client_is_disconnected_and_an_active_one_is_not(self):
        with ServerProcess("--timeout", "1") as server:
            begin = time.monotonic()
            idle = self.enterContext(server.connect())
            active = self.enterContext(server.connect())
            idle.settimeout(0.1)
            while True:
                active.sendall(b"PING\r\n")
                self.assertEqual(active.recv(100), b"+PONG\r\n")
                try:
                    self.assertEqual(idle.recv(100), b"")
                    break
                except TimeoutError:
                    self.assertLess(time.monotonic() - begin, 10)
            self.assertGreater(time.monotonic() - begin, 0.9)


if __name__ == "__main__":
    unittest.main()
