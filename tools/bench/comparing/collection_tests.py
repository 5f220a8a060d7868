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


_MILLION = 1_000_000
_FIVE_FIELDS = 'HSET hash:__seq__' + ''.join(f' field{i} v123456{i}' for i in range(5))
_FILL_SMALL_HASHES = (Step(_FIVE_FIELDS, _MILLION),)
_FILL_HASH = (Step('HSET hash f:__seq__ __value__', _MILLION),)
_FILL_SET = (Step('SADD set m:__seq__', _MILLION),)

TESTS = {
    'lpush': CollectionTest('LPUSH list __value__', (Step('DEL list'),)),
    'rpop': CollectionTest('RPOP list', (Step('DEL list'), Step('LPUSH list __value__', 4_000_000))),
    'lrange100': CollectionTest('LRANGE list:100 0 99', (Step('DEL list:100'),
                                                         Step('RPUSH list:100 __value__', 100))),
    'hset-small': CollectionTest('HSET hash:__rand__ field3 v7654321', _FILL_SMALL_HASHES),
    'hget-small': CollectionTest('HGET hash:__rand__ field3', _FILL_SMALL_HASHES),
    'hget': CollectionTest('HGET hash f:__rand__', _FILL_HASH),
    'sadd': CollectionTest('SADD set m:__rand__', _FILL_SET),
    'sismember': CollectionTest('SISMEMBER set m:__rand__', _FILL_SET),
    'hgetall100': CollectionTest('HGETALL hash:100',
                                 (Step('DEL hash:100'), Step('HSET hash:100 f:__seq__ v:__seq__', 100))),
    'smembers100': CollectionTest('SMEMBERS set:100',
                                  (Step('DEL set:100'), Step('SADD set:100 m:__seq__', 100))),
}
