"""redis-cli on a terminal: hints, completion, help, and its running reports, as with redis-server."""

import json
import re
import unittest

from side_by_side import CLI, SideBySide
from server_process import wait_until
from terminal import Terminal

CLEAR_LINE, TAB = "\x15", "\t"

LINES = (
    "set", "set ", "set k", "set k ", "set k v", "set k v ", "set k v nx", "set k v nx ", "set k v ex ",
    "set k v ex 10", "set k v ex 10 get ", "SET k v KEEPTTL ", "get", "get ", "get k", "get k ", "getex k ",
    "getex k px ", "mget ", "mget a ", "mset a ", "mset a b ", "mset a b c", "append k", "bitcount k ",
    "bitcount k 0 1 ", "bitfield k ", "bitfield k get u8 0 ", "bitpos k 1 0 ", "scan 0 ", "scan 0 match * ",
    "copy a b ", "expire k 10 ", "expire k 10 nx ", "object ", "object freq", "object freq ", "client", "client ",
    "client k", "client no-evict ", "client list ", "client list type ", "config ", "config set ",
    "config set a b ", "config get ", "hello ", "hello 3 ", "hello 3 auth ", "memory usage k ", "flushall ",
    "command list ", "slowlog get ", "latency histogram ", "debug ", "nosuch ", "shutdown ", "select ",
    "swapdb ", "ping ", "echo ", "move k ", "unlink a ", "reset ", "quit",
)

# Hints of arguments that Redis described otherwise in 7.0 than in 7.4.
HINTS_OF_7_4 = {
    "bitop ": "AND|OR|XOR|NOT destkey key [key ...]",
    "bitop and ": "destkey key [key ...]",
    "lcs a b ": "[LEN] [IDX] [MINMATCHLEN min-match-len] [WITHMATCHLEN]",
    "client setinfo ": "LIB-NAME libname|LIB-VER libver",
    "command getkeys ": "command [arg [arg ...]]",
}


class Prompt(Terminal):
    """redis-cli's prompt on a server."""

    def __init__(self, server, *options):
        super().__init__([CLI, "-s", server.unix_socket, *options])
        self.prompt = self.wait_for("> $")

    def line_for(self, text):
        """What stands behind the prompt after typing `text` into an empty line, colours and all."""
        self.type(CLEAR_LINE + text)
        shown = self.wait_for(re.escape(text) + r"[^\r]*\r\x1b\[\d+C$")
        return shown.rpartition("> ")[2]

    def answer(self, line):
        """What is printed for a line, up to the next prompt."""
        self.type(CLEAR_LINE + line + "\r")
        printed = self.wait_for(r"\r\x1b\[\d+C\r\n.*> $")
        return re.split(r"\r\x1b\[\d+C\r\n", printed)[-1].rpartition("\r\n")[0]


class PromptTest(SideBySide):
    def prompts(self, *options):
        prompts = [Prompt(server, *options) for server in self.both()]
        for prompt in prompts:
            self.addCleanup(prompt.__exit__)
        return prompts


def skeleton(arguments):
    """Of the arguments in COMMAND DOCS, what a hint of redis-cli 7.0 is made of."""
    return [(argument["name"], argument["type"], argument.get("token"), argument.get("flags"),
             skeleton(argument.get("arguments", []))) for argument in arguments]


def described_arguments(server):
    """Command, or command and subcommand -> its arguments, as COMMAND DOCS tells them."""
    docs = json.loads(server.cli("--json", "command", "docs"))
    commands = {}
    for name, facts in docs.items():
        for part, part_facts in {name: facts, **facts.get("subcommands", {})}.items():
            commands[part.replace("|", " ")] = skeleton(part_facts.get("arguments", []))
    return commands


class HintsTest(PromptTest):
    def test_of_every_command_that_is_described_alike(self):
        prompts = self.prompts()
        ours, theirs = (described_arguments(server) for server in self.both())
        alike = [name for name, arguments in ours.items() if theirs.get(name) == arguments]
        self.assertGreater(len(alike), 100)
        for name in alike:
            # Behind a space redis-cli looks up the command, or the command and its subcommand.
            hints = [prompt.line_for(name.upper() + " ") for prompt in prompts]
            self.assertEqual(*hints)

    def test_while_arguments_are_typed(self):
        ours, theirs = self.prompts()
        self.assertIn("[NX|XX] [GET] [EX seconds|PX milliseconds|EXAT unix-time-seconds|"
                      "PXAT unix-time-milliseconds|KEEPTTL]", ours.line_for("set key value"))
        for line in LINES:
            with self.subTest(line=line):
                self.assertEqual(ours.line_for(line), theirs.line_for(line))

    def test_of_arguments_that_are_new_since_7_0(self):
        prompt, _ = self.prompts()
        for line, hint in HINTS_OF_7_4.items():
            with self.subTest(line=line):
                self.assertIn(f"49m{hint}\x1b", prompt.line_for(line))

    def test_with_resp3(self):
        ours, theirs = self.prompts("-3")
        self.assertEqual(ours.line_for("set k "), theirs.line_for("set k "))
        self.assertEqual(ours.answer("command info nosuch"), theirs.answer("command info nosuch"))


class PromptLineTest(PromptTest):
    def same_answers(self, *lines, options=()):
        ours, theirs = self.prompts(*options)
        for line in lines:
            with self.subTest(line=line):
                self.assertEqual(ours.answer(line), theirs.answer(line))

    def test_answers_are_formatted(self):
        lines = ("set a 1", "get a", "get none", "mget a none", "incr a", "nosuch", "set b \"x\\r\\n\\x00\"", "get b",
                 "keys none", "config get databases", "lcs a b idx", "3 incr a", "object encoding a", "'unbalanced")
        self.same_answers(*lines)
        self.same_answers(*lines, "debug protocol map", "debug protocol set", "debug protocol double",
                          "debug protocol null", "debug protocol verbatim", "debug protocol push", options=["-3"])

    def test_the_prompt_names_the_database(self):
        for prompt in self.prompts("-n", "2"):
            self.assertTrue(prompt.prompt.endswith("[2]> "))
            prompt.type(CLEAR_LINE + "select 3\r")
            prompt.wait_for(r"OK\r\n.*\[3\]> $")
            prompt.type(CLEAR_LINE + "reset\r")
            prompt.wait_for(r"RESET\r\n[^\[]*socket> $")

    def test_tab_completes_commands_and_help(self):
        ours, theirs = self.prompts()
        for prompt in (ours, theirs):
            prompt.type(CLEAR_LINE + "getr" + TAB)
            prompt.wait_for("GETRANGE[^\r]*key start end[^\r]*\\r\x1b\\[\\d+C$")
            prompt.type(CLEAR_LINE + "help getr" + TAB)
            prompt.wait_for("(?i)help getrange[^\r]*\\r\x1b\\[\\d+C$")

    def test_help_describes_a_command_a_group_and_nothing(self):
        ours, theirs = self.prompts()
        for line in ("help set", "help getex", "help client list", "help bitcount"):
            with self.subTest(line=line):
                # Everything but the summary, whose words are our own.
                mine, reference_help = ((re.sub("(summary:\\x1b.0m )[^\r]*", r"\1", prompt.answer(line)))
                                        for prompt in (ours, theirs))
                self.assertEqual(mine, reference_help)
                self.assertIn("group:", mine)
        self.assertEqual(ours.answer("help nosuch"), theirs.answer("help nosuch"))
        group = ours.answer("help @bitmap")
        self.assertEqual(set(re.findall(r"\x1b\[1m([A-Z_]+)\x1b", group)),
                         {"SETBIT", "GETBIT", "BITCOUNT", "BITPOS", "BITOP", "BITFIELD", "BITFIELD_RO"})

    def test_the_password_is_asked_for(self):
        for server in self.both():
            server.cli("config", "set", "requirepass", "s3cr3t")
            with self.subTest(server=server), \
                    Terminal([CLI, "-s", server.unix_socket, "--askpass", "get", "key"]) as terminal:
                terminal.wait_for("input password: $")
                terminal.type("s3cr3t\r")
                terminal.wait_for(r"\(nil\)\r\n")
            server.cli("-a", "s3cr3t", "config", "set", "requirepass", "")

    def test_a_restarted_server_is_found_again(self):
        prompt, _ = self.prompts("-3")
        self.server.restart()
        self.assertIn("Error: ", prompt.answer("set key value"))
        prompt.type("get key\r")
        prompt.wait_for(r"\(nil\)\r\n[^\n]*socket> $")
        self.assertEqual(prompt.answer("set key value"), "OK")
        self.assertIn("resp=3", prompt.answer("client info"))


class ReportTest(SideBySide):
    def report(self, *options):
        terminal = Terminal([CLI, "-s", self.server.unix_socket, *options])
        self.addCleanup(terminal.__exit__)
        return terminal

    def test_stat_shows_what_happens(self):
        self.fill({f"key:{i}": i for i in range(250)})
        with self.server.client() as client:
            before = client.info("stats")
            report = self.report("--stat", "-i", "0.02")
            title = report.wait_for(r"keys +mem +clients +blocked +requests +connections *\r\n")
            self.assertIn("- data -", title)
            rows = report.wait_for(r"(\d+ [^\r]*\r\n){20}").splitlines()
            keys, memory, clients, blocked, requests, _, connections = \
                next(row for row in rows if re.match(r"\d", row)).split()
            self.assertEqual((keys, clients, blocked), ("250", "2", "0"))
            self.assertRegex(memory, r"^[\d.]+[KM]$")
            self.assertGreater(int(requests), before["total_commands_processed"])
            self.assertGreater(int(connections), before["total_connections_received"])
            client.flushall()
            report.wait_for(r"\r\n0 [^\r]*\r\n")
        report.interrupt()

    def test_latency_once_and_as_it_goes(self):
        for form, pattern in (("--raw", rb"\d+ \d+ \d+\.\d\d \d+\n"), ("--csv", rb"\d+,\d+,\d+\.\d\d,\d+\n")):
            self.assertRegex(self.cli("--latency", form, "-i", "0.1").stdout, b"^" + pattern + b"$")
        running = self.report("--latency")
        running.wait_for(r"min: \d+, max: \d+, avg: \d+\.\d\d \(\d\d+ samples\)")
        running.interrupt()

    def test_latency_history_begins_a_line_for_each_interval(self):
        history = self.report("--latency-history", "-i", "0.1")
        history.wait_for(r"(min: \d+, max: \d+, avg: [\d.]+ \(\d+ samples\) -- 0\.\d+ seconds range\r\n.*){3}")
        history.interrupt()

    def test_latency_as_a_spectrum(self):
        spectrum = self.report("--latency-dist", "-i", "0.1")
        spectrum.wait_for("From 0 to 100%:.*-\r\n")
        spectrum.interrupt()

    def test_monitor_shows_what_others_do(self):
        monitor = self.report("monitor")
        monitor.wait_for("OK\r\n")
        self.cli("-n", "2", "set", "key", 'quoted "text"')
        shown = monitor.wait_for(r'"key" [^\r]*\r\n')
        self.assertRegex(shown, r'\d+\.\d{6} \[2 unix:[^\]]*\] "set" "key" "quoted \\"text\\""')
        monitor.interrupt()
        with self.server.client() as client:
            wait_until(lambda: all(entry["cmd"] != "monitor" for entry in client.client_list()), 10,
                       "the monitor is still there")


if __name__ == "__main__":
    unittest.main()
