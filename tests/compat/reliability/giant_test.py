"""The largest things that a client may ask for: answered or refused, beside others that are served,
and their memory given back."""

import contextlib
import threading
import unittest

from plain import ask, ping, receive, request
from server_process import ServerProcess, wait_until

MEGABYTE = 2**20
BULK_MAX = 512 * MEGABYTE


class GiantTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = ServerProcess()
        cls.server.start()
        with cls.server.connect() as connection:
            ping(connection)
        cls.resident_before = cls.server.resident_bytes()

    @classmethod
    def tearDownClass(cls):
        try:
            cls.server.stop()
        finally:
            cls.server.cleanup()

    def setUp(self):
        self.connection = self.server.connect(timeout=120)
        self.addCleanup(self.connection.close)

    def send_beside_others(self, payload):
        """Sends in a thread; meanwhile others are served. Returns how often they were."""
        sender = threading.Thread(target=self.connection.sendall, args=(payload,))
        sender.start()
        served = 0
        with self.server.connect() as other:
            while sender.is_alive():
                self.assertTrue(ping(other))
                served += 1
        sender.join()
        return served

    def wait_for_memory_to_come_back(self):
        self.assertEqual(ask(self.connection, "FLUSHALL"), b"+OK\r\n")
        ask(self.connection, "MEMORY", "PURGE")
        wait_until(lambda: self.server.resident_bytes() - self.resident_before < 32 * MEGABYTE, 60,
                   lambda: f"{self.server.resident_bytes() - self.resident_before} bytes are kept")

    def test_row_20_a_bulk_of_512_mb_is_stored_once_and_read_without_a_copy(self):
        value = b"v" * BULK_MAX
        self.assertGreater(self.send_beside_others(request("SET", "giant", value)), 0)
        self.assertEqual(receive(self.connection, 5), b"+OK\r\n")
        # One copy, and not two.
        self.assertLess(self.server.resident_bytes() - self.resident_before,
                        BULK_MAX + BULK_MAX // 4)
        self.connection.sendall(request("GET", "giant"))
        self.assertEqual(receive(self.connection, 12), b"$536870912\r\n")
        self.assertTrue(receive(self.connection, BULK_MAX) == value)
        self.assertEqual(receive(self.connection, 2), b"\r\n")
        self.assertLess(self.server.resident_bytes() - self.resident_before,
                        BULK_MAX + BULK_MAX // 4)
        self.wait_for_memory_to_come_back()

    def test_row_20_one_byte_more_is_refused_when_it_is_announced(self):
        self.connection.sendall(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$536870913\r\n")
        self.assertEqual(receive(self.connection, 1000),
                         b"-ERR Protocol error: invalid bulk length\r\n")

    def test_row_20_a_million_arguments_are_executed_beside_others(self):
        count = MEGABYTE
        payload = b"*%d\r\n$5\r\nTOUCH\r\n" % count + b"$8\r\nabcdefgh\r\n" * (count - 1)
        self.send_beside_others(payload)
        self.assertEqual(receive(self.connection, 4), b":0\r\n")
        self.wait_for_memory_to_come_back()

    def test_row_20_a_bitmap_of_all_bits_there_can_be(self):
        self.assertEqual(ask(self.connection, "SETBIT", "bits", 2**32 - 1, 1), b":0\r\n")
        self.assertEqual(ask(self.connection, "STRLEN", "bits"), b":536870912\r\n")
        self.assertEqual(ask(self.connection, "GETBIT", "bits", 2**32 - 1), b":1\r\n")
        self.assertEqual(ask(self.connection, "BITCOUNT", "bits"), b":1\r\n")
        self.assertTrue(ask(self.connection, "SETBIT", "bits", 2**32, 1).startswith(b"-ERR bit "))
        self.assertTrue(ask(self.connection, "SETRANGE", "bits", 2**29, "x").startswith(b"-ERR "))
        self.assertTrue(ask(self.connection, "APPEND", "bits", "x").startswith(b"-ERR "))
        self.wait_for_memory_to_come_back()

    def test_row_20_a_giant_that_goes_half_way_leaves_nothing(self):
        with contextlib.closing(self.server.connect(timeout=120)) as connection:
            connection.sendall(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$536870912\r\n")
            connection.sendall(b"x" * (200 * MEGABYTE))
        self.wait_for_memory_to_come_back()


if __name__ == "__main__":
    unittest.main()
