"""redis-cli's ways through all data: --pipe, --scan, --bigkeys, --memkeys, --hotkeys."""

import random
import re
import unittest

from side_by_side import SideBySide, run_cli


def resp(*arguments):
    parts = [b"*%d\r\n" % len(arguments)]
    for argument in arguments:
        data = argument if isinstance(argument, bytes) else str(argument).encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
    return b"".join(parts)


class PipeTest(SideBySide):
    def pipe(self, stream, errors, replies):
        output = self.same("--pipe", text_input=stream)
        self.assertTrue(output.endswith(b"errors: %d, replies: %d\n" % (errors, replies)), output[-200:])
        self.same_data()

    def test_resp(self):
        self.pipe(b"".join(resp("SET", f"key:{i}", f"value {i}") for i in range(100_000)), 0, 100_000)

    def test_inline_commands(self):
        self.pipe(b"".join(b"SET key:%d 'value %d'\r\n" % (i, i) for i in range(20_000)), 0, 20_000)
        self.pipe(b"".join(b"INCR n\n" for i in range(20_000)), 0, 20_000)

    def test_both_mixed_in_one_stream(self):
        generator = random.Random(1)
        pieces = []
        for i in range(20_000):
            value = generator.randbytes(generator.randrange(20))
            pieces.append(generator.choice((resp("SET", f"k{i}", value), b"APPEND k%d tail\r\n" % (i // 2),
                                            b"\r\n", resp("INCR", "n"), b"set \"q\\x00%d\" 'v'\n" % i)))
        self.pipe(b"".join(pieces), 0, sum(piece != b"\r\n" for piece in pieces))

    def test_any_bytes_and_large_values(self):
        generator = random.Random(2)
        stream = b"".join(resp("SET", generator.randbytes(8), generator.randbytes(size))
                          for size in (0, 1, 100, 16_384, 70_000, 3_000_000) for _ in range(10))
        self.pipe(stream, 0, 60)

    def test_errors_are_counted_and_shown(self):
        stream = b"".join(resp("INCR", "text") if i % 3 else b"NOSUCH a\r\n" for i in range(300))
        self.pipe(resp("SET", "text", "t") + stream, 300, 301)

    def test_nothing(self):
        self.pipe(b"", 0, 0)

    def test_a_stream_that_ends_in_the_middle_of_a_command(self):
        self.same("--pipe", "--pipe-timeout", "1", text_input=resp("SET", "a", "1") + b"*2\r\n$3\r\nGET\r\n")
        self.same_data()


class ScanTest(SideBySide):
    def test_every_key_is_listed_once(self):
        values = {f"{kind}:{i}": i for kind in ("user", "order") for i in range(5000)}
        self.fill({**values, b"\x00\r\n\xff": 1, "with space": 2})
        for server in self.both():
            listed = server.cli("--scan", "--pattern", "*r:*").splitlines()
            self.assertEqual(sorted(listed), sorted(values))
        ours, theirs = (sorted(server.cli("--no-raw", "--scan").splitlines()) for server in self.both())
        self.assertEqual(ours, theirs)
        self.assertEqual(len(ours), 10_002)

    def test_patterns(self):
        self.fill({key: 1 for key in (b"one", b"o", b"a[b", b"\x00\xff", b"grn", b"o*e")})
        for option, pattern in (("--pattern", "o"), ("--pattern", "?ne"), ("--pattern", r"o\*e"),
                                ("--pattern", r"a\[b"), ("--pattern", "[^ago]*"), ("--quoted-pattern", r'"\x00\xff"'),
                                ("--pattern", "none")):
            with self.subTest(pattern=pattern):
                self.same("--scan", option, pattern)

    def test_another_database_and_none(self):
        self.same("--scan")
        for server in self.both():
            server.cli("-n", "4", "set", "only", "1")
        self.assertEqual(self.same("-n", "4", "--scan"), b"only\n")


def summary(output):
    return output.partition(b"-------- summary -------")[2]


class SamplingTest(SideBySide):
    def test_bigkeys(self):
        self.same("--bigkeys")
        self.fill({f"key:{i}": "x" * (i % 997) for i in range(3000)})
        self.fill({"the big one": "y" * 100_000})
        ours, theirs = (server.cli("--bigkeys", "-i", "0.001").encode() for server in self.both())
        self.assertEqual(summary(ours), summary(theirs))
        self.assertIn(b"""Biggest string found '"the big one"' has 100000 bytes""", ours)
        self.same("-n", "7", "--bigkeys")

    def test_memkeys(self):
        self.fill({f"key:{i}": "x" * (i % 997) for i in range(3000)})
        self.fill({"the big one": "y" * 100_000})
        with self.server.client() as client:
            memory = {key: client.memory_usage(key) for key in client.keys()}
        biggest = max(memory.values())
        self.assertGreater(biggest, 100_000)
        for options in ([], ["--memkeys-samples", "0"], ["-i", "0.001"]):
            output = self.server.cli("--memkeys", *options)
            self.assertIn(f"""Biggest string found '"the big one"' has {biggest} bytes""", output)
            self.assertIn(f"3001 strings with {sum(memory.values())} bytes (100.00% of keys", output)
        # Where the two may differ is numbers alone.
        ours, theirs = (re.sub(r"\d+(\.\d+)?", "N", summary(server.cli("--memkeys").encode()).decode())
                        for server in self.both())
        self.assertEqual(ours, theirs)

    def fill_collections(self):
        """Keys of every type, no two of the same size."""
        stream = []
        for size in (1, 3, 400, 2000):
            for i in range(size):
                stream.append(resp("HSET", f"hash of {size}", f"field {i}", f"value {i}"))
                stream.append(resp("SADD", f"set of {size}", f"member {i}"))
                stream.append(resp("ZADD", f"zset of {size}", i, f"member {i}"))
                stream.append(resp("RPUSH", f"list of {size}", f"element {i}"))
            stream.append(resp("SET", f"string of {size}", "s" * size))
        for server in self.both():
            self.assertEqual(run_cli(server, "--pipe", text_input=b"".join(stream)).returncode, 0)

    def test_bigkeys_of_every_type(self):
        self.fill_collections()
        ours, theirs = (summary(server.cli("--bigkeys").encode()).decode() for server in self.both())
        # The order of the first lines is that in which the types were met.
        self.assertEqual(sorted(ours.splitlines()), sorted(theirs.splitlines()))
        self.assertIn("""Biggest   hash found '"hash of 2000"' has 2000 fields""", ours)
        self.assertIn("""Biggest   list found '"list of 2000"' has 2000 items""", ours)
        self.assertIn("""Biggest   zset found '"zset of 2000"' has 2000 members""", ours)
        self.assertIn("""Biggest    set found '"set of 2000"' has 2000 members""", ours)

    def test_memkeys_of_every_type(self):
        self.fill_collections()
        with self.server.client() as client:
            for kind in ("hash", "list", "set", "string", "zset"):
                keys = list(client.scan_iter(_type=kind))
                memory = {key: client.memory_usage(key, samples=0) for key in keys}
                self.assertEqual(max(memory, key=memory.get), b"%s of 2000" % kind.encode())
                output = self.server.cli("--memkeys", "--memkeys-samples", "0")
                self.assertIn(f"""found '"{kind} of 2000"' has {max(memory.values())} bytes""", output)

    def test_scan_by_pattern_lists_all_types(self):
        self.fill_collections()
        for server in self.both():
            self.assertEqual(sorted(server.cli("--scan", "--pattern", "* of 400").splitlines()),
                             ["hash of 400", "list of 400", "set of 400", "string of 400", "zset of 400"])

    def test_hotkeys_says_which_policy_it_needs(self):
        self.fill({"key": 1})
        self.same("--hotkeys")

    def test_cluster_options_hear_that_this_is_no_cluster(self):
        for server in self.both():
            output = server.cli("-c", "set", "key", "1")
            self.assertEqual(output, "OK\n")


if __name__ == "__main__":
    unittest.main()
