#include "server/commands/shared/scan_options.h"

#include <cerrno>
#include <cstdlib>
#include <string>

#include "storage/base/number.h"

namespace server {

// What Redis 7.4 takes, which reads up to a zero byte: a canonical number that is not negative, or
// else whatever strtoull does (a sign, leading spaces and zeros).
uint64_t ReadScanCursor(ArgReader& args) {
  const std::string_view bytes = args.Bytes();
  const std::string text(bytes.substr(0, bytes.find('\0')));
  if (const auto number = storage::ParseInt64(text); number && *number >= 0) {
    return static_cast<uint64_t>(*number);
  } else if (!number && !text.empty()) {
    char* end = nullptr;
    errno = 0;
    const uint64_t cursor = std::strtoull(text.c_str(), &end, 10);
    if (errno == 0 && end == text.c_str() + text.size()) return cursor;
  }
  args.Fail(CommandError::Err("invalid cursor"));
  return 0;
}

ScanOptions ReadScanOptions(ArgReader& args, ScanOf scan_of) {
  ScanOptions options;
  while (!args.AtEnd()) {
    if (args.Take("COUNT")) {
      options.count = args.Int64();
      if (options.count < 1) args.Fail(CommandError::Syntax());
    } else if (args.Take("MATCH")) {
      // "*" is no pattern: it takes the empty key too.
      const std::string_view pattern = args.Bytes();
      options.pattern.reset();
      if (pattern != "*") options.pattern.emplace(pattern);
    } else if (scan_of == ScanOf::kKeys && args.Take("TYPE")) {
      options.type = args.Bytes();
    } else if (args.Take("NOVALUES")) {
      if (scan_of != ScanOf::kHash) {
        args.Fail(CommandError::Err("NOVALUES option can only be used in HSCAN"));
      }
      options.no_values = true;
    } else {
      args.Fail(CommandError::Syntax());
    }
  }
  return options;
}

}  // namespace server
