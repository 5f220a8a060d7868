"""Requests as bytes, and replies as both the bytes that came and what they mean.

The comparison is of bytes, so a reply keeps its own; the meaning is only looked at where two
replies differ and the command is one whose answer may (see normalise.py). Parsing is recursive
and takes its input whole: run.py reads until the marker that ends a batch, and a reply that is
cut is an error of the server.
"""


class ProtocolError(Exception):
    """The bytes are not RESP: the server under test wrote something that no client can read."""


class Error(str):
    """An error reply; a str so that its text can be matched."""


class Attribute(tuple):
    """What follows '|' in RESP3, with the reply it belongs to."""


def encode(argv):
    """One request as an array of bulk strings."""
    parts = [b"*%d\r\n" % len(argv)]
    for argument in argv:
        parts.append(b"$%d\r\n%b\r\n" % (len(argument), argument))
    return b"".join(parts)


def printable(argument, limit=60):
    """An argument as a person would type it, cut when it is long."""
    text = repr(bytes(argument))[1:]
    if len(text) <= limit:
        return text
    return "%s...(%d bytes)" % (text[:limit], len(argument))


def printable_command(argv, limit=60):
    return " ".join(printable(argument, limit) for argument in argv)


def parse(data, at=0):
    """The reply at `at`: (value, position behind it). Raises IndexError when the bytes end too
    soon."""
    line_end = data.find(b"\r\n", at)
    if line_end < 0:
        raise IndexError("a reply without an end")
    kind, line, at = data[at:at + 1], data[at + 1:line_end], line_end + 2
    if kind in b"$=!" and kind:
        return _parse_blob(data, kind, line, at)
    if kind in b"*~>%|" and kind:
        return _parse_aggregate(data, kind, line, at)
    if kind == b"+":
        return line.decode("latin-1"), at
    if kind == b"-":
        return Error(line.decode("latin-1")), at
    if kind == b":":
        return _integer(line), at
    if kind == b"_":
        return None, at
    if kind == b"#":
        return line == b"t", at
    if kind == b",":
        return float(line), at
    if kind == b"(":
        return _integer(line), at
    raise ProtocolError("a reply that begins with %r" % bytes(kind + line[:40]))


def _integer(line):
    try:
        return int(line)
    except ValueError:
        raise ProtocolError("not a number: %r" % bytes(line[:40])) from None


def _parse_blob(data, kind, line, at):
    length = _integer(line)
    if length < 0:
        return None, at
    if len(data) < at + length + 2:
        raise IndexError("a bulk string that is cut")
    if data[at + length:at + length + 2] != b"\r\n":
        raise ProtocolError("a bulk string without its CRLF")
    value = bytes(data[at:at + length])
    return (Error(value.decode("latin-1")) if kind == b"!" else value), at + length + 2


def _parse_aggregate(data, kind, line, at):
    count = _integer(line)
    if count < 0:
        return None, at
    values = []
    for _ in range(count * 2 if kind in b"%|" else count):
        value, at = parse(data, at)
        values.append(value)
    if kind == b"%":
        return list(zip(values[::2], values[1::2])), at
    if kind == b"|":
        value, at = parse(data, at)
        return Attribute((values, value)), at
    return values, at


def split(data):
    """All replies in `data`: ([(raw bytes, value)], what could not be read as an error text or
    None).

    A RESP3 push stands beside the replies; its bytes count to the reply that follows it.
    """
    replies, at, start = [], 0, 0
    while at < len(data):
        is_push = data[at:at + 1] == b">"
        try:
            value, end = parse(data, at)
        except (IndexError, ProtocolError, ValueError) as problem:
            return replies, "%s at %r" % (problem, bytes(data[at:at + 80]))
        at = end
        if not is_push:
            replies.append((bytes(data[start:end]), value))
            start = end
    return replies, None
