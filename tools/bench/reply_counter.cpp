#include "tools/bench/reply_counter.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

namespace bench {
namespace {

// A first line is a type and a number or a short text; more is not RESP, or not worth keeping.
constexpr size_t kLineBytesMax = 64 * 1024;

std::optional<int64_t> ParseLength(std::string_view digits) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

}  // namespace

uint64_t ReplyCounter::Consume(std::string_view bytes) {
  replies_ = 0;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (at < end && !is_broken_) {
    if (skip_ > 0) {
      const uint64_t skipped = std::min<uint64_t>(skip_, static_cast<uint64_t>(end - at));
      skip_ -= skipped;
      at += skipped;
      if (skip_ == 0) EndValue();
      continue;
    }
    const char* const line = at;
    while (at < end && *at != '\n') ++at;
    const std::string_view piece(line, static_cast<size_t>(at - line));
    if (at == end) {
      cut_line_ += piece;
      is_broken_ = cut_line_.size() > kLineBytesMax;
      break;
    }
    ++at;
    if (cut_line_.empty()) {
      TakeLine(piece.substr(0, piece.size() - piece.ends_with('\r')));
    } else {
      cut_line_ += piece;
      if (cut_line_.ends_with('\r')) cut_line_.pop_back();
      TakeLine(cut_line_);
      cut_line_.clear();
    }
  }
  return replies_;
}

void ReplyCounter::TakeLine(std::string_view line) {
  const char type = line.empty() ? '\0' : line[0];
  if (std::strchr("+:_#,(", type) != nullptr && type != '\0') return EndValue();
  if (type == '-') {
    NoteError(line.substr(1));
    return EndValue();
  }
  const std::optional<int64_t> length = ParseLength(line.substr(std::min<size_t>(1, line.size())));
  if (!length || *length < -1) {
    is_broken_ = true;
    return;
  }
  if (*length == -1) return EndValue();  // RESP2's null
  const uint64_t count = static_cast<uint64_t>(*length);
  switch (type) {
    case '$':
    case '=':
      skip_ = count + 2;
      return;
    case '>':
      is_push_ = owed_ == 0;
      [[fallthrough]];
    case '*':
    case '~':
      owed_ += count + (owed_ == 0);
      return EndValue();
    case '%':
      owed_ += 2 * count + (owed_ == 0);
      return EndValue();
    default:
      is_broken_ = true;
  }
}

void ReplyCounter::EndValue() {
  if (owed_ > 0 && --owed_ > 0) return;
  if (!is_push_) ++replies_;
  is_push_ = false;
}

void ReplyCounter::NoteError(std::string_view line) {
  if (errors_++ == 0) first_error_ = line;
}

}  // namespace bench
