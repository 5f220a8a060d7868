"""Commands whose outcome depends on which server is a moment earlier, and so would differ
between two correct ones; and commands that cost too much.
"""

import time

SOON_SECONDS = 100
COSTLY_BYTES = 4 << 20
_RELATIVE_BY_COMMAND = {b"EXPIRE": 1, b"PEXPIRE": 1000, b"SETEX": 1, b"PSETEX": 1000}
_ABSOLUTE_BY_COMMAND = {b"EXPIREAT": 1, b"PEXPIREAT": 1000}
_RELATIVE_BY_OPTION = {b"EX": 1, b"PX": 1000}
_ABSOLUTE_BY_OPTION = {b"EXAT": 1, b"PXAT": 1000}
_WITH_OPTIONS = (b"SET", b"GETEX")
_REPEATING = (b"SRANDMEMBER", b"HRANDFIELD", b"ZRANDMEMBER")
REPEATED_MAX = 10000
_SOURCE_OF_RANGE = {
    b"ZRANGE": 1, b"ZRANGESTORE": 2, b"ZRANGEBYLEX": 1, b"ZREVRANGEBYLEX": 1, b"ZLEXCOUNT": 1,
    b"ZREMRANGEBYLEX": 1
}


def is_unfit(argv, bulk_limit):
    """Not to be sent."""
    return (is_a_race(argv) or is_costly(argv, bulk_limit) or is_refused_since_7_2(argv) or
            stores_any_of_ties(argv))


def is_refused_since_7_2(argv):
    """LREM with the one count that has no positive counterpart: the lists would differ from there."""
    return argv[0].upper() == b"LREM" and b"-9223372036854775808" in argv


def is_a_race(argv):
    """A key would expire during the run: neither long gone nor far in the future."""
    name = argv[0].upper()
    if name in _RELATIVE_BY_COMMAND or name in _ABSOLUTE_BY_COMMAND:
        return len(argv) > 2 and (_soon(argv[2], _RELATIVE_BY_COMMAND.get(name)) or
                                  _near_now(argv[2], _ABSOLUTE_BY_COMMAND.get(name)))
    if name in _WITH_OPTIONS:
        for option, value in zip(argv[2:], argv[3:]):
            option = option.upper()
            if _soon(value, _RELATIVE_BY_OPTION.get(option)) or _near_now(
                    value, _ABSOLUTE_BY_OPTION.get(option)):
                return True
    return False


def may_leave_an_expired_key(argv):
    """SET with an absolute time keeps a key whose time is over until something meets it."""
    return argv[0].upper() == b"SET" and len(argv) > 3 and any(
        word.upper() in _ABSOLUTE_BY_OPTION for word in argv[3:])


def may_name_the_client(argv):
    """A HELLO that fails behind its SETNAME has named the client in 7.0, and not in 7.2."""
    return argv[0].upper() == b"HELLO" and any(word.upper() == b"SETNAME" for word in argv)


def string_range_key(argv):
    """Where a range by strings names its source, or None. Of different scores, what a skiplist
    replies to it depends on the heights of its nodes, which are chance."""
    place = _SOURCE_OF_RANGE.get(argv[0].upper())
    if place is None or place >= len(argv):
        return None
    by_name = argv[0].upper().endswith(b"LEX")
    return place if by_name or any(word.upper() == b"BYLEX" for word in argv) else None


def ties_are_cut(argv):
    """GEOSEARCH and GEORADIUS that reply the nearest ones: of equally near ones Redis's sort takes
    any, and only distances can tell so."""
    words = [word.upper() for word in argv]
    return _counts_places(words) and not _stores_places(words) and b"WITHDIST" not in words


def stores_any_of_ties(argv):
    """As before, but what is taken would be stored."""
    words = [word.upper() for word in argv]
    return _counts_places(words) and _stores_places(words)


def _counts_places(words):
    return (words[0].startswith((b"GEOSEARCH", b"GEORADIUS")) and b"COUNT" in words and
            b"ANY" not in words)


def _stores_places(words):
    return words[0] == b"GEOSEARCHSTORE" or b"STORE" in words or b"STOREDIST" in words


def is_client_reply(argv):
    return [word.upper() for word in argv[:2]] == [b"CLIENT", b"REPLY"]


def pauses(argv):
    """While clients are paused no key expires, and when a pause ends depends on the millisecond."""
    return [word.upper() for word in argv[:2]] == [b"CLIENT", b"PAUSE"]


def _number(text):
    try:
        return int(text)
    except ValueError:
        return None


def _soon(text, unit_per_second):
    number = _number(text) if unit_per_second else None
    return number is not None and 0 < number < SOON_SECONDS * unit_per_second


def _near_now(text, unit_per_second):
    number = _number(text) if unit_per_second else None
    return number is not None and abs(number -
                                      time.time() * unit_per_second) < 86400 * unit_per_second


_UNITS_PER_BYTE = {b"SETRANGE": 1, b"SETBIT": 8, b"BITFIELD": 8}


def is_costly(argv, bulk_limit):
    """A string of megabytes would be made, and then copied and compared again and again; or a reply
    of billions of elements."""
    if argv[0].upper() in _REPEATING and len(argv) > 2:
        count = _number(argv[2])
        if count is not None and count < -REPEATED_MAX:
            return True
    unit = _UNITS_PER_BYTE.get(argv[0].upper())
    if unit is None or bulk_limit <= COSTLY_BYTES:
        return False
    for word in argv[2:]:
        number = _number(word.lstrip(b"#"))
        widest = 64 if word[:1] == b"#" else 1
        if number is not None and number * widest > COSTLY_BYTES * unit:
            if number <= bulk_limit * unit:
                return True
    return False
