"""The command tables of the two servers side by side: COMMAND INFO and the argument trees of
COMMAND DOCS.

Clients route by the one and complete by the other, and the generator lives on it: an option that
is missing in our description would never be tried.
"""

import compare
import resp

# (command, field): why 7.4 differs from the reference.
ALLOWED = {
    ("acl|deluser", "tips"): "7.2 tells clusters whom to ask",
    ("acl|save", "tips"): "7.2 tells clusters whom to ask",
    ("acl|setuser", "tips"): "7.2 tells clusters whom to ask",
    ("bitop", "arguments"): "7.2 lists the operations as tokens",
    ("blmove", "flags"): "7.2 lets scripts call it, without waiting",
    ("blpop", "flags"): "7.2 lets scripts call it, without waiting",
    ("brpop", "flags"): "7.2 lets scripts call it, without waiting",
    ("brpoplpush", "flags"): "7.2 lets scripts call it, without waiting",
    ("client|kill", "arguments"): "7.4 added MAXAGE",
    ("cluster|shards", "flags"): "7.2 answers while it loads",
    ("cluster|slots", "flags"): "7.2 answers while it loads",
    ("hscan", "arguments"): "7.4 added NOVALUES",
    ("module|loadex", "arguments"): "7.2 simplified ARGS",
    ("wait", "flags"): "7.2 lets scripts call it, without waiting",
    ("wait", "categories"): "7.2 counts it among the blocking ones",
    ("command|getkeys", "arity"): "7.2 takes a command without arguments",
    ("command|getkeys", "arguments"): "7.2 describes them",
    ("command|getkeysandflags", "arity"): "7.2 takes a command without arguments",
    ("command|getkeysandflags", "arguments"): "7.2 describes them",
    ("config|resetstat", "tips"): "7.2 tells clusters whom to ask",
    ("config|rewrite", "tips"): "7.2 tells clusters whom to ask",
    ("msetnx", "tips"): "7.2: it can not be split over shards (redis/redis#12417)",
    ("pfmerge", "arguments"): "7.2 says that there may be no source",
    ("randomkey", "tips"): "7.2: a choice of one reply (redis/redis#12417)",
    ("zrank", "arity"): "7.2 added WITHSCORE",
    ("zrank", "arguments"): "7.2 added WITHSCORE",
    ("zrevrank", "arity"): "7.2 added WITHSCORE",
    ("zrevrank", "arguments"): "7.2 added WITHSCORE",
    ("scan", "tips"): "7.2: cursors can not be merged (redis/redis#12417)",
}

_INFO_FIELDS = [
    "name", "arity", "flags", "first key", "last key", "key step", "categories", "tips",
    "key specifications"
]


def find_differences(pair, commands):
    """One difference for each field of each command that both servers have."""
    infos = [_read_infos(control) for control in pair.controls()]
    trees = [_read_trees(control) for control in pair.controls()]
    differences, used = [], set()
    for name in sorted(commands):
        facts = [
            dict(infos[side].get(name, {}), arguments=trees[side].get(name)) for side in (0, 1)
        ]
        for field in facts[0]:
            left, right = facts[0][field], facts[1].get(field)
            if left == right:
                continue
            if (name, field) in ALLOWED:
                used.add((name, field))
                continue
            differences.append(
                compare.Difference("table", 0, [name.encode(), field.encode()], str(left),
                                   str(right)))
    unused = sorted(set(ALLOWED) - used)
    return differences, ["%s %s" % entry for entry in unused]


def _read_infos(control):
    found = {}
    pending = control.ask("COMMAND")
    while pending:
        entry = pending.pop()
        pending.extend(entry[9])
        facts = [
            _text(entry[0]), entry[1],
            sorted(map(_text, entry[2])), entry[3], entry[4], entry[5],
            sorted(map(_text, entry[6])),
            sorted(map(_text, entry[7])),
            _plain(entry[8])
        ]
        found[facts[0]] = dict(zip(_INFO_FIELDS, facts))
    return found


def _plain(value):
    """Nested replies as text that can be compared; flags have no order, notes are for people."""
    if isinstance(value, list):
        if value[:1] == [b"notes"]:
            value = value[2:]
        if value[:1] == [b"flags"]:
            return [["flags", sorted(map(_text, value[1]))]] + [_plain(one) for one in value[2:]]
        return [_plain(one) for one in value]
    return _text(value)


def _text(value):
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _read_trees(control):
    found = {}

    def add(name, fields):
        found[name] = [_tree(argument) for argument in fields.get(b"arguments", [])]
        flat = fields.get(b"subcommands", [])
        for subcommand, subfields in zip(flat[::2], flat[1::2]):
            add(_text(subcommand), _fields(subfields))

    docs = control.ask("COMMAND", "DOCS")
    for name, flat in zip(docs[::2], docs[1::2]):
        add(_text(name), _fields(flat))
    return found


def _fields(flat):
    return dict(zip(flat[::2], flat[1::2]))


def _tree(argument):
    """What decides which words a client may type: not the names of the arguments, which are only
    shown."""
    fields = _fields(argument)
    node = [_text(fields[b"type"])]
    if b"token" in fields:
        node.append(repr(_text(fields[b"token"])))
    node += sorted(map(_text, fields.get(b"flags", [])))
    if b"arguments" in fields:
        node.append([_tree(child) for child in fields[b"arguments"]])
    return node


def print_differences(pair, commands):
    """Prints what differs; returns how much."""
    differences, unused = find_differences(pair, commands)
    for difference in differences:
        print("\nDIFFERENCE (table): %s" % resp.printable_command(difference.argv))
        print("  reference  %s" % difference.reference)
        print("  tested     %s" % difference.tested)
    for entry in unused:
        print("  table entry never needed: %s" % entry)
    return len(differences)
