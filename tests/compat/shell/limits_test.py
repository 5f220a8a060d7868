"""Limits of connections, over sockets: who is let in, how long a stranger stays, how much waits."""

import socket
import subprocess
import unittest

from server_process import ServerProcess


def address_beyond_loopback():
    """An IPv4 address of this machine that is not its loopback, or None."""
    listed = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=False).stdout
    return next((word for word in listed.split() if "." in word), None)


def receive_all(connection):
    """Everything until the peer closes, in whatever way."""
    received = b""
    try:
        while piece := connection.recv(65536):
            received += piece
    except ConnectionResetError:
        pass
    return received


@unittest.skipUnless(address_beyond_loopback(), "this machine has only its loopback")
class ProtectedModeTest(unittest.TestCase):
    def first_reply(self, server):
        with socket.create_connection((address_beyond_loopback(), server.port), 10) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(1000)

    def test_without_a_password_only_this_machine_is_served(self):
        with ServerProcess("--bind", "*") as server:
            self.assertTrue(self.first_reply(server).startswith(b"-DENIED "))
            self.assertTrue(server.client().ping())
            self.assertEqual(server.client().info("stats")["rejected_connections"], 1)

    def test_a_password_or_the_operator_lets_others_in(self):
        with ServerProcess("--bind", "*", "--requirepass", "secret") as server:
            self.assertEqual(self.first_reply(server), b"-NOAUTH Authentication required.\r\n")
        with ServerProcess("--bind", "*", "--protected-mode", "no") as server:
            self.assertEqual(self.first_reply(server), b"+PONG\r\n")


class KillTest(unittest.TestCase):
    def test_a_connection_is_closed_before_its_killer_is_told(self):
        with ServerProcess() as server, server.connect() as killer:
            for _ in range(100):
                with server.connect() as victim:
                    victim.sendall(b"CLIENT ID\r\n")
                    identity = victim.recv(100)[1:].strip()
                    killer.sendall(b"CLIENT KILL ID " + identity + b"\r\n")
                    self.assertEqual(killer.recv(100), b":1\r\n")
                    self.assertEqual(victim.recv(1, socket.MSG_DONTWAIT), b"")


class StrangerTest(unittest.TestCase):
    def test_who_does_not_log_in_is_disconnected_after_a_while(self):
        with ServerProcess("--requirepass", "secret", "--authentication-timeout", "1") as server, \
                server.connect() as stranger, server.connect() as client:
            client.sendall(b"AUTH secret\r\n")
            self.assertEqual(client.recv(100), b"+OK\r\n")
            self.assertEqual(receive_all(stranger), b"")
            client.sendall(b"PING\r\n")
            self.assertEqual(client.recv(100), b"+PONG\r\n")

    def test_a_stranger_may_send_ten_arguments_of_16_kib(self):
        with ServerProcess("--requirepass", "secret") as server:
            for request, reply in (
                    (b"*10\r\n" + b"$16384\r\n%s\r\n" % (b"x" * 16384) * 10,
                     b"-NOAUTH Authentication required.\r\n"),
                    (b"*11\r\n", b"-ERR Protocol error: unauthenticated multibulk length\r\n"),
                    (b"*1\r\n$16385\r\n",
                     b"-ERR Protocol error: unauthenticated bulk length\r\n")):
                with server.connect() as stranger:
                    stranger.sendall(request)
                    self.assertEqual(stranger.recv(1000), reply)


class QueryBufferTest(unittest.TestCase):
    def test_input_over_its_limit_ends_the_connection(self):
        with ServerProcess("--client-query-buffer-limit", "1mb") as server, \
                server.connect() as greedy, server.connect() as client:
            try:
                greedy.sendall(b"*2\r\n$4\r\nECHO\r\n$100000000\r\n" + b"x" * 3_000_000)
            except (BrokenPipeError, ConnectionResetError):
                pass
            self.assertEqual(receive_all(greedy), b"")
            server.wait_for_log("reached max query buffer length")
            client.sendall(b"PING\r\n")
            self.assertEqual(client.recv(100), b"+PONG\r\n")


if __name__ == "__main__":
    unittest.main()
