"""Commands made by hand, because their description is empty (DEBUG), open (CONFIG, in
config_forms.py) or would let a run cut its own connections (CLIENT KILL).
"""

import config_forms


def client_form(values):
    random = values.random
    filters = [[b"ID", b"1000000"], [b"ID", b"0"], [b"ID", b"abc"], [b"ADDR", b"127.0.0.1:1"],
               [b"ADDR", b""], [b"LADDR", b"127.0.0.1:1"], [b"USER", b"nobody"],
               [b"TYPE", b"replica"], [b"TYPE", b"pubsub"], [b"TYPE", b"master"],
               [b"TYPE", b"slave"], [b"TYPE", b"nonsense"], [b"SKIPME", b"yes"],
               [b"SKIPME", b"maybe"], [b"MAXAGE", b"abc"], [b"ID"], [b"nonsense", b"x"]]
    draw = random.random()
    if draw < 0.6:
        # An unlikely filter stands first, so that no connection of the run is ever meant.
        argv = [b"CLIENT", b"KILL"] + random.choice([[b"ID", b"1000000"], [b"ADDR", b"127.0.0.1:1"],
                                                     []])
        chosen = [random.choice(filters) for _ in range(random.choice([1, 1, 2, 3]))]
        argv += [word for one in chosen for word in one]
        return argv if any(one[0] in (b"ID", b"ADDR", b"LADDR")
                           for one in chosen) or len(argv) > 2 + 2 * len(chosen) else argv[:3]
    if draw < 0.7:
        return [b"CLIENT", b"PAUSE"] + random.choice(
            [[b"-1"], [b"abc"], [b"1.5"], [], [b"0", b"nonsense"], [b"9223372036854775808"],
             [b"0", b"WRITE"], [b"0", b"ALL"], [b"0"], [b"0", b"WRITE", b"x"]])
    return random.choice([[b"CLIENT", b"KILL"], [b"CLIENT", b"KILL", b"127.0.0.1:1"],
                          [b"CLIENT", b"KILL", b""], [b"CLIENT", b"KILL", b"nonsense"], [b"CLIENT"],
                          [b"CLIENT", b"NONSENSE"], [b"CLIENT", b"NONSENSE", b"x"]])


# Not those that end the server or that 7.0 does not have.
DEBUG_SUBCOMMANDS = {
    b"DIGEST": [[]],
    b"DIGEST-VALUE": None,
    b"OBJECT": None,
    b"SLEEP": [[b"0"], [b"0.0001"], [b"abc"], []],
    b"LOG": [[b"a message"], []],
    b"ERROR": [[b"ERR a text"], [b"CODE\r\nline"], []],
    b"PROTOCOL": [[b"string"], [b"integer"], [b"double"], [b"null"], [b"array"], [b"set"], [b"map"],
                  [b"attrib"], [b"push"], [b"verbatim"], [b"true"], [b"false"], [b"bignum"],
                  [b"nonsense"], []],
    b"SET-ACTIVE-EXPIRE": [[b"0"], []],
    b"CHANGE-REPL-ID": [[]],
    b"QUICKLIST-PACKED-THRESHOLD": [[b"100b"], [b"0"], [b"abc"]],
    b"NONSENSE": [[], [b"x"], [b"\x00"]],
    b"POPULATE": [[b"3", b"pop"], [b"3", b"pop", b"20"], [b"abc"], [b"0"], []],
    b"REPLYBUFFER": [[b"nonsense", b"x"], []],
    b"PAUSE-CRON": [[b"0"], []],
}


def debug_form(values):
    random = values.random
    subcommand = random.choice(sorted(DEBUG_SUBCOMMANDS))
    forms = DEBUG_SUBCOMMANDS[subcommand]
    if forms is None:
        return [b"DEBUG", subcommand] + [
            values.key() for _ in range(1 if subcommand == b"OBJECT" else random.randint(0, 3))
        ]
    return [b"DEBUG", subcommand] + random.choice(forms)


def module_form(values):
    return values.random.choice([[b"MODULE", b"LIST"], [b"MODULE", b"LIST", b"x"],
                                 [b"MODULE", b"NONSENSE"], [b"MODULE"]])


def cluster_form(values):
    return values.random.choice([[b"CLUSTER", b"INFO"], [b"CLUSTER", b"NODES"],
                                 [b"CLUSTER", b"SLOTS"], [b"CLUSTER"], [b"CLUSTER", b"MYID"],
                                 [b"CLUSTER", b"KEYSLOT", b"{tag}a"], [b"READONLY"], [b"READWRITE"],
                                 [b"ASKING"]])


def hyperloglog_form(values):
    """Many elements at once, and the bytes that result."""
    random = values.random
    key = values.key("hlls")
    draw = random.random()
    if draw < 0.35:
        count = random.choice([5, 30, 200, 1000])
        return [b"PFADD", key] + [values.element() for _ in range(count)]
    if draw < 0.8:
        return [b"GET", key]
    if draw < 0.9:
        # Too short to be one, or sound: at what is corrupt 7.0 goes out of bounds.
        value = random.choice([
            b"12", b"HYLL", b"", b"HYLL\x01" + b"\0" * 11 + b"\x7f\xff",
            b"HYLL\x01" + b"\0" * 11 + b"\x7f\xfe\x84", b"HYLL\x00" + b"\0" * 12299,
            b"HYLL\x00" + b"\0" * 12298
        ])
        return [b"SET", key, value]
    return random.choice([[b"DEL", key], [b"OBJECT", b"ENCODING", key], [b"STRLEN", key],
                          [b"EXPIRE", key, b"1000000"]])


def hash_form(values):
    """Hashes near the limit of a listpack, and beyond it."""
    random = values.random
    key = values.key("hashes")
    draw = random.random()
    if draw < 0.3:
        count = random.choice([5, 100, 511, 600])
        words = [word for i in range(count) for word in (b"f%d" % i, values.integer())]
        return [random.choice([b"HSET", b"HMSET"]), key] + words
    if draw < 0.5:
        return [b"HSET", key, values.field(), b"x" * random.choice([63, 64, 65, 300])]
    return random.choice([[b"DEL", key], [b"OBJECT", b"ENCODING", key],
                          [b"HDEL", key] + [b"f%d" % i for i in range(600)],
                          [b"COPY", key, values.key("hashes"), b"REPLACE"],
                          [b"DEBUG", b"DIGEST-VALUE", key]])


def set_form(values):
    """Sets near the limits of intsets and listpacks, and beyond them; SPOP of all members."""
    random = values.random
    key = values.key("sets")
    draw = random.random()
    if draw < 0.3:
        count = random.choice([5, 127, 128, 129, 511, 512, 513])
        words = [b"%s%d" % (random.choice([b"", b"", b"", b"m"]), i) for i in range(count)]
        return [b"SADD", key] + (words if random.random() < 0.5 else [b"%d" % i
                                                                      for i in range(count)])
    if draw < 0.4:
        return [b"SADD", key, b"x" * random.choice([63, 64, 65, 300])]
    if draw < 0.6:
        return [b"SPOP", key] + random.choice([[b"1000000"], [b"0"], [b"-1"], [b"x"],
                                               [b"1", b"2"], [b"9223372036854775807"]])
    return random.choice([[b"DEL", key], [b"OBJECT", b"ENCODING", key],
                          [b"SREM", key] + [b"%d" % i for i in range(500)],
                          [b"COPY", key, values.key("sets"), b"REPLACE"],
                          [b"DEBUG", b"DIGEST-VALUE", key]])


def blocking_list_form(values):
    """Mostly served at once; those that wait, wait for a moment."""
    random = values.random
    key, other = values.key("lists"), values.key("lists")
    ends = [b"LEFT", b"RIGHT", b"right"]
    wait = values.weighted([b"0.001"], [b"-1", b"abc", b"", b"-0.5", b"nan", b"1,5"])
    return random.choice([
        [b"BLPOP", key, wait],
        [b"BRPOP", key, other, wait],
        [b"BLPOP", wait],
        [b"BLMOVE", key, other,
         random.choice(ends),
         random.choice(ends + [b"UP"]), wait],
        [b"BRPOPLPUSH", key, other, wait],
        [b"BLMPOP", wait, b"2", key, other,
         random.choice(ends), b"COUNT",
         random.choice([b"1", b"2", b"0", b"x"])],
        [b"BLMPOP", wait,
         random.choice([b"0", b"3", b"x"]), key,
         random.choice(ends)],
    ])


def long_list_form(values):
    """Enough elements at once that a list outgrows its record, and ways back."""
    random = values.random
    key = values.key("lists")
    draw = random.random()
    if draw < 0.4:
        count = random.choice([20, 100, 300])
        return [random.choice([b"LPUSH", b"RPUSH"]), key] + [
            values.list_element() for _ in range(count)
        ]
    start, stop = sorted([random.randint(0, 400), random.randint(0, 400)])
    return random.choice([[b"LTRIM", key, b"%d" % start, b"%d" % stop], [b"LTRIM", key, b"1", b"0"],
                          [b"LRANGE", key, b"%d" % start, b"%d" % stop],
                          [b"LPOP", key, b"%d" % random.randint(0, 200)],
                          [b"RPOP", key, b"%d" % random.randint(0, 200)],
                          [b"LINDEX", key, b"%d" % random.randint(-400, 400)],
                          [b"DEBUG", b"DIGEST-VALUE", key]])


def sort_form(values):
    """SORT as it is certain: with numbers an earlier command's errno decides in Redis whether an
    empty element is one, and what BY and ALPHA find equal comes in any order under LIMIT."""
    random = values.random
    key, target = values.key("lists"), values.key("lists")
    a_list = random.choice(values.lists)  # a set's own order differs
    limit = [b"LIMIT", values.index(), values.index()]
    order = [random.choice([b"ASC", b"DESC", b"desc"])]
    patterns = [word for _ in range(random.randrange(3))
                for word in (b"GET", random.choice([b"#", values.sort_pattern()]))]
    store = random.choice([[], [], [b"STORE", target]])
    sort = b"SORT" if store else random.choice([b"SORT", b"SORT_RO"])
    return random.choice([
        [sort, key, b"ALPHA"] + limit + order + patterns + store,
        [sort, a_list, b"BY", values.sort_pattern(), b"ALPHA"] + order + patterns + store,
        [sort, a_list, b"BY", random.choice([b"nosort", b"#", b""])] + order + limit + patterns +
        store,
        [sort, key] + limit + patterns,
        [sort, key, random.choice([b"UP", b"STORE", b"BY", b"GET", b"LIMIT"])],
        [b"DEL", target],
    ])


def zset_form(values):
    """Sorted sets near the limits of listpacks and beyond them. Those of different scores keep
    away from ranges of strings, for which a skiplist's answer is left to chance."""
    random = values.random
    key = random.choice(values.zsets)
    draw = random.random()
    if draw < 0.25:
        count = random.choice([5, 127, 128, 129, 400])
        score = random.choice([lambda i: b"%d" % i, lambda i: values.score()])
        return [b"ZADD", key] + [word for i in range(count) for word in (score(i), b"m%d" % i)]
    if draw < 0.4:
        members = [values.member() for _ in range(random.choice([5, 20, 150]))]
        return [b"ZADD", random.choice(values.lexes)] + [
            word for member in members for word in (b"0", member)]
    if draw < 0.5:
        return [b"ZADD", key, values.score(), b"x" * random.choice([63, 64, 65, 300])]
    if draw < 0.7:
        operation = random.choice([b"ZUNIONSTORE", b"ZINTERSTORE", b"ZDIFFSTORE"])
        sources = [values.key(random.choice(["zsets", "sets"])) for _ in range(2)]
        return [operation, key, b"2"] + sources
    return random.choice([[b"DEL", key], [b"OBJECT", b"ENCODING", key],
                          [b"ZREM", key] + [b"m%d" % i for i in range(400)],
                          [b"ZREMRANGEBYRANK", key, b"5", b"-5"],
                          [b"COPY", key, random.choice(values.zsets), b"REPLACE"],
                          [b"DEBUG", b"DIGEST-VALUE", key]])


def geo_form(values):
    """Many places near each other."""
    key = values.random.choice(values.places)
    return [b"GEOADD", key] + [word for _ in range(30) for word in (
        b"%.4f" % values.random.uniform(10, 12), b"%.4f" % values.random.uniform(44, 46),
        values.member())]


# name: (the command that must exist on both servers, family, weight, how to make one)
FORMS = {
    "config": ("config", "server", 2.5, config_forms.make),
    "client": ("client", "connection", 2, client_form),
    "debug": ("debug", "server", 2, debug_form),
    "module": ("module", "server", 0.2, module_form),
    "cluster": ("cluster", "server", 0.4, cluster_form),
    "hyperloglog": ("pfadd", "hyperloglog", 5, hyperloglog_form),
    "hashes": ("hset", "hashes", 3, hash_form),
    "sets": ("sadd", "sets", 4, set_form),
    "blocking lists": ("blpop", "lists", 0.5, blocking_list_form),
    "sort": ("sort", "lists", 1.5, sort_form),
    "long lists": ("rpush", "lists", 2, long_list_form),
    "zsets": ("zadd", "zsets", 6, zset_form),
    "geo": ("geoadd", "geo", 2, geo_form),
}
