"""The commands as the server itself describes them: COMMAND DOCS and COMMAND INFO made into
Python objects."""

import dataclasses


@dataclasses.dataclass
class Argument:
    """One node of a command's argument tree."""
    name: str
    kind: str
    token: bytes = None
    optional: bool = False
    multiple: bool = False
    multiple_token: bool = False
    children: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Command:
    """A command or subcommand: "get", "client|list"."""
    name: str
    group: str
    arity: int
    arguments: list
    has_subcommands: bool

    @property
    def words(self):
        return [word.encode() for word in self.name.upper().split("|")]

    def tokens(self):
        """Every word that the command knows, from the whole of its tree."""
        found, nodes = [], list(self.arguments)
        while nodes:
            node = nodes.pop()
            if node.token:
                found.append(node.token)
            nodes.extend(node.children)
        return sorted(set(found))


def _pairs(flat):
    """A RESP2 map: names and values in turn."""
    return {key.decode(): value for key, value in zip(flat[::2], flat[1::2])}


def _argument(flat):
    fields = _pairs(flat)
    flags = {_text(flag) for flag in fields.get("flags", [])}
    return Argument(name=_text(fields["name"]), kind=_text(fields["type"]),
                    token=fields.get("token"), optional="optional" in flags, multiple="multiple"
                    in flags, multiple_token="multiple_token" in flags,
                    children=[_argument(child) for child in fields.get("arguments", [])])


def _text(value):
    return value.decode() if isinstance(value, bytes) else value


def read_commands(control):
    """All commands and subcommands of a server, by name."""
    arities = _read_arities(control)
    commands = {}

    def add(name, fields, group):
        subcommands = _pairs(fields.get("subcommands", []))
        commands[name] = Command(name=name, group=group, arity=arities.get(name, 0),
                                 arguments=[_argument(a) for a in fields.get("arguments", [])],
                                 has_subcommands=bool(subcommands))
        for subcommand, flat in subcommands.items():
            add(subcommand, _pairs(flat), group)

    for name, flat in sorted(_pairs(control.ask("COMMAND", "DOCS")).items()):
        fields = _pairs(flat)
        add(name, fields, _text(fields["group"]))
    return commands


def _read_arities(control):
    arities = {}
    for entry in control.ask("COMMAND"):
        arities[_text(entry[0])] = entry[1]
        for subcommand in (entry[9] if len(entry) > 9 else []):
            arities[_text(subcommand[0])] = subcommand[1]
    return arities
