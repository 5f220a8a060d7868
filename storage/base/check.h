// CHECK: an assertion about our own code, on in every build. A server whose state is wrong must
// stop, since it can restart from its log; no byte from a socket or a file may ever reach one.
#pragma once

namespace storage {
// Prints the expression and its place to standard error and aborts.
[[noreturn]] void CheckFailed(const char* expression, const char* file, int line);
}  // namespace storage

#define CHECK_INVARIANT(condition)                   \
  (__builtin_expect(static_cast<bool>(condition), 1) \
       ? static_cast<void>(0)                        \
       : ::storage::CheckFailed(#condition, __FILE__, __LINE__))
