"""Values for the leaves of an argument tree: ordinary ones, and those at which number and string
parsers break.

Time: both servers run on the machine's clock, at slightly different moments. So a lifetime is
either more than 100 seconds away or already over, and lifetimes that are compared with each
other (GT, LT) are drawn from so wide a range that two of them do not meet.
"""

INTEGER_EDGES = [
    b"0", b"-0", b"+1", b"01", b"00", b"1", b"-1", b"-01", b"127", b"128", b"255", b"256", b"32767",
    b"32768", b"65536", b"2147483647", b"2147483648", b"-2147483648", b"-2147483649", b"4294967295",
    b"4294967296", b"4611686018427387904", b"9223372036854775806", b"9223372036854775807",
    b"9223372036854775808", b"-9223372036854775807", b"-9223372036854775808",
    b"-9223372036854775809", b"18446744073709551615", b"18446744073709551616",
    b"99999999999999999999999999", b"", b" ", b" 1", b"1 ", b"1\x00", b"\x001", b"1.5", b"1.0",
    b"nan", b"inf", b"-inf", b"1e400", b"1e5", b"0x10", b"abc", b"-", b"+", b"--1", b"1\r\n",
    b"\xd9\xa1", b"#1"
]

FLOAT_EDGES = [
    b"0.1", b"-0.1", b".5", b"5.", b"+.5", b"-.5", b".", b"3.0e3", b"1e-7", b"1e308", b"-1e308",
    b"1.7976931348623157e308", b"1.7976931348623159e308", b"5e-324", b"1e-400", b"1e400", b"1e4931",
    b"1e4932", b"1e5000", b"infinity", b"-INF", b"iNf", b"+inf", b"NaN", b"-nan", b"nan(1)",
    b"0x1p3", b"0x", b"0x1.8p1", b"1e", b"1e+", b"1,5", b"--1", b"1.2.3", b"3.14159265358979323846",
    b"0.30000000000000004", b"100000000000000000000", b"1e17", b"123456789012345678",
    b"0.000000000000000001", b"1e-17", b"1e-18", b"9007199254740993", b"1" + b"0" * 200,
    b"0." + b"0" * 200 + b"1", b"0" * 300, b"1" * 300, b" 1.5", b"1.5 ", b"1.5\x00", b"1.5\n"
]

STRINGS = [
    b"", b"a", b"hello", b"Hello World", b"foobar", b"\x00", b"\xff\xfe\x00\x01", b"line\r\nfeed",
    b"\x00" * 8, b"\xff" * 9, "g\u00fcn".encode(), b"ohmytext", b"mynewtext", b"abcabcabcabc", b"-",
    b"+OK", b"$-1", b"*0", b"quote\"'\\"
]

PATTERNS = [
    b"*", b"?", b"k*", b"*1", b"[kn]*", b"[^k]*", b"k[0-2]", b"k\\*", b"**", b"", b"n:?", b"*:*",
    b"[", b"[a", b"\\", b"k[2-0]", b"*\xff*", b"[\\]]*", b"???", b"k[^0]*", b"\x00*", b"k1",
    b"nothing", b"[a-]*", b"*" * 20 + b"x"
]

ENCODINGS = [
    b"u8", b"i8", b"u1", b"i1", b"u16", b"i16", b"u5", b"i7", b"u31", b"i32", b"u63", b"i64",
    b"i63", b"u32"
]
BAD_ENCODINGS = [
    b"u64", b"i65", b"u0", b"i0", b"U8", b"I8", b"8", b"u", b"", b"u-1", b"u8 ", b"ux", b"u08",
    b"i99999999999"
]

FAR_YEAR_2100_SECONDS = 4102444800


class Values:
    """Draws values with one generator, so that a seed gives the same commands again."""
    def __init__(self, random, key_count, bulk_limit, directives):
        self.random = random
        self.directives = directives
        self.bulk_limit = bulk_limit
        self.numbers = [b"n:%d" % i for i in range(4)]
        self.bits = [b"b:%d" % i for i in range(4)]
        self.texts = [b"k%d" % i for i in range(max(4, key_count - 12))]
        self.odd = [
            b"", b"\x00key\xff", b"key with space\r\n", b"{tag}a", b"{tag}b", b"k*", b"x" * 300
        ]
        self.big = [b"big:0", b"big:1"]
        self.hlls = [b"h:%d" % i for i in range(12)]
        self.hashes = [b"hash:%d" % i for i in range(8)]
        self.sets = [b"set:%d" % i for i in range(8)]
        self.lists = [b"l:%d" % i for i in range(6)]
        self.zsets = [b"zset:%d" % i for i in range(8)]
        self.lexes = [b"lex:%d" % i for i in range(4)]  # sorted sets with one score
        self.places = [b"geo:%d" % i for i in range(4)]

    def key(self, flavour="texts"):
        # Apart from all others: a command on bits would make corrupt ones, at which 7.0 reads and
        # writes out of bounds.
        if flavour == "hlls":
            return self.random.choice(self.hlls)
        # Ranges of strings among different scores are left to chance.
        if flavour == "lexes":
            return self.random.choice(self.lexes)
        draw = self.random.random()
        if draw < 0.55:
            return self.random.choice(getattr(self, flavour))
        if draw < 0.80:
            return self.random.choice(self.texts)
        if draw < 0.88:
            return self.random.choice(self.numbers)
        if draw < 0.95:
            return self.random.choice(self.bits)
        if draw < 0.985:
            return self.random.choice(self.odd)
        return self.random.choice(self.big)

    def integer(self):
        draw = self.random.random()
        if draw < 0.6:
            return b"%d" % self.random.randint(-20, 100)
        if draw < 0.85:
            return b"%d" % self.random.randint(-10**6, 10**6)
        if draw < 0.95:
            return b"%d" % self.random.randint(-2**63, 2**63 - 1)
        return b"%d" % self.random.choice([-2**63, 2**63 - 1, -2**63 + 7, 2**63 - 8, 2**62])

    def weighted(self, usual, unusual):
        """One of the usual values, or with a small chance one of the others."""
        return self.random.choice(unusual if self.random.random() < 0.08 else usual)

    def field(self):
        """Few, so that fields meet again; those with numbers are for HINCRBY."""
        draw = self.random.random()
        if draw < 0.8:
            return b"f%d" % self.random.randint(0, 20)
        return self.random.choice(STRINGS) if draw < 0.9 else self.string()

    def member(self):
        """Few, so that sets have members in common; most are integers."""
        draw = self.random.random()
        if draw < 0.6:
            return b"%d" % self.random.randint(-10, 60)
        if draw < 0.85:
            return b"m%d" % self.random.randint(0, 20)
        return self.string()

    def random_count(self):
        return self.weighted([b"1", b"2", b"5", b"1000", b"-1", b"-3", b"-20", b"0"],
                             INTEGER_EDGES)

    def cursor(self):
        return self.weighted([b"0"], [
            b"1", b"17", b"-1", b"abc", b"", b"18446744073709551615", b"18446744073709551616",
            b"9223372036854775808", b" 0"
        ])

    def score(self):
        """Few, so that scores are equal and members are ordered by their bytes."""
        draw = self.random.random()
        if draw < 0.6:
            return b"%d" % self.random.randint(-5, 20)
        if draw < 0.8:
            return b"%.2f" % self.random.uniform(-5, 20)
        if draw < 0.9:
            return self.random.choice([b"inf", b"-inf", b"+inf", b"0", b"-0", b"00", b"1e300", b"-1e300",
                                       b"1e-7", b"9007199254740993", b"0x10", b"3.0"])
        return self.double()

    def score_bound(self):
        draw = self.random.random()
        if draw < 0.1:
            return self.random.choice([b"", b"(", b" 1", b"(x", b"nan", b"1e400", b"[1", b"(nan"])
        bound = b"-inf" if draw < 0.2 else b"+inf" if draw < 0.3 else self.score()
        return b"(" + bound if self.random.random() < 0.3 else bound

    def lex_bound(self):
        draw = self.random.random()
        if draw < 0.1:
            return self.random.choice([b"", b"a", b"-x", b"++", b"(", b"["])
        if draw < 0.4:
            return self.random.choice([b"-", b"+"])
        return self.random.choice([b"[", b"("]) + self.member()

    def any_bound(self):
        return self.random.choice([self.index, self.score_bound, self.lex_bound])()

    def degrees(self, most):
        draw = self.random.random()
        if draw < 0.1:
            return self.random.choice([b"180", b"-180", b"85.05112878", b"-85.05112878", b"0",
                                       b"200", b"86", b"x", b"-0"])
        if draw < 0.5:
            return b"%.4f" % self.random.uniform(10, 12)
        return b"%.6f" % self.random.uniform(-most, most)

    def distance(self):
        return b"%.3f" % self.random.choice([0, 1, 100, 5000, 250000, 5e6, 1e8, -1]) \
            if self.random.random() < 0.3 else b"%.2f" % self.random.uniform(0, 500)

    def double(self):
        if self.random.random() < 0.5:
            return b"%d" % self.random.randint(-1000, 1000)
        return b"%.*f" % (self.random.randint(0, 17), self.random.uniform(-1000, 1000))

    def string(self):
        draw = self.random.random()
        if draw < 0.25:
            return self.integer()
        if draw < 0.35:
            return self.random.choice(FLOAT_EDGES) if draw < 0.3 else self.double()
        if draw < 0.7:
            return self.random.choice(STRINGS)
        if draw < 0.85:  # an embedded string ends at 44 bytes, an integer at 20 digits
            return b"v" * self.random.randint(1, 60)
        if draw < 0.97:
            return self.random.randbytes(self.random.randint(1, 40))
        return self.random.randbytes(self.random.randint(100, 3000))

    def edge(self):
        """A value that a parser may get wrong, whatever the argument is."""
        draw = self.random.random()
        if draw < 0.6:
            return self.random.choice(INTEGER_EDGES)
        if draw < 0.8:
            return self.random.choice(FLOAT_EDGES)
        return self.random.choice(STRINGS)

    def list_element(self):
        """Often one that is there already, seldom one too long to lie beside others."""
        draw = self.random.random()
        if draw < 0.7:
            return b"e%d" % self.random.randint(0, 12)
        if draw < 0.97:
            return self.string()
        return b"x" * self.random.choice([126, 127, 128, 2047, 2048, 2049, 2050, 4100, 9000])

    def sort_pattern(self):
        """What SORT's BY and GET name for an element. A constant would leave a set in its own order,
        which differs."""
        return self.random.choice([
            b"n:*", b"k*", b"*", b"hash:*->f1", b"hash:*->", b"l:*", b"k*->x", b"**", b"*->*",
            b"set:*"
        ])

    def index(self):
        """A position in a string, from either end."""
        draw = self.random.random()
        if draw < 0.8:
            return b"%d" % self.random.randint(-20, 40)
        if draw < 0.95:
            return b"%d" % self.random.randint(-4000, 4000)
        return self.random.choice(INTEGER_EDGES)

    def offset(self, unit_per_byte):
        """Where SETRANGE (1 unit a byte) and SETBIT (8) write: small, seldom large, or
        at the limit."""
        draw = self.random.random()
        if draw < 0.85:
            return b"%d" % self.random.randint(0, 60 * unit_per_byte)
        if draw < 0.97:
            return b"%d" % self.random.randint(0, 2000 * unit_per_byte)
        if draw < 0.985:
            return b"%d" % self.random.randint(0, 30000 * unit_per_byte)
        limit = self.bulk_limit * unit_per_byte
        return b"%d" % self.random.choice([limit - 9, limit - 1, limit, limit + 1, 2**29, 2**32])

    def field_offset(self):
        """BITFIELD's offset: a number of bits, or # and a number of fields."""
        draw = self.random.random()
        if draw < 0.5:
            return self.offset(8)
        if draw < 0.9:
            return b"#%d" % self.random.randint(0, 30)
        return self.random.choice([
            b"#", b"#-1", b"-1", b"##1", b"#4294967295", b"#9223372036854775807", b"# 1", b"1#",
            b"#1048576", b"#8388607"
        ])

    def element(self):
        """For counting different ones: new often, seen before sometimes."""
        if self.random.random() < 0.1:
            return self.string()
        return b"%d" % self.random.randint(0, 20000)

    def encoding(self):
        return self.random.choice(ENCODINGS if self.random.random() < 0.9 else BAD_ENCODINGS)

    def lifetime(self, unit_per_second):
        """A relative lifetime: at least 100 seconds, or already over, or absurd."""
        draw = self.random.random()
        if draw < 0.75:
            return b"%d" % self.random.randint(100 * unit_per_second, 10**8 * unit_per_second)
        if draw < 0.85:
            return b"%d" % -self.random.randint(0, 10**6)
        return self.random.choice([
            b"0", b"-1", b"9223372036854775807", b"-9223372036854775808", b"9223372036854775808",
            b"9223372036854776", b"-9223372036854776", b"4611686018427387904", b"", b"abc", b"1.5",
            b"+100000", b"0100000", b" 100000", b"1e400"
        ])

    def unix_time(self, unit_per_second):
        """An absolute time after the year 2100, or long past, or absurd."""
        draw = self.random.random()
        if draw < 0.75:
            return b"%d" % (
                (FAR_YEAR_2100_SECONDS + self.random.randint(0, 10**7)) * unit_per_second)
        if draw < 0.85:
            return b"%d" % self.random.randint(1, 10**8 * unit_per_second)
        return self.random.choice([
            b"0", b"1", b"-1", b"9223372036854775807", b"-9223372036854775808", b"9223372036854775",
            b"9223372036854776", b"-9223372036854776", b"-9223372036854775", b"", b"abc", b"1.5"
        ])

    def pattern(self):
        return self.random.choice(PATTERNS)

    def database(self):
        draw = self.random.random()
        if draw < 0.9:
            return b"%d" % self.random.choice([0, 0, 0, 1, 2, 9])
        return self.random.choice(
            [b"15", b"16", b"-1", b"2147483648", b"4294967296", b"abc", b"", b"1.5", b"01"])
