"""Starts the two servers in folders of their own and moves bytes to and from both.

Both get the same configuration and a Unix socket, so no port can be taken. Requests are written
and replies read at the same time: a server may rightly stop reading from a client that does not
read.
"""

import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import resp

REPLY_TIMEOUT_SECONDS = 30
START_TIMEOUT_SECONDS = 20

# A bulk limit of 1 MiB makes every limit that hangs on it (SETRANGE, SETBIT, APPEND, LCS) cheap to
# reach.
CONFIGURATION = """port 0
unixsocket %(socket)s
dir %(folder)s
save ""
appendonly no
daemonize no
databases 16
loglevel warning
logfile %(folder)s/log
enable-debug-command yes
proto-max-bulk-len %(bulk_limit)s
slowlog-log-slower-than -1
"""


class Server:
    """One server process and the way to reach it."""
    def __init__(self, name, program, bulk_limit="1mb"):
        self.name = name
        self.program = program
        self.bulk_limit = bulk_limit
        self.folder = tempfile.mkdtemp(prefix="differential-")
        self.socket_path = os.path.join(self.folder, "socket")
        self.process = None

    def start(self):
        path = os.path.join(self.folder, "server.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(
                CONFIGURATION %
                {"socket": self.socket_path, "folder": self.folder, "bulk_limit": self.bulk_limit})
        output = open(os.path.join(self.folder, "output"), "ab")
        self.process = subprocess.Popen([self.program, path], stdin=subprocess.DEVNULL,
                                        stdout=output, stderr=subprocess.STDOUT, cwd=self.folder)
        output.close()
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                self.connect().close()
                return
            except OSError:
                time.sleep(0.01)
        raise RuntimeError("%s did not start:\n%s" % (self.program, self.last_words()))

    def connect(self):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(self.socket_path)
        except OSError:
            connection.close()
            raise
        connection.setblocking(False)
        return connection

    def running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        if self.process is not None:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None
        if os.path.exists(self.socket_path):
            os.unlink(self.socket_path)

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def last_words(self):
        """The end of what the process logged and printed: what a report about a crash needs."""
        text = []
        for name in ("log", "output"):
            path = os.path.join(self.folder, name)
            if os.path.exists(path):
                with open(path, "rb") as file:
                    text.append(file.read()[-4000:].decode("utf-8", "replace"))
        return "\n".join(text)


class Outcome:
    """What one server sent back for a batch."""
    def __init__(self):
        self.data = bytearray()
        self.closed = False
        self.timed_out = False
        self.finished = False


def exchange(connections, payload, marker_reply, timeout_seconds=REPLY_TIMEOUT_SECONDS,
             half_close=False, piece_bytes=1 << 18):
    """Sends `payload` to every connection and reads each until `marker_reply` or its end.

    An empty marker means: read until the server closes. With `half_close` the sending side is
    closed behind the payload. Small pieces make the servers meet requests that are cut.
    """
    outcomes = [Outcome() for _ in connections]
    unsent = [memoryview(payload) for _ in connections]
    poller = select.poll()
    by_descriptor = {}
    for index, connection in enumerate(connections):
        by_descriptor[connection.fileno()] = index
        poller.register(connection, select.POLLIN | select.POLLOUT)
    deadline = time.monotonic() + timeout_seconds
    while by_descriptor:
        events = poller.poll(max(0, int((deadline - time.monotonic()) * 1000)))
        if not events:
            for index in by_descriptor.values():
                outcomes[index].timed_out = True
            break
        for descriptor, event in events:
            index = by_descriptor[descriptor]
            if event & select.POLLOUT:
                unsent[index] = _send_some(connections[index], unsent[index], piece_bytes)
                if not unsent[index]:
                    poller.modify(descriptor, select.POLLIN)
                    if half_close:
                        _close_sending(connections[index])
            if event & (select.POLLIN | select.POLLHUP | select.POLLERR):
                _receive_some(connections[index], outcomes[index], marker_reply)
            if outcomes[index].finished or outcomes[index].closed:
                poller.unregister(descriptor)
                del by_descriptor[descriptor]
    return outcomes


def _send_some(connection, unsent, piece_bytes):
    try:
        return unsent[connection.send(unsent[:piece_bytes]):]
    except BlockingIOError:
        return unsent
    except OSError:
        return unsent[len(unsent):]  # the peer is gone: reading will say so


def _close_sending(connection):
    try:
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the peer was faster


def _receive_some(connection, outcome, marker_reply):
    try:
        received = connection.recv(1 << 18)
    except BlockingIOError:
        return
    except OSError:
        received = b""
    if not received:
        outcome.closed = True
        return
    outcome.data += received
    outcome.finished = bool(marker_reply) and outcome.data.endswith(marker_reply)


class Control:
    """A connection for the harness's own questions: set up, resets and dumps."""
    def __init__(self, server):
        self._server = server
        self._connection = server.connect()
        self._counter = 0

    def ask_many(self, requests):
        """The replies' values to `requests`, in order. A server that closes or hangs raises
        ConnectionError."""
        self._counter += 1
        marker = b"control-%d" % self._counter
        payload = b"".join(map(resp.encode, requests)) + resp.encode([b"ECHO", marker])
        reply = b"$%d\r\n%b\r\n" % (len(marker), marker)
        outcome = exchange([self._connection], payload, reply)[0]
        if not outcome.finished:
            raise ConnectionError(
                "%s %s" % (self._server.name,
                           "does not answer" if outcome.timed_out else "closed the connection"))
        replies, problem = resp.split(outcome.data)
        if problem or len(replies) != len(requests) + 1:
            raise ConnectionError(
                "%s: %s" % (self._server.name, problem or "replies and requests differ in number"))
        return [value for _, value in replies[:-1]]

    def ask(self, *argv):
        return self.ask_many([[a if isinstance(a, bytes) else str(a).encode() for a in argv]])[0]

    def close(self):
        self._connection.close()
