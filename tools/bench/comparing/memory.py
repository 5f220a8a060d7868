"""Memory for a key, the empty server, and what growing costs."""

import time
from math import inf, isfinite
from statistics import median
from typing import Callable

from .bars import (EMPTY_RESIDENT_MIB, LONGEST_STALL_MS, MEMORY_PER_KEY_RATIO, READY_AFTER_MS,
                   Verdict)
from .servers import Memory, Server
from .speed import LoadGenerator

MIB = 1024 * 1024
SETTLE_S = 1.0
STARTS = 7
TTL_S = 1_000_000
GROWTH_STEPS = 20
GROWTH_ROUNDS = 5

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


def growth_stalls(start: StartServer, generator: LoadGenerator, keys: int) -> list[float]:
    """The longest turn in milliseconds, of the server's own processor time, for each step of its
    way from 0 keys to `keys`; empty when it does not report any."""
    # Short turns, so that their own requests do not count for much.
    shape = ('--connections', '10', '--pipeline', '16')
    stalls = []
    with start() as server:
        # Cinnabar measures its turns only while latency is monitored.
        server.call('CONFIG SET latency-monitor-threshold 1')
        for step in range(GROWTH_STEPS):
            server.call('CONFIG RESETSTAT')
            generator.run(server, '--requests', str(keys // GROWTH_STEPS), *shape,
                          '--command', f'SET step{step:02}:__seq__ __value__')
            longest_us = server.info().get('eventloop_longest_own_us')
            if longest_us is None:
                return []
            stalls.append(float(longest_us) / 1e3)
    return stalls


def compare_growth(names: tuple[str, str], starts: tuple[StartServer, StartServer],
                   generator: LoadGenerator, keys: int) -> list[Verdict]:
    """The longest time a server was busy with itself while it grew, as it says itself: what a client
    sees depends more on the machine's other work. A virtual machine counts time that others took as
    the server's own, here and there; what growing costs comes back in each round at the same size.
    So each step counts with its least of all rounds."""
    print(f'Growing from 0 to {keys} keys by SET, in {GROWTH_STEPS} steps: the longest stall, '
          f'measured inside the server, in {GROWTH_ROUNDS} rounds')
    verdicts = []
    for which in (0, 1):
        rounds = [growth_stalls(starts[which], generator, keys)
                  for _ in range(GROWTH_ROUNDS if which == 0 else 1)]
        # Who reports none has not met the bar.
        least = [min(step) for step in zip(*rounds)] or [inf]
        stall = Verdict(max(least), LONGEST_STALL_MS)
        if which == 0:
            verdicts.append(stall)
        reported = f'{stall.value:.3f} ms' if isfinite(stall.value) else 'not reported'
        seen = ', '.join(f'{max(stalls):.3f}' for stalls in rounds if stalls)
        print(f'  {names[which]:20} {reported:14} {stall.text() if which == 0 else "":12}'
              f'{"longest of each round: " + seen if seen else ""}'.rstrip(), flush=True)
    return verdicts
