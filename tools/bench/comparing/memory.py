"""Memory for a key or a member, the empty server, and what growing costs."""

import time
from math import inf, isfinite
from statistics import median
from typing import Callable, NamedTuple

from .bars import (COLLECTION_MEMORY_RATIO, COLLECTION_STALL_MS, EMPTY_RESIDENT_MIB,
                   LONGEST_STALL_MS, MEMORY_PER_KEY_RATIO, READY_AFTER_MS, Verdict)
from .collection_tests import FIVE_FIELDS
from .servers import Memory, Server
from .speed import LoadGenerator

MIB = 1024 * 1024
SETTLE_S = 1.0
STARTS = 7
TTL_S = 1_000_000
GROWTH_STEPS = 20
GROWTH_ROUNDS = 5

# Members and fields of 16 bytes.
COLLECTIONS = {
    'sorted set': 'ZADD zset __rand__ memb__seq__',
    'set': 'SADD set memb__seq__',
    'hash': 'HSET hash memb__seq__ __value__',
    'small hashes': FIVE_FIELDS,
    'list': 'RPUSH list __value__',
}

StartServer = Callable[[], Server]


def memory_per_key(start: StartServer, generator: LoadGenerator, keys: int,
                   has_ttl: bool) -> tuple[float, float]:
    """Bytes above the empty server for a key: as the server counts, and as the kernel does."""
    with start() as server:
        time.sleep(SETTLE_S)
        empty = server.memory()
        generator.fill(server, keys, *(['--ttl', str(TTL_S)] if has_ttl else []))
        time.sleep(SETTLE_S)
        full = server.memory()
        return ((full.used_bytes - empty.used_bytes) / keys,
                (full.resident_bytes - empty.resident_bytes) / keys)


def compare_memory(names: tuple[str, str], starts: tuple[StartServer, StartServer],
                   generator: LoadGenerator, key_counts: list[int]) -> list[Verdict]:
    print('Bytes for a key above the empty server: used_memory (resident)')
    print(f'{"keys":>10} {"TTL":4}| {names[0]:^17} | {names[1]:^17} '
          f'| {"used":>5}  {"bar":12}| {"resident":>8}  bar')
    verdicts = []
    for keys in key_counts:
        for has_ttl in (False, True):
            both = [memory_per_key(start, generator, keys, has_ttl) for start in starts]
            used, resident = (Verdict(both[0][i] / both[1][i], MEMORY_PER_KEY_RATIO)
                              for i in (0, 1))
            verdicts += [used, resident]
            columns = ''.join(f'| {one[0]:7.1f} ({one[1]:7.1f}) ' for one in both)
            print(f'{keys:10} {"yes" if has_ttl else "no":4}{columns}'
                  f'| {used.value:5.2f}  {used.text():12}| {resident.value:8.2f}  {resident.text()}',
                  flush=True)
    return verdicts


def compare_collection_memory(names: tuple[str, str], starts: tuple[StartServer, StartServer],
                              generator: LoadGenerator, members: int) -> list[Verdict]:
    print(f'Bytes for each of {members} members, fields or hashes above the empty server: used_memory')
    verdicts = []
    for name, command_line in COLLECTIONS.items():
        both = []
        for start in starts:
            with start() as server:
                time.sleep(SETTLE_S)
                empty = server.memory()
                generator.run(server, '--command', command_line, '--requests', str(members),
                              '--keys', str(members), '--pipeline', '64')
                time.sleep(SETTLE_S)
                both.append((server.memory().used_bytes - empty.used_bytes) / members)
        used = Verdict(both[0] / both[1], COLLECTION_MEMORY_RATIO.get(name))
        verdicts.append(used)
        columns = ''.join(f'| {names[i]} {both[i]:7.1f} ' for i in (0, 1))
        print(f'  {name:14}{columns}| {used.value:5.2f}  {used.text()}'.rstrip(), flush=True)
    return verdicts


def measure_empty(start: StartServer) -> tuple[float, Memory]:
    """Seconds until the first answer, median of several starts, and the memory after the last."""
    ready_after_s = []
    for _ in range(STARTS):
        with start() as server:
            ready_after_s.append(server.ready_after_s)
            time.sleep(0.3)
            memory = server.memory()
    return median(ready_after_s), memory


def compare_empty(names: tuple[str, str],
                  starts: tuple[StartServer, StartServer]) -> list[Verdict]:
    print('The empty server')
    verdicts = []
    for which in (0, 1):
        ready_after_s, memory = measure_empty(starts[which])
        resident = Verdict(memory.resident_bytes / MIB, EMPTY_RESIDENT_MIB)
        ready = Verdict(ready_after_s * 1e3, READY_AFTER_MS)
        judged = which == 0
        if judged:
            verdicts += [resident, ready]
        print(f'  {names[which]:20} resident {resident.value:5.1f} MiB  '
              f'{resident.text() if judged else "":12} ready after {ready.value:5.1f} ms  '
              f'{ready.text() if judged else ""}'.rstrip(), flush=True)
    return verdicts


class Growth(NamedTuple):
    """What is stored, step by step; {step} is the step's number."""
    name: str
    command_line: str
    deleted: str  # a request that deletes all of it at the end; empty: none


KEYSPACE = Growth('keys', 'SET step{step:02}:__seq__ __value__', '')
GROWING_COLLECTIONS = (
    Growth('set', 'SADD set step{step:02}:__seq__', 'DEL set'),
    Growth('hash', 'HSET hash step{step:02}:__seq__ __value__', 'DEL hash'),
    Growth('sorted set', 'ZADD zset __rand__ step{step:02}:__seq__', 'DEL zset'),
    Growth('list', 'RPUSH list __value__', 'DEL list'),
)


def longest_turn_ms(server: Server) -> float:
    """Since the last CONFIG RESETSTAT, of the server's own processor time; inf when it reports none."""
    longest_us = server.info().get('eventloop_longest_own_us')
    return inf if longest_us is None else float(longest_us) / 1e3


def growth_stalls(start: StartServer, generator: LoadGenerator, keys: int, growth: Growth) -> list[float]:
    """The longest turn in milliseconds of each step of the way from 0 to `keys`, and of the deletion
    with what is left to do behind it."""
    # Short turns, so that their own requests do not count for much.
    shape = ('--connections', '10', '--pipeline', '16')
    stalls = []
    with start() as server:
        # Cinnabar measures its turns only while latency is monitored.
        server.call('CONFIG SET latency-monitor-threshold 1')
        for step in range(GROWTH_STEPS):
            server.call('CONFIG RESETSTAT')
            generator.run(server, '--requests', str(keys // GROWTH_STEPS), *shape,
                          '--command', growth.command_line.format(step=step))
            stalls.append(longest_turn_ms(server))
            if stalls[-1] == inf:
                return stalls  # it does not report any
        if growth.deleted:
            server.call('CONFIG RESETSTAT')
            server.call(growth.deleted)
            generator.run(server, '--tests', 'ping', '--seconds', '1', *shape)
            stalls.append(longest_turn_ms(server))
    return stalls


def compare_growth(names: tuple[str, str], starts: tuple[StartServer, StartServer],
                   generator: LoadGenerator, keys: int) -> list[Verdict]:
    """The longest time a server was busy with itself while it grew, as it says itself: what a client
    sees depends more on the machine's other work. A virtual machine counts time that others took as
    the server's own, here and there; what growing costs comes back in each round at the same size.
    So each step counts with its least of all rounds. Redis-server does not report any."""
    print(f'Growing from 0 to {keys} in {GROWTH_STEPS} steps, then DEL of a collection: the longest '
          f'stall of {names[0]}, measured inside the server, in {GROWTH_ROUNDS} rounds')
    verdicts = []
    for growth in (KEYSPACE, *GROWING_COLLECTIONS):
        rounds = [growth_stalls(starts[0], generator, keys, growth)]
        while len(rounds) < GROWTH_ROUNDS and isfinite(max(rounds[0])):
            rounds.append(growth_stalls(starts[0], generator, keys, growth))
        least = [min(step) for step in zip(*rounds)]
        is_keyspace = growth is KEYSPACE
        stall = Verdict(max(least), LONGEST_STALL_MS if is_keyspace else COLLECTION_STALL_MS)
        verdicts.append(stall)
        deleting = '' if is_keyspace else f'of DEL {least[-1]:.3f} ms; '
        seen = ', '.join(f'{max(stalls):.3f}' for stalls in rounds)
        print(f'  {growth.name:12} {stall.value:.3f} ms {stall.text():12}{deleting}'
              f'longest of each round: {seen}', flush=True)
    return verdicts
