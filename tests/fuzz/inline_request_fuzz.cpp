// Property: a line splits in place exactly as it does into copies, its words stay inside it, and
// words written with every byte escaped come back as they were.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/resp/inline_request.h"
#include "storage/base/check.h"

using protocol::resp::SplitQuoted;
using protocol::resp::SplitQuotedInPlace;
using protocol::resp::SplitStatus;

namespace {

std::string Escaped(const std::vector<std::string>& words) {
  static const char kHex[] = "0123456789abcdef";
  std::string line;
  for (const std::string& word : words) {
    line += '"';
    for (const char byte : word) {
      const auto code = static_cast<unsigned char>(byte);
      line += std::string("\\x") + kHex[code >> 4] + kHex[code & 15];
    }
    line += "\" ";
  }
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto words = SplitQuoted(line);
  std::vector<char> writable(line.begin(), line.end());
  protocol::resp::ArgumentArena views;
  const SplitStatus status = SplitQuotedInPlace(writable, views);
  CHECK_INVARIANT((status == SplitStatus::kSplit) == words.has_value());
  if (!words) {
    CHECK_INVARIANT(views.empty());
    CHECK_INVARIANT(line.find_first_of("\"'") != std::string_view::npos);
    return 0;
  }
  CHECK_INVARIANT(std::vector<std::string>(views.begin(), views.end()) == *words);
  const char* behind = writable.data();
  for (const std::string_view view : views) {
    CHECK_INVARIANT(view.data() >= behind);
    behind = view.data() + view.size();
  }
  CHECK_INVARIANT(behind <= writable.data() + writable.size());
  CHECK_INVARIANT(SplitQuoted(Escaped(*words)) == words);
  return 0;
}
