"""MONITOR over sockets: what redis-cli, redis-py and plain sockets see, in which form and order."""

import re
import socket
import subprocess
import unittest

from server_process import ServerProcess

LINE = re.compile(r'\+(\d+\.\d{6}) \[(\d+) ([^]]+)\]((?: "(?:[^"\\]|\\.)*")+)\r\n')


class MonitorTest(unittest.TestCase):
    def setUp(self):
        self.server = ServerProcess("--requirepass", "secret")
        self.server.start()
        self.addCleanup(self.server.cleanup)
        self.monitor = self.connect()
        self.monitor.sendall(b"MONITOR\r\n")
        self.lines = self.monitor.makefile("rb")
        self.addCleanup(self.lines.close)
        self.assertEqual(self.lines.readline(), b"+OK\r\n")

    def tearDown(self):
        self.server.stop()

    def connect(self):
        connection = self.server.connect()
        self.addCleanup(connection.close)
        connection.sendall(b"AUTH secret\r\n")
        self.assertEqual(connection.recv(5), b"+OK\r\n")
        return connection

    def next_line(self):
        """Database, address and the quoted arguments of the next line."""
        line = self.lines.readline().decode("ascii")
        parts = LINE.fullmatch(line)
        self.assertTrue(parts, line)
        return parts[2], parts[3], parts[4].strip()

    def test_lines_name_database_and_address_and_quote_the_arguments(self):
        client = self.connect()
        address = "%s:%d" % client.getsockname()
        self.assertEqual(self.next_line(), ("0", address, '"AUTH" "(redacted)"'))
        client.sendall(b'SELECT 3\r\nset k "a \\"b\\"\\r\\n\\x00\\xff"\r\nGET k\r\n')
        # With the database of after the request, as Redis: it feeds monitors when it has run.
        self.assertEqual(self.next_line(), ("3", address, '"SELECT" "3"'))
        self.assertEqual(self.next_line(),
                         ("3", address, r'"set" "k" "a \"b\"\r\n\x00\xff"'))
        self.assertEqual(self.next_line(), ("3", address, '"GET" "k"'))

    def test_clients_of_the_unix_socket_are_named_by_its_path(self):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(self.server.unix_socket)
            client.sendall(b"AUTH secret\r\nPING\r\n")
            address = f"unix:{self.server.unix_socket}"
            self.assertEqual(self.next_line(), ("0", address, '"AUTH" "(redacted)"'))
            self.assertEqual(self.next_line(), ("0", address, '"PING"'))

    def test_after_reset_a_monitor_is_a_client_like_others(self):
        client = self.connect()
        self.next_line()
        self.monitor.sendall(b"RESET\r\n")
        self.assertEqual(self.lines.readline(), b"+RESET\r\n")
        client.sendall(b"PING\r\n")
        self.assertEqual(client.recv(100), b"+PONG\r\n")
        self.monitor.sendall(b"AUTH secret\r\nQUIT\r\n")
        self.assertEqual(self.lines.read(), b"+OK\r\n+OK\r\n")

    def test_redis_py_understands_the_lines(self):
        client = self.server.client(password="secret")
        with client.monitor() as monitor:
            client.set("k", "a b")
            for _ in range(10):  # the connections log in, too
                seen = monitor.next_command()
                if seen["command"] == "SET k a b":
                    break
            self.assertEqual((seen["command"], seen["db"]), ("SET k a b", 0))
            self.assertEqual(seen["client_address"], "127.0.0.1")

    def test_redis_cli_prints_the_lines(self):
        with subprocess.Popen(["redis-cli", "-p", str(self.server.port), "-a", "secret",
                               "--no-auth-warning", "MONITOR"],
                              stdout=subprocess.PIPE, text=True) as cli:
            self.addCleanup(cli.kill)
            self.assertEqual(cli.stdout.readline(), "OK\n")
            self.connect().sendall(b"ECHO hello\r\n")
            for line in cli.stdout:
                if "ECHO" in line:
                    break
            self.assertRegex(line, r'^\d+\.\d{6} \[0 127\.0\.0\.1:\d+\] "ECHO" "hello"\n$')
            cli.terminate()


if __name__ == "__main__":
    unittest.main()
