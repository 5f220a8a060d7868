"""What the README says holds: its example, its two commands, its table of commands."""

import os
import re
import shlex
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from server_process import READY, ServerProcess, wait_until

TOP = Path(__file__).resolve().parents[2]
README = (TOP / "README.md").read_text(encoding="utf-8")

FAMILY_OF_GROUP = {
    "string": "Strings",
    "bitmap": "Bitmaps",
    "hash": "Hashes",
    "set": "Sets",
    "list": "Lists",
    "sorted-set": "Sorted sets",
    "geo": "Geo",
    "hyperloglog": "HyperLogLog",
    "pubsub": "Pub/sub",
    "transactions": "Transactions",
    "generic": "Keys",
    "connection": "Connection",
    "server": "Server",
    "cluster": "Cluster",
}


def families_of_readme():
    """Family -> names, of the table between the two marks."""
    table = re.search(r"<!-- commands: begin -->(.*)<!-- commands: end -->", README, re.DOTALL)
    rows = [line.split("|") for line in table.group(1).strip().splitlines()[2:]]
    return {row[1].strip(): set(re.findall(r"`([^`]+)`", row[2])) for row in rows}


def families_of_server(client):
    documented = client.execute_command("COMMAND DOCS")
    families = {}
    for name, facts in zip(documented[::2], documented[1::2]):
        group = dict(zip(facts[::2], facts[1::2]))[b"group"].decode()
        families.setdefault(FAMILY_OF_GROUP.get(group, group), set()).add(name.decode().upper())
    return families


class TheTableOfCommands(unittest.TestCase):
    maxDiff = None

    def test_lists_exactly_the_commands_of_the_server(self):
        with ServerProcess() as server:
            found = families_of_server(server.client())
        listed = families_of_readme()
        self.assertEqual(sorted(found), sorted(listed), "the families differ")
        for family, names in found.items():
            with self.subTest(family=family):
                self.assertEqual(sorted(names), sorted(listed[family]))


def example():
    """The Python of the README, and what its comments say that it prints."""
    blocks = re.findall(r"^```python\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 1, f"{len(blocks)} examples in Python"
    said = re.findall(r"^\s*print\(.*\)\s+# (.*)$", blocks[0], re.MULTILINE)
    assert len(said) == blocks[0].count("print("), "a print whose output the README does not say"
    return blocks[0], said


class TheExample(unittest.TestCase):
    def test_prints_what_its_comments_say(self):
        code, said = example()
        # The code runs as it is printed, but for the port: 6379 may belong to somebody else here.
        other_port = ("import functools, redis, sys\n"
                      "redis.Redis = functools.partial(redis.Redis, port=int(sys.argv[1]))\n")
        with ServerProcess() as server:
            done = subprocess.run([sys.executable, "-", str(server.port)], input=other_port + code,
                                  capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual((done.stderr, done.returncode), ("", 0))
        self.assertEqual(done.stdout.splitlines(), said)


def commands_of(section):
    """The indented lines of a section, without their comments, as lists of words."""
    body = re.search(rf"^## {section}\n(.*?)(?=^## )", README, re.DOTALL | re.MULTILINE).group(1)
    lines = re.findall(r"^    (\./.*)$", body, re.MULTILINE)
    return [shlex.split(line, comments=True) for line in lines]


class TheTwoCommands(unittest.TestCase):
    def test_are_programs_of_this_tree(self):
        for section, program in (("Run", "./tools/run"), ("Test", "./tools/test")):
            with self.subTest(section=section):
                programs = {command[0] for command in commands_of(section)}
                self.assertEqual(programs, {program})
                self.assertTrue(os.access(TOP / program, os.X_OK))

    def test_run_takes_the_arguments_of_the_server_and_serves(self):
        plain, with_port = commands_of("Run")
        self.assertEqual((plain, with_port[1]), (["./tools/run"], "--port"))
        with tempfile.TemporaryDirectory() as folder:
            socket, log = Path(folder, "socket"), Path(folder, "log")
            with log.open("wb") as output, \
                    subprocess.Popen([*plain, "--port", "0", "--unixsocket", socket, "--dir", folder],
                                     cwd=TOP, stdout=output, stderr=output) as running:
                try:
                    wait_until(lambda: READY.search(log.read_bytes()) or running.poll() is not None,
                               800, lambda: f"not ready:\n{log.read_text()}")
                    answer = subprocess.run(["redis-cli", "-s", socket, "ping"], timeout=30,
                                            capture_output=True, text=True, check=False)
                    self.assertEqual(answer.stdout, "PONG\n", log.read_text())
                finally:
                    running.terminate()
                self.assertEqual(running.wait(30), 0)


if __name__ == "__main__":
    unittest.main()
