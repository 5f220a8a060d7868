"""Bytes below the level of commands: inline requests, quoting, empty and broken requests.

Each case is a new connection: some pieces are sent, cut at random places, then the sending side
is closed and everything that comes back until the end is compared. No case can hang, as no server
may wait for more after the close. There are no zero bytes outside of bulk strings: Redis, which
searches lines as C does strings, finds no line end behind one and waits; we read any bytes.
"""

import random as random_module

import allowed
import compare
import resp
import servers

CASE_TIMEOUT_SECONDS = 10

_REQUESTS = [[b"PING"], [b"ECHO", b"hullo"], [b"SET", b"k", b"v"], [b"GET", b"k"], [b"INCR", b"n"],
             [b"NONSENSE", b"a\r\nb"], [b"ECHO", b""], [b"ECHO", b"\r\n"], [b"GET"], [b"QUIT"],
             [b"ECHO", b"x" * 40000], [b""]]

_INLINE = [
    b"PING",
    b"ping",
    b"ECHO hullo",
    b"ECHO  hullo ",
    b"  PING",
    b"\tPING",
    b"PING\t",
    b"ECHO \"a b\"",
    b"ECHO 'a b'",
    b"ECHO \"\"",
    b"ECHO ''",
    b"ECHO \"\\x41\\x0a\"",
    b"ECHO \"\\n\\r\\t\\b\\a\\q\\\\\"",
    b"ECHO \"\\xZZ\"",
    b"ECHO \"\\x4\"",
    b"ECHO 'it\\'s'",
    b"ECHO 'a\\x41\\n'",
    b"ECHO \"abc",
    b"ECHO 'abc",
    b"ECHO \"a\"b",
    b"ECHO 'a'b",
    b"ECHO a\"b\"",
    b"ECHO \"\\",
    b"ECHO \"a\" \"b\"",
    b"\"PING\"",
    b"\"\"",
    b"''",
    b"\"",
    b"SET inline 1",
    b"GET inline",
    b"nonsense",
    b"NONSENSE 'a' \"b\"",
    b"ECHO \xff\xfe",
    b"$4",
    b"$-1",
    b"+OK",
    b"-ERR",
    b":1",
    b"PING\r",
    b"PING\rPONG",
    b"ECHO a\\b",
    b"ECHO \"\xc3\xa9\"",
    b"GET " + b"y" * 70,
    b"MSET " + b"a 1 " * 200,
    b"QUIT",
    b"PING x y",
    b"POST / HTTP/1.1",
    b"Host: example",
    b"post x",
    b"host: x",
    b"GET / HTTP/1.1",
    b"ECHO " + b"z" * 60000,
]

_BROKEN = [
    b"*0\r\n", b"*-1\r\n", b"*-10\r\n", b"\r\n", b"\n", b" \r\n", b"*\r\n", b"*abc\r\n",
    b"*1.0\r\n", b"* 1\r\n", b"*1 \r\n", b"*+1\r\n", b"*01\r\n$4\r\nPING\r\n", b"*-0\r\n",
    b"*1\n$4\nPING\n", b"*1048577\r\n", b"*1048576\r\n", b"*2147483647\r\n", b"*2147483648\r\n",
    b"*9223372036854775807\r\n", b"*9223372036854775808\r\n", b"*-9223372036854775808\r\n",
    b"*1\r\n$-1\r\n", b"*1\r\n$-2\r\n", b"*1\r\n$abc\r\n", b"*1\r\n$\r\n", b"*1\r\n$+4\r\nPING\r\n",
    b"*1\r\n$04\r\nPING\r\n", b"*1\r\n$ 4\r\nPING\r\n", b"*1\r\n$4 \r\nPING\r\n",
    b"*1\r\n$1048576\r\n", b"*1\r\n$1048577\r\n", b"*1\r\n$536870912\r\n", b"*1\r\n$536870913\r\n",
    b"*1\r\n$9223372036854775807\r\n", b"*1\r\n$9223372036854775808\r\n", b"*1\r\n+PING\r\n",
    b"*1\r\n:1\r\n", b"*1\r\n\r\n", b"*1\r\nPING\r\n", b"*1\r\n*1\r\n", b"*1\r\n$4\r\nPINGxx",
    b"*1\r\n$3\r\nPING\r\n", b"*1\r\n$5\r\nPING\r\n", b"*2\r\n$4\r\nECHO\r\n",
    b"*2\r\n$4\r\nECHO\r\n$3\r\nab", b"*1\r\n$0\r\n\r\n", b"*1\r\n$4\r\nPING", b"*1\r\n$4\r\n",
    b"*1\r\n$4", b"*1\r\n", b"*1", b"*", b"*" + b"1" * 70000, b"*1\r\n$" + b"1" * 70000,
    b"*1\r\n" + b"q" * 70000, b"*1\r\n$4\rxPING\r\n", b"*1\rx$4\r\nPING\r\n", b"\r", b"\r\r\n",
    b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1048577\r\n"
]


def make_case(random):
    """The pieces of one case: mostly well-formed, with something odd between or behind."""
    pieces = []
    for _ in range(random.choice([1, 1, 2, 3, 5])):
        draw = random.random()
        if draw < 0.35:
            pieces.append(resp.encode(random.choice(_REQUESTS)))
        elif draw < 0.65:
            pieces.append(random.choice(_INLINE) + random.choice([b"\r\n", b"\r\n", b"\n"]))
        elif draw < 0.95:
            pieces.append(random.choice(_BROKEN))
        else:
            pieces.append(random.randbytes(random.randint(1, 30)).replace(b"\x00", b"") + b"\r\n")
    if random.random() < 0.2:
        at = random.randrange(len(pieces))
        damaged = bytearray(pieces[at])
        damaged[random.randrange(min(len(damaged), 40))] = random.choice(b"\r\n*$0 19-\"'")
        pieces[at] = bytes(damaged)
    return _nothing_behind_a_long_line(pieces)


def _nothing_behind_a_long_line(pieces):
    """Whether a line that ends behind 64 KiB is too long depends on how the reads cut it: so it
    does not end."""
    for index, piece in enumerate(pieces):
        if len(piece) >= 65536:
            return pieces[:index + 1]
    return pieces


def run_case(pair, pieces):
    """What both servers answer, with the connection's end."""
    connections = [pair.reference.connect(), pair.tested.connect()]
    try:
        return servers.exchange(connections, b"".join(pieces), b"", CASE_TIMEOUT_SECONDS,
                                half_close=True)
    finally:
        for connection in connections:
            connection.close()


def find_difference(pair, pieces):
    pair.flush()
    reference, tested = run_case(pair, pieces)
    same_end = reference.closed == tested.closed and reference.timed_out == tested.timed_out
    if same_end and reference.data == tested.data:
        return None
    if allowed.allows_wire(b"".join(pieces), bytes(reference.data), bytes(tested.data)):
        return None
    ends = [
        repr(bytes(one.data)) + (" and no end" if one.timed_out else "")
        for one in (reference, tested)
    ]
    return compare.Difference("wire", 0, [b"".join(pieces)], ends[0], ends[1])


def run_cases(pair, seed, count):
    """Differences of `count` cases, each cut down to the pieces that it needs; one for each kind
    of reply pair."""
    random = random_module.Random("wire:%s" % seed)
    differences = {}
    for _ in range(count):
        pieces = make_case(random)
        difference = find_difference(pair, pieces)
        if difference is None:
            continue
        for index in reversed(range(len(pieces))):
            shorter = pieces[:index] + pieces[index + 1:]
            found = find_difference(pair, shorter) if shorter else None
            if found:
                pieces, difference = shorter, found
        differences.setdefault(difference.argv[0][:40], difference)
    return list(differences.values())
