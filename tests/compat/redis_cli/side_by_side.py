"""redis-cli against Cinnabar and against Debian's redis-server, for tests that want both to print the same.

    class SomeTest(SideBySide):
        def test_it(self):
            self.fill({"a": 1})                          # both servers begin empty
            self.same("--csv", "mget", "a", "b")         # one run on each; status, output and errors
            done = self.cli("info")                      # a run on Cinnabar alone
"""

import os
import subprocess
import unittest

from server_process import ServerProcess, reference

CLI = "redis-cli"
TIMEOUT_S = 60


def run_cli(server, *arguments, text_input=b"", environment=None):
    """One run of redis-cli over the Unix socket; input and output are bytes."""
    command = [CLI, "-s", server.unix_socket, *map(os.fsencode, map(word, arguments))]
    return subprocess.run(command, input=text_input, capture_output=True, timeout=TIMEOUT_S, check=False,
                          env={**os.environ, **(environment or {})})


def word(argument):
    return argument if isinstance(argument, bytes) else str(argument)


class SideBySide(unittest.TestCase):
    """Cinnabar is `self.server`, the reference `self.other`; both are emptied before each test."""

    ARGUMENTS = ("--enable-debug-command", "yes")
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.server = ServerProcess(*cls.ARGUMENTS)
        cls.addClassCleanup(cls.server.cleanup)
        cls.other = reference(*cls.ARGUMENTS)
        cls.addClassCleanup(cls.other.cleanup)
        cls.server.start()
        cls.other.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.other.stop()

    def setUp(self):
        for server in self.both():
            run_cli(server, "flushall")

    def both(self):
        return self.server, self.other

    def fill(self, values):
        for server in self.both():
            with server.client() as client:
                client.mset(values)

    def cli(self, *arguments, **options):
        return run_cli(self.server, *arguments, **options)

    def same(self, *arguments, **options):
        """Runs it on both, compares, and returns what redis-cli printed."""
        ours, theirs = (run_cli(server, *arguments, **options) for server in self.both())
        self.assertEqual((ours.stdout, ours.stderr, ours.returncode),
                         (theirs.stdout, theirs.stderr, theirs.returncode), arguments)
        return ours.stdout

    def same_data(self):
        """The whole data of both servers, as DEBUG DIGEST sums it up."""
        self.same("debug", "digest")
