"""Plain requests over plain sockets: what clients with bad manners send."""

import resource


def request(*arguments):
    """A request as clients send it."""
    parts = [b"*%d\r\n" % len(arguments)]
    for argument in arguments:
        data = argument if isinstance(argument, bytes) else str(argument).encode()
        parts += [b"$%d\r\n" % len(data), data, b"\r\n"]
    return b"".join(parts)


def receive(connection, size):
    """Exactly `size` bytes; fewer when the peer closes."""
    buffer = bytearray(size)
    view = memoryview(buffer)
    while view:
        count = connection.recv_into(view)
        if count == 0:
            break
        view = view[count:]
    return bytes(buffer[:size - len(view)])


def ask(connection, *arguments):
    """The first line of the reply to one request."""
    connection.sendall(request(*arguments))
    reply = b""
    while not reply.endswith(b"\r\n"):
        byte = connection.recv(1)
        if not byte:
            break
        reply += byte
    return reply


def ping(connection):
    return ask(connection, "PING") == b"+PONG\r\n"


def allow_descriptors(count):
    """Raises our own limit of open files; returns what it is then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
