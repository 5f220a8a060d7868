"""More connections than there is room for: everybody is told, those inside are served, and the
operator can still get in."""

import contextlib
import errno
import socket
import threading
import unittest

import redis

from plain import ask, ping
from server_process import ServerProcess, wait_until, without_privilege

REFUSED = b"-ERR max number of clients reached\r\n"
FLOOD = 100_000
FLOODERS = 4


def connect_by_unix_socket(server):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(10)
    connection.connect(server.unix_socket)
    return connection


class Flood:
    """Connects, listens to what it is told, and leaves; again and again."""

    def __init__(self, server, count):
        self.server, self.count = server, count
        self.answers = {}
        self.address = 0
        self.thread = threading.Thread(target=self.run)

    def run(self):
        for _ in range(self.count):
            answer = self.knock()
            self.answers[answer] = self.answers.get(answer, 0) + 1

    def knock(self):
        # Ports of connections that were closed are taken for a while; some addresses of loopback
        # more are plenty. An error of our own side is no answer.
        with socket.socket() as peer:
            peer.settimeout(30)
            peer.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
            self.address = (self.address + 1) % 200
            peer.bind((f"127.0.1.{self.address + 1}", 0))
            try:
                peer.connect(("127.0.0.1", self.server.port))
                return peer.recv(100)
            except OSError as error:
                return errno.errorcode.get(error.errno, str(error))


class MaxclientsTest(unittest.TestCase):
    def test_row_19_a_hundred_thousand_connects_at_maxclients(self):
        with ServerProcess("--maxclients", "100", "--reserved-local-connections", "1") as server, \
                contextlib.ExitStack() as sockets:
            # The operator's place for this machine's TCP is taken too: all others are refused.
            inside = [sockets.enter_context(server.connect()) for _ in range(101)]
            self.assertTrue(all(ping(peer) for peer in inside))
            before = server.descriptors()
            floods = [Flood(server, FLOOD // FLOODERS) for _ in range(FLOODERS)]
            for flood in floods:
                flood.thread.start()
            served = 0
            while any(flood.thread.is_alive() for flood in floods):
                self.assertTrue(ping(inside[served % len(inside)]))
                served += 1
                if served % 1000 == 0:
                    with connect_by_unix_socket(server) as operator:
                        self.assertTrue(ping(operator))
            answers = {}
            for flood in floods:
                flood.thread.join()
                for answer, count in flood.answers.items():
                    answers[answer] = answers.get(answer, 0) + count
            self.assertEqual(answers, {REFUSED: FLOOD})
            self.assertGreater(served, 0)
            self.assertTrue(all(ping(peer) for peer in inside))
            wait_until(lambda: server.descriptors() == before, 10, "refused peers are not let go")
            with redis.Redis(unix_socket_path=server.unix_socket) as operator:
                self.assertEqual(operator.info("stats")["rejected_connections"], FLOOD)

    def test_row_19_the_operator_gets_in_by_either_way_and_can_end_the_flood(self):
        for unix in (True, False):
            with self.subTest(unix=unix), \
                    ServerProcess("--maxclients", "10", "--reserved-local-connections",
                                  "1") as server, \
                    contextlib.ExitStack() as sockets:
                crowd = [sockets.enter_context(server.connect()) for _ in range(10)]
                self.assertTrue(all(ping(peer) for peer in crowd))
                connect = connect_by_unix_socket if unix else ServerProcess.connect
                operator = sockets.enter_context(connect(server))
                self.assertTrue(ping(operator))
                with connect(server) as another:
                    self.assertEqual(another.recv(100), REFUSED)
                self.assertEqual(ask(operator, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"),
                                 b":10\r\n")
                for peer in crowd:
                    self.assertEqual(peer.recv(100), b"")
                wait_until(lambda: self.is_served(server, sockets), 10, "nobody is let in again")

    @staticmethod
    def is_served(server, sockets):
        try:
            return ping(sockets.enter_context(server.connect()))
        except ConnectionError:
            return False


class DescriptorsTest(unittest.TestCase):
    def test_row_15_with_64_descriptors_an_operator_still_gets_in_and_can_work(self):
        with ServerProcess("--reserved-local-connections", "1",
                           before_exec=lambda: without_privilege((64, 64))) as server, \
                contextlib.ExitStack() as sockets:
            answers = []
            for _ in range(200):
                peer = sockets.enter_context(server.connect())
                with contextlib.suppress(ConnectionError):
                    peer.sendall(b"PING\r\n")
                    answers.append(peer.recv(100))
            self.assertEqual(answers.count(b"+PONG\r\n"), 32 + 1)
            operator = sockets.enter_context(connect_by_unix_socket(server))
            self.assertTrue(ping(operator))
            # What opens files works at the limit: descriptors are kept for it.
            self.assertEqual(ask(operator, "CONFIG", "SET", "loglevel", "debug"), b"+OK\r\n")
            operator.sendall(b"INFO\r\n")
            self.assertTrue(operator.recv(100).startswith(b"$"))


if __name__ == "__main__":
    unittest.main()
