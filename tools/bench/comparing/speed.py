"""Server CPU and throughput: both servers run all the time, and are loaded in turn.

A round measures every case on one server and then on the other; the order changes from round to
round. Noise of the machine only ever adds time, so the minima are compared.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Iterable, NamedTuple, Optional

from . import collection_tests
from .bars import CPU_RATIO, USER_RATIO, Verdict
from .servers import Server, ServerFailed, spawn_on_core


class Case(NamedTuple):
    test: str
    pipeline: int

    def has_bar(self) -> bool:
        return tuple(self) in CPU_RATIO


class Sample(NamedTuple):
    per_second: float
    cpu_us: float   # of the server, for an operation
    user_us: float
    client_us: float
    waited_part: float  # of the time, the server's for its core


class LoadGenerator(NamedTuple):
    program: Path
    core: Optional[int]
    keys: int
    connections: int

    def run(self, server: Server, *arguments: str) -> dict:
        """The generator's own report of one measurement."""
        command = [str(self.program), '--port', str(server.port), '--json', '--quiet',
                   '--keys', str(self.keys), '--connections', str(self.connections), *arguments]
        process = spawn_on_core(self.core, command, stdout=subprocess.PIPE)
        output, _ = process.communicate()
        if process.returncode != 0:
            raise ServerFailed(f'{" ".join(command)}\nfailed against {server.name}: '
                               f'{output.decode()}')
        return json.loads(output)[-1]

    def fill(self, server: Server, keys: int, *arguments: str) -> None:
        self.run(server, '--load', str(keys), *arguments)

    def run_step(self, server: Server, step: collection_tests.Step) -> None:
        numbers = ['--keys', str(step.numbers)] if step.numbers else []
        self.run(server, '--command', step.command_line, '--requests', str(step.requests),
                 '--pipeline', '64', *numbers)

    def prepare_once(self, server: Server, tests: Iterable[str]) -> None:
        """Puts the data of the tests in place that they don't change, each kind once."""
        known = [test for test in tests if test in collection_tests.TESTS]
        for step in dict.fromkeys(step for test in known for step in collection_tests.TESTS[test].once):
            self.run_step(server, step)

    def prepare(self, server: Server, case: Case) -> list[str]:
        """What has to be done before each measurement; returns the arguments that choose the request."""
        if case.test not in collection_tests.TESTS:
            return ['--tests', case.test]
        test = collection_tests.TESTS[case.test]
        for step in test.each_time:
            self.run_step(server, step)
        return ['--command', test.command_line]

    def measure(self, server: Server, case: Case, seconds: float, seed: int) -> Sample:
        chosen = self.prepare(server, case)
        before = server.cpu_time()
        report = self.run(server, *chosen, '--pipeline', str(case.pipeline),
                          '--seconds', str(seconds), '--seed', str(seed))
        used = server.cpu_time().since(before)
        operations = report['requests']
        return Sample(report['per_second'], used.total_s * 1e6 / operations,
                      used.user_s * 1e6 / operations, report['client_cpu_us'],
                      used.waited_s / report['seconds'])


def measure_speed(servers: tuple[Server, Server], generator: LoadGenerator, cases: list[Case],
                  rounds: int, seconds: float) -> dict[Case, tuple[list[Sample], list[Sample]]]:
    """The samples of both servers for every case."""
    for server in servers:
        generator.fill(server, generator.keys)
        generator.prepare_once(server, [case.test for case in cases])
    samples: dict[Case, tuple[list[Sample], list[Sample]]] = {case: ([], []) for case in cases}
    for round_number in range(rounds):
        order = (0, 1) if round_number % 2 == 0 else (1, 0)
        for case in cases:
            # The kernel's tick samples user time: it needs more of it where it is judged.
            case_seconds = seconds * 2 if tuple(case) in USER_RATIO else seconds
            for which in order:
                sample = generator.measure(servers[which], case, case_seconds, round_number + 1)
                samples[case][which].append(sample)
            if sys.stderr.isatty():
                print(f'\r\x1b[Kround {round_number + 1} of {rounds}: {case.test} '
                      f'{case.pipeline}', end='', file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print('\r\x1b[K', end='', file=sys.stderr)
    return samples


def print_speed(names: tuple[str, str],
                samples: dict[Case, tuple[list[Sample], list[Sample]]]) -> list[Verdict]:
    """Prints the table; returns what was judged."""
    print('Server CPU for an operation in us (least of all rounds) and operations a second (best)')
    print(f'{"":24}| {names[0]:^29} | {names[1]:^29} | {"CPU":>6}  {"":12}| {"user":>6}')
    print(f'{"test":16}{"pipeline":>8}' + '| {:>8} {:>8} {:>11} '.format('CPU', 'user', 'per s') * 2
          + f'| {"ratio":>6}  {"bar":12}| {"ratio":>6}  bar')
    verdicts = []
    for case, both in samples.items():
        cpu = [min(sample.cpu_us for sample in one) for one in both]
        user = [calm_user_us(one) for one in both]
        best = [max(sample.per_second for sample in one) for one in both]
        judged = Verdict(cpu[0] / cpu[1], CPU_RATIO.get(tuple(case)))
        user_judged = Verdict(user[0] / max(user[1], 1e-9), USER_RATIO.get(tuple(case)))
        verdicts += [judged, user_judged]
        columns = ''.join(f'| {cpu[i]:8.3f} {user[i]:8.3f} {best[i]:11,.0f} ' for i in (0, 1))
        print(f'{case.test:16}{case.pipeline:8}{columns}'
              f'| {judged.value:6.3f}  {judged.text():12}'
              f'| {user_judged.value:6.3f}  {user_judged.text()}'.rstrip())
    print_circumstances(samples)
    return verdicts


def calm_user_us(samples: list[Sample]) -> float:
    """User time of the better half of the rounds. It is sampled by the kernel's tick, and the least of
    several coarse estimates would only be the luckiest."""
    calm = sorted(samples, key=lambda sample: sample.cpu_us)[:(len(samples) + 1) // 2]
    return sum(sample.user_us for sample in calm) / len(calm)


def print_circumstances(samples: dict[Case, tuple[list[Sample], list[Sample]]]) -> None:
    """What a reader needs in order to trust the table, or not."""
    cost: dict[int, list[float]] = {}
    waited = []
    for case, both in samples.items():
        cost.setdefault(case.pipeline, []).extend(one.client_us for one in both[0] + both[1])
        waited += [one.waited_part for one in both[0] + both[1]]
    text = ', '.join(f'{min(us):.3f} at {pipeline}' for pipeline, us in sorted(cost.items()))
    print(f'The load generator needs, by pipeline depth: {text} us.')
    print(f'The servers waited for their core {100 * sum(waited) / len(waited):.1f} % of the time'
          ' (others were using it).')
