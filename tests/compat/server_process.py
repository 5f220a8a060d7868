"""A server of our own for one test: on a free port and a Unix socket, in a folder of its own.

    from server_process import ServerProcess

    with ServerProcess("--maxclients", "20") as server:      # started and ready
        client = server.client()                             # redis-py, decoded replies are bytes
        raw = server.connect()                               # a plain socket
        server.wait_for_log("Accepted")
    # stopped here, by its pid, and the folder is gone. A crash or another status than 0 is an
    # error of the test.

Without `with`: start(), stop(), kill() and cleanup() one by one; restart() keeps folder and port.

The program is the one of the environment's CINNABAR_SERVER, as ctest sets it, run under the one of
CINNABAR_WRAPPER if that is set ("valgrind -q --error-exitcode=99"). `reference()` starts Debian's
redis-server instead, with the same interface.
"""

import ctypes
import os
import re
import resource
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time

READY = re.compile(rb"[Rr]eady to accept connections")
START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 30


class ServerError(AssertionError):
    """The server did not do what starting and stopping it promises; the text holds its log."""


def program():
    """The server under test."""
    path = os.environ.get("CINNABAR_SERVER")
    if not path or not os.access(path, os.X_OK):
        raise ServerError(f"set CINNABAR_SERVER to a built cinnabar-server (it is {path!r})")
    return os.path.abspath(path)


def free_port(family=socket.AF_INET, address="127.0.0.1"):
    """A port that nobody listens on. Another process may take it first: be ready to try again."""
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


class ServerProcess:
    """One server process.

    Attributes: port (0 without TCP), unix_socket (None without), directory, process, pid."""

    def __init__(self, *arguments, config=None, tcp=True, unix=True, program_path=None,
                 environment=None, before_exec=None, wrapper=(), log_file=False):
        """arguments: directives as on the command line, after ours and so stronger: "--save", "".
        config:      text of a configuration file to start with
        tcp, unix:   whether to listen there; with both off the arguments say where
        environment: variables to add
        before_exec: called in the new process before the program is run, e.g. to set a limit
        wrapper:     a program with arguments to run the server under, e.g. ("valgrind", "-q")
        log_file:    the directive `logfile`, instead of standard output, makes the log"""
        self.directory = tempfile.mkdtemp(prefix="cinnabar-")
        self.unix_socket = os.path.join(self.directory, "socket") if unix else None
        self.port = 0
        self.process = None
        self.exit_status = None
        self._tcp = tcp
        self._arguments = [str(argument) for argument in arguments]
        self._program = program_path or program()
        self._environment = environment or {}
        self._before_exec = before_exec
        self._wrapper = list(wrapper) or shlex.split(os.environ.get("CINNABAR_WRAPPER", ""))
        self._has_log_file = log_file
        self._log_offset = 0  # where the log of the latest start begins
        self._config = None
        if config is not None:
            self._config = os.path.join(self.directory, "server.conf")
            with open(self._config, "w", encoding="utf-8") as file:
                file.write(config)

    # --- life ---

    def start(self, wait=True):
        """Starts the server; by default returns when it says that it is ready."""
        for attempts_left in (4, 3, 2, 1, 0):
            if self._tcp and not self.port:
                self.port = free_port()
            self._launch()
            if not wait:
                return self
            try:
                self._wait_until_ready()
                return self
            except ServerError:
                taken = self._tcp and b"in use" in self.log_bytes()
                if not taken or not attempts_left:
                    raise
                self.port = 0  # someone was faster
        raise AssertionError("unreachable")

    def stop(self, signal_number=signal.SIGTERM, expected_status=0):
        """Asks the server to end, waits, and checks its exit status (None: any)."""
        if self.process is None:
            return self.exit_status
        self.process.send_signal(signal_number)
        return self.wait_for_exit(expected_status)

    def wait_for_exit(self, expected_status=0, timeout=STOP_TIMEOUT_S):
        """Waits for the process to end by itself. A signal n as cause of death is the status -n."""
        try:
            self.exit_status = self.process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            self.kill()
            complaint = f"the server did not end within {timeout} s\n{self.story()}"
            raise ServerError(complaint) from error
        self.process = None
        if expected_status is not None and self.exit_status != expected_status:
            raise ServerError(
                f"the server ended with {self.exit_status}, not {expected_status}\n{self.story()}")
        return self.exit_status

    def kill(self):
        """The end without warning: kill -9."""
        if self.process is not None:
            self.process.kill()
            self.exit_status = self.process.wait()
            self.process = None

    def restart(self):
        """An orderly end and a new start with the same port, folder and arguments."""
        self.stop()
        return self.start()

    def cleanup(self):
        """Kills the server if it still runs and removes its folder."""
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.cleanup()
            raise

    def __exit__(self, exception_type, exception, traceback):
        try:
            if exception_type is None:
                self.stop()
            elif not isinstance(exception, ServerError):
                print(f"--- log of the server ---\n{self.story()}", flush=True)
        finally:
            self.cleanup()

    @property
    def pid(self):
        return self.process.pid

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    # --- talking to it ---

    def client(self, **options):
        """A redis-py client over TCP, or over the Unix socket when there is no TCP."""
        import redis
        if self.port:
            return redis.Redis(host="127.0.0.1", port=self.port, **options)
        return redis.Redis(unix_socket_path=self.unix_socket, **options)

    def connect(self, timeout=10):
        """A plain connected socket, over TCP or else over the Unix socket."""
        if self.port:
            return socket.create_connection(("127.0.0.1", self.port), timeout)
        plain = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        plain.settimeout(timeout)
        plain.connect(self.unix_socket)
        return plain

    def cli(self, *arguments, text_input=None, timeout=30):
        """What redis-cli prints for these arguments; it must end with status 0."""
        where = ["-p", str(self.port)] if self.port else ["-s", self.unix_socket]
        done = subprocess.run(["redis-cli", *where, *map(str, arguments)], input=text_input,
                              capture_output=True, text=True, timeout=timeout, check=False)
        if done.returncode != 0:
            raise ServerError(f"redis-cli {arguments} ended with {done.returncode}: "
                              f"{done.stdout}{done.stderr}")
        return done.stdout

    # --- its log and its use of the machine ---

    @property
    def log_path(self):
        return os.path.join(self.directory, "server.log")

    @property
    def output_path(self):
        """Where standard output and standard error go: the log's file unless it has its own."""
        return os.path.join(self.directory, "output") if self._has_log_file else self.log_path

    def log_bytes(self):
        """The log since the latest start."""
        try:
            with open(self.log_path, "rb") as file:
                file.seek(self._log_offset)
                return file.read()
        except FileNotFoundError:
            return b""

    def log(self):
        return self.log_bytes().decode("utf-8", "replace")

    def story(self):
        """All that the server has said, for the text of an error."""
        return self.log() + (self.output() if self._has_log_file else "")

    def output(self):
        with open(self.output_path, "rb") as file:
            return file.read().decode("utf-8", "replace")

    def wait_for_log(self, text, timeout=10):
        """Waits until `text` stands in the log."""
        wait_until(lambda: text in self.log(), timeout,
                   lambda: f"{text!r} did not appear in the log:\n{self.story()}")

    def is_asleep(self):
        """Whether its main thread waits for something to happen, now."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] == "S"

    def resident_bytes(self):
        with open(f"/proc/{self.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def private_bytes(self):
        """What it has in memory that is not of a file."""
        with open(f"/proc/{self.pid}/statm", encoding="ascii") as file:
            _, resident, of_files = file.read().split()[:3]
            return (int(resident) - int(of_files)) * os.sysconf("SC_PAGE_SIZE")

    def descriptors(self):
        """How many file descriptors it has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    # --- inside ---

    def _command_line(self):
        command = [*self._wrapper, self._program]
        if self._config:
            command.append(self._config)
        command += ["--dir", self.directory, "--port", str(self.port)]
        if self._tcp:
            command += ["--bind", "127.0.0.1"]
        if self.unix_socket:
            command += ["--unixsocket", self.unix_socket]
        if self._has_log_file:
            command += ["--logfile", self.log_path]
        return command + self._arguments

    def _launch(self):
        environment = dict(os.environ)
        environment.pop("NOTIFY_SOCKET", None)
        environment.update(self._environment)
        self._log_offset = 0
        self._log_offset = len(self.log_bytes())
        with open(self.output_path, "ab") as output:
            self.process = subprocess.Popen(
                self._command_line(), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                cwd=self.directory, env=environment, preexec_fn=self._before_exec)

    def _wait_until_ready(self):
        deadline = time.monotonic() + START_TIMEOUT_S
        while not READY.search(self.log_bytes()):
            status = self.process.poll()
            if status is not None:
                self.process = None
                self.exit_status = status
                raise ServerError(f"the server ended with {status} before it was ready\n"
                                  f"{self.story()}")
            if time.monotonic() > deadline:
                self.kill()
                raise ServerError(f"the server was not ready after {START_TIMEOUT_S} s\n"
                                  f"{self.story()}")
            time.sleep(0.002)


def reference(*arguments, **options):
    """Debian's redis-server, without persistence."""
    path = shutil.which("redis-server")
    if path is None:
        raise ServerError("redis-server is not installed")
    return ServerProcess("--save", "", *arguments, program_path=path, **options)


def wait_until(condition, timeout, complaint):
    """Polls until `condition()` holds. `complaint` is a text, or a function that makes one."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(complaint() if callable(complaint) else complaint)
        time.sleep(0.002)


def without_privilege(limit):
    """For before_exec: this limit of open files (soft, hard), and no right to raise it."""
    drop_from_bounding_set, cap_sys_resource = 24, 24
    ctypes.CDLL(None).prctl(drop_from_bounding_set, cap_sys_resource, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_NOFILE, limit)
