"""CONFIG GET and CONFIG SET: every directive that both servers have, but those on which the run
itself stands.
"""

# Their meaning reaches the run: where the servers listen, log and keep files, who may connect, what
# a reply's content or a key's life depends on. And what Debian's build can not do (activedefrag)
# or 7.4 limits otherwise (maxmemory-samples).
_KEPT = {
    b"port", b"bind", b"bind-source-addr", b"unixsocket", b"unixsocketperm", b"tcp-backlog", b"dir",
    b"dbfilename", b"logfile", b"pidfile", b"loglevel", b"syslog-enabled", b"requirepass",
    b"aclfile", b"masterauth", b"masteruser", b"replicaof", b"slaveof", b"maxclients", b"timeout",
    b"save", b"appendonly", b"maxmemory", b"maxmemory-policy", b"maxmemory-clients", b"hz",
    b"dynamic-hz", b"proto-max-bulk-len", b"client-query-buffer-limit",
    b"client-output-buffer-limit", b"min-replicas-to-write", b"min-slaves-to-write",
    b"min-replicas-max-lag", b"min-slaves-max-lag", b"slowlog-log-slower-than",
    b"latency-monitor-threshold", b"watchdog-period", b"key-load-delay", b"rdb-key-save-delay",
    b"protected-mode", b"replica-priority", b"slave-priority", b"oom-score-adj",
    b"oom-score-adj-values", b"crash-log-enabled", b"crash-memcheck-enabled",
    b"list-compress-depth", b"tls-port", b"cluster-port", b"replica-announced", b"shutdown-timeout",
    b"latency-tracking-info-percentiles", b"activedefrag", b"maxmemory-samples", b"set-proc-title",
    b"proc-title-template"
}
_KEPT_PREFIXES = (b"tls-", b"cluster-", b"repl-", b"replica-announce-", b"slave-announce-",
                  b"active-defrag", b"jemalloc-", b"syslog-")

# Without zero bytes and line ends, which Redis takes and we refuse: they would reach a file.
_VALUES = [
    b"0", b"1", b"2", b"5", b"10", b"64", b"100", b"128", b"1000", b"-1", b"-2", b"-5", b"-6",
    b"yes", b"no", b"YES", b"maybe", b"", b" ", b"KEA", b"Eg", b"AKE$", b"Q", b"1kb", b"1k", b"1mb",
    b"1gb", b"1tb", b"1b", b"-1kb", b"1.5kb", b"50%", b"101%", b"2147483647", b"2147483648",
    b"4294967295", b"4294967296", b"9223372036854775807", b"9223372036854775808",
    b"18446744073709551615", b"18446744073709551616", b"abc", b"1.5", b"0x10", b"010", b"+1", b"1 ",
    b" 1", b"nan", b"always", b"everysec", b"default", b"nosave", b"now force", b"save nosave",
    b"allchannels", b"local", b"notice"
]
_ODD_NAMES = [b"nonsense", b"", b"databases", b"\x00", b"daemonize", b"io-threads", b"a\r\nb"]
_ODD_PATTERNS = [
    b"nonsense*", b"*max-intset*", b"[a-h]*-max-*", b"slowlog-max-le?", b"*-lazy-user-*", b"["
]


def directives(controls):
    """What a run may change: name -> the value that a segment begins with."""
    values = []
    for control in controls:
        flat = control.ask("CONFIG", "GET", "*")
        values.append(dict(zip(flat[::2], flat[1::2])))
    return {
        name: value
        for name, value in values[0].items()
        if name in values[1] and name not in _KEPT and not name.startswith(_KEPT_PREFIXES)
    }


def make(values):
    """One CONFIG request."""
    draw = values.random.random()
    if draw < 0.35:
        count = values.random.choice([1, 1, 1, 2, 3])
        return [b"CONFIG", b"GET"] + [_pattern(values) for _ in range(count)]
    if draw < 0.92:
        argv = [b"CONFIG", b"SET"]
        for _ in range(values.random.choice([1, 1, 1, 2, 3])):
            argv += [_name(values), values.random.choice(_VALUES)]
        return argv[:-1] if values.random.random() < 0.03 else argv
    return values.random.choice([[b"CONFIG"], [b"CONFIG", b"NONSENSE"], [b"CONFIG", b"GET"],
                                 [b"CONFIG", b"SET"], [b"CONFIG", b"SET", b"a"],
                                 [b"CONFIG", b"RESETSTAT"], [b"CONFIG", b"RESETSTAT", b"x"],
                                 [b"CONFIG", b"HELP"], [b"CONFIG", b"REWRITE", b"x"]])


def _name(values):
    draw = values.random.random()
    if draw < 0.04 or not values.directives:
        return values.random.choice(_ODD_NAMES)
    name = values.random.choice(values.directives)
    return name.upper() if draw < 0.1 else name


def _pattern(values):
    return values.random.choice(_ODD_PATTERNS) if values.random.random() < 0.2 else _name(values)
