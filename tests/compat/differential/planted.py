"""The test of the test: a reference server that answers wrongly on purpose must be found out.

A thread stands between the harness and the server and changes bytes on the way. What is expected
of the harness: nothing planted, nothing found; one wrong byte in one reply is found; a request
that is changed underway is found, if only in the data at the end; and a wrong answer that comes
each time is shrunk to a few commands.
"""

import socket
import threading

import servers


class TamperedServer(servers.Server):
    """A server whose connections go through a function that may change what passes."""
    def __init__(self, program, change_reply=None, change_request=None):
        super().__init__("tampered", program)
        self._change_reply = change_reply or (lambda data: data)
        self._change_request = change_request or (lambda data: data)

    def connect(self):
        outer, inner = socket.socketpair()
        upstream = super().connect()
        upstream.setblocking(True)
        for source, target, change in ((inner, upstream, self._change_request),
                                       (upstream, inner, self._change_reply)):
            threading.Thread(target=_pump, args=(source, target, change), daemon=True).start()
        outer.setblocking(False)
        return outer


def _pump(source, target, change):
    while True:
        try:
            data = source.recv(1 << 16)
            if not data:
                break
            target.sendall(change(data))
        except OSError:
            break
    for end, how in ((source, socket.SHUT_RD), (target, socket.SHUT_WR)):
        try:
            end.shutdown(how)
        except OSError:
            pass


class OneByte:
    """Changes a single byte, the one at `position` of all that passes."""
    def __init__(self, position):
        self._left = position

    def __call__(self, data):
        position, self._left = self._left, self._left - len(data)
        if 0 <= position < len(data):
            data = bytearray(data)
            data[position] ^= 1
        return bytes(data)


def self_test(program, differences_of):
    """`differences_of(server)` runs a few segments and returns [(difference, shrunk steps or
    None)]."""
    failures = []

    def expect(name, condition):
        print("%-70s %s" % (name, "ok" if condition else "FAILED"))
        if not condition:
            failures.append(name)

    expect("two equal servers show no difference",
           not differences_of(servers.Server("same", program)))
    for position in (0, 1, 400, 60000, 300000):
        found = differences_of(TamperedServer(program, change_reply=OneByte(400000 + position)))
        expect("a wrong byte in a reply is found (at %d)" % position, found)
    lost_write = TamperedServer(
        program, change_request=lambda data: data.replace(b"\r\nAPPEND\r\n", b"\r\nSTRLEN\r\n"))
    expect("a write that another command took the place of is found", differences_of(lost_write))
    found = differences_of(
        TamperedServer(program,
                       change_reply=lambda data: data.replace(b"\r\n:7\r\n", b"\r\n:8\r\n")))
    expect("an answer that is wrong each time is found", found)
    expect("and shrunk to three commands at most",
           any(steps and len(steps) <= 3 for _, steps in found))
    return 1 if failures else 0
