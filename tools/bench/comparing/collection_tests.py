"""What is measured on collections: the request, and what is done before each measurement so that
both servers start from the same data.
"""

from typing import NamedTuple


class Step(NamedTuple):
    command_line: str  # with the generator's placeholders
    requests: int = 1
    numbers: int = 0   # how many different ones __seq__ and __rand__ give; 0: as many as there are keys


class CollectionTest(NamedTuple):
    command_line: str
    # Before the first measurement; for data that measuring leaves as it is.
    once: tuple[Step, ...] = ()
    # Before each.
    each_time: tuple[Step, ...] = ()


_MILLION = 1_000_000
_HUNDRED_THOUSAND = 100_000
FIVE_FIELDS = 'HSET hash:__seq__' + ''.join(f' field{i} v123456{i}' for i in range(5))
_FILL_SMALL_HASHES = (Step(FIVE_FIELDS, _MILLION),)
_FILL_HASH = (Step('HSET hash f:__seq__ __value__', _MILLION),)
_FILL_SET = (Step('SADD set m:__seq__', _MILLION),)
_FILL_SORTED_SET = (Step('ZADD zset __rand__ m:__seq__', _MILLION),)
_FILL_LIST = (Step('DEL list'), Step('LPUSH list __value__', 4_000_000))


def _two_of_100k(command: str, name: str, prefix: str) -> tuple[Step, ...]:
    """Two collections of about 100,000, half of each in both."""
    return (Step(f'{command} {name}:1 {prefix}__seq__', _HUNDRED_THOUSAND, _HUNDRED_THOUSAND),
            Step(f'{command} {name}:2 {prefix}__rand__', 140_000, 2 * _HUNDRED_THOUSAND))


def _algebra(command: str) -> dict[str, CollectionTest]:
    # With a 1 before it, a number of leading zeros is an integer.
    return {f'{command}-integers': CollectionTest(f'{command.upper()} integers:1 integers:2',
                                                  _two_of_100k('SADD', 'integers', '1')),
            command: CollectionTest(f'{command.upper()} strings:1 strings:2',
                                    _two_of_100k('SADD', 'strings', 'm:'))}


TESTS = {
    'lpush': CollectionTest('LPUSH list __value__', each_time=(Step('DEL list'),)),
    'rpop': CollectionTest('RPOP list', each_time=_FILL_LIST),
    'lrange100': CollectionTest('LRANGE list:100 0 99', (Step('RPUSH list:100 __value__', 100),)),
    'hset-small': CollectionTest('HSET hash:__rand__ field3 v7654321', _FILL_SMALL_HASHES),
    'hget-small': CollectionTest('HGET hash:__rand__ field3', _FILL_SMALL_HASHES),
    'hget': CollectionTest('HGET hash f:__rand__', _FILL_HASH),
    'sadd': CollectionTest('SADD set m:__rand__', _FILL_SET),
    'sismember': CollectionTest('SISMEMBER set m:__rand__', _FILL_SET),
    'hgetall100': CollectionTest('HGETALL hash:100', (Step('HSET hash:100 f:__seq__ v:__seq__', 100),)),
    'smembers100': CollectionTest('SMEMBERS set:100', (Step('SADD set:100 m:__seq__', 100),)),
    'zscore': CollectionTest('ZSCORE zset m:__rand__', _FILL_SORTED_SET),
    'zrank': CollectionTest('ZRANK zset m:__rand__', _FILL_SORTED_SET),
    'zrange100': CollectionTest('ZRANGE zset __rank__ __rank+99__', _FILL_SORTED_SET),
    'zadd': CollectionTest('ZADD zset __rand__ m:__rand__', _FILL_SORTED_SET),
    **_algebra('sinter'), **_algebra('sunion'), **_algebra('sdiff'),
    'zunionstore': CollectionTest(
        'ZUNIONSTORE zunion 2 zunion:1 zunion:2',
        (Step('ZADD zunion:1 __rand__ m:__seq__', _HUNDRED_THOUSAND, _HUNDRED_THOUSAND),
         Step('ZADD zunion:2 __rand__ m:__rand__', 140_000, 2 * _HUNDRED_THOUSAND))),
}
