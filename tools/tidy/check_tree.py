#!/usr/bin/python3
"""Checks the rules of the tree: check_tree.py [ROOT]

    which folder may include what          (includes.py)
    length of files and functions          files 600 lines (tests 1000), functions 70
    layout                                 100 columns (scripts 120), no tabs, no blanks at the end
    a comment at the top of every file, #pragma once in every header
    code in the five folders only

Prints one line for each breach and exits with 1 if there is any.
"""

import ast
import sys
from pathlib import Path, PurePosixPath
from typing import Iterator

from cpp_functions import find_functions
from includes import CODE_FOLDERS, check_includes

FILE_LINES_MAX = 600
TEST_FILE_LINES_MAX = 1000
FUNCTION_LINES_MAX = 70
CPP_COLUMNS_MAX = 100
SCRIPT_COLUMNS_MAX = 120

CPP_SUFFIXES = ('.h', '.cpp', '.cc')
NOT_OURS = ('build', 'node_modules', '__pycache__')


def is_script(path: Path) -> bool:
    """A file without a suffix that begins with #!."""
    if path.suffix:
        return path.suffix == '.sh'
    with path.open('rb') as file:
        return file.read(2) == b'#!'


def language_of(path: Path) -> str:
    if path.suffix in CPP_SUFFIXES:
        return 'c++'
    if path.suffix == '.py':
        return 'python'
    if path.suffix in ('.js', '.mjs', '.c', '.hpp', '.cxx'):
        return 'other'
    if not is_script(path):
        return ''
    first_line = path.read_text(encoding='utf-8').split('\n', 1)[0]
    return 'python' if 'python' in first_line else 'shell'


def source_files(root: Path) -> Iterator[tuple[PurePosixPath, str]]:
    """Every source file, as its path from the root and its language."""
    pending = [root]
    while pending:
        for path in sorted(pending.pop().iterdir()):
            is_hidden = path.name.startswith('.') and path.name != '.ci'
            if path.is_symlink() or is_hidden or path.name in NOT_OURS:
                continue
            if path.is_dir():
                # A corpus is data, whatever its files look like.
                if path.name != 'corpus':
                    pending.append(path)
            elif language := language_of(path):
                yield PurePosixPath(path.relative_to(root).as_posix()), language


def check_layout(text: str, language: str) -> Iterator[tuple[int, str]]:
    columns_max = CPP_COLUMNS_MAX if language == 'c++' else SCRIPT_COLUMNS_MAX
    for number, line in enumerate(text.split('\n'), start=1):
        if '\t' in line:
            yield number, 'a tab'
        if line != line.rstrip():
            yield number, 'blanks at the end of the line'
        if len(line) > columns_max:
            yield number, f'{len(line)} columns, at most {columns_max}'
    if not text.endswith('\n') or text.endswith('\n\n'):
        yield text.count('\n') + 1, 'a file ends with one line end'


def check_first_comment(file: PurePosixPath, text: str,
                        language: str) -> Iterator[tuple[int, str]]:
    lines = text.split('\n')
    first = 1 if lines[0].startswith('#!') else 0
    openings = {'c++': ('//',), 'python': ('"""', '#'), 'shell': ('#',), 'other': ('//', '/*')}
    # A source file that opens with its own header is explained there, and so is a test that opens with
    # the header it tests.
    own_header = str(file.with_suffix('.h'))
    tested_header = own_header.removeprefix('tests/').replace('_test.h', '.h')
    opens_with_header = lines[first] in (f'#include "{own_header}"', f'#include "{tested_header}"')
    if not lines[first].startswith(openings[language]) and not opens_with_header:
        yield first + 1, 'no comment at the top that says what the file is for'


def check_lengths(file: PurePosixPath, text: str, language: str) -> Iterator[tuple[int, str]]:
    if '.gen.' in file.name:
        return
    lines_max = TEST_FILE_LINES_MAX if file.parts[0] == 'tests' else FILE_LINES_MAX
    lines = text.count('\n')
    if lines > lines_max:
        yield lines, f'{lines} lines, at most {lines_max}'
    functions: list[tuple[str, int, int]] = []
    if language == 'c++':
        functions = list(find_functions(text))
    elif language == 'python':
        functions = [(node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1)
                     for node in ast.walk(ast.parse(text))
                     if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    for name, line, function_lines in functions:
        if function_lines > FUNCTION_LINES_MAX:
            yield line, f'{name} has {function_lines} lines, at most {FUNCTION_LINES_MAX}'


def check_file(file: PurePosixPath, text: str, language: str) -> Iterator[tuple[int, str]]:
    if file.parts[0] not in CODE_FOLDERS + ('.ci',):
        yield 1, f'code belongs into {", ".join(CODE_FOLDERS)}'
        return
    yield from check_layout(text, language)
    yield from check_first_comment(file, text, language)
    yield from check_lengths(file, text, language)
    if language == 'c++':
        yield from check_includes(file, text)
        if file.suffix == '.h' and '#pragma once' not in text.split('\n'):
            yield 1, 'a header without #pragma once'
        if file.suffix == '.h' and 'using namespace' in text:
            yield 1, 'a header with `using namespace`'
        if '__builtin_prefetch' in text and file.name != 'prefetch.h':
            yield 1, '__builtin_prefetch outside storage/base/prefetch.h, which says why'


def check_tree(root: Path) -> list[str]:
    """One line for each breach, ordered by file and line."""
    breaches = []
    for file, language in source_files(root):
        text = (root / file).read_text(encoding='utf-8')
        breaches += [(str(file), line, reason) for line, reason in check_file(file, text, language)]
    return [f'{file}:{line}: {reason}' for file, line, reason in sorted(breaches)]


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    breaches = check_tree(root)
    for breach in breaches:
        print(breach)
    print(f'{len(breaches)} breaches of the tree\'s rules' if breaches else 'the tree is tidy')
    return 1 if breaches else 0


if __name__ == '__main__':
    sys.exit(main())
