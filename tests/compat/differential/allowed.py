"""The deliberate differences: where Cinnabar, which follows Redis 7.4, must not answer as the
7.0 reference does.

Each entry is precise: the command, the reference's reply and ours, as regular expressions over
bytes that must match as a whole. An entry that matches nothing in a long run is reported, so
that the list stays short.
"""

import dataclasses
import re
from typing import Callable

import resp


@dataclasses.dataclass
class Allowance:
    command: bytes  # over the arguments joined with a space
    reference: bytes  # over the raw reply
    tested: bytes
    reason: str
    holds: Callable = lambda reference, tested: True  # what the two replies, decoded, must fulfil
    uses: int = 0


def _differ_in_ties(reference, tested):
    """Two replies with distances: the same places at each distance, in any order; only of those at
    the last one, where COUNT cuts, may there be others, as many."""
    if not all(isinstance(one, list) and len(one) > 1 for one in reference + tested):
        return False
    distances = [one[1] for one in reference]
    if distances != [one[1] for one in tested] or not distances:
        return False

    def whole(reply):
        return sorted(str(one) for one in reply if one[1] != distances[-1])

    return whole(reference) == whole(tested)


def _entries():
    return [
        Allowance(rb"scan (| .*|-\d+( .*)?|\x00.*)", rb".*", rb"-ERR invalid cursor\r\n",
                  "7.4 takes no cursor that is empty or negative"),
        Allowance(rb"scan [ \t-\r].*", rb"-ERR invalid cursor\r\n", rb".*",
                  "7.4 takes blanks before a cursor"),
        Allowance(rb"[hsz]scan .* (|-\d+|[^ ]*\x00.*)( .*)?", rb".*", rb"-ERR invalid cursor\r\n",
                  "as SCAN"),
        Allowance(rb"[hsz]scan .*[ \t-\r].*", rb"-ERR invalid cursor\r\n", rb".*", "as SCAN"),
        Allowance(rb"[hsz]scan .*novalues.*", rb"-ERR syntax error\r\n", rb".*",
                  "7.4 added NOVALUES"),
        Allowance(rb"object encoding .*", rb"\$9\r\nhashtable\r\n", rb"\$8\r\nlistpack\r\n",
                  "7.2 keeps small sets in listpacks"),
        Allowance(rb"object encoding .*", rb"\$6\r\nintset\r\n", rb"\$9\r\nhashtable\r\n",
                  "7.2 makes the intersection of large sets as a listpack, and then a hashtable"),
        Allowance(rb"debug object .*", rb".* encoding:hashtable .*", rb".* encoding:listpack .*",
                  "7.2 keeps small sets in listpacks"),
        Allowance(rb"object encoding .*", rb"\$8\r\nlistpack\r\n", rb"\$9\r\nhashtable\r\n",
                  "7.2 converts a hash by the number of a request's fields, repeated ones too"),
        Allowance(rb"z(rev)?rank [^ ]* [^ ]* .*", rb"-ERR wrong number of arguments .*", rb".*",
                  "7.2 added WITHSCORE"),
        Allowance(rb"command getkeys(andflags)? [^ ]*",
                  rb"-ERR wrong number of arguments for 'command.getkeys(andflags)?' command\r\n",
                  rb"(\*|-ERR (The command has no key|Invalid number of|Invalid command)).*",
                  "7.2 takes a command without arguments"),
        Allowance(rb"command getkeys(andflags)? [^ ]+ (.* )?[+ -]?\d+[^ \d][^ ]* .*", rb"\*.*",
                  rb"-ERR Invalid arguments specified for command\r\n",
                  "Redis reads a number of keys as far as it is one; the command itself refuses it"),
        Allowance(rb"client kill .*maxage.*", rb".*", rb".*", "7.4 added MAXAGE"),
        Allowance(rb"hello .*", rb"-WRONGPASS .*",
                  rb"-ERR (Client names cannot contain|Syntax error in HELLO) .*",
                  "7.2 reads all options before it looks at the password"),
        Allowance(rb"config set .* 18446744073709551616.*",
                  rb".*argument must be between .* inclusive\r\n",
                  rb".*argument must be a memory value\r\n",
                  "we refuse a size of more than 64 bits, which Redis takes as the greatest"),
        Allowance(rb"debug object .*", rb"\+Value at:.* refcount:1 encoding:int .*",
                  rb"\+Value at:.* refcount:2147483647 encoding:int .*", "as with OBJECT REFCOUNT"),
        Allowance(rb"object refcount .*", rb":1\r\n", rb":2147483647\r\n",
                  "Redis copies a shared small integer into one of its own (COPY); we share it"),
        Allowance(rb"object encoding .*", rb"\$9\r\nquicklist\r\n", rb"\$8\r\nlistpack\r\n",
                  "since 7.2 a small list is a listpack"),
        Allowance(rb"debug object .*", rb"\+Value at:.* encoding:quicklist .*",
                  rb"\+Value at:.* encoding:(quicklist|listpack) .*",
                  "since 7.2 a small list is a listpack, and nodes are Redis's own"),
        Allowance(rb"object encoding .*", rb"\$8\r\nskiplist\r\n", rb"\$8\r\nlistpack\r\n",
                  "SORT makes a skiplist of a small sorted set; ours only reads it"),
        Allowance(rb"debug object .*", rb"\+Value at:.* encoding:skiplist .*",
                  rb"\+Value at:.* encoding:listpack .*", "as with OBJECT ENCODING"),
        Allowance(rb"command getkeys(andflags)? z(rev)?rank .*",
                  rb"-ERR Invalid number of arguments specified for command\r\n", rb"\*.*",
                  "7.2 added WITHSCORE"),
        Allowance(rb"geo(search|radius).* count .*", rb"\*.*", rb"\*.*",
                  "of places equally far away Redis's sort takes any", _differ_in_ties),
        Allowance(rb"sort(_ro)? .*", rb"-ERR One or more scores can't be converted into double\r\n",
                  rb"\*.*", "Redis looks at an errno that an earlier command left behind"),
        Allowance(rb"lpos .* -9223372036854775808.*", rb".*",
                  rb"-ERR value is out of range, value must between .*",
                  "7.2 refuses the one number that has no positive counterpart"),
        Allowance(rb"bit(count|pos) .*", rb":(0|-1)\r\n|-WRONGTYPE .*",
                  rb"-ERR (syntax error|value is not an integer or out of range)\r\n",
                  "7.2 and later refuse bad arguments before they look at the key"),
    ]


class Allowances:
    """The list in use; it counts which entries were needed."""
    def __init__(self, entries=None):
        self.entries = _entries() if entries is None else entries

    def allow(self, argv, reference, tested):
        words = b" ".join(argv)
        for entry in self.entries:
            if (re.fullmatch(entry.command, words, re.IGNORECASE | re.DOTALL) and
                    re.fullmatch(entry.reference, reference, re.DOTALL) and
                    re.fullmatch(entry.tested, tested, re.DOTALL) and
                    entry.holds(resp.parse(reference)[0], resp.parse(tested)[0])):
                entry.uses += 1
                return True
        return False

    def unused(self):
        return [entry for entry in self.entries if not entry.uses]


def describe(entry):
    return "%s: %s" % (resp.printable(entry.command), entry.reason)


def allows_wire(sent, reference, tested):
    """Differences below the commands, for wire.py."""
    too_many = b"-ERR Protocol error: invalid multibulk length\r\n"
    if re.search(rb"\*\d{7,10}[^\d]", sent) and tested.endswith(too_many):
        return True  # 7.0 took away the limit of 1,048,576 arguments; we keep it
    # Redis closes at once and so drops answers that it had not written; we write them.
    return bool(re.search(rb"(?i)post|host:", sent)) and tested.startswith(reference)
