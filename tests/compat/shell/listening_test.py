"""Where the server listens, who may connect, and what it says when it cannot listen."""

import os
import socket
import stat
import threading
import unittest

from server_process import ServerError, ServerProcess


def answers(address, port):
    """Whether a server answers PING there."""
    try:
        with socket.create_connection((address, port), 5) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(100) == b"+PONG\r\n"
    except ConnectionRefusedError:
        return False


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
            return True
    except OSError:
        return False


def start_error(*arguments, **options):
    """What a server says that must refuse to start, with status 1."""
    server = ServerProcess(*arguments, **options)
    try:
        server.start()
    except ServerError as error:
        assert server.exit_status == 1, server.exit_status
        return str(error)
    finally:
        server.cleanup()
    raise AssertionError("the server has started")


class BindTest(unittest.TestCase):
    def test_several_addresses_are_listened_on_and_no_others(self):
        with ServerProcess("--bind", "127.0.0.1", "127.0.0.3") as server:
            self.assertTrue(answers("127.0.0.1", server.port))
            self.assertTrue(answers("127.0.0.3", server.port))
            self.assertFalse(answers("127.0.0.2", server.port))

    @unittest.skipUnless(has_ipv6(), "no IPv6 here")
    def test_ipv6_and_ipv4_share_a_port_and_show_in_their_own_notation(self):
        with ServerProcess("--bind", "*", "::*") as server:
            self.assertTrue(answers("127.0.0.1", server.port))
            self.assertTrue(answers("::1", server.port))
        with ServerProcess("--bind", "::1", unix=False) as server:
            self.assertTrue(answers("::1", server.port))
            self.assertFalse(answers("127.0.0.1", server.port))

    def test_the_default_addresses_work_with_and_without_ipv6(self):
        with ServerProcess("--bind", "*", "-::*") as server:
            self.assertTrue(answers("127.0.0.1", server.port))

    def test_an_optional_address_may_be_missing(self):
        with ServerProcess("--bind", "127.0.0.1", "-192.0.2.1", "-2001:db8::1") as server:
            self.assertTrue(answers("127.0.0.1", server.port))

    def test_an_address_that_must_be_there_and_is_not_ends_the_start(self):
        error = start_error("--bind", "127.0.0.1", "192.0.2.1")
        self.assertIn("192.0.2.1", error)
        self.assertIn("Cannot assign requested address", error)

    def test_a_name_is_resolved(self):
        with ServerProcess("--bind", "localhost") as server:
            self.assertTrue(answers("localhost", server.port))

    def test_a_name_that_means_nothing_ends_the_start(self):
        self.assertIn("nowhere.invalid", start_error("--bind", "nowhere.invalid"))

    def test_an_address_given_twice_is_listened_on_once(self):
        with ServerProcess("--bind", "127.0.0.1", "127.0.0.1") as server:
            self.assertTrue(answers("127.0.0.1", server.port))

    def test_port_zero_means_no_tcp(self):
        with ServerProcess(tcp=False) as server:
            self.assertTrue(server.client().ping())
            self.assertIn("Ready to accept connections unix", server.log())
            self.assertNotIn("connections tcp", server.log())

    def test_nowhere_to_listen_ends_the_start(self):
        self.assertIn("not listen anywhere", start_error(tcp=False, unix=False))

    def test_a_port_in_use_ends_the_start_with_a_clear_error(self):
        with ServerProcess(unix=False) as first:
            error = start_error("--port", first.port, "--bind", "127.0.0.1", tcp=False, unix=False)
            self.assertIn(f"127.0.0.1:{first.port}: bind: Address already in use", error)
            self.assertTrue(first.client().ping())

    def test_a_port_is_free_again_at_once_for_the_next_server(self):
        with ServerProcess(unix=False) as server:
            with server.connect() as connection:
                connection.sendall(b"PING\r\n")
                self.assertEqual(connection.recv(100), b"+PONG\r\n")
                port = server.port
                server.restart()  # our end of the connection is still open
                self.assertEqual(server.port, port)
            self.assertTrue(server.client().ping())


class UnixSocketTest(unittest.TestCase):
    def test_sec_CVE_2023_45145_permissions_hold_from_the_first_accepted_connection_on(self):
        server = ServerProcess("--unixsocketperm", "700", tcp=False)
        modes = set()
        end = threading.Event()

        def connect_always():
            while not end.is_set():
                with socket.socket(socket.AF_UNIX) as connection:
                    try:
                        connection.connect(server.unix_socket)
                        modes.add(stat.S_IMODE(os.stat(server.unix_socket).st_mode))
                    except OSError:
                        continue  # not yet, or not any more

        # The widest umask there is: without care the socket would be open to all for a moment.
        before = os.umask(0)
        prober = threading.Thread(target=connect_always)
        prober.start()
        try:
            for _ in range(20):
                server.start()
                self.assertTrue(server.client().ping())
                server.stop()
        finally:
            end.set()
            prober.join()
            os.umask(before)
            server.cleanup()
        self.assertEqual(modes, {0o700})

    def test_without_permissions_the_umask_decides(self):
        with ServerProcess(tcp=False, before_exec=lambda: os.umask(0o027)) as server:
            self.assertEqual(stat.S_IMODE(os.stat(server.unix_socket).st_mode), 0o750)

    def test_a_socket_that_a_dead_server_left_is_replaced(self):
        with ServerProcess(tcp=False) as server:
            server.kill()
            self.assertTrue(stat.S_ISSOCK(os.stat(server.unix_socket).st_mode))
            server.start()
            self.assertTrue(server.client().ping())

    def test_a_socket_that_someone_listens_on_is_left_alone(self):
        with ServerProcess(tcp=False) as first:
            error = start_error("--unixsocket", first.unix_socket, tcp=False, unix=False)
            self.assertIn("Address already in use", error)
            self.assertTrue(first.client().ping())

    def test_a_file_that_is_no_socket_is_left_alone(self):
        server = ServerProcess(tcp=False)
        try:
            with open(server.unix_socket, "w", encoding="utf-8") as file:
                file.write("precious")
            with self.assertRaisesRegex(ServerError, "Address already in use"):
                server.start()
            with open(server.unix_socket, encoding="utf-8") as file:
                self.assertEqual(file.read(), "precious")
        finally:
            server.cleanup()

    def test_the_socket_is_removed_at_the_end_unless_it_is_a_successors(self):
        server = ServerProcess(tcp=False)
        try:
            server.start()
            server.stop()
            self.assertFalse(os.path.exists(server.unix_socket))
            server.start()
            os.unlink(server.unix_socket)
            with socket.socket(socket.AF_UNIX) as successor:
                successor.bind(server.unix_socket)
                server.stop()
                self.assertTrue(os.path.exists(server.unix_socket))
        finally:
            server.cleanup()

    def test_a_path_longer_than_a_socket_can_have_ends_the_start(self):
        error = start_error("--unixsocket", "/tmp/" + "x" * 120, tcp=False, unix=False)
        self.assertIn("File name too long", error)


if __name__ == "__main__":
    unittest.main()
