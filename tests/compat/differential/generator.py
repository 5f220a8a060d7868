"""Makes commands from their descriptions: mostly valid ones, some with values at an edge, some
plainly wrong.

    COMMAND DOCS -> argument tree -> words, one leaf after the other -> (seldom) one mutation

A command of a run depends on nothing but the seed and the two servers' command tables, so a
difference can be replayed.
"""

import random as random_module

import forms
import hazards
import recipes
import values as values_module

EDGE_SHARE = 0.06  # of leaves: a value from the edge lists in place of an ordinary one
MUTATED_SHARE = 0.10  # of commands: changed as a whole after they were made
CASE_SHARE = 0.05  # of words: written in another case
REPEAT_SHARE = 0.4  # chance of one more repetition of a repeatable argument


class Generator:
    """An endless source of commands for one segment of a run."""
    def __init__(self, commands, seed, families, key_count, bulk_limit, directives):
        self.random = random_module.Random(seed)
        self.values = values_module.Values(self.random, key_count, bulk_limit, directives)
        self._sources = []
        self._weights = []
        self._commands = commands
        self._all_tokens = sorted(
            {token for command in commands.values() for token in command.tokens()})
        for family in families:
            self._add_family(family)

    def _add_family(self, family):
        group = recipes.FAMILIES[family]
        chosen = []
        for name, command in sorted(self._commands.items()):
            if command.group == group and not recipes.is_excluded(name):
                usual = 0.1 if name.endswith("|help") else 1
                chosen.append((recipes.WEIGHTS.get(name, usual), self._from_tree, command))
        for requires, form_family, weight, make in forms.FORMS.values():
            if form_family == family and requires in self._commands:
                chosen.append((weight, self._from_form, make))
        if family == "server":
            chosen.append((1.5, self._get_keys, None))
            chosen.append((1, self._unknown_command, None))
        total = sum(weight for weight, _, _ in chosen)
        for weight, make, subject in chosen:
            self._sources.append((make, subject))
            self._weights.append(recipes.FAMILY_WEIGHTS[family] * weight / total if total else 0)

    def commands(self, count):
        """The next commands, `count` or a few more."""
        argvs = []
        for make, subject in self.random.choices(self._sources, self._weights, k=count):
            argv = make(subject)
            while hazards.is_unfit(argv, self.values.bulk_limit):
                argv = make(subject)
            string_range = hazards.string_range_key(argv)
            if string_range is not None:
                argv[string_range] = self.random.choice(self.values.lexes)
            if hazards.ties_are_cut(argv):
                argv.append(b"WITHDIST")
            argvs.append(argv)
            if hazards.may_leave_an_expired_key(argv):
                argvs.append(self._access(argv[1]))
            if hazards.may_name_the_client(argv):
                argvs.append([b"CLIENT", b"SETNAME", b"named"])
            if hazards.pauses(argv):
                argvs.append([b"CLIENT", b"UNPAUSE"])
        return argvs

    def _access(self, key):
        """A command that meets the expired key and so removes it: how long it would stay is the
        server's own affair."""
        form = self.random.choice([
            b"GET k", b"APPEND k 1", b"INCR k", b"GETSET k 1", b"SETNX k 1", b"SETBIT k 9 1",
            b"TTL k", b"PERSIST k", b"RENAME k k0", b"COPY k k1 REPLACE", b"OBJECT ENCODING k",
            b"GETDEL k", b"EXPIRE k 1000", b"EXISTS k", b"BITFIELD k INCRBY u8 0 1", b"MGET k k",
            b"DEL k", b"SET k v KEEPTTL", b"SET k v NX GET", b"SETRANGE k 3 x", b"TOUCH k",
            b"MSETNX k 1"
        ])
        return [key if word == b"k" else word for word in form.split(b" ")]

    def _from_form(self, make):
        return make(self.values)

    def _from_tree(self, command):
        argv = command.words
        for argument in command.arguments:
            self._append(argv, command, argument)
        if self.random.random() < MUTATED_SHARE:
            argv = self._mutate(argv, command)
        return [self._change_case(argv[0])] + argv[1:] if argv else [b"PING"]

    def _append(self, argv, command, argument):
        """Adds the words of one node of the tree."""
        random = self.random
        if argument.optional and random.random() < 0.55:
            return
        first = True
        while True:
            if argument.token and (first or argument.multiple_token):
                argv.append(self._change_case(argument.token))
            self._append_once(argv, command, argument)
            first = False
            if not argument.multiple or random.random() > REPEAT_SHARE:
                return

    def _append_once(self, argv, command, argument):
        if argument.kind == "oneof":
            self._append(argv, command, self.random.choice(argument.children))
        elif argument.kind == "block":
            for child in argument.children:
                self._append(argv, command, child)
        elif argument.kind != "pure-token":
            argv.append(self._leaf(command, argument, argv[-1]))

    def _leaf(self, command, argument, before):
        if argument.kind == "key":
            if self.random.random() < 0.02:
                return self.values.edge()
            return self.values.key(recipes.FLAVOURS.get(command.name, "texts"))
        if self.random.random() < EDGE_SHARE:
            return self.values.edge()
        if argument.name == "value" and before[:2] == b"n:" and self.random.random() < 0.8:
            return self.values.integer()
        special = (recipes.ARGUMENT_VALUES.get("%s %s" % (command.name, argument.name)) or
                   recipes.ARGUMENT_VALUES.get(argument.name))
        if special:
            return special(self.values)
        if argument.kind == "integer":
            return self.values.integer()
        if argument.kind == "double":
            return self.values.double()
        if argument.kind == "pattern":
            return self.values.pattern()
        if argument.kind == "unix-time":
            return self.values.unix_time(1)
        return self.values.string()

    def _change_case(self, word):
        draw = self.random.random()
        if draw > CASE_SHARE:
            return word
        return word.lower() if draw < CASE_SHARE / 2 else word.swapcase().capitalize()

    def _mutate(self, argv, command):
        random = self.random
        kind = random.randrange(9)
        at = random.randrange(1, len(argv)) if len(argv) > 1 else 0
        if kind == 0 and at:
            del argv[at]
        elif kind == 1:
            del argv[max(1, at):]
        elif kind == 2:
            argv.append(random.choice([self.values.edge(), self.values.key()]))
        elif kind == 3:
            argv.append(random.choice(command.tokens() or self._all_tokens))
        elif kind == 4:
            argv.insert(at or 1, random.choice(self._all_tokens))
        elif kind == 5 and at:
            argv.insert(at, argv[at])
        elif kind == 6 and at:
            other = random.randrange(1, len(argv))
            argv[at], argv[other] = argv[other], argv[at]
        elif kind == 7 and at:
            argv[at] = self.values.edge()
        else:
            self._append_option_again(argv, command)
        return argv

    def _append_option_again(self, argv, command):
        options = [argument for argument in command.arguments if argument.optional]
        if options:
            option = self.random.choice(options)
            if option.token:
                argv.append(option.token)
            self._append_once(argv, command, option)
        else:
            argv.append(b"x")

    def _get_keys(self, _):
        """COMMAND GETKEYS of a command made like any other."""
        subject = self.random.choice(
            [command for command in self._commands.values() if command.arguments])
        argv = list(subject.words)
        for argument in subject.arguments:
            self._append(argv, subject, argument)
        form = self.random.choice([b"GETKEYS", b"GETKEYS", b"GETKEYSANDFLAGS"])
        return [b"COMMAND", form
               ] + (self._mutate(argv, subject) if self.random.random() < 0.1 else argv)

    def _unknown_command(self, _):
        random = self.random
        name = random.choice([
            b"NONSENSE", b"", b"GE", b"GETT", b"\xff\x00", b"a\r\nb", b"client|list", b"x" * 200,
            b"GET ", b"*1"
        ])
        return [name] + [self.values.string() for _ in range(random.randrange(5))]
