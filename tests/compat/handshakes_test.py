"""What clients of 2026 send when they connect, byte for byte in one write: each request gets its one reply.

A reply too many or too few would give every later command the reply of another, and a closed connection would
be a server that cannot be used. Where a command is not there, its error is the reply; these clients expect that.
"""

import unittest

from differential.resp import Error, encode, parse
from server_process import ServerProcess

PASSWORD = "s3cr3t"


class Anything:
    """Whatever it is, an error too: the client does not look, or takes what it gets."""


class AnError:
    """An error, by which the client sees that something is not there."""


class Hello:
    """The map of HELLO, in the protocol that was asked for."""

    def __init__(self, protocol):
        self.protocol = protocol


class Text:
    """A string that contains this."""

    def __init__(self, part):
        self.part = part


LIBRARY = (("CLIENT SETINFO LIB-NAME the-client", "OK"), ("CLIENT SETINFO LIB-VER 1.2.3", "OK"))
MAINTENANCE = ("CLIENT MAINT_NOTIFICATIONS ON moving-endpoint-type none", AnError)

# Client -> what it sends when it connects to a server without a password, and what it must hear.
HANDSHAKES = {
    "redis-py 4.3": (("CLIENT SETNAME worker", "OK"), ("SELECT 3", "OK"), ("PING", "PONG")),
    "redis-py 8": (("HELLO 3", Hello(3)), MAINTENANCE, ("CLIENT SETNAME worker", "OK"), *LIBRARY,
                   ("SELECT 3", "OK"), ("PING", "PONG")),
    "go-redis 9": (("HELLO 3 SETNAME worker", Hello(3)), ("SELECT 3", "OK"), ("READONLY", AnError),
                   ("CLIENT SETNAME worker", "OK"), MAINTENANCE, *LIBRARY, ("PING", "PONG")),
    "node-redis 6": (("HELLO 3 SETNAME worker", Hello(3)), ("SELECT 3", "OK"), *LIBRARY, ("PING", "PONG")),
    "ioredis 6": (("HELLO 3", Hello(3)), ("SELECT 3", "OK"), ("CLIENT SETNAME worker", "OK"), *LIBRARY,
                  ("INFO", Text(b"\r\nloading:0\r\n"))),
    "ioredis 5": (("SELECT 3", "OK"), ("CLIENT SETNAME worker", "OK"), *LIBRARY,
                  ("INFO", Text(b"\r\nloading:0\r\n"))),
    "lettuce": (("HELLO 3 SETNAME worker", Hello(3)), *LIBRARY, MAINTENANCE, ("SELECT 3", "OK"), ("PING", "PONG")),
    "jedis": (("HELLO 3", Hello(3)), ("CLIENT SETNAME worker", "OK"), *LIBRARY, ("SELECT 3", "OK")),
    "StackExchange.Redis": (
        ("HELLO 3 SETNAME worker", Hello(3)), ("CLIENT SETNAME worker", "OK"), *LIBRARY,
        ("CONFIG GET timeout", [(b"timeout", b"0")]), ("CONFIG GET slave-read-only", [(b"slave-read-only", b"yes")]),
        ("CONFIG GET databases", [(b"databases", b"16")]), ("SENTINEL MASTERS", Anything),
        ("INFO replication", Text(b"role:master")), ("INFO server", Text(b"redis_version:7.4.")),
        ("CLUSTER NODES", Anything), ("ECHO 0c6eca4e-1f2d-4a3b", b"0c6eca4e-1f2d-4a3b")),
    "rueidis": (("HELLO 3 SETNAME worker", Hello(3)), ("CLIENT TRACKING ON OPTIN", Anything),
                ("CLIENT SETINFO LIB-NAME rueidis", "OK"), ("CLIENT SETINFO LIB-VER 1.0.0", "OK"),
                ("CLIENT NO-TOUCH ON", "OK"), ("CLIENT NO-EVICT ON", "OK"), ("SELECT 3", "OK")),
    "redis-rs": (("HELLO 3", Hello(3)), ("SELECT 3", "OK"), *LIBRARY, ("PING", "PONG")),
    "redis-rb": (("HELLO 3", Hello(3)), *LIBRARY, ("SELECT 3", "OK")),
    "phpredis": (("SELECT 3", "OK"), ("PING", "PONG")),
    "predis": (("SELECT 3", "OK"), *LIBRARY),
    "redis-cli 8": (("HELLO 3", Hello(3)), ("SELECT 3", "OK"), ("COMMAND DOCS", Anything),
                    ("INFO SERVER", Text(b"redis_version:7.4."))),
    "redis-cli before 7": (("SELECT 3", "OK"), ("COMMAND", Anything)),
    "redis_exporter": (("CLIENT SETNAME redis_exporter", "OK"), ("CONFIG GET *", Anything),
                       ("INFO ALL", Text(b"# Commandstats\r\n")), ("SLOWLOG LEN", 0), ("SLOWLOG GET 1", []),
                       ("LATENCY LATEST", []), ("LATENCY HISTOGRAM", Anything), ("CLIENT LIST", Text(b"id=")),
                       ("CLUSTER INFO", Anything)),
    "RedisInsight": (("INFO", Text(b"# Keyspace")), ("COMMAND", Anything), ("COMMAND INFO get", Anything),
                     ("CONFIG GET databases", Anything), ("CONFIG GET slowlog*", Anything),
                     ("CONFIG GET hash-max-ziplist-entries", [b"hash-max-ziplist-entries", b"512"]),
                     ("MODULE LIST", []), ("CLUSTER INFO", Anything), ("FT._LIST", AnError)),
}


class Connection:
    """A plain connection that sends requests at once and reads their replies."""

    def __init__(self, server):
        self.socket = server.connect()
        self.received = b""

    def exchange(self, requests):
        self.socket.sendall(b"".join(encode([word.encode() for word in request.split()]) for request in requests))
        return [self.reply() for _ in requests]

    def reply(self):
        while True:
            try:
                value, end = parse(self.received)
            except IndexError:
                data = self.socket.recv(1 << 20)
                if not data:
                    raise AssertionError("the server closed the connection") from None
                self.received += data
                continue
            self.received = self.received[end:]
            return value


class HandshakesTest(unittest.TestCase):
    ARGUMENTS = ()

    @classmethod
    def setUpClass(cls):
        # No slow log: on a busy machine a command may be slow, and one client asks for its length.
        cls.server = ServerProcess("--slowlog-log-slower-than", "-1", *cls.ARGUMENTS)
        cls.addClassCleanup(cls.server.cleanup)
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def connect(self):
        connection = Connection(self.server)
        self.addCleanup(connection.socket.close)
        return connection

    def check(self, request, expected, reply):
        if isinstance(expected, Hello):
            # A map in RESP3; a list that alternates in RESP2.
            facts = dict(reply) if expected.protocol == 3 else dict(zip(reply[::2], reply[1::2]))
            self.assertEqual(list(facts), [b"server", b"version", b"proto", b"id", b"mode", b"role", b"modules"])
            self.assertEqual((facts[b"server"], facts[b"proto"]), (b"redis", expected.protocol))
            self.assertEqual((facts[b"mode"], facts[b"role"], facts[b"modules"]), (b"standalone", b"master", []))
        elif isinstance(expected, Text):
            self.assertIn(expected.part, reply, request)
        elif expected is AnError:
            self.assertIsInstance(reply, Error, request)
        elif expected is not Anything:
            self.assertEqual(reply, expected, request)

    def check_all(self, handshake):
        connection = self.connect()
        # A marker behind it shows that there was neither a reply too few nor one too many.
        requests = [request for request, _ in handshake] + ["ECHO in-step"]
        replies = connection.exchange(requests)
        for (request, expected), reply in zip(handshake, replies):
            self.check(request, expected, reply)
        self.assertEqual(replies[-1], b"in-step")
        self.assertEqual(connection.exchange(["PING"]), ["PONG"])
        self.assertEqual(connection.received, b"")
        return connection


class WithoutPassword(HandshakesTest):
    def test_every_client_gets_in(self):
        for client, handshake in HANDSHAKES.items():
            with self.subTest(client=client):
                self.check_all(handshake)

    def test_name_library_and_database_are_kept(self):
        connection = self.check_all(HANDSHAKES["redis-py 8"])
        info, = connection.exchange(["CLIENT INFO"])
        for field in (b" name=worker ", b" db=3 ", b" resp=3 ", b" lib-name=the-client ", b" lib-ver=1.2.3"):
            self.assertIn(field, info)

    def test_handshakes_can_be_repeated_on_a_connection(self):
        # As some do after an error, and in other protocols.
        connection = self.connect()
        for protocol in (3, 2, 3, 2):
            hello, name = connection.exchange([f"HELLO {protocol} SETNAME again", "CLIENT GETNAME"])
            self.check("HELLO", Hello(protocol), hello)
            self.assertEqual(name, b"again")

    def test_hello_refuses_and_changes_nothing(self):
        connection = self.connect()
        replies = connection.exchange(["CLIENT SETNAME kept", "HELLO 4", "HELLO 1", "HELLO three", "HELLO 3 NOSUCH",
                                       "HELLO 3 SETNAME", "HELLO 3 AUTH default", "HELLO 3 AUTH default wrong",
                                       "HELLO 3 AUTH nobody x SETNAME other", "CLIENT GETNAME"])
        for reply in replies[1:7]:
            self.assertIsInstance(reply, Error)
        self.assertEqual(replies[1:3], ["NOPROTO unsupported protocol version"] * 2)
        self.assertEqual(replies[-1], b"kept")

    def test_what_setinfo_refuses(self):
        replies = self.connect().exchange(["CLIENT SETINFO LIB-NAME a\x01b", "CLIENT SETINFO NOSUCH x",
                                           "CLIENT SETINFO LIB-NAME", "CLIENT NO-EVICT maybe", "CLIENT NO-TOUCH"])
        for reply in replies:
            self.assertIsInstance(reply, Error)


class WithPassword(HandshakesTest):
    ARGUMENTS = ("--requirepass", PASSWORD)

    def with_login(self, handshake):
        """The same with the password where the client puts it: into HELLO, or as AUTH in front."""
        if handshake[0][0].startswith("HELLO 3"):
            hello, expected = handshake[0]
            login = hello.replace("HELLO 3", f"HELLO 3 AUTH default {PASSWORD}")
            return ((login, expected), *handshake[1:])
        return ((f"AUTH {PASSWORD}", "OK"), *handshake)

    def test_every_client_gets_in(self):
        for client, handshake in HANDSHAKES.items():
            with self.subTest(client=client):
                self.check_all(self.with_login(handshake))

    def test_nobody_gets_in_without_and_every_request_is_answered(self):
        for client, handshake in HANDSHAKES.items():
            with self.subTest(client=client):
                requests = [request for request, _ in handshake]
                for request, reply in zip(requests, self.connect().exchange(requests)):
                    self.assertRegex(reply, "^NOAUTH |^WRONGPASS ", request)

    def test_a_client_that_falls_back_from_hello_to_auth(self):
        # go-redis and lettuce: HELLO fails, AUTH follows on the same connection, then RESP2.
        replies = self.connect().exchange([
            "HELLO 3 AUTH default wrong", f"AUTH {PASSWORD}", "SELECT 3", "CONFIG GET databases"])
        self.assertRegex(replies[0], "^WRONGPASS ")
        self.assertEqual(replies[1:], ["OK", "OK", [b"databases", b"16"]])


if __name__ == "__main__":
    unittest.main()
