"""What Cinnabar must reach, as ratios to redis-server 7.0 on the same core in the same run.

Changed only when the goal changes, not when a measurement misses it.
"""

from typing import NamedTuple, Optional

# Server CPU for an operation, by test and pipeline depth.
CPU_RATIO = {
    ('get', 1): 0.88, ('set', 1): 0.88,
    ('get', 16): 0.32, ('set', 16): 0.32,
    ('get', 64): 0.22, ('set', 64): 0.22,
    ('ping', 64): 0.40,
    ('mget10', 16): 0.25,
    ('hset-small', 16): 0.40, ('hget-small', 16): 0.40,
    ('hget', 16): 0.40, ('sadd', 16): 0.40, ('sismember', 16): 0.40,
    ('hgetall100', 16): 0.45, ('smembers100', 16): 0.45,
    ('zscore', 16): 0.40, ('zadd', 16): 0.35, ('zrank', 16): 0.35, ('zrange100', 16): 0.25,
    ('sinter-integers', 1): 0.40, ('sunion-integers', 1): 0.40, ('sdiff-integers', 1): 0.40,
    ('sinter', 1): 0.40, ('sunion', 1): 0.40, ('sdiff', 1): 0.40, ('zunionstore', 1): 0.40,
    ('lpush', 16): 0.60, ('rpop', 16): 0.60, ('lrange100', 16): 0.45,
}
# The same, of the time outside of the kernel alone.
USER_RATIO = {('get', 1): 0.40, ('set', 1): 0.40}

MEMORY_PER_KEY_RATIO = 0.55
EMPTY_RESIDENT_MIB = 8
READY_AFTER_MS = 50
LONGEST_STALL_MS = 1

# used_memory for a member, by the names of memory.COLLECTIONS.
COLLECTION_MEMORY_RATIO = {'sorted set': 0.45, 'set': 0.52, 'hash': 0.62, 'small hashes': 0.75}
# While one collection grows, and while it is deleted.
COLLECTION_STALL_MS = 2

# Misses on the trace of eviction.py, and the CPU that it costs.
EVICTION_MISS_RATIO = 1.0
EVICTION_CPU_RATIO = 1.0


# CPU of saving and loading; what logging adds; redis-server's throughput to ours under `always`.
SAVE_RATIO = 0.30
LOAD_RATIO = 0.35
LOAD_LOG_RATIO = 0.25
EVERYSEC_ADDED_US = 0.10
ALWAYS_SLOWNESS = 1 / 1.2
BGSAVE_STALL_MS = 1
BGSAVE_MEMORY_PERCENT = 8


class Verdict(NamedTuple):
    value: float
    bar: Optional[float]

    @property
    def is_missed(self) -> bool:
        return self.bar is not None and self.value > self.bar

    def text(self) -> str:
        """The bar and whether it is met; empty where there is none."""
        if self.bar is None:
            return ''
        return f'{self.bar:g} {"MISSED" if self.is_missed else "met"}'
