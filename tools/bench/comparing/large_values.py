"""Server CPU for storing and reading large values, one connection, no pipeline.

A copy more or less of the value is what tells servers apart here: everything else of a request
takes microseconds.
"""

import socket
from math import inf
from typing import Callable

from .servers import Server

MIB = 1024 * 1024
SIZES = [64 * 1024, MIB, 64 * MIB]
BYTES_A_ROUND = 512 * MIB
ROUNDS = 4
KEYS = 4

StartServer = Callable[[], Server]


def receive(connection: socket.socket, buffer: memoryview) -> None:
    while buffer:
        buffer = buffer[connection.recv_into(buffer):]


def microseconds_per_request(server: Server, requests: list[bytes], reply_bytes: int,
                             count: int) -> float:
    """The least of some rounds of `count` requests, each with a reply of as many bytes."""
    reply = memoryview(bytearray(reply_bytes))
    best = inf
    with socket.create_connection(('127.0.0.1', server.port), timeout=60) as connection:
        for round_number in range(ROUNDS + 1):  # the first warms up
            before = server.cpu_time()
            for i in range(count):
                connection.sendall(requests[i % KEYS])
                receive(connection, reply)
            if round_number > 0:
                best = min(best, server.cpu_time().since(before).total_s * 1e6 / count)
    return best


def measure(server: Server, size: int) -> dict[str, float]:
    value = b'v' * size
    key = b'large:%d'
    head = b'*3\r\n$3\r\nSET\r\n$7\r\n' + key + b'\r\n$%d\r\n' % size
    sets = [head % i + value + b'\r\n' for i in range(KEYS)]
    with_expiry = [b'*5' + request[2:] + b'$2\r\nEX\r\n$4\r\n1000\r\n' for request in sets]
    gets = [b'*2\r\n$3\r\nGET\r\n$7\r\n' + key % i + b'\r\n' for i in range(KEYS)]
    count = max(BYTES_A_ROUND // size // ROUNDS, KEYS)
    reply_bytes = len(b'$%d\r\n' % size) + size + 2
    return {'SET': microseconds_per_request(server, sets, 5, count),
            'SET EX': microseconds_per_request(server, with_expiry, 5, count),
            'GET': microseconds_per_request(server, gets, reply_bytes, count)}


def compare_large_values(names: tuple[str, str], starts: tuple[StartServer, StartServer]) -> None:
    print('Server CPU for a request with a large value, microseconds')
    print(f'{"bytes":>10} {"request":8}| {names[0]:^17} | {names[1]:^17} | ratio')
    for size in SIZES:
        results = []
        for start in starts:
            with start() as server:
                results.append(measure(server, size))
        for request, ours in results[0].items():
            theirs = results[1][request]
            print(f'{size:10} {request:8}| {ours:17.1f} | {theirs:17.1f} | {ours / theirs:5.2f}',
                  flush=True)
