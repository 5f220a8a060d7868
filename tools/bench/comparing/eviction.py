"""How well and how cheaply the servers choose what to evict.

Both get room for the same number of keys: maxmemory is adjusted until so many are left of many that
were stored. Then a trace in Zipf's frequencies reads keys and stores what is missing.
"""

import json
import subprocess
from pathlib import Path
from typing import Callable, NamedTuple, Optional

from .bars import EVICTION_CPU_RATIO, EVICTION_MISS_RATIO, Verdict
from .servers import Server, ServerFailed, spawn_on_core

KEYS = 1_000_000
ROOM = KEYS // 10
SAMPLES = 10
POLICIES = ('allkeys-lru', 'allkeys-lfu')
ADJUSTMENTS_MAX = 8

StartServer = Callable[[], Server]


class TraceResult(NamedTuple):
    hit_ratio: float
    cpu_us: float  # of the server, for a read and what it causes
    keys: int      # at the end


class TraceProgram(NamedTuple):
    program: Path
    core: Optional[int]

    def run(self, server: Server, requests: int, exponent: float, seed: int) -> dict:
        command = [str(self.program), str(server.port), str(KEYS), str(requests), str(exponent),
                   '16', str(seed)]
        process = spawn_on_core(self.core, command, stdout=subprocess.PIPE)
        output, _ = process.communicate()
        if process.returncode != 0:
            raise ServerFailed(f'{" ".join(command)} failed against {server.name}')
        return json.loads(output)


def make_room(server: Server, trace: TraceProgram, keys: int) -> None:
    """Sets maxmemory so that so many keys fit."""
    limit = 200 * keys
    for _ in range(ADJUSTMENTS_MAX):
        server.call('FLUSHALL SYNC')
        server.call(f'CONFIG SET maxmemory {limit}')
        trace.run(server, 3 * keys, 0, 1)
        fit = int(server.call('DBSIZE')[1:])
        if abs(fit - keys) <= keys // 200:
            break
        # An empty server takes some of it too, so that a step in proportion is a little short.
        limit = int(limit * keys / fit)
    server.call('FLUSHALL SYNC')


def replay(start: StartServer, trace: TraceProgram, policy: str, requests: int) -> TraceResult:
    with start() as server:
        server.call(f'CONFIG SET maxmemory-policy {policy} maxmemory-samples {SAMPLES}')
        make_room(server, trace, ROOM)
        before = server.cpu_time()
        result = trace.run(server, requests, 0.99, 7)
        used = server.cpu_time().since(before)
        return TraceResult(result['hits'] / result['requests'],
                           used.total_s * 1e6 / result['requests'],
                           int(server.call('DBSIZE')[1:]))


def compare_eviction(names: tuple[str, str], starts: tuple[StartServer, StartServer],
                     trace: TraceProgram, requests: int) -> list[Verdict]:
    print(f'{requests} reads in Zipf\'s frequencies over {KEYS} keys, room for {ROOM}, '
          f'{SAMPLES} samples: hit ratio, server CPU for a read (keys at the end)')
    print(f'{"policy":14}| {names[0]:^26} | {names[1]:^26} | {"misses":>6}  {"bar":12}| {"CPU":>5}  bar')
    verdicts = []
    for policy in POLICIES:
        both = [replay(start, trace, policy, requests) for start in starts]
        misses = Verdict((1 - both[0].hit_ratio) / (1 - both[1].hit_ratio), EVICTION_MISS_RATIO)
        cpu = Verdict(both[0].cpu_us / both[1].cpu_us, EVICTION_CPU_RATIO)
        verdicts += [misses, cpu]
        columns = ''.join(f'| {one.hit_ratio:7.4f} {one.cpu_us:5.2f} us ({one.keys:7}) '
                          for one in both)
        print(f'{policy:14}{columns}| {misses.value:6.3f}  {misses.text():12}| {cpu.value:5.2f}  '
              f'{cpu.text()}', flush=True)
    return verdicts
