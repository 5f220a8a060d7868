"""How the server ends: by signal, by request, by a second signal, by a crash."""

import os
import resource
import signal
import subprocess
import time
import unittest

from server_process import ServerProcess, program, wait_until


MORE_THAN_IS_READ = 60_000_000


def ask_for_more_than_is_read(server, connection):
    """Returns when the server has a reply that it cannot get rid of."""
    connection.sendall(b"SET big " + b"x" * 60_000 + b"\r\n" + b"GET big\r\n" * 1000)
    with server.client() as client:
        wait_until(lambda: any(int(entry["omem"]) > 0 for entry in client.client_list()), 10,
                   "nothing waits to be read")


def receive_all(connection):
    """Everything until the peer closes, in whatever way."""
    received = b""
    try:
        while piece := connection.recv(2**20):
            received += piece
    except ConnectionResetError:
        pass
    return received


class EndTest(unittest.TestCase):
    def test_sigterm_and_sigint_end_it_with_status_0(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number), ServerProcess() as server:
                connection = server.connect()
                self.addCleanup(connection.close)
                self.assertEqual(server.stop(number), 0)
                self.assertIn(f"Received {number.name} scheduling shutdown", server.log())
                self.assertIn("ready to exit", server.log())
                self.assertEqual(connection.recv(1), b"")

    def test_sigterm_is_heard_at_any_moment_of_the_start(self):
        ends = set()
        for step in range(30):
            with subprocess.Popen([program(), "--port", "0", "--unixsocket", f"/tmp/cinnabar-{os.getpid()}"],
                                  stdout=subprocess.DEVNULL) as process:
                time.sleep(step * 0.0005)
                process.terminate()
                ends.add(process.wait(10))
        # Before the handler is there the signal itself ends the process.
        self.assertLessEqual(ends, {0, -signal.SIGTERM})

    def test_requests_that_arrived_before_the_signal_are_answered(self):
        with ServerProcess() as server, server.connect() as connection:
            os.kill(server.pid, signal.SIGSTOP)
            connection.sendall(b"PING\r\n" * 1000)
            os.kill(server.pid, signal.SIGTERM)
            os.kill(server.pid, signal.SIGCONT)
            received = b""
            while piece := connection.recv(65536):
                received += piece
            self.assertEqual(received, b"+PONG\r\n" * 1000)
            server.wait_for_exit()

    def test_a_reply_on_its_way_is_finished(self):
        size = 30 * 2**20
        with ServerProcess("--client-output-hold-back", 100 * 2**20) as server, \
                server.connect() as connection:
            connection.settimeout(30)
            connection.sendall(b"SET big " + b"x" * 60_000 + b"\r\n")
            self.assertEqual(connection.recv(100), b"+OK\r\n")
            connection.sendall(b"GET big\r\n" * (size // 60_000))
            first = connection.recv(1)
            server.process.send_signal(signal.SIGTERM)
            received = len(first)
            while piece := connection.recv(2**20):
                received += len(piece)
            self.assertEqual(received, size // 60_000 * (60_000 + len("$60000\r\n\r\n")))
            server.wait_for_exit()

    def test_a_peer_that_does_not_read_delays_the_end_only_a_little(self):
        with ServerProcess() as server, server.connect() as connection:
            ask_for_more_than_is_read(server, connection)
            server.stop()
            self.assertLess(len(receive_all(connection)), MORE_THAN_IS_READ)

    def test_a_second_signal_soon_after_the_first_changes_nothing(self):
        with ServerProcess() as server:
            server.process.send_signal(signal.SIGTERM)
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(server.wait_for_exit(), 0)

    def test_who_insists_need_not_wait_for_a_busy_server(self):
        # It sleeps for much longer than this waits, and hears no first signal meanwhile.
        with ServerProcess("--enable-debug-command", "yes") as server, \
                server.connect() as connection:
            connection.sendall(b"DEBUG LOG sleeping\r\nDEBUG SLEEP 1000\r\n")
            server.wait_for_log("sleeping")
            server.process.send_signal(signal.SIGINT)
            time.sleep(0.3)  # a supervisor's second signal, which is no insistence, comes sooner
            server.process.send_signal(signal.SIGINT)
            self.assertEqual(server.wait_for_exit(expected_status=1), 1)

    def test_sigpipe_and_sighup_do_not_end_it(self):
        with ServerProcess() as server:
            server.process.send_signal(signal.SIGPIPE)
            server.process.send_signal(signal.SIGHUP)
            server.wait_for_log("SIGHUP")
            self.assertTrue(server.client().ping())

    def test_new_connections_are_refused_while_it_ends(self):
        with ServerProcess() as server, server.connect() as connection:
            ask_for_more_than_is_read(server, connection)
            server.process.send_signal(signal.SIGTERM)
            wait_until(lambda: is_refused(server), 10, "new connections are accepted")
            self.assertTrue(server.running)
            server.wait_for_exit()


def is_refused(server):
    try:
        server.connect().close()
        return False
    except ConnectionRefusedError:
        return True


class ShutdownTest(unittest.TestCase):
    def test_every_way_to_ask_ends_it_with_status_0_and_without_a_reply(self):
        for options in ("", "NOSAVE", "nosave now", "FORCE", "SAVE FORCE", "NOSAVE NOW FORCE"):
            with self.subTest(options=options), ServerProcess("--pidfile", "pid") as server, \
                    server.connect() as connection, server.connect() as other:
                connection.sendall(f"PING\r\nSHUTDOWN {options}\r\nPING\r\n".encode())
                self.assertEqual(receive_all(connection), b"+PONG\r\n")
                self.assertEqual(receive_all(other), b"")
                self.assertEqual(server.wait_for_exit(), 0)
                self.assertIn("User requested shutdown...", server.log())
                self.assertIn("ready to exit, bye bye", server.log())
                self.assertFalse(os.path.exists(server.unix_socket))
                self.assertFalse(os.path.exists(os.path.join(server.directory, "pid")))

    def test_redis_cli_and_redis_py_take_the_end_for_success(self):
        with ServerProcess() as server:
            self.assertEqual(server.cli("SHUTDOWN", "NOSAVE"), "")
            server.wait_for_exit()
        with ServerProcess() as server:
            server.client().shutdown(nosave=True)
            server.wait_for_exit()

    def test_what_is_refused_ends_nothing(self):
        refusals = {
            "ABORT": b"-ERR No shutdown in progress.\r\n",
            "SAVE NOSAVE": b"-ERR syntax error\r\n",
            "NOW ABORT": b"-ERR syntax error\r\n",
            "later": b"-ERR syntax error\r\n",
        }
        with ServerProcess() as server, server.connect() as connection:
            for options, reply in refusals.items():
                with self.subTest(options=options):
                    connection.sendall(f"SHUTDOWN {options}\r\n".encode())
                    self.assertEqual(connection.recv(100), reply)
            connection.sendall(b"PING\r\n")
            self.assertEqual(connection.recv(100), b"+PONG\r\n")


def receive_all(connection):
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received


class CrashTest(unittest.TestCase):
    def crash(self, *arguments, request=None, expected_status=-signal.SIGSEGV, **options):
        """Crashes a server by signal, or by a request."""
        server = ServerProcess(*arguments, before_exec=no_core_file, **options)
        self.addCleanup(server.cleanup)
        server.start()
        if request is None:
            server.process.send_signal(signal.SIGSEGV)
        else:
            with server.connect() as connection:
                connection.sendall(request)
                self.assertEqual(connection.recv(100), b"")
        server.wait_for_exit(expected_status)
        return server

    def test_debug_segfault_and_panic_leave_the_stack_of_the_request_that_did_it(self):
        for request, number in ((b"DEBUG SEGFAULT\r\n", signal.SIGSEGV),
                                (b"DEBUG PANIC\r\n", signal.SIGABRT)):
            with self.subTest(request=request):
                log = self.crash("--enable-debug-command", "yes", request=request,
                                 expected_status=-number).log()
                self.assertIn(f"({number.name})", log)
                self.assertRegex(log, "build [0-9a-f]{16}")
                stack = log.split("Stack:\n")[1].split("=== END")[0].splitlines()
                self.assertGreater(len(stack), 8, log)
                self.assertTrue(all("0x" in frame for frame in stack), log)
                self.assertTrue(any("uv_run" in frame for frame in stack), log)

    def test_a_crash_leaves_a_report_in_the_log_and_its_signal_as_the_status(self):
        for log_file in (False, True):
            with self.subTest(log_file=log_file):
                log = self.crash(log_file=log_file).log()
                self.assertIn("Ready to accept connections", log)
                self.assertIn("CRASH REPORT of Cinnabar ", log)
                self.assertIn("(SIGSEGV)", log)
                self.assertIn("(main+0x", log.replace("uv_run+0x", "(main+0x"))
                build = subprocess.run([program(), "--version"], capture_output=True, text=True,
                                       check=True).stdout.split("build=")[1].split()[0]
                self.assertIn(build, log)

    def test_no_report_when_it_is_turned_off(self):
        self.assertNotIn("CRASH REPORT", self.crash("--crash-log-enabled", "no").log())

    def test_what_a_crash_left_behind_does_not_keep_the_next_server_from_starting(self):
        server = self.crash("--pidfile", "pid")
        self.assertTrue(os.path.exists(server.unix_socket))
        server.start()
        self.assertTrue(server.client().ping())
        wait_until(lambda: os.path.exists(os.path.join(server.directory, "pid")), 10, "no pid file")
        server.stop()


def no_core_file():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    unittest.main()
