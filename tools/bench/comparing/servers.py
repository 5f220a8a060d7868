"""One server under measurement: started on a core of its own, read from outside, stopped at the end.

CPU time comes from /proc: the scheduler counts the total of every thread to the nanosecond; the user
part is estimated by the kernel from its tick and comes in hundredths of a second.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Iterable, NamedTuple, Optional

START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 60
QUIET_ARGUMENTS = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']


class ServerFailed(Exception):
    """The server could not be started or did not answer."""


class CpuTime(NamedTuple):
    total_s: float
    user_s: float
    waited_s: float  # ready to run while others had the core

    def since(self, before: 'CpuTime') -> 'CpuTime':
        return CpuTime(*(now - then for now, then in zip(self, before)))


class Memory(NamedTuple):
    used_bytes: int      # as the server counts, INFO's used_memory
    resident_bytes: int  # as the kernel counts


def spawn_on_core(core: Optional[int], command: list[str], **options) -> subprocess.Popen:
    """Starts `command` pinned to a core. A child inherits its parent's, so ours is moved meanwhile:
    that is faster than a wrapper or a function between fork and exec."""
    ours = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        return subprocess.Popen(command, **options)
    finally:
        os.sched_setaffinity(0, ours)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Server:
    """A running server. Use it in a `with`: leaving it stops the process and removes its folder."""

    def __init__(self, name: str, command: list[str], core: Optional[int],
                 folder: Optional[str] = None, more_arguments: Iterable[str] = ()) -> None:
        """folder: the server's, which stays when it ends; by default it has one of its own."""
        self.name = name
        self.port = free_port()
        self._keeps_folder = folder is not None
        self._folder = folder or tempfile.mkdtemp(prefix='compare-')
        arguments = ['--port', str(self.port), *QUIET_ARGUMENTS, '--dir', self._folder, *more_arguments]
        self._log = Path(self._folder, 'log')
        begin = time.perf_counter()
        with self._log.open('wb') as log:
            self._process = spawn_on_core(core, command + arguments, stdin=subprocess.DEVNULL,
                                          stdout=log, stderr=log, cwd=self._folder)
        try:
            self._wait_until_ready(begin)
        except BaseException:
            self.stop()
            raise
        self.ready_after_s = time.perf_counter() - begin

    def __enter__(self) -> 'Server':
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if not self._keeps_folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _wait_until_ready(self, begin: float) -> None:
        while True:
            try:
                if self.call('PING') == b'+PONG':
                    return
            except (OSError, ServerFailed):  # it may still be loading
                pass
            if self._process.poll() is not None:
                raise ServerFailed(f'{self.name} ended at once:\n{self._log.read_text()}')
            if time.perf_counter() - begin > START_TIMEOUT_S:
                raise ServerFailed(f'{self.name} does not answer:\n{self._log.read_text()}')
            time.sleep(0.0005)

    def call(self, line: str, timeout: float = 30) -> bytes:
        """The answer to an inline request: a line, or the content of a bulk string."""
        with socket.create_connection(('127.0.0.1', self.port), timeout=timeout) as connection:
            connection.sendall(line.encode() + b'\r\n')
            stream = connection.makefile('rb')
            first = stream.readline().rstrip(b'\r\n')
            if first.startswith(b'-'):
                raise ServerFailed(f'{self.name} refuses {line}: {first.decode()}')
            return stream.read(int(first[1:])) if first.startswith(b'$') else first

    def info(self) -> dict[str, str]:
        lines = self.call('INFO').decode().split('\r\n')
        return dict(line.split(':', 1) for line in lines if ':' in line)

    def cpu_time(self) -> CpuTime:
        process = Path('/proc', str(self._process.pid))
        threads = [[int(word) for word in Path(task, 'schedstat').read_text().split()]
                   for task in process.joinpath('task').iterdir()]
        # The process's name, in parentheses, may hold blanks; utime is field 14 of the line.
        fields = process.joinpath('stat').read_text().rpartition(')')[2].split()
        return CpuTime(sum(ran_ns for ran_ns, _, _ in threads) * 1e-9,
                       int(fields[11]) / os.sysconf('SC_CLK_TCK'),
                       sum(waited_ns for _, waited_ns, _ in threads) * 1e-9)

    def resident_bytes(self) -> int:
        status = Path('/proc', str(self._process.pid), 'status').read_text()
        return next(int(line.split()[1]) for line in status.splitlines()
                    if line.startswith('VmRSS:')) * 1024

    def memory(self) -> Memory:
        return Memory(int(self.info()['used_memory']), self.resident_bytes())
