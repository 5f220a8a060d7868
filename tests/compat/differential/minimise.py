"""Shrinks the steps that led to a difference to a few that still show it.

Delta debugging: leave out ever smaller slices, keep what still differs, within a time limit.
Each trial runs on emptied databases and new connections. First a cheap guess: the last steps
alone, and those that touch the last step's keys.
"""

import time

import compare

BATCH = 500


class Minimiser:
    def __init__(self, pair, configuration, judge, seconds=30):
        self._pair = pair
        self._configuration = configuration
        self._judge = judge
        self._seconds = seconds
        self._deadline = 0

    def shrink(self, steps, wanted):
        """The fewest steps found that show `wanted` again, or None when the replay does not show
        it at all."""
        self._deadline = time.monotonic() + self._seconds
        if not self._shows(steps, wanted):
            return None
        for guess in self._guesses(steps, wanted):
            if len(guess) < len(steps) and self._shows(guess, wanted):
                steps = guess
                break
        return self._shorten_arguments(self._leave_out(steps, wanted), wanted)

    @staticmethod
    def _guesses(steps, wanted):
        last = steps[-1:]
        words = set(wanted.argv[1:])
        related = [
            step for step in steps if words & set(step.argv[1:]) or step.argv[:1] == [b"SELECT"]
        ]
        return [last, steps[-5:], related, steps[-50:], steps[-500:]]

    def _leave_out(self, steps, wanted):
        slices = 2
        while len(steps) > 1 and time.monotonic() < self._deadline:
            size = max(1, len(steps) // slices)
            for start in range(0, len(steps), size):
                candidate = steps[:start] + steps[start + size:]
                if candidate and self._shows(candidate, wanted):
                    steps = candidate
                    slices = max(2, slices - 1)
                    break
                if time.monotonic() > self._deadline:
                    return steps
            else:
                if size == 1:
                    return steps
                slices = min(len(steps), slices * 2)
        return steps

    def _shorten_arguments(self, steps, wanted):
        """Long values made short, one at a time."""
        for index, step in enumerate(steps):
            for position, argument in enumerate(step.argv):
                if position == 0 or len(argument) <= 8 or time.monotonic() > self._deadline:
                    continue
                shorter = compare.Step(
                    step.connection,
                    step.argv[:position] + [argument[:4]] + step.argv[position + 1:])
                candidate = steps[:index] + [shorter] + steps[index + 1:]
                if self._shows(candidate, wanted):
                    steps, step = candidate, shorter
        return steps

    def _shows(self, steps, wanted):
        if not self._pair.reference.running() or not self._pair.tested.running():
            self._pair.restart()
        try:
            self._pair.reset(self._configuration)
            found = run_steps(self._pair, steps, self._judge)
            if wanted.kind == "data":
                found += compare.compare_data(self._pair, len(steps))
        except OSError:
            return wanted.ends_the_run()
        if wanted.kind == "reply":
            return any(difference.signature() == wanted.signature() for difference in found)
        return any(difference.kind == wanted.kind for difference in found)


def run_steps(pair, steps, judge):
    """Runs steps in batches of one connection each; all differences, `at` counted in steps."""
    differences, start = [], 0
    while start < len(steps):
        end = start + _batch_length(steps[start:start + BATCH])
        argvs = [step.argv for step in steps[start:end]]
        outcomes = pair.exchange(steps[start].connection, argvs)
        for difference in compare.compare_outcomes(argvs, outcomes, judge):
            difference.at += start
            differences.append(difference)
            if difference.ends_the_run():
                return differences
        start = end
    return differences


def _batch_length(steps):
    """How many of the steps go in one batch: same connection, and nothing behind a QUIT."""
    for index, step in enumerate(steps):
        if step.connection != steps[0].connection:
            return index
        if step.argv[0].upper() == b"QUIT":
            return index + 1
    return len(steps)
