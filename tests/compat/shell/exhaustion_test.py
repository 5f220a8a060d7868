"""Connections that cannot be accepted: no descriptors left, peers that are gone, floods."""

import contextlib
import os
import resource
import signal
import socket
import struct
import unittest

from server_process import ServerProcess, wait_until

RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # struct linger


def ping(connection):
    connection.sendall(b"PING\r\n")
    return connection.recv(100)


def set_descriptor_limit(server, soft):
    _, hard = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (soft, hard))


class NoDescriptorsTest(unittest.TestCase):
    def test_peers_are_refused_and_clients_served_until_descriptors_are_free_again(self):
        with ServerProcess(unix=False) as server, contextlib.ExitStack() as sockets:
            live = sockets.enter_context(server.connect())
            self.assertEqual(ping(live), b"+PONG\r\n")
            limit = server.descriptors() + 3
            set_descriptor_limit(server, limit)
            answers = []
            crowd = contextlib.ExitStack()
            for _ in range(100):
                peer = crowd.enter_context(server.connect())
                with contextlib.suppress(ConnectionError):
                    answers.append(ping(peer))
            # The server opens a file now and then; three are the most that can get in.
            self.assertIn(answers.count(b"+PONG\r\n"), (2, 3))
            self.assertIn(b"-ERR max number of clients reached\r\n", answers)
            self.assertEqual(ping(live), b"+PONG\r\n")
            self.assertEqual(server.log().count("Too many open files"), 1)
            crowd.close()
            wait_until(lambda: server.descriptors() <= limit - 3, 10, "connections are not let go")
            with server.connect() as late:
                self.assertEqual(ping(late), b"+PONG\r\n")

    def test_a_backlog_that_cannot_be_accepted_does_not_keep_the_server_busy(self):
        with ServerProcess(unix=False) as server, contextlib.ExitStack() as sockets:
            live = sockets.enter_context(server.connect())
            self.assertEqual(ping(live), b"+PONG\r\n")
            # Not even the reserve is left: opening anything fails, and so does closing it for a peer.
            os.kill(server.pid, signal.SIGSTOP)
            set_descriptor_limit(server, 3)
            for _ in range(50):
                sockets.enter_context(server.connect())
            os.kill(server.pid, signal.SIGCONT)
            # One that tries again and again never sleeps.
            for _ in range(20):
                self.assertEqual(ping(live), b"+PONG\r\n")
                wait_until(server.is_asleep, 10, "the server is busy with what it cannot accept")
            set_descriptor_limit(server, 1000)
            wait_until(lambda: server.descriptors() > 50, 10, "the backlog is not accepted")


class StormTest(unittest.TestCase):
    def test_sec_CVE_2025_48367_10000_peers_that_are_gone_before_they_are_accepted_starve_nobody(self):
        with ServerProcess(unix=False) as server:
            with server.connect() as live:
                self.assertEqual(ping(live), b"+PONG\r\n")
                with_one_client = server.descriptors()
                gone = 0
                while gone < 10_000:
                    # Stopped, the server accepts nothing, so that every reset comes first.
                    os.kill(server.pid, signal.SIGSTOP)
                    for _ in range(400):
                        with server.connect() as peer:
                            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
                        gone += 1
                    os.kill(server.pid, signal.SIGCONT)
                    self.assertEqual(ping(live), b"+PONG\r\n")
                    # The queue is first in, first out: when this one is in, the others were.
                    with server.connect() as late:
                        self.assertEqual(ping(late), b"+PONG\r\n")
            wait_until(lambda: server.descriptors() == with_one_client - 1, 10, "connections are not let go")

    def test_a_flood_of_new_connections_is_let_in_a_few_at_a_time(self):
        with ServerProcess(unix=False) as server, contextlib.ExitStack() as sockets:
            live = sockets.enter_context(server.connect())
            self.assertEqual(ping(live), b"+PONG\r\n")
            os.kill(server.pid, signal.SIGSTOP)
            crowd = [sockets.enter_context(server.connect()) for _ in range(300)]
            for peer in crowd:
                peer.sendall(b"PING\r\n")
            os.kill(server.pid, signal.SIGCONT)
            self.assertEqual(ping(live), b"+PONG\r\n")
            for peer in crowd:
                self.assertEqual(peer.recv(100), b"+PONG\r\n")

    def test_at_maxclients_every_peer_is_told_and_those_inside_are_served(self):
        with ServerProcess("--maxclients", "5", unix=False) as server, \
                contextlib.ExitStack() as sockets:
            inside = [sockets.enter_context(server.connect()) for _ in range(5)]
            self.assertEqual([ping(peer) for peer in inside], [b"+PONG\r\n"] * 5)
            for _ in range(500):
                with server.connect() as peer:
                    self.assertEqual(peer.recv(100), b"-ERR max number of clients reached\r\n")
                    self.assertEqual(peer.recv(100), b"")
            self.assertEqual([ping(peer) for peer in inside], [b"+PONG\r\n"] * 5)


if __name__ == "__main__":
    unittest.main()
