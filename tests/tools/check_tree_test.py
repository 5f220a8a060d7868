#!/usr/bin/python3
"""The tree check accepts a good tree, and refuses each of the breaches it exists for.

Every case takes the same small good tree, changes or adds one file, and expects exactly the one
complaint. So a rule that stops working turns a test red, not just silent.
"""

import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / 'tools/tidy'))

from check_tree import check_tree  # noqa: E402
from cpp_functions import find_functions  # noqa: E402

HEADER = '// Says what it is for.\n#pragma once\n\n'
SOURCE = '// Says what it is for.\n'

GOOD_TREE = {
    'protocol/resp/reply.h': HEADER + '#include <cstdint>\n\n#include "protocol/resp/buffer.h"\n',
    'storage/base/number.h': HEADER + '#include <unistd.h>\n',
    'storage/types/string.h': HEADER + '#include <xxhash.h>\n#include "storage/base/number.h"\n',
    'storage/types/string.cpp': '#include "storage/types/string.h"\n',
    'server/engine.cpp': SOURCE + '#include "protocol/resp/reply.h"\n#include <fmt/format.h>\n',
    'server/main.cpp': SOURCE + '#include "server/net/loop.h"\n',
    'server/net/loop.h': HEADER + '#include <uv.h>\n',
    'server/commands/all_commands.cpp': SOURCE + '#include "server/commands/strings/strings.h"\n',
    'server/commands/strings/get.cpp': SOURCE + '#include "server/commands/shared/scan.h"\n',
    'server/amqp/channel.cpp': SOURCE + '#include "storage/broker/vhost.h"\n',
    'tests/storage/types/string_test.cpp': '#include "storage/types/string.h"\n',
    'tests/support/files.cpp': '#include "tests/support/files.h"\n',
    'tests/server/engine_test.cpp': SOURCE + '#include <hiredis/hiredis.h>\n',
    'tools/bench/main.cpp': SOURCE + '#include "protocol/resp/reply.h"\n',
    'tools/run': '#!/usr/bin/env bash\n# Runs.\n',
    'tools/tidy/check.py': '#!/usr/bin/python3\n"""Checks."""\n',
    'build/generated.cpp': 'int x;\t\n',
    'README.md': 'no\tcode',
}


def function_of(lines: int) -> str:
    return 'void Long(int count) {\n' + '  Step();\n' * (lines - 2) + '}\n'


BREACHES = [
    # file, its text, a word of the complaint
    ('protocol/resp/a.h', HEADER + '#include <unistd.h>\n', 'standard library alone'),
    ('protocol/resp/a.h', HEADER + '#include <sys/types.h>\n', 'standard library alone'),
    ('protocol/resp/a.h', HEADER + '#include "storage/base/number.h"\n', 'does not know storage'),
    ('protocol/resp/a.h', HEADER + '#include "server/engine.h"\n', 'does not know server'),
    ('protocol/resp/a.h', HEADER + '#include "protocol/amqp/frame.h"\n', 'know each other'),
    ('protocol/amqp/a.h', HEADER + '#include "protocol/resp/reply.h"\n', 'know each other'),
    ('protocol/resp/a.h', HEADER + '#include "reply.h"\n', 'begin at the root'),
    ('protocol/resp/a.h', HEADER + '#include <fmt/format.h>\n', 'does not use fmt'),
    ('storage/types/a.h', HEADER + '#include "protocol/resp/reply.h"\n', 'not know protocol'),
    ('storage/types/a.h', HEADER + '#  include "server/engine.h"\n', 'does not know server'),
    ('storage/types/a.h', HEADER + '#include <uv.h>\n', 'does not use libuv'),
    ('storage/types/a.h', HEADER + '#include <openssl/sha.h>\n', 'does not use OpenSSL'),
    ('storage/base/a.h', HEADER + '#include "storage/types/string.h"\n', 'comes before'),
    ('storage/odd/a.h', HEADER + '#include "storage/base/number.h"\n', 'no place in'),
    ('server/a.h', HEADER + '#include <uv.h>\n', 'only server/net knows libuv'),
    ('server/a.h', HEADER + '#include "uv.h"\n', 'between < and >'),
    ('server/a.h', HEADER + '#include <hiredis/hiredis.h>\n', 'does not use hiredis'),
    ('server/a.h', HEADER + '#include "server/net/loop.h"\n', 'does not know server/net'),
    ('server/a.h', HEADER + '#include "tests/support/clock.h"\n', 'does not know tests'),
    ('server/a.h', HEADER + '#include "tools/bench/main.h"\n', 'does not know tools'),
    ('server/commands/keys/a.cpp', SOURCE + '#include "server/commands/strings/strings.h"\n',
     'a command family uses no other'),
    ('server/amqp/a.h', HEADER + '#include "server/commands/strings/strings.h"\n', 'server/amqp'),
    ('server/amqp/a.h', HEADER + '#include "server/dispatch/command.h"\n', 'server/amqp'),
    ('tools/bench/a.cpp', SOURCE + '#include "server/engine.h"\n', 'does not know server'),
    ('engine/a.cpp', SOURCE, 'code belongs into'),
    ('a.cpp', SOURCE, 'code belongs into'),
    ('scripts/deploy', '#!/bin/sh\n# Deploys.\n', 'code belongs into'),
    ('storage/base/a.h', '// Says what.\n\nint x;\n', '#pragma once'),
    ('storage/base/a.h', HEADER + 'using namespace std;\n', 'using namespace'),
    ('storage/base/a.h', '#pragma once\n', 'no comment at the top'),
    ('storage/base/a.cpp', 'int x;\n', 'no comment at the top'),
    ('storage/base/a.cpp', '#include "storage/base/b.h"\n', 'no comment at the top'),
    ('tests/storage/types/a_test.cpp', '#include "storage/types/string.h"\n', 'no comment'),
    ('tools/run', '#!/usr/bin/env bash\nset -e\n', 'no comment at the top'),
    ('tools/tidy/check.py', '#!/usr/bin/python3\nimport os\n', 'no comment at the top'),
    ('storage/base/a.cpp', SOURCE + '\tint x;\n', 'a tab'),
    ('storage/base/a.cpp', SOURCE + 'int x; \n', 'blanks at the end'),
    ('storage/base/a.cpp', SOURCE + 'int x;', 'ends with one line end'),
    ('storage/base/a.cpp', SOURCE + '// ' + 'x' * 98 + '\n', '101 columns'),
    ('tools/tidy/a.py', '"""Says."""\n# ' + 'x' * 119 + '\n', '121 columns'),
    ('storage/base/a.cpp', SOURCE + '//\n' * 600, '601 lines'),
    ('tests/storage/a.cpp', SOURCE + '//\n' * 1000, '1001 lines'),
    ('storage/base/a.cpp', SOURCE + function_of(71), 'Long has 71 lines'),
    ('tests/storage/a.cpp', SOURCE + function_of(71), 'Long has 71 lines'),
    ('tools/tidy/a.py', '"""Says."""\n\n\ndef long():\n' + '    step()\n' * 70, 'long has 71'),
]


class TheTreeCheck(unittest.TestCase):
    def breaches_of(self, tree: dict[str, str]) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            for name, text in tree.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding='utf-8')
            return check_tree(Path(folder))

    def test_accepts_a_good_tree(self) -> None:
        self.assertEqual([], self.breaches_of(GOOD_TREE))

    def test_accepts_lengths_at_the_limit(self) -> None:
        at_the_limit = {
            'storage/base/a.cpp': SOURCE + '//\n' * 599,
            'tests/storage/a.cpp': SOURCE + '//\n' * 999,
            'storage/base/b.cpp': SOURCE + function_of(70) + '// ' + 'x' * 97 + '\n',
        }
        self.assertEqual([], self.breaches_of(GOOD_TREE | at_the_limit))

    def test_refuses_every_breach_with_its_place_and_reason(self) -> None:
        for name, text, reason in BREACHES:
            with self.subTest(file=name, reason=reason):
                found = self.breaches_of(GOOD_TREE | {name: text})
                self.assertTrue(found, 'nothing was found')
                for breach in found:
                    self.assertTrue(breach.startswith(name + ':'), breach)
                self.assertTrue(any(reason in breach for breach in found), found)


class TheFunctionFinder(unittest.TestCase):
    CODE = '''\
// Not_a_function() {
namespace a::b {
namespace {
constexpr int kTable[] = {
    Entry(1),
};
const auto kLambda = MakeTable({1, 2});

struct alignas(64) Bucket : Base<decltype(F())> {
  Bucket() : slots_{}, count_(0) {
    Fill('{');
  }
  bool operator==(const Bucket& other) const {
    return true;
  }
  int Short() const { return R"({{{)"[0]; }
  std::array<int, 8> slots_{};
};
}  // namespace

template <class T>
  requires std::integral<T>
struct stat Find(std::string_view text = "}",
                 int radix = 10) noexcept {
  if (text.empty()) {
    return {};
  }
  /* } */
}
}  // namespace a::b

TEST_CASE("Subject: does { something") {
  CHECK(true);
}
'''

    def test_finds_every_function_with_its_length(self) -> None:
        found = [(function.name, function.lines) for function in find_functions(self.CODE)]
        self.assertIn(('Short', 1), found)
        self.assertIn(('operator==', 3), found)
        self.assertIn(('TEST_CASE', 3), found)
        self.assertIn(9, [lines for _, lines in found], found)  # Find, with its template line
        self.assertNotIn('kTable', [name for name, _ in found])
        self.assertNotIn('Not_a_function', [name for name, _ in found])


if __name__ == '__main__':
    unittest.main()
