"""CONFIG SET of what only the shell can act on: where it listens, its log, its limits, its folder."""

import os
import resource
import socket
import unittest

import redis

from server_process import ServerProcess, free_port, without_privilege


def answers(port, address="127.0.0.1"):
    try:
        with socket.create_connection((address, port), 5) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(100) == b"+PONG\r\n"
    except ConnectionRefusedError:
        return False


class ConfigSetTest(unittest.TestCase):
    def setUp(self):
        self.server = ServerProcess("--enable-protected-configs", "yes", "--maxclients", "100",
                                    before_exec=few_open_files)
        self.server.start()
        self.addCleanup(self.server.cleanup)
        # Over the Unix socket, so that it outlives every change of ports.
        self.client = redis.Redis(unix_socket_path=self.server.unix_socket)
        self.addCleanup(self.client.close)

    def tearDown(self):
        self.server.stop()

    def test_another_port_is_listened_on_and_connections_live_on(self):
        old = self.server.port
        with self.server.connect() as connection:
            new = free_port()
            self.assertTrue(self.client.config_set("port", new))
            self.assertTrue(answers(new))
            self.assertFalse(answers(old))
            connection.sendall(b"PING\r\n")
            self.assertEqual(connection.recv(100), b"+PONG\r\n")
        self.client.config_set("port", 0)
        self.assertFalse(answers(new))
        self.client.config_set("port", old)
        self.assertTrue(answers(old))

    def test_a_port_in_use_is_refused_and_nothing_changes(self):
        old = self.server.port
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            taken = other.getsockname()[1]
            with self.assertRaisesRegex(
                    redis.ResponseError,
                    r"^CONFIG SET failed \(possibly related to argument 'port'\) - "
                    r"Unable to listen on this port\. Check server logs\.$"):
                self.client.config_set("port", taken)
            self.assertIn(f"127.0.0.1:{taken}: bind: Address already in use", self.server.log())
        self.assertTrue(answers(old))
        self.assertEqual(self.client.config_get("port"), {"port": str(old)})

    def test_bind_moves_between_one_address_and_all_on_the_same_port(self):
        port = self.server.port
        self.client.config_set("bind", "*")
        self.assertTrue(answers(port, "127.0.0.2"))
        self.client.config_set("bind", "127.0.0.3")
        self.assertFalse(answers(port, "127.0.0.2"))
        self.assertTrue(answers(port, "127.0.0.3"))
        self.client.config_set("bind", "127.0.0.1 127.0.0.2")
        self.assertTrue(answers(port, "127.0.0.1"))
        self.assertTrue(answers(port, "127.0.0.2"))
        self.assertFalse(answers(port, "127.0.0.3"))

    def test_an_address_that_is_not_ours_is_refused_and_nothing_changes(self):
        with self.assertRaisesRegex(redis.ResponseError, r"\(possibly related to argument 'bind'\) - "
                                    r"Failed to bind to specified addresses\.$"):
            self.client.config_set("bind", "127.0.0.2 192.0.2.1")
        self.assertTrue(answers(self.server.port))
        self.assertFalse(answers(self.server.port, "127.0.0.2"))
        self.assertEqual(self.client.config_get("bind"), {"bind": "127.0.0.1"})

    def test_several_settings_change_together_or_not_at_all(self):
        before = self.client.config_get("loglevel")
        with self.assertRaises(redis.ResponseError):
            self.client.execute_command("CONFIG", "SET", "loglevel", "debug", "bind", "192.0.2.1")
        self.assertEqual(self.client.config_get("loglevel"), before)
        self.assertTrue(answers(self.server.port))

    def test_more_clients_raise_the_limit_of_open_files_as_far_as_it_goes(self):
        self.client.config_set("maxclients", 1000)
        self.assertEqual(resource.prlimit(self.server.pid, resource.RLIMIT_NOFILE)[0], 1032)
        with self.assertRaisesRegex(
                redis.ResponseError,
                "The operating system is not able to handle the specified number of clients, "
                "try with 1968$"):
            self.client.config_set("maxclients", 5000)
        self.assertEqual(self.client.config_get("maxclients"), {"maxclients": "1000"})

    def test_the_folder_changes_and_one_that_is_not_there_is_refused(self):
        self.client.config_set("dir", "/tmp")
        self.assertEqual(os.readlink(f"/proc/{self.server.pid}/cwd"), "/tmp")
        with self.assertRaisesRegex(redis.ResponseError, "No such file or directory"):
            self.client.config_set("dir", "/nonexistent-folder")
        self.assertEqual(os.readlink(f"/proc/{self.server.pid}/cwd"), "/tmp")
        self.assertEqual(self.client.config_get("dir"), {"dir": "/tmp"})

    def test_the_log_takes_its_new_level_at_once(self):
        self.client.config_set("loglevel", "nothing")
        length = len(self.server.log())
        with self.assertRaises(redis.ResponseError):
            self.client.config_set("bind", "192.0.2.1")  # would be a warning
        self.assertEqual(len(self.server.log()), length)
        self.client.config_set("loglevel", "notice")

    def test_keepalive_of_new_connections_follows(self):
        def keepalive_timer():
            with self.server.connect() as connection:
                connection.sendall(b"PING\r\n")
                connection.recv(100)
                port = connection.getsockname()[1]
                return timer_of(self.server.port, port)

        self.assertTrue(keepalive_timer())
        self.client.config_set("tcp-keepalive", 0)
        self.assertFalse(keepalive_timer())
        self.client.config_set("tcp-keepalive", 100)
        self.assertTrue(keepalive_timer())


def few_open_files():
    without_privilege((300, 2000))


def timer_of(local_port, remote_port):
    """Whether the kernel runs a keepalive timer (2) for this connection of ours."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        for line in file.readlines()[1:]:
            fields = line.split()
            ports = [int(address.split(":")[1], 16) for address in fields[1:3]]
            if ports == [local_port, remote_port]:
                return fields[5].startswith("02:")
    raise AssertionError("the connection is not in /proc/net/tcp")


if __name__ == "__main__":
    unittest.main()
