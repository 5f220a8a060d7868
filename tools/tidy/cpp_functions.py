"""Finds the functions of a C++ file and their lengths, by counting braces.

Not a parser: comments and literals are blanked, then every `{` is judged by the statement before
it. A brace at namespace or class scope that follows something with parentheses opens a function;
what opens inside of a function belongs to it. That is enough for code that clang-format has laid
out, and TEST_CASE bodies count as well.
"""

import re
from typing import Iterator, NamedTuple


class Function(NamedTuple):
    name: str
    first_line: int
    lines: int


LITERAL_OR_COMMENT = re.compile(
    r'''//[^\n]*'''
    r'''|/\*.*?\*/'''
    r'''|(?<![\w])(?:u8|[uUL])?R"(?P<delimiter>[^\s()\\]{0,16})\(.*?\)(?P=delimiter)"'''
    r'''|"(?:[^"\\\n]|\\.)*"'''
    r'''|(?<![0-9a-fA-F])'(?:[^'\\\n]|\\.)+\'''',
    re.DOTALL,
)
PREPROCESSOR = re.compile(r'^[ \t]*#(?:[^\n]*\\\n)*[^\n]*', re.MULTILINE)
SCOPE = re.compile(r'\b(namespace|class|struct|union|enum|extern)\b')
FUNCTION_END = re.compile(r'(\)|\bconst|\bnoexcept|\boverride|\bfinal|\btry)\s*$')
NAME = re.compile(r'([~\w:]+|operator\s*\S+?)\s*\(')


def blank(text: str) -> str:
    """Comments, literals and preprocessor lines replaced by spaces; line ends stay."""
    def spaces(match: re.Match) -> str:
        return re.sub(r'[^\n]', ' ', match.group())
    return PREPROCESSOR.sub(spaces, LITERAL_OR_COMMENT.sub(spaces, text))


def opens_function(statement: str) -> bool:
    statement = statement.strip()
    if '(' not in statement:
        return False
    # `struct stat Find() {` is a function, `struct alignas(64) Bucket {` is not.
    if SCOPE.search(re.sub(r'\btemplate\s*<.*?>|\balignas\([^)]*\)', '', statement)):
        return bool(FUNCTION_END.search(statement))
    # `constexpr auto kTable = MakeTable({` and the like are initialisers. An operator== is not.
    outside_parentheses = re.sub(r'\([^()]*\)', '', statement.replace('operator', ' '))
    return not re.search(r'[^=!<>]=[^=]', outside_parentheses)


def find_functions(text: str) -> Iterator[Function]:
    code = blank(text)
    scopes: list[str] = []  # 'scope', 'function' or 'other' for every open brace
    statement_begin = 0
    function_begin, function_name = 0, ''
    for match in re.finditer(r'[{};]', code):
        position, token = match.start(), match.group()
        if token == '{':
            statement = code[statement_begin:position]
            inside = scopes[-1] if scopes else 'scope'
            if inside != 'scope':
                kind = 'other'
            elif opens_function(statement):
                kind = 'function'
                function_begin = statement_begin + len(statement) - len(statement.lstrip())
                name = NAME.search(statement)
                function_name = name.group(1) if name else '?'
            elif SCOPE.search(statement):
                kind = 'scope'
            else:
                kind = 'other'
            scopes.append(kind)
        elif token == '}' and scopes and scopes.pop() == 'function':
            first_line = code.count('\n', 0, function_begin) + 1
            last_line = code.count('\n', 0, position) + 1
            yield Function(function_name, first_line, last_line - first_line + 1)
        statement_begin = position + 1
