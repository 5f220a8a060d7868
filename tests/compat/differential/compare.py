"""Runs batches on both servers and finds where their replies, or at the end their data, differ."""

import dataclasses
import os
import re

import hazards
import normalise
import resp
import servers

DATABASES = 16


@dataclasses.dataclass
class Step:
    """A command, and the connection it goes over: index 0 speaks RESP2, index 1 RESP3."""
    connection: int
    argv: list


@dataclasses.dataclass
class Difference:
    """One place where the servers disagree."""
    kind: str  # "reply", "closed", "timeout", "unreadable", "data"
    at: int  # index into the steps that were run
    argv: list
    reference: str
    tested: str

    def ends_the_run(self):
        """The connections can not be used any more."""
        return self.kind in ("closed", "timeout", "unreadable")

    def signature(self):
        """The same for differences that likely have one cause, so that each is reported once."""
        words = b" ".join(self.argv[:2]).upper(
        ) if self.argv and self.argv[0].upper() in _CONTAINERS else b"".join(self.argv[:1]).upper()
        return (self.kind, words, _shape(self.reference), _shape(self.tested))


_CONTAINERS = {
    b"CLIENT", b"CONFIG", b"OBJECT", b"COMMAND", b"DEBUG", b"MEMORY", b"LATENCY", b"SLOWLOG",
    b"CLUSTER", b"MODULE"
}


def _shape(text):
    """A reply without what varies between runs: numbers, and the content of bulk strings."""
    if text.startswith("b'-") or text.startswith('b"-'):
        return re.sub(r"'[^']*'", "'...'", re.sub(r"\d+", "N", text[2:]))[:120]
    return re.sub(r"[-\d]+", "N", text)[:6]


class Pair:
    """The reference and the server under test, with the connections of a run on both."""
    def __init__(self, reference, tested):
        self.reference = reference
        self.tested = tested
        self._connections = []
        self._controls = []
        self._marker = 0

    def start(self):
        for server in (self.reference, self.tested):
            server.start()
        self.reset()

    def restart(self):
        self.close_connections()
        for server in (self.reference, self.tested):
            server.stop()
        self.start()

    def close(self):
        self.close_connections()
        for server in (self.reference, self.tested):
            server.close()

    def close_connections(self):
        for connection in self._controls + [c for pair in self._connections for c in pair]:
            connection.close()
        self._controls, self._connections = [], []

    def reset(self, configuration=None):
        """Empty databases, new connections, default settings: where every segment begins."""
        self.close_connections()
        both = (self.reference, self.tested)
        self._controls = [servers.Control(server) for server in both]
        for control in self._controls:
            requests = [[b"FLUSHALL"], [b"DEBUG", b"SET-ACTIVE-EXPIRE", b"0"],
                        [b"DEBUG", b"SET-DISABLE-DENY-SCRIPTS", b"0"]]
            requests += [[
                b"CONFIG", b"SET", name,
                b"%d" % value if isinstance(value, int) else value
            ] for name, value in (configuration or {}).items()]
            control.ask_many(requests)
        self._connections = [[server.connect() for server in both] for _ in range(2)]
        self.exchange(1, [[b"HELLO", b"3"]])

    def exchange(self, index, argvs, piece_bytes=1 << 18):
        """Both outcomes of a batch over one connection. QUIT ends a batch and the connection."""
        payload = b"".join(map(resp.encode, argvs))
        if argvs[-1][0].upper() == b"QUIT":
            outcomes = servers.exchange(self._connections[index], payload, b"")
            self._reopen(index)
            return outcomes
        self._marker += 1
        marker = b"%d-%s" % (self._marker, os.urandom(8).hex().encode())
        if any(map(hazards.is_client_reply, argvs)):
            payload += resp.encode([b"CLIENT", b"REPLY", b"ON"])
        payload += resp.encode([b"ECHO", marker])
        marker_reply = b"$%d\r\n%b\r\n" % (len(marker), marker)
        return servers.exchange(self._connections[index], payload, marker_reply,
                                piece_bytes=piece_bytes)

    def _reopen(self, index):
        for connection in self._connections[index]:
            connection.close()
        both = (self.reference, self.tested)
        self._connections[index] = [server.connect() for server in both]
        if index == 1:
            self.exchange(1, [[b"HELLO", b"3"]])

    def flush(self):
        for control in self._controls:
            control.ask("FLUSHALL")

    def controls(self):
        return self._controls


class Judge:
    """Says which unequal replies are right all the same."""
    def __init__(self, allowances, shared_commands=()):
        self.allowances = allowances
        self._normaliser = normalise.Normaliser(shared_commands)

    def excuses(self, argv, reference, tested):
        return self._normaliser.equivalent(argv, reference, tested) or self.allowances.allow(
            argv, reference[0], tested[0])


def answered(argvs):
    """The commands of a batch that are answered: CLIENT REPLY OFF and SKIP silence others."""
    silent, skip_next = False, False
    for index, argv in enumerate(argvs):
        mode = argv[2].upper() if len(
            argv) == 3 and argv[0].upper() == b"CLIENT" and argv[1].upper() == b"REPLY" else b""
        skipped, skip_next = skip_next, False
        if mode == b"ON":
            silent, skipped = False, False
        elif len(argv) == 1 and argv[0].upper() == b"RESET":
            silent = False
        elif mode == b"OFF":
            silent = True
        elif mode == b"SKIP":
            skip_next = not silent
            skipped = True
        if not silent and not skipped:
            yield index


def compare_outcomes(argvs, outcomes, judge):
    """The differences of one batch, `at` counted from its first command. Equal bytes are the
    usual case, and fast."""
    reference, tested = outcomes
    same_end = reference.closed == tested.closed and not (reference.timed_out or tested.timed_out)
    if reference.data == tested.data and same_end:
        return []
    replies = [resp.split(outcome.data) for outcome in outcomes]
    indexes = list(answered(argvs))
    differences = []
    pairs = zip(replies[0][0], replies[1][0])
    for position, (left, right) in enumerate(pairs):
        if left[0] == right[0]:
            continue
        at = indexes[position] if position < len(indexes) else len(argvs) - 1
        argv = argvs[at] if position < len(indexes) else [b"(end of batch)"]
        if judge.excuses(argv, left, right):
            continue
        differences.append(Difference("reply", at, argv, repr(left[0]), repr(right[0])))
    return differences + _compare_ends(argvs, outcomes, replies, indexes)


def _compare_ends(argvs, outcomes, replies, indexes):
    """What ended one side's replies early."""
    counts = [len(one[0]) for one in replies]
    same_end = [
        outcomes[0].closed == outcomes[1].closed, outcomes[0].timed_out == outcomes[1].timed_out,
        counts[0] == counts[1]
    ]
    problem = replies[0][1] or replies[1][1]
    if all(same_end) and not problem:
        return []
    position = min(counts)
    at = indexes[position] if position < len(indexes) else len(argvs) - 1
    kind = "unreadable" if problem else "timeout" if not same_end[
        1] else "closed" if not same_end[0] else "count"
    words = [
        "%d replies%s%s%s" %
        (count, ", closed" if outcome.closed else "", ", no more came" if outcome.timed_out else "",
         ", then " + one[1] if one[1] else "")
        for count, outcome, one in zip(counts, outcomes, replies)
    ]
    return [Difference(kind, at, argvs[at], words[0], words[1])]


_VALUE_REQUESTS = {
    "string": [b"GET"], "list": [b"LRANGE", b"0", b"-1"], "hash": [b"HGETALL"],
    "set": [b"SMEMBERS"], "zset": [b"ZRANGE", b"0", b"-1",
                                   b"WITHSCORES"], "stream": [b"XRANGE", b"-", b"+"]
}


def dump(control):
    """All data of a server: (database, key) -> (type, encoding, value, milliseconds to live)."""
    data = {}
    for database in range(DATABASES):
        if control.ask("SELECT", database) != "OK":
            raise ConnectionError("SELECT %d is refused" % database)
        keys = _scan_all(control)
        types = control.ask_many([[b"TYPE", key] for key in keys])
        encodings = control.ask_many([[b"OBJECT", b"ENCODING", key] for key in keys])
        lifetimes = control.ask_many([[b"PTTL", key] for key in keys])
        requests = []
        for key, kind in zip(keys, types):
            form = _VALUE_REQUESTS.get(kind, [b"TYPE"])
            requests.append([form[0], key] + form[1:])
        for fact in zip(keys, types, encodings, control.ask_many(requests), lifetimes):
            if fact[1] != "none":  # it expired between two questions
                data[(database, fact[0])] = (fact[1], _encoding(fact[1], fact[2]), _unordered(fact[1],
                                                                          fact[3]), fact[4])
    return data


def _encoding(kind, encoding):
    """7.2 keeps small sets and lists in listpacks, and SORT makes skiplists in 7.0; OBJECT ENCODING
    is compared as a command."""
    return b"" if kind in ("set", "list", "zset", "hash") else encoding


def _scan_all(control):
    cursor, keys = b"0", set()
    while True:
        cursor, found = control.ask("SCAN", cursor, "COUNT", 1000)
        keys.update(found)
        if cursor == b"0":
            return sorted(keys)


def _unordered(kind, value):
    if kind == "set":
        return sorted(value)
    if kind == "zset":  # 7.2 prints scores with fewer digits
        return [word if at % 2 == 0 else float(word) for at, word in enumerate(value)]
    return sorted(zip(value[::2], value[1::2])) if kind == "hash" else value


def differ_by_sign_of_zero(pair, difference):
    """Whether what made two digests differ is only that -0 is 0 in one server. 7.0 builds what
    ZRANGESTORE stores as a listpack, which knows no -0, whatever its size; since 7.2 a large result is
    a skiplist from its first element."""
    is_digest = [word.upper() for word in difference.argv] == [b"DEBUG", b"DIGEST"]
    return is_digest and not _compare_values(pair, 0)


def compare_data(pair, step_count):
    """At most a few differences of the whole data; their command is the key that differs."""
    return _compare_values(pair, step_count) or _compare_digests(pair, step_count)


def _compare_values(pair, step_count):
    reference, tested = [dump(control) for control in pair.controls()]
    tolerance_ms = normalise.CLOCK_TOLERANCE_SECONDS * 1000
    differences = []
    for place in sorted(set(reference) | set(tested)):
        left, right = reference.get(place), tested.get(place)
        if left and right and left[:3] == right[:3]:
            if left[3] == right[3] or (min(left[3], right[3]) >= 0 and
                                       abs(left[3] - right[3]) <= tolerance_ms):
                continue
        differences.append(
            Difference("data", step_count, [b"data", b"db%d" % place[0], place[1]], repr(left),
                       repr(right)))
    return differences[:5]


def _compare_digests(pair, step_count):
    digests = [control.ask("DEBUG", "DIGEST") for control in pair.controls()]
    if any(isinstance(digest, resp.Error) for digest in digests) or digests[0] == digests[1]:
        return []
    return [
        Difference("data", step_count, [b"DEBUG", b"DIGEST"], repr(digests[0]), repr(digests[1]))
    ]
