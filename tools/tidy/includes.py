"""The arrows between folders: which file may include what.

    tests/  tools/              tests may use everything; tools everything but server
        |
     server/                    the only part that sees both; server/net alone knows libuv
     /      \\
protocol/  storage/             strangers to each other
"""

import re
from pathlib import PurePosixPath
from typing import Iterator, Optional

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)

CODE_FOLDERS = ('protocol', 'storage', 'server', 'tests', 'tools')

MAY_USE = {
    'protocol': ('protocol',),
    'storage': ('storage',),
    'server': ('protocol', 'storage', 'server'),
    'tools': ('protocol', 'storage', 'tools'),
    'tests': CODE_FOLDERS,
}

# Inside storage a folder uses itself and those before it. Files that stand directly in storage/ are
# words for everybody above base.
STORAGE_ORDER = ('base', '', 'memory', 'structures', 'types', 'keyspace', 'eviction', 'files',
                 'rdb', 'aof', 'broker')

# Libraries, by header. What is not listed is the system's: the standard library has no dot in its
# names, POSIX is open to storage (files) and server.
LIBRARIES = {
    'uv.h': 'libuv', 'uv/': 'libuv',
    'hiredis': 'hiredis',
    'nettle/': 'Nettle',
    'openssl/': 'OpenSSL',
    'fmt/': 'fmt',
    'xxhash.h': 'xxHash',
    'liblzf/': 'liblzf', 'lzf.h': 'liblzf',
    'jemalloc/': 'jemalloc',
    'doctest/': 'doctest',
}
MAY_USE_LIBRARY = {
    'protocol': (),
    'storage': ('xxHash', 'jemalloc', 'liblzf'),
    'server': ('OpenSSL', 'Nettle', 'fmt', 'xxHash', 'jemalloc'),
    'tools': ('libuv', 'hiredis', 'OpenSSL', 'fmt', 'xxHash'),
    'tests': tuple(set(LIBRARIES.values())),
}


def library_of(header: str) -> Optional[str]:
    for beginning, library in LIBRARIES.items():
        if header.startswith(beginning):
            return library
    return None


def check_system_include(file: PurePosixPath, header: str) -> Optional[str]:
    folder = file.parts[0]
    library = library_of(header)
    if library == 'libuv' and folder == 'server':
        if file.parts[:2] != ('server', 'net'):
            return 'only server/net knows libuv'
        return None
    if library and library not in MAY_USE_LIBRARY[folder]:
        return f'{folder} does not use {library}'
    is_standard_library = '.' not in header and '/' not in header
    if folder == 'protocol' and not is_standard_library:
        return 'protocol uses the standard library alone'
    return None


def storage_folder(file: PurePosixPath) -> str:
    return file.parts[1] if len(file.parts) > 2 else ''


def check_inside_storage(file: PurePosixPath, target: PurePosixPath) -> Optional[str]:
    user, used = storage_folder(file), storage_folder(target)
    for folder in (user, used):
        if folder not in STORAGE_ORDER:
            return f'storage/{folder} has no place in STORAGE_ORDER of tools/tidy/includes.py'
    if STORAGE_ORDER.index(used) > STORAGE_ORDER.index(user):
        return f'storage/{user} comes before storage/{used}'
    return None


def command_family(file: PurePosixPath) -> Optional[str]:
    """The family of a file in server/commands/<family>/; None for any other file."""
    is_in_family = file.parts[:2] == ('server', 'commands') and len(file.parts) > 3
    return file.parts[2] if is_in_family else None


def check_inside_server(file: PurePosixPath, target: PurePosixPath) -> Optional[str]:
    part = file.parts[1]
    used = target.parts[1]
    if used == 'net' and part not in ('net', 'server.h', 'server.cpp', 'main.cpp'):
        return 'the engine does not know server/net'
    if part == 'amqp' and used in ('commands', 'dispatch'):
        return f'server/amqp does not know server/{used}'
    family, used_family = command_family(file), command_family(target)
    if family and used_family and used_family not in (family, 'shared'):
        return 'a command family uses no other; what they share is in server/commands/shared'
    return None


def check_project_include(file: PurePosixPath, header: str) -> Optional[str]:
    target = PurePosixPath(header)
    folder, used = file.parts[0], target.parts[0]
    if used not in CODE_FOLDERS:
        is_library = library_of(header) is not None
        return 'a library goes between < and >' if is_library else 'paths begin at the root'
    if used not in MAY_USE[folder]:
        return f'{folder} does not know {used}'
    if folder == used == 'protocol' and {file.parts[1], target.parts[1]} == {'resp', 'amqp'}:
        return 'protocol/resp and protocol/amqp do not know each other'
    if folder == used == 'storage':
        return check_inside_storage(file, target)
    if folder == used == 'server':
        return check_inside_server(file, target)
    return None


def check_includes(file: PurePosixPath, text: str) -> Iterator[tuple[int, str]]:
    """Line number and reason of every include that `file`, a path from the root, must not have."""
    for match in INCLUDE.finditer(text):
        project_header, system_header = match.groups()
        if project_header:
            reason = check_project_include(file, project_header)
        else:
            reason = check_system_include(file, system_header)
        if reason:
            yield text.count('\n', 0, match.start()) + 1, f'{match.group().strip()}: {reason}'
