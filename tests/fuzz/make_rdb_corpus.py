#!/usr/bin/python3
"""Makes the corpora rdb_file and rdb_payload: what Debian's redis-server writes of every type and encoding.

    make_rdb_corpus.py      writes into corpus/ beside it

Run again, it writes the same data with other times; nothing depends on these.
"""

import subprocess
import tempfile
import time
from pathlib import Path

import redis

CORPUS = Path(__file__).resolve().parent / "corpus"
LIBRARY = "#!lua name=library\nredis.register_function('one', function() return 1 end)"


def fill(client):
    client.set("text", "value")
    client.set("integer", 12345)
    client.set("large-integer", 2 ** 40)
    client.set("compressed", "abc" * 100)
    client.set("expiring", "value", px=10 ** 12)
    client.rpush("list", "a", "1000", "-5", "b" * 70)
    client.rpush("long-list", *(f"element {i:040}" for i in range(300)))
    client.sadd("integers", 1, -2, 70000)
    client.sadd("large-integers", 1, 2 ** 40)
    client.sadd("set", "a", "b", "3")
    client.hset("hash", mapping={"field": "value", "1": "2"})
    client.hset("large-hash", mapping={"field": "v" * 70})
    client.zadd("sorted-set", {"a": 1, "b": 1.5, "c": float("inf")})
    client.zadd("large-sorted-set", {"m" * 70: 0.1, "other": float("-inf")})


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "socket"
        command = ["redis-server", "--port", "0", "--unixsocket", str(path), "--dir", folder, "--save", "",
                   "--maxmemory-policy", "allkeys-lru"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            while not path.exists():
                time.sleep(0.01)
            client = redis.Redis(unix_socket_path=str(path))
            fill(client)
            for key in client.keys():
                (CORPUS / "rdb_payload" / key.decode()).write_bytes(client.dump(key))
            client.function_load(LIBRARY)
            client.save()
            process.terminate()
        content = (Path(folder) / "dump.rdb").read_bytes()
        (CORPUS / "rdb_file" / "redis-7.0").write_bytes(content)


if __name__ == "__main__":
    main()
