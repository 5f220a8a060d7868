"""What it costs to save the data, to load it, and to log it; and what users feel of a save."""

import shutil
import tempfile
import threading
import time
from math import inf
from pathlib import Path
from typing import Callable

from .bars import (ALWAYS_SLOWNESS, BGSAVE_MEMORY_PERCENT, BGSAVE_STALL_MS, EVERYSEC_ADDED_US,
                   LOAD_LOG_RATIO, LOAD_RATIO, SAVE_RATIO, Verdict)
from .memory import longest_turn_ms
from .servers import Server
from .speed import LoadGenerator

SAVE_TIMEOUT_S = 300
ROUNDS = 3
RECORDS_AT_ONCE = 100_000

# Starts a server in a folder that outlives it, with more arguments; the first is the folder.
StartIn = Callable[..., Server]


class Folder:
    """A folder for files of a server, while it is used in a `with`."""

    def __enter__(self) -> str:
        self._path = tempfile.mkdtemp(prefix='compare-')
        return self._path

    def __exit__(self, *_) -> None:
        shutil.rmtree(self._path, ignore_errors=True)


def print_ratio(what: str, names: tuple[str, str], values: list[float], unit: str, bar: float) -> Verdict:
    verdict = Verdict(values[0] / values[1], bar)
    columns = ''.join(f'| {names[i]} {values[i]:8.2f} {unit} ' for i in (0, 1))
    print(f'  {what:34}{columns}| {verdict.value:5.2f}  {verdict.text()}', flush=True)
    return verdict


def save_cpu_s(server: Server) -> float:
    """The least of several."""
    least = inf
    for _ in range(ROUNDS):
        before = server.cpu_time()
        server.call('SAVE', timeout=SAVE_TIMEOUT_S)
        least = min(least, server.cpu_time().since(before).total_s)
    return least


def load_cpu_s(start: StartIn, folder: str, *arguments: str) -> float:
    """CPU from the start until everything is loaded, without that of an empty server; the least."""
    with Folder() as empty, start(empty) as server:
        start_s = server.cpu_time().total_s
    least = inf
    for _ in range(ROUNDS):
        with start(folder, *arguments) as server:
            least = min(least, server.cpu_time().total_s - start_s)
    return least


def write_log(folder: str, keys: int) -> None:
    """An append-only file of so many SETs of keys of 16 and values of 32 bytes."""
    log = Path(folder, 'appendonlydir')
    log.mkdir()
    log.joinpath('appendonly.aof.manifest').write_text('file appendonly.aof.1.incr.aof seq 1 type i\n')
    with log.joinpath('appendonly.aof.1.incr.aof').open('w') as file:
        file.write('*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n')
        for first in range(0, keys, RECORDS_AT_ONCE):
            file.write(''.join(f'*3\r\n$3\r\nSET\r\n$16\r\nkey:{number:012}\r\n$32\r\nvalue:{number:026}\r\n'
                               for number in range(first, min(first + RECORDS_AT_ONCE, keys))))


def compare_files(names: tuple[str, str], starts: tuple[StartIn, StartIn], generator: LoadGenerator,
                  keys: int) -> list[Verdict]:
    print(f'Saving and loading {keys} keys: CPU of the server')
    verdicts = []
    with Folder() as ours, Folder() as theirs, Folder() as logged:
        saved = []
        for start, folder in zip(starts, (ours, theirs)):
            with start(folder) as server:
                generator.fill(server, keys)
                saved.append(save_cpu_s(server))
        verdicts.append(print_ratio('SAVE', names, saved, 's', SAVE_RATIO))
        # The same file for both.
        verdicts.append(print_ratio(f'load of the file of {names[1]}', names,
                                    [load_cpu_s(start, theirs) for start in starts], 's', LOAD_RATIO))
        write_log(logged, keys)
        verdicts.append(print_ratio('load of a log of SETs', names,
                                    [load_cpu_s(start, logged, '--appendonly', 'yes') for start in starts],
                                    's', LOAD_LOG_RATIO))
    return verdicts


def set_cpu_us(server: Server, generator: LoadGenerator, seconds: float) -> float:
    before = server.cpu_time()
    report = generator.run(server, '--tests', 'set', '--pipeline', '16', '--seconds', str(seconds))
    return server.cpu_time().since(before).total_s * 1e6 / report['requests']


def everysec_added_us(start: StartIn, generator: LoadGenerator, seconds: float) -> float:
    """What a SET costs more with the log, of the least of interleaved rounds."""
    quiet = ('--auto-aof-rewrite-percentage', '0')
    with Folder() as one, Folder() as two, start(one) as plain, \
            start(two, '--appendonly', 'yes', '--appendfsync', 'everysec', *quiet) as logging:
        for server in (plain, logging):
            generator.fill(server, generator.keys)
        least = [inf, inf]
        for _ in range(ROUNDS + 2):
            for which, server in enumerate((plain, logging)):
                least[which] = min(least[which], set_cpu_us(server, generator, seconds))
        return least[1] - least[0]


def always_per_second(starts: tuple[StartIn, StartIn], generator: LoadGenerator,
                      seconds: float) -> list[float]:
    """SETs a second of both, one a connection at a time; the most of interleaved rounds."""
    arguments = ('--appendonly', 'yes', '--appendfsync', 'always')
    most = [0.0, 0.0]
    with Folder() as one, Folder() as two, starts[0](one, *arguments) as a, starts[1](two, *arguments) as b:
        for _ in range(ROUNDS):
            for which, server in enumerate((a, b)):
                report = generator.run(server, '--tests', 'set', '--pipeline', '1', '--seconds', str(seconds))
                most[which] = max(most[which], report['per_second'])
    return most


def compare_log(names: tuple[str, str], starts: tuple[StartIn, StartIn], generator: LoadGenerator,
                seconds: float) -> list[Verdict]:
    print('The append-only file')
    added = [everysec_added_us(start, generator, seconds) for start in starts]
    verdict = Verdict(added[0], EVERYSEC_ADDED_US)
    print(f'  everysec adds to a SET, pipeline 16 | {names[0]} {added[0]:.3f} us '
          f'| {names[1]} {added[1]:.3f} us | {verdict.text()}', flush=True)
    rates = always_per_second(starts, generator, seconds)
    slowness = Verdict(rates[1] / rates[0], ALWAYS_SLOWNESS)
    print(f'  always, SETs a second, pipeline 1   | {names[0]} {rates[0]:.0f} | {names[1]} {rates[1]:.0f} '
          f'| {rates[0] / rates[1]:.2f} times; {slowness.text()}', flush=True)
    return [verdict, slowness]


class PeakOfMemory(threading.Thread):
    """Watches how much memory a server takes."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self._server, self._ends = server, threading.Event()
        self.bytes = server.resident_bytes()

    def run(self) -> None:
        while not self._ends.wait(0.005):
            self.bytes = max(self.bytes, self._server.resident_bytes())

    def end(self) -> int:
        self._ends.set()
        self.join()
        return self.bytes


def compare_background_save(names: tuple[str, str], starts: tuple[StartIn, StartIn],
                            generator: LoadGenerator, keys: int) -> list[Verdict]:
    """BGSAVE while SETs of random keys go on. The server tells its longest turn itself; redis-server
    does not."""
    with Folder() as folder, starts[0](folder) as server:
        generator.fill(server, keys)
        server.call('CONFIG SET latency-monitor-threshold 1')
        time.sleep(2)  # what waits to be given back is
        before = server.resident_bytes()
        server.call('CONFIG RESETSTAT')
        peak = PeakOfMemory(server)
        peak.start()
        server.call('BGSAVE')
        while server.info()['rdb_bgsave_in_progress'] == '1':
            generator.run(server, '--tests', 'set', '--keys', str(keys), '--connections', '10',
                          '--pipeline', '4', '--seconds', '0.2')
        added = 100 * (peak.end() - before) / before
        stall = Verdict(longest_turn_ms(server), BGSAVE_STALL_MS)
    memory = Verdict(added, BGSAVE_MEMORY_PERCENT)
    print(f'BGSAVE of {keys} keys under SETs: longest stall of {names[0]} {stall.value:.3f} ms '
          f'{stall.text()}; memory grew by {added:.1f} % {memory.text()}', flush=True)
    return [stall, memory]
