#!/usr/bin/python3
"""The differential test: the same commands to Redis 7.0 and to Cinnabar, every reply compared
byte for byte.

    seed -> segments of 5,000 commands -> batches of 250, in RESP2 or RESP3 -> compare replies
         -> at the end of a segment compare the whole data -> next segment, on emptied servers

Commands come from the tested server's own COMMAND DOCS (generator.py), as far as the reference
knows them too. What may differ stands in normalise.py (clock, chance, order) and allowed.py (7.4
against 7.0, each with its reason). A difference is shown with its seed and segment and shrunk to
a short reproducer (minimise.py).

    run.py                            200,000 commands, the fixed seed
    run.py --seed 7 --segment 12      one segment again
    run.py --campaign --seconds 3600  seed after seed, each distinct difference once
    run.py --self-test                a byte flipped on purpose must be found
"""

import argparse
import os
import shutil
import sys
import time

import allowed
import compare
import config_forms
import docs
import generator
import hazards
import minimise
import planted
import recipes
import resp
import servers
import tables
import wire

REFERENCE = "/usr/bin/redis-server"
SEGMENT_COMMANDS = 5000
BATCH_COMMANDS = 250
KEY_COUNTS = [14, 40, 40, 2000]  # few keys collide often; many make the table grow
SMALL_BULK_LIMIT, REDIS_BULK_LIMIT = 1 << 20, 512 << 20
WIRE_CASES = 3000
CUT_SHARE, WHOLE = 0.05, 1 << 18  # of batches: sent in pieces of a few bytes; and the usual size
OTHER_PARTS = ["tables", "wire"]
QUIT_SHARE = 0.1  # of batches: ended by QUIT, and so with a new connection after it
DISTINCT_DIFFERENCES_MAX = 12


class Run:
    def __init__(self, options, tested):
        self.options = options
        self.judge = compare.Judge(allowed.Allowances())
        self.pair = compare.Pair(servers.Server("reference", REFERENCE), tested)
        self.commands = {}
        self.configuration = {}
        self.signatures = {}
        self.sent = 0
        self.counts = {}

    def start(self):
        self.pair.start()
        reference, tested = [docs.read_commands(control) for control in self.pair.controls()]
        self.commands = {name: command for name, command in tested.items() if name in reference}
        self.judge = compare.Judge(allowed.Allowances(), self.commands)
        self.counts = {name.encode(): 0 for name in self.commands}
        missing = sorted(name for name in reference if name not in tested)
        if self.options.verbose:
            print("commands on both servers: %d; only on the reference: %s" %
                  (len(self.commands), " ".join(missing)))
        self.configuration = config_forms.directives(self.pair.controls())

    def _settings(self, number):
        """What both servers are set to in a segment: most have a small limit of strings, which is
        cheap to reach; in the others, with Redis's own limit, only refusals are tried."""
        bulk_limit = REDIS_BULK_LIMIT if number % 6 == 5 else SMALL_BULK_LIMIT
        return {**self.configuration, b"proto-max-bulk-len": bulk_limit}

    def families(self):
        return [self.options.family] if self.options.family else list(recipes.FAMILIES)

    def segment(self, seed, number):
        """Runs one segment and notes its differences."""
        settings = self._settings(number)
        self.pair.reset(settings)
        source = generator.Generator(self.commands, "%s:%d" % (seed, number), self.families(),
                                     KEY_COUNTS[number % len(KEY_COUNTS)],
                                     settings[b"proto-max-bulk-len"], sorted(self.configuration))
        steps = []
        while len(steps) < SEGMENT_COMMANDS:
            connection = source.random.randrange(2)
            argvs = self._batch(source, connection, steps)
            begin = len(steps)
            steps += [compare.Step(connection, argv) for argv in argvs]
            cut = source.random.random() < CUT_SHARE
            outcomes = self.pair.exchange(connection, argvs,
                                          source.random.randint(1, 200) if cut else WHOLE)
            differences = compare.compare_outcomes(argvs, outcomes, self.judge)
            for difference in differences:
                if compare.differ_by_sign_of_zero(self.pair, difference):
                    continue
                difference.at += begin
                self._note(difference, seed, number, steps)
            if any(difference.ends_the_run() for difference in differences):
                self._start_again(seed, number)
                return
        for difference in self._compare_data(len(steps)):
            self._note(difference, seed, number, steps)

    def _batch(self, source, connection, steps):
        """The commands of one batch. The RESP3 connection asks for its protocol again, as HELLO and
        RESET are among the commands."""
        argvs = source.commands(BATCH_COMMANDS)
        if source.random.random() < QUIT_SHARE:
            # Without replies Redis waits with the close for ever, as it comes behind the reply.
            if any(map(hazards.is_client_reply, argvs)):
                argvs.append([b"CLIENT", b"REPLY", b"ON"])
            argvs.append([b"QUIT"] + [b"x"] * source.random.randrange(2))
        if connection == 1 and steps:
            argvs.insert(0, [b"HELLO", b"3"])
        self._count(argvs)
        return argvs

    def _count(self, argvs):
        self.sent += len(argvs)
        for argv in argvs:
            for name in (argv[0], b"|".join(argv[:2])):
                name = name.lower()
                if name in self.counts:
                    self.counts[name] += 1

    def _compare_data(self, index):
        try:
            return compare.compare_data(self.pair, index)
        except ConnectionError as problem:
            return [compare.Difference("closed", index, [b"(data)"], "", str(problem))]

    def _start_again(self, seed, number):
        if not self.pair.tested.running():
            print("the server under test ended in segment %s:%d; its last words:\n%s" %
                  (seed, number, self.pair.tested.last_words()))
        self.pair.restart()

    def _note(self, difference, seed, number, steps):
        """Counts a difference; the first of its kind is kept for the report."""
        signature = difference.signature()
        if signature in self.signatures:
            self.signatures[signature][0] += 1
            return
        self.signatures[signature] = [1, difference, seed, number, steps[:difference.at + 1]]

    def report(self):
        """Prints each distinct difference with a short reproducer."""
        deadline = time.monotonic() + self.options.minimise_seconds
        for count, difference, seed, number, steps in sorted(self.signatures.values(),
                                                             key=lambda one: one[1].argv):
            print("\nDIFFERENCE (%s, seen %d times): seed %s segment %d command %d" %
                  (difference.kind, count, seed, number, difference.at))
            print("  command    %s" % resp.printable_command(difference.argv))
            print("  reference  %s" % _cut(difference.reference))
            print("  tested     %s" % _cut(difference.tested))
            shortest = self.shrink(steps, difference, number,
                                   max(1, min(30, deadline - time.monotonic())))
            if shortest is None:
                print("  does not show again when replayed alone")
                continue
            for step in shortest[-25:]:
                print("    RESP%d  %s" %
                      (2 + step.connection, resp.printable_command(step.argv, 200)))

    def wire_cases(self):
        """Cases below the commands; returns how many distinct differences they showed."""
        self.pair.reset(self._settings(0))
        found = wire.run_cases(self.pair, self.options.seed, WIRE_CASES)
        for difference in found:
            print("\nDIFFERENCE (wire), seed %s" % self.options.seed)
            print("  sent       %s" % resp.printable(difference.argv[0], 300))
            print("  reference  %s" % _cut(difference.reference))
            print("  tested     %s" % _cut(difference.tested))
        return len(found)

    def shrink(self, steps, difference, number, seconds):
        return minimise.Minimiser(self.pair, self._settings(number), self.judge,
                                  seconds).shrink(steps, difference)

    def print_summary(self, seconds):
        print("\n%d commands in %.0f s, %d distinct differences" %
              (self.sent, seconds, len(self.signatures)))
        for entry in self.judge.allowances.entries:
            if entry.uses:
                print("  allowed %6d x %s" % (entry.uses, allowed.describe(entry)))
        if self.sent >= 1000000 and not self.options.family:
            for entry in self.judge.allowances.unused():
                print("  never needed: %s" % allowed.describe(entry))
        if self.sent >= 50000:
            never = [name for name in self._expected_names() if not self.counts[name.encode()]]
            print("  never sent: %s" % " ".join(never) if never else "  every command was sent")
        if self.options.verbose:
            sent = sorted((name.decode(), count) for name, count in self.counts.items() if count)
            print("  sent: %s" % " ".join("%s=%d" % one for one in sent))

    def _expected_names(self):
        groups = {recipes.FAMILIES[family] for family in self.families()}
        return sorted(name for name, command in self.commands.items()
                      if command.group in groups and not recipes.is_excluded(name))


def _cut(text, limit=300):
    return text if len(text) <= limit else "%s... (%d characters)" % (text[:limit], len(text))


def run_segments(run, options):
    began = time.monotonic()
    if options.segment is not None:
        run.segment(options.seed, options.segment)
        return time.monotonic() - began
    seed, number = options.seed, 0
    while len(run.signatures) < options.differences:
        run.segment(seed, number)
        number += 1
        if options.seconds and time.monotonic() - began > options.seconds:
            break
        if run.sent >= options.commands and not options.campaign:
            break
        if options.campaign and number == 40:
            seed, number = seed + 1, 0
            print(
                "seed %d next; %d commands, %d distinct differences" %
                (seed, run.sent, len(run.signatures)), flush=True)
    return time.monotonic() - began


def planted_differences(options, server):
    """What a short run finds in a server that is wrong on purpose. Strings only: each of their
    bytes counts."""
    options.family = "strings"
    run = Run(options, server)
    try:
        run.start()
        for number in range(2):
            run.segment(options.seed, number)
        return [(difference, run.shrink(steps, difference, number, 10))
                for _, difference, _, number, steps in run.signatures.values()]
    finally:
        run.pair.close()


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--commands", type=int, default=200000)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--segment", type=int, help="only this one")
    parser.add_argument("--family", choices=sorted(recipes.FAMILIES) + OTHER_PARTS)
    parser.add_argument("--seconds", type=float, help="stop after this time")
    parser.add_argument("--campaign", action="store_true",
                        help="go on with seed after seed until --seconds are over")
    parser.add_argument("--differences", type=int, default=DISTINCT_DIFFERENCES_MAX,
                        help="stop after so many distinct ones")
    parser.add_argument("--minimise-seconds", type=float, default=60)
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


def main():
    options = parse_options()
    program = os.environ.get("CINNABAR_SERVER", "build/release/cinnabar-server")
    for needed in (REFERENCE, program):
        if not shutil.which(needed):
            print("differential: %s is missing" % needed)
            return 2
    if options.self_test:
        return planted.self_test(REFERENCE, lambda server: planted_differences(options, server))
    run = Run(options, servers.Server("tested", os.path.abspath(program)))
    try:
        run.start()
        others = 0
        if options.family in (None, "tables"):
            others += tables.print_differences(run.pair, run.commands)
        if options.family in (None, "wire"):
            others += run.wire_cases()
        seconds = run_segments(run, options) if options.family not in OTHER_PARTS else 0
        run.report()
        run.print_summary(seconds)
    finally:
        run.pair.close()
    return 1 if run.signatures or others else 0


if __name__ == "__main__":
    sys.exit(main())
