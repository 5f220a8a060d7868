"""A program on a terminal of its own, as a person would use it.

    with Terminal(["redis-cli", "-p", "6379"]) as terminal:
        terminal.wait_for("> $")
        terminal.type("get key")
        text = terminal.wait_for(...)           # all that it has printed since the last wait_for
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

COLUMNS = 400  # wide, so that no line is cut


class Terminal:
    def __init__(self, command, environment=None):
        self._controller, device = pty.openpty()
        fcntl.ioctl(device, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            command, stdin=device, stdout=device, stderr=device, start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", "REDISCLI_HISTFILE": "/dev/null", **(environment or {})})
        os.close(device)
        self._printed = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._controller)

    def type(self, text):
        os.write(self._controller, text.encode())

    def interrupt(self):
        """Ctrl-C, to a program that leaves it to the terminal. Returns the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(10)

    def wait_for(self, pattern, timeout=20):
        """Reads until what was printed matches, and returns and forgets it."""
        deadline = time.monotonic() + timeout
        while not re.search(pattern, self._printed, re.DOTALL):
            if time.monotonic() > deadline or not self._read(deadline):
                raise AssertionError(f"no {pattern!r} in {self._printed!r}")
        printed, self._printed = self._printed, ""
        return printed

    def _read(self, deadline):
        """Reads some bytes; false when the program has ended and all is read."""
        ready, _, _ = select.select([self._controller], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            return True
        try:
            data = os.read(self._controller, 65536)
        except OSError:  # the terminal's way to say that nobody has it open any more
            return False
        self._printed += data.decode("utf-8", "replace")
        return bool(data)
