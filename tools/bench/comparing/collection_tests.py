"""What is measured on collections: the request, and what is done before each measurement so that
both servers start from the same data.
"""

from typing import NamedTuple


class Step(NamedTuple):
    command_line: str  # with the generator's placeholders
    requests: int = 1


class CollectionTest(NamedTuple):
    command_line: str
    preparation: tuple[Step, ...]


TESTS = {
    'lpush': CollectionTest('LPUSH list __value__', (Step('DEL list'),)),
    'rpop': CollectionTest('RPOP list', (Step('DEL list'), Step('LPUSH list __value__', 4_000_000))),
    'lrange100': CollectionTest('LRANGE list:100 0 99', (Step('DEL list:100'),
                                                         Step('RPUSH list:100 __value__', 100))),
}
