"""One server for all tests of a script; each test begins with empty databases.

    class SomeTest(SharedServerTest): self.client decodes, self.binary does not
"""

import unittest

from server_process import ServerProcess


class SharedServerTest(unittest.TestCase):
    ARGUMENTS = ()

    @classmethod
    def setUpClass(cls):
        cls.server = ServerProcess(*cls.ARGUMENTS)
        cls.addClassCleanup(cls.server.cleanup)
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def setUp(self):
        self.client = self.connect(decode_responses=True)
        self.binary = self.connect()
        self.client.flushall()

    def connect(self, **options):
        client = self.server.client(**options)
        self.addCleanup(client.close)
        self.addCleanup(client.connection_pool.disconnect)
        return client

    def assertRefused(self, text, call, *arguments, **options):
        """The server answers this call with an error that begins with `text`."""
        with self.assertRaises(Exception) as caught:
            call(*arguments, **options)
        self.assertTrue(str(caught.exception).startswith(text), str(caught.exception))
