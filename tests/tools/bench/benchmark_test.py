#!/usr/bin/python3
"""cinnabar-benchmark and compare against a real server, Debian's redis-server: do they do what they say?

The program is the one of the environment's CINNABAR_BENCHMARK.
"""

import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
BENCH = Path(__file__).resolve().parents[3] / 'tools/bench'
sys.path.insert(0, str(BENCH))

from comparing.servers import Server  # noqa: E402

BENCHMARK = os.environ['CINNABAR_BENCHMARK']


class TheBenchmark(unittest.TestCase):
    def setUp(self) -> None:
        self.server = Server('redis-server', ['redis-server'], None)
        self.addCleanup(self.server.stop)

    def run_benchmark(self, *arguments: str, expected_status: int = 0) -> list[dict]:
        done = subprocess.run([BENCHMARK, '--port', str(self.server.port), '--json', *arguments],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(expected_status, done.returncode, done.stderr)
        return json.loads(done.stdout) if done.stdout else []

    def test_load_stores_exactly_the_keys_asked_for(self) -> None:
        # Neither a multiple of the connections nor of the pipeline.
        self.run_benchmark('--load', '10007')
        self.assertEqual(b':10007', self.server.call('DBSIZE'))
        self.assertEqual(b':16', self.server.call('EVAL "return #redis.call(\'randomkey\')" 0'))
        self.assertEqual(b':32', self.server.call('STRLEN key:000000010006'))
        self.assertEqual(b':-1', self.server.call('TTL key:000000000000'))

    def test_load_with_expiry_gives_every_key_one(self) -> None:
        self.run_benchmark('--load', '100', '--ttl', '1000')
        self.assertEqual('keys=100,expires=100', self.server.info()['db0'].rpartition(',')[0])

    def test_every_request_asked_for_is_executed_once(self) -> None:
        for test, command in (('ping', 'ping'), ('get', 'get'), ('set', 'set'), ('incr', 'incr'),
                              ('mget10', 'mget'), ('mset10', 'mset')):
            for pipeline in ('1', '7'):
                with self.subTest(test=test, pipeline=pipeline):
                    self.server.call('CONFIG RESETSTAT')
                    report = self.run_benchmark('--tests', test, '--requests', '1001', '--keys',
                                                '100', '--pipeline', pipeline)
                    statistics = self.server.call('INFO commandstats').decode()
                    self.assertEqual(1001, report[0]['requests'])
                    self.assertIn(f'cmdstat_{command}:calls=1001,', statistics)

    def test_a_command_of_ones_own_runs_with_random_keys_and_values(self) -> None:
        self.run_benchmark('--command', 'HSET hash:__rand__ field __value__', '--requests', '500',
                           '--keys', '10', '--value-size', '7', '--pipeline', '5')
        self.assertEqual(b':10', self.server.call('DBSIZE'))
        self.assertEqual(b':7', self.server.call('HSTRLEN hash:000000000009 field'))

    def test_a_duration_ends_the_run(self) -> None:
        report = self.run_benchmark('--tests', 'ping', '--seconds', '0.3', '--pipeline', '16')
        self.assertGreater(report[0]['requests'], 1000)
        self.assertTrue(0.3 <= report[0]['seconds'] < 5, report)

    def test_error_replies_are_counted_shown_and_fail_the_run(self) -> None:
        report = self.run_benchmark('--command', 'GET', '--requests', '10', '--pipeline', '2',
                                    expected_status=1)
        self.assertEqual(10, report[0]['errors'])
        self.assertIn('wrong number of arguments', report[0]['first_error'])

    def test_a_lost_connection_or_server_fails_the_run(self) -> None:
        self.run_benchmark('--command', 'QUIT', '--requests', '1000', expected_status=1)
        self.server.stop()
        self.run_benchmark('--tests', 'ping', '--requests', '1', expected_status=1)

    def test_password_and_resp3_come_first(self) -> None:
        self.server.call('CONFIG SET requirepass secret')
        self.run_benchmark('--tests', 'get', '--requests', '10', expected_status=1)
        self.run_benchmark('--tests', 'get', '--requests', '10', '--password', 'secret', '--resp3')


class Compare(unittest.TestCase):
    def run_compare(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([str(BENCH / 'compare'), '--no-build', '--generator', BENCHMARK,
                               *arguments], capture_output=True, text=True, timeout=120, check=False)

    def test_prints_a_row_for_each_measurement_and_counts_the_bars(self) -> None:
        done = self.run_compare(
            '--a-command', 'redis-server', '--speed', '--memory', '--empty', '--growth',
            '--rounds', '1', '--seconds', '0.1', '--tests',
            'ping,get', '--pipelines', '1,64', '--keys', '1000', '--memory-keys', '20000',
            '--growth-keys', '20000')
        self.assertEqual(0, done.returncode, done.stderr)
        rows = {tuple(line.split('|')[0].split()) for line in done.stdout.splitlines()}
        for row in (('ping', '1'), ('ping', '64'), ('get', '1'), ('get', '64'), ('20000', 'no'),
                    ('20000', 'yes')):
            self.assertIn(row, rows)
        # Bars: ping 64; get 1, its user time, get 64; empty 2; memory 4 and 4 of collections; growth 5.
        self.assertRegex(done.stdout, r'\n\d+ of 19 bars met\n$')

    def test_strict_fails_when_a_bar_is_missed(self) -> None:
        # Redis needs no less memory than itself.
        done = self.run_compare('--a-command', 'redis-server', '--memory', '--memory-keys', '20000',
                                '--strict')
        self.assertEqual(1, done.returncode, done.stdout)
        self.assertIn('0 of 8 bars met', done.stdout)

    def test_a_server_that_cannot_start_is_named(self) -> None:
        done = self.run_compare('--a-command', '/bin/false', '--empty')
        self.assertEqual(2, done.returncode)
        self.assertIn('false ended at once', done.stderr)


if __name__ == '__main__':
    unittest.main()
