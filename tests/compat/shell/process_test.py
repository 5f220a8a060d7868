"""The server as a process: its command line, its start, pid file, daemon, systemd and its logs."""

import contextlib
import json
import os
import re
import signal
import socket
import struct
import subprocess
import time
import unittest

from server_process import (ServerError, ServerProcess, program, wait_until,
                            without_privilege)


def run(*arguments, text_input=None):
    return subprocess.run([program(), *arguments], input=text_input, capture_output=True, text=True,
                          timeout=30, check=False)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class CommandLineTest(unittest.TestCase):
    def test_version_is_one_line_in_the_form_of_redis_server(self):
        for option in ("-v", "--version"):
            done = run(option)
            self.assertEqual(done.returncode, 0)
            self.assertRegex(done.stdout, r"\A\w+ server v=7\.4\.0 sha=\w+:0 malloc=\S+ bits=64 "
                                          r"build=\w+ cinnabar=\d+\.\d+\.\d+\n\Z")

    def test_help_tells_the_usage(self):
        for option in ("-h", "--help"):
            done = run(option)
            self.assertEqual(done.returncode, 0)
            self.assertIn("Usage: cinnabar-server", done.stdout)

    def test_check_config_judges_and_does_not_serve(self):
        self.assertEqual(run("--check-config", "--port", "1").returncode, 0)
        done = run("--check-config", "--maxclients", "many")
        self.assertEqual(done.returncode, 1)
        self.assertIn("maxclients", done.stderr)

    def test_a_configuration_is_read_from_the_standard_input(self):
        done = run("--check-config", "-", text_input="no-such-directive 1\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no-such-directive", done.stderr)

    def test_a_wrong_directive_ends_the_start_with_its_line(self):
        server = ServerProcess(config="maxclients 10\nmaxclient 10\n")
        try:
            with self.assertRaises(ServerError) as raised:
                server.start()
            self.assertEqual(server.exit_status, 1)
            self.assertIn("line 2", str(raised.exception))
        finally:
            server.cleanup()

    def test_a_folder_that_is_not_there_ends_the_start(self):
        done = run("--dir", "/nonexistent-folder", "--port", "0")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/nonexistent-folder", done.stdout + done.stderr)


class StartTest(unittest.TestCase):
    def test_what_supervisors_and_test_harnesses_wait_for_stands_in_the_log(self):
        with ServerProcess() as server:
            log = server.log()
            self.assertRegex(log, rf"(?s) PID: {server.pid}.*Server initialized")
            self.assertRegex(log, r".*Ready to accept connections tcp\n")
            self.assertRegex(log, r".*Ready to accept connections unix\n")

    def test_an_empty_server_is_small(self):
        with ServerProcess() as server, server.connect() as connection:
            connection.sendall(b"PING\r\n")
            self.assertEqual(connection.recv(100), b"+PONG\r\n")
            # The program's own pages depend on the build and on what the system maps around them;
            # tools/bench/compare --empty measures those of a release, and how soon it is ready.
            self.assertLess(server.private_bytes(), 3 * 2**20)

    def test_too_few_open_files_mean_fewer_clients(self):
        limit = (64, 64)
        with ServerProcess(before_exec=lambda: without_privilege(limit)) as server:
            self.assertIn("maxclients has been reduced from 10000 to 32", server.log())
            answers = []
            with contextlib.ExitStack() as open_sockets:
                for _ in range(40):
                    connection = open_sockets.enter_context(server.connect())
                    try:
                        connection.sendall(b"PING\r\n")
                        answers.append(connection.recv(100))
                    except ConnectionError:
                        answers.append(b"")
            self.assertEqual(answers[:32], [b"+PONG\r\n"] * 32)
            self.assertNotIn(b"+PONG\r\n", answers[32:])
            self.assertIn(b"-ERR max number of clients reached\r\n", answers[32:])

    def test_hardly_any_open_files_end_the_start(self):
        server = ServerProcess(before_exec=lambda: without_privilege((20, 20)))
        try:
            with self.assertRaisesRegex(ServerError, "limit of open files"):
                server.start()
            self.assertEqual(server.exit_status, 1)
        finally:
            server.cleanup()


class PidFileTest(unittest.TestCase):
    def test_the_pid_file_is_there_while_the_server_runs(self):
        with ServerProcess("--pidfile", "server.pid") as server:
            path = os.path.join(server.directory, "server.pid")
            self.assertEqual(read(path), f"{server.pid}\n")
            server.stop()
            self.assertFalse(os.path.exists(path))

    def test_a_pid_file_that_cannot_be_written_is_a_warning(self):
        with ServerProcess("--pidfile", "/nonexistent-folder/pid") as server:
            self.assertIn("/nonexistent-folder/pid", server.log())
            self.assertTrue(server.client().ping())


class DaemonTest(unittest.TestCase):
    def setUp(self):
        self.server = ServerProcess("--daemonize", "yes", "--pidfile", "pid", log_file=True)
        self.addCleanup(self.server.cleanup)
        self.pid_path = os.path.join(self.server.directory, "pid")
        self.daemon = None

    def tearDown(self):
        if self.daemon is not None and os.path.exists(f"/proc/{self.daemon}"):
            os.kill(self.daemon, signal.SIGKILL)

    def test_a_daemon_leaves_its_parent_and_its_terminal(self):
        server = self.server
        server.start(wait=False)
        self.assertEqual(server.wait_for_exit(), 0)
        server.wait_for_log("Ready to accept")
        self.daemon = int(read(self.pid_path))
        self.assertTrue(server.client().ping())
        fields = read(f"/proc/{self.daemon}/stat").rpartition(")")[2].split()
        parent, session, terminal = int(fields[1]), int(fields[3]), int(fields[4])
        self.assertNotEqual(parent, os.getpid())
        self.assertNotEqual(session, os.getsid(0))
        self.assertNotEqual(session, self.daemon, "the leader of a session can get a terminal")
        self.assertEqual(terminal, 0)
        for descriptor in (0, 1, 2):
            self.assertEqual(os.readlink(f"/proc/{self.daemon}/fd/{descriptor}"), "/dev/null")
        os.kill(self.daemon, signal.SIGTERM)
        wait_until(lambda: not os.path.exists(self.pid_path), 10, "the daemon does not end")
        self.assertIn("ready to exit", server.log())


class ServiceManagerTest(unittest.TestCase):
    @contextlib.contextmanager
    def supervised(self, *arguments, **environment):
        """A server that has said READY=1, and the socket on which systemd would listen."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            server = ServerProcess("--supervised", "systemd", *arguments)
            path = os.path.join(server.directory, "notify")
            server._environment.update(environment, NOTIFY_SOCKET=path)
            systemd.bind(path)
            systemd.settimeout(10)
            with server:
                self.assertIn(b"READY=1\n", systemd.recv(1000))
                yield server, systemd

    def test_systemd_hears_of_ready_and_stopping(self):
        with self.supervised("--daemonize", "yes") as (server, systemd):
            self.assertTrue(server.running, "a supervised server stays in the foreground")
            server.stop()
            self.assertIn(b"STOPPING=1\n", systemd.recv(1000))

    def test_systemd_hears_that_a_hang_up_was_understood_and_is_done(self):
        with self.supervised() as (server, systemd):
            before = time.monotonic_ns() // 1000
            server.process.send_signal(signal.SIGHUP)
            reloading = systemd.recv(1000)
            self.assertRegex(reloading, rb"^RELOADING=1\nMONOTONIC_USEC=\d+\n$")
            told = int(reloading.split(b"MONOTONIC_USEC=")[1])
            self.assertLessEqual(before, told)
            self.assertLessEqual(told, time.monotonic_ns() // 1000)
            self.assertEqual(systemd.recv(1000), b"READY=1\n")

    def test_a_watchdog_is_told_again_and_again_that_the_loop_turns(self):
        with self.supervised(WATCHDOG_USEC="40000") as (_, systemd):
            for _ in range(5):
                self.assertEqual(systemd.recv(1000), b"WATCHDOG=1\n")

    def test_upstart_sees_it_stop_and_lets_it_go_on(self):
        server = ServerProcess("--supervised", "upstart", environment={"UPSTART_JOB": "cinnabar"})
        self.addCleanup(server.cleanup)
        server.start(wait=False)
        wait_until(lambda: read(f"/proc/{server.pid}/stat").rpartition(") ")[2].startswith("T"), 10,
                   "it does not stop")
        self.assertNotIn("Ready to accept", server.log())
        server.process.send_signal(signal.SIGCONT)
        server.wait_for_log("Ready to accept connections tcp")
        server.stop()

    def test_systemd_that_is_not_there_is_a_warning(self):
        with ServerProcess("--supervised", "systemd") as server:
            self.assertIn("NOTIFY_SOCKET", server.log())


class LogTest(unittest.TestCase):
    def test_the_default_format_is_redis_own(self):
        with ServerProcess() as server:
            for line in server.log().splitlines():
                self.assertRegex(line, rf"^{server.pid}:M \d\d [A-Z][a-z]{{2}} \d{{4}} "
                                       r"\d\d:\d\d:\d\d\.\d{3} [.*#-] \S")

    def test_logfmt_has_the_same_fields_in_every_line(self):
        with ServerProcess("--log-format", "logfmt") as server:
            for line in server.log().splitlines():
                self.assertRegex(line, rf'^pid={server.pid} role=primary timestamp="\d{{4}}-[^"]+" '
                                       r'level=(notice|warning) message="([^"\\]|\\.)*"$')

    def test_json_is_one_object_a_line(self):
        with ServerProcess("--log-format", "json") as server:
            lines = [json.loads(line) for line in server.log().splitlines()]
            self.assertEqual({line["pid"] for line in lines}, {server.pid})
            self.assertIn("Ready to accept connections tcp", [line["message"] for line in lines])
            self.assertTrue(all(re.match(r"\d{4}-\d\d-\d\dT", line["timestamp"]) for line in lines))

    def test_a_renamed_log_goes_on_in_a_new_file_without_a_signal(self):
        with ServerProcess(log_file=True) as server:
            path = server.log_path
            self.assertEqual(server.output(), "")
            os.rename(path, path + ".1")
            server.process.send_signal(signal.SIGHUP)
            wait_until(lambda: os.path.exists(path) and "SIGHUP" in read(path), 10,
                       "no new file")
            self.assertNotIn("SIGHUP", read(path + ".1"))

    def test_connections_come_and_go_in_the_verbose_log(self):
        with ServerProcess("--loglevel", "verbose") as server:
            def last_line_after(connection, action):
                seen = len(server.log().splitlines())
                action(connection)
                wait_until(lambda: len(server.log().splitlines()) > seen, 10, "nothing is logged")
                return server.log().splitlines()[seen].split(" - ", 1)[1]

            tcp = server.connect()
            address = "%s:%d" % tcp.getsockname()
            server.wait_for_log(f" - Accepted {address}\n")
            self.assertIn(f"Client closed connection id=1 addr={address} ",
                          last_line_after(tcp, socket.socket.close))
            tcp = server.connect()
            server.wait_for_log(f" - Accepted %s:%d\n" % tcp.getsockname())
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.assertEqual("Reading from client: Connection reset by peer",
                             last_line_after(tcp, socket.socket.close))
            with socket.socket(socket.AF_UNIX) as unix:
                unix.connect(server.unix_socket)
                server.wait_for_log(f" - Accepted connection to {server.unix_socket}\n")
                server.stop()
            # Whom the server itself disconnects has closed nothing.
            self.assertEqual(server.log().count("Client closed connection"), 1)

    @unittest.skipIf(os.path.exists("/dev/log") or not os.access("/dev", os.W_OK),
                     "needs to stand in for the system's log")
    def test_syslog_gets_the_lines_with_identity_facility_and_priority(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as syslog:
            syslog.bind("/dev/log")
            self.addCleanup(os.unlink, "/dev/log")
            syslog.settimeout(10)
            with ServerProcess("--syslog-enabled", "yes", "--syslog-ident", "cinnabar-test",
                               "--syslog-facility", "local3") as server:
                lines = []
                while not lines or b"Ready to accept connections tcp" not in lines[-1]:
                    lines.append(syslog.recv(10_000))
                local3, notice, warning = 19 * 8, 5, 4
                self.assertTrue(lines[-1].startswith(b"<%d>" % (local3 + notice)), lines[-1])
                self.assertIn(b"cinnabar-test[%d]: " % server.pid, lines[-1])
                self.assertTrue(any(line.startswith(b"<%d>" % (local3 + warning)) for line in lines))
                self.assertIn("Ready to accept connections tcp", server.log())

    def test_a_log_file_that_cannot_be_opened_ends_the_start(self):
        server = ServerProcess("--logfile", "/nonexistent-folder/log")
        try:
            with self.assertRaisesRegex(ServerError, "Can't open the log file"):
                server.start()
            self.assertEqual(server.exit_status, 1)
        finally:
            server.cleanup()

    def test_a_standard_output_that_nobody_reads_any_more_does_no_harm(self):
        reader, writer = os.pipe()
        with ServerProcess(before_exec=lambda: None) as server:
            server.stop()
            server._launch = lambda: launch_with_output(server, writer)
            server.start(wait=False)
            os.close(writer)
            wait_until(lambda: os.path.exists(server.unix_socket), 10, "not started")
            os.close(reader)
            server.process.send_signal(signal.SIGHUP)  # a line that goes nowhere
            wait_until(lambda: can_ping(server), 10, "the server has gone")


def launch_with_output(server, writer):
    server.process = subprocess.Popen(server._command_line(), stdin=subprocess.DEVNULL,
                                      stdout=writer, stderr=writer, cwd=server.directory)


def can_ping(server):
    try:
        return server.client().ping()
    except OSError:
        return False


if __name__ == "__main__":
    unittest.main()
