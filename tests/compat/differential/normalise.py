"""Which replies may differ between two correct servers, and how far.

Only commands whose answer depends on the clock, on chance, on the order of a hash table or on
the server's identity stand here. Everything else is compared byte for byte. An error is never
normalised.
"""

import re

import resp

CLOCK_TOLERANCE_SECONDS = 15  # between the two servers working on the same batch, on a busy machine


class Normaliser:
    """Decides for servers that have `shared_commands` in common: one may have commands that the
    other lacks."""
    def __init__(self, shared_commands=()):
        self._shared = {name.encode() for name in shared_commands}
        self._rules = dict(_RULES)
        for container in _WITH_HELP:
            self._rules[(container, b"help")] = self._help
        self._rules[(b"command", b"list")] = self._command_list
        self._rules[(b"command", b"info")] = self._rules[(b"command", b"")] = self._command_info
        self._rules[(b"command", b"docs")] = self._command_docs

    def equivalent(self, argv, reference, tested):
        """Whether two unequal replies, (raw bytes, value) each, mean the same."""
        if isinstance(reference[1], resp.Error) or isinstance(tested[1], resp.Error):
            return False
        rule = self._rule(argv)
        if rule is None or reference[0][:1] != tested[0][:1]:
            return False
        try:
            return rule(argv, reference[1], tested[1])
        except (TypeError, ValueError, IndexError, AttributeError):
            return False  # one of them has not the shape that the rule is about

    def _rule(self, argv):
        if not argv:
            return None
        name = argv[0].lower()
        subcommand = argv[1].lower() if len(argv) > 1 else b""
        return self._rules.get((name, subcommand)) or self._rules.get(name)

    def _help(self, argv, reference, tested):
        """The reference's form of each subcommand that both have is listed. Explanations are each
        server's own words, and a newer server has more forms."""
        for line in reference:
            subcommand = argv[0].lower() + b"|" + line.split(" ")[0].lower().encode()
            if subcommand in self._shared and line not in tested:
                return False
        return True

    def _command_list(self, argv, reference, tested):
        return set(reference) & self._shared == set(tested) & self._shared

    def _command_info(self, argv, reference, tested):
        """Only which commands there are; tables.py compares what is said about them."""
        names = [[entry and entry[0] for entry in reply] for reply in (reference, tested)]
        if len(argv) < 3:
            return set(names[0]) & self._shared == set(names[1]) & self._shared
        return [name for name in names[0] if name in self._shared
               ] == [name for name in names[1] if name in self._shared]

    def _command_docs(self, argv, reference, tested):
        """The commands described must be the same; the descriptions are each server's own."""
        names = [{pair[0] for pair in _pairs(reply)} & self._shared for reply in (reference, tested)
                ]
        return names[0] == names[1]


def _pairs(reply):
    """A map's pairs: it is flat in RESP2."""
    return reply if reply and isinstance(reply[0], tuple) else list(zip(reply[::2], reply[1::2]))


def _anything(argv, reference, tested):
    """Same type (the first byte was compared), and both or neither nothing at all."""
    return (reference is None) == (tested is None)


def _near(unit_per_second):
    def rule(argv, reference, tested):
        if reference < 0 or tested < 0:
            return False
        return abs(reference - tested) <= CLOCK_TOLERANCE_SECONDS * unit_per_second

    return rule


def _same_set(argv, reference, tested):
    return sorted(reference) == sorted(tested)


def _scan(argv, reference, tested):
    """The cursor is the server's own affair. A scan that ended in one step must have met the
    same keys."""
    if len(reference) != 2 or len(tested) != 2 or not tested[0].isdigit():
        return False
    if len(argv) > 1 and argv[1] == b"0" and reference[0] == b"0" and tested[0] == b"0":
        return set(reference[1]) == set(tested[1])
    return True


def _same_pairs(argv, reference, tested):
    return sorted(_pairs(reference)) == sorted(_pairs(tested))


def _collection_scan(argv, reference, tested):
    """As SCAN; a small collection is met whole, whatever the cursor."""
    if len(reference) != 2 or len(tested) != 2 or not tested[0].isdigit():
        return False
    if len(argv) > 2 and argv[2] == b"0" and reference[0] == b"0" and tested[0] == b"0":
        return sorted(reference[1]) == sorted(tested[1])
    return True


def _as_many(argv, reference, tested):
    if isinstance(reference, list) and isinstance(tested, list):
        return len(reference) == len(tested)
    return _anything(argv, reference, tested)


def _same_number(a, b):
    try:
        return float(a) == float(b)
    except ValueError:
        return False


def _scores(argv, reference, tested):
    """Equal but for how numbers are printed: 7.0 has 17 digits, 7.2 as few as tell it."""
    if isinstance(reference, (list, tuple)) and isinstance(tested, (list, tuple)):
        return len(reference) == len(tested) and all(
            _scores(argv, a, b) for a, b in zip(reference, tested))
    if reference == tested:
        return True
    return reference is not None and tested is not None and _same_number(reference, tested)


def _zset_scan(argv, reference, tested):
    if len(reference) != 2 or len(tested) != 2 or not tested[0].isdigit():
        return False
    if len(argv) > 2 and argv[2] == b"0" and reference[0] == b"0" and tested[0] == b"0":
        return _scores(argv, sorted(_pairs(reference[1])), sorted(_pairs(tested[1])))
    return True


_CLIENT_FIELDS = ("name", "flags", "db", "sub", "psub", "ssub", "multi", "user", "redir", "resp",
                  "cmd")


def _client_lines(argv, reference, tested):
    return _client_facts(reference) == _client_facts(tested)


def _client_facts(text):
    facts = []
    for line in text.decode("latin-1").splitlines():
        fields = dict(field.split("=", 1) for field in line.split(" ") if "=" in field)
        fields["flags"] = fields.get("flags", "").replace("e", "")  # RESET ends NO-EVICT in 7.2
        facts.append(tuple(fields.get(name) for name in _CLIENT_FIELDS))
    return sorted(facts, key=str)


def _info(argv, reference, tested):
    """The same sections and, in Keyspace, the same databases with as many keys."""
    return _info_facts(reference) == _info_facts(tested)


def _info_facts(text):
    lines = text.decode("latin-1").split("\r\n")
    return [
        re.sub(r",expires.*", "", line)
        for line in lines
        if line.startswith("# ") or re.match(r"db\d", line)
    ]


def _hello(argv, reference, tested):
    """A map in RESP3, names and values in turn in RESP2; version and id are the server's own."""
    return _hello_facts(reference) == _hello_facts(tested)


def _hello_facts(reply):
    return [(name, None if name in (b"version", b"id") else value) for name, value in _pairs(reply)]


def _config(argv, reference, tested):
    return sorted(_pairs(reference)) == sorted(_pairs(tested))


def _debug_object(argv, reference, tested):
    return re.findall(r"(?:refcount|encoding):\w+",
                      reference) == re.findall(r"(?:refcount|encoding):\w+", tested)


_WITH_HELP = (b"object", b"client", b"config", b"command", b"memory", b"latency", b"slowlog",
              b"module", b"cluster")

_RULES = {
    b"ttl": _near(1),
    b"pttl": _near(1000),
    b"expiretime": _near(1),
    b"pexpiretime": _near(1000),
    b"keys": _same_set,
    b"scan": _scan,
    b"randomkey": _anything,
    b"hgetall": _same_pairs,
    b"hkeys": _same_set,
    b"hvals": _same_set,
    b"hscan": _collection_scan,
    b"hrandfield": _as_many,
    b"smembers": _same_set,
    b"sinter": _same_set,
    b"sunion": _same_set,
    b"sdiff": _same_set,
    b"spop": _same_set,
    b"sscan": _collection_scan,
    b"srandmember": _as_many,
    b"zscore": _scores,
    b"zmscore": _scores,
    b"zincrby": _scores,
    b"zadd": _scores,
    b"zrank": _scores,
    b"zrevrank": _scores,
    b"zrange": _scores,
    b"zrevrange": _scores,
    b"zrangebyscore": _scores,
    b"zrevrangebyscore": _scores,
    b"zpopmin": _scores,
    b"zpopmax": _scores,
    b"zmpop": _scores,
    b"zunion": _scores,
    b"zinter": _scores,
    b"zdiff": _scores,
    b"zscan": _zset_scan,
    b"zrandmember": _as_many,
    b"time": _anything,
    b"lolwut": _anything,
    b"info": _info,
    b"hello": _hello,
    (b"config", b"get"): _config,
    (b"object", b"idletime"): _anything,
    (b"object", b"freq"): _anything,
    (b"client", b"id"): _anything,
    (b"client", b"list"): _client_lines,
    (b"client", b"info"): _client_lines,
    (b"memory", b"usage"): _anything,
    (b"memory", b"stats"): _anything,
    (b"latency", b"histogram"): _anything,
    (b"command", b"count"): _anything,
    (b"debug", b"object"): _debug_object,
}
