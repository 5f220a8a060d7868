"""What COMMAND DOCS cannot say: which commands a run may not send, how often each is sent, and
which values an argument takes in one particular command.
"""

# Groups of COMMAND DOCS, by the name that --family takes.
FAMILIES = {
    "strings": "string", "bitmaps": "bitmap", "keys": "generic", "connection": "connection",
    "server": "server", "hyperloglog": "hyperloglog"
}
FAMILY_WEIGHTS = {
    "strings": 40, "bitmaps": 20, "keys": 28, "connection": 5, "server": 7, "hyperloglog": 8
}

# Never sent, and why.
EXCLUDED = {
    "shutdown": "stops the server",
    "monitor": "takes over the connection",
    "sync": "takes over the connection",
    "psync": "takes over the connection",
    "replicaof": "tried by the replication tests",
    "slaveof": "as replicaof",
    "replconf": "internal",
    "failover": "needs replicas",
    "debug": "see forms.py",
    "migrate": "needs a third server",
    "wait": "waits",
    "waitaof": "waits",
    "bgsave": "forks",
    "save": "writes files",
    "bgrewriteaof": "forks",
    "lastsave": "a clock",
    "acl": "comes with its own test",
    "module": "see forms.py",
    "config": "see forms.py",
    "config|set": "see forms.py",
    "config|get": "see forms.py",
    "config|rewrite": "writes files",
    "client|kill": "see forms.py",
    "client|tracking": "invalidations come at their own time",
    "quit": "see QUIT_SHARE in run.py",
    "client|trackinginfo": "with tracking",
    "client|caching": "with tracking",
    "client|getredir": "with tracking",
    "restore": "payloads have versions",
    "restore-asking": "as restore",
    "dump": "payloads have versions",
    "memory|malloc-stats": "the allocator's own text",
    "command|getkeys": "see _get_keys in generator.py",
    "command|getkeysandflags": "see _get_keys in generator.py",
    "latency|doctor": "free text",
    "memory|doctor": "free text",
    "client|pause": "see forms.py",
    "command|help": "has the reference's own list",
}

# How often a command is sent, where 1 is usual.
WEIGHTS = {
    "set": 5,
    "get": 3,
    "incr": 1.5,
    "lcs": 0.4,
    "bitfield": 3,
    "bitop": 2,
    "bitpos": 2,
    "bitcount": 2,
    "setbit": 2,
    "getrange": 1.5,
    "getex": 2,
    "del": 1.5,
    "expire": 2,
    "copy": 1.5,
    "keys": 0.4,
    "scan": 0.5,
    "randomkey": 0.3,
    "flushall": 0.02,
    "flushdb": 0.05,
    "swapdb": 0.1,
    "dbsize": 0.5,
    "info": 0.1,
    "lolwut": 0.05,
    "command": 0.005,
    "command|docs": 0.02,
    "command|info": 0.05,
    "command|list": 0.03,
    "command|count": 0.1,
    "config": 0,
    "client": 0.2,
    "client|reply": 0.05,
    "client|list": 0.2,
    "client|info": 0.2,
    "memory|stats": 0.1,
    "memory": 0.1,
    "latency": 0.1,
    "latency|graph": 0.1,
    "latency|history": 0.2,
    "latency|reset": 0.2,
    "latency|latest": 0.1,
    "slowlog": 0.1,
    "slowlog|get": 0.3,
    "slowlog|len": 0.2,
    "slowlog|reset": 0.1,
    "role": 0.1,
    "object": 0.2,
    "memory|purge": 0.05,
    "latency|histogram": 0.1,
    "time": 0.2,
    "pfadd": 4,
    "pfcount": 2,
    "pfdebug": 0.5,
    "pfselftest": 0,
    "hello": 0.5,
    "reset": 0.1,
    "auth": 0.5,
    "select": 0.7,
}

# Which pool of keys a command prefers, so that INCR meets numbers and BITOP meets bits.
FLAVOURS = {
    "incr": "numbers",
    "decr": "numbers",
    "incrby": "numbers",
    "decrby": "numbers",
    "incrbyfloat": "numbers",
    "setbit": "bits",
    "getbit": "bits",
    "bitcount": "bits",
    "bitpos": "bits",
    "bitop": "bits",
    "bitfield": "bits",
    "bitfield_ro": "bits",
    "pfadd": "hlls",
    "pfcount": "hlls",
    "pfmerge": "hlls",
    "pfdebug": "hlls",
}

# Values by "command argument" or by argument alone; each a function of Values.
ARGUMENT_VALUES = {
    "setrange offset": lambda v: v.offset(1),
    "setbit offset": lambda v: v.offset(8),
    "getbit offset": lambda v: v.offset(8),
    "setbit value": lambda v: v.weighted([b"0", b"1"], [b"2", b"-1", b"", b"01"]),
    "bitpos bit": lambda v: v.weighted([b"0", b"1"], [b"2", b"-1", b"", b"01"]),
    "bitop operation": lambda v: v.weighted([b"AND", b"OR", b"XOR", b"NOT", b"Xor"],
                                            [b"NAND", b"DIFF", b""]),
    "pfadd element": lambda v: v.element(),
    "pfdebug subcommand": lambda v: v.weighted(
        [b"ENCODING", b"DECODE", b"decode", b"TODENSE"], [b"GETREG", b"nonsense", b""]),
    "bitfield offset": lambda v: v.field_offset(),
    "bitfield_ro offset": lambda v: v.field_offset(),
    "hello protover": lambda v: v.random.choice(
        [b"2", b"3", b"2", b"3", b"1", b"4", b"", b"abc", b"3.0", b"-1", b"9223372036854775808"]),
    "hello username": lambda v: v.random.choice([b"default", b"nobody", b""]),
    "hello password": lambda v: v.random.choice([b"", b"secret", b"wrong"]),
    "lolwut version": lambda v: v.random.choice([b"1", b"99", b"abc"]),
    "scan count": lambda v: v.random.choice(
        [b"100000", b"1", b"10", b"0", b"-1", b"", b"abc", b"9223372036854775807"]),
    "scan cursor": lambda v: v.random.choice([b"0"] * 6 + [
        b"1", b"17", b"-1", b"abc", b"", b"18446744073709551615", b"18446744073709551616",
        b"9223372036854775808", b" 0"
    ]),
    "scan type": lambda v: v.random.choice(
        [b"string", b"STRING", b"list", b"hash", b"set", b"zset", b"stream", b"none", b""]),
    "memory|usage count": lambda v: v.random.choice([b"0", b"1", b"5", b"-1", b"abc"]),
    "client|list client-id": lambda v: v.random.choice(
        [b"1000000", b"1000001", b"0", b"-1", b"abc", b""]),
    "client|unblock client-id": lambda v: v.random.choice([b"1000000", b"0", b"-1", b"abc", b""]),
    "info section": lambda v: v.random.choice([
        b"server", b"KEYSPACE", b"keyspace", b"nonsense", b"replication", b"everything", b"cluster",
        b"all", b"default", b"modules", b"", b"clients"
    ]),
    "latency|histogram command": lambda v: v.random.choice([b"get", b"nonsense", b"set"]),
    "auth username": lambda v: v.random.choice([b"default", b"nobody", b""]),
    "auth password": lambda v: v.random.choice([b"", b"secret", b"\x00"]),
    "command|info command-name": lambda v: v.random.choice(
        [b"get", b"SET", b"nonsense", b"client|list", b"client|nonsense", b"mget", b""]),
    "command|docs command-name": lambda v: v.random.choice(
        [b"get", b"SET", b"nonsense", b"client|list"]),
    "command|list pattern": lambda v: v.random.choice([b"get*", b"nonsense*", b"*bit*", b""]),
    "command|list category": lambda v: v.random.choice([b"bitmap", b"string", b"nonsense", b""]),
    "command|list module-name": lambda v: v.random.choice([b"nonsense", b""]),
    "slowlog|get count": lambda v: v.random.choice([b"0", b"1", b"-1", b"-2", b"abc", b"10"]),
    "client|setname connection-name": lambda v: v.random.choice(
        [b"worker", b"", b"two words", b"line\n", b"\xff", b"a-b_c:1", b"~!"]),
    "hello clientname": lambda v: v.random.choice([b"worker", b"", b"two words", b"a\r\nb"]),
    "migrate port": lambda v: b"1",
    "start": lambda v: v.index(),
    "end": lambda v: v.index(),
    "encoding": lambda v: v.encoding(),
    "seconds": lambda v: v.lifetime(1),
    "milliseconds": lambda v: v.lifetime(1000),
    "unix-time-seconds": lambda v: v.unix_time(1),
    "unix-time-milliseconds": lambda v: v.unix_time(1000),
    "db": lambda v: v.database(),
    "destination-db": lambda v: v.database(),
    "index": lambda v: v.database(),
    "index1": lambda v: v.database(),
    "index2": lambda v: v.database(),
}


def is_excluded(name):
    """A subcommand goes with its container."""
    return name in EXCLUDED or name.split("|")[0] in EXCLUDED
