#include "protocol/resp/request_decoder.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "protocol/resp/inline_request.h"
#include "protocol/resp/wire_integer.h"

namespace protocol::resp {
namespace {

constexpr size_t kLineEndBytes = 2;   // CR LF
constexpr int64_t kBulkBytesMin = 6;  // "$0\r\n\r\n": the smallest bulk string
// Before authentication a stranger must not be able to make the server hold much.
constexpr int64_t kUnauthenticatedArgumentsMax = 10;
constexpr int64_t kUnauthenticatedBulkBytesMax = 16 * 1024;

bool IsDigit(char byte) {
  return byte >= '0' && byte <= '9';
}

// Reads "<type><1 to 4 digits>\r\n" at `from`, where at least kBulkBytesMin bytes must be. Returns
// the position behind it, or nullptr when it is anything else (longer, malformed or with a leading
// zero).
inline const char* ReadShortLength(const char* from, char type, int64_t* length) {
  if (from[0] != type || !IsDigit(from[1])) return nullptr;
  int64_t value = from[1] - '0';
  if (from[2] == '\r') [[likely]] {
    *length = value;
    return from + 4;
  }
  if (value == 0) return nullptr;
  for (int digits = 1; digits < 4; ++digits) {
    const char byte = from[1 + digits];
    if (!IsDigit(byte)) return nullptr;
    value = value * 10 + (byte - '0');
    if (from[2 + digits] == '\r') {
      *length = value;
      return from + 4 + digits;
    }
  }
  return nullptr;
}

// The usual case at full speed: a request that is there as a whole, with short lengths. Returns its
// end, or nullptr for everything that is not so, errors included; then nothing was appended, and
// the stepwise decoder decides.
const char* DecodeWhole(const char* from, const char* end, const RequestLimits& limits,
                        ArgumentArena& arguments) {
  if (end - from < kBulkBytesMin || !limits.authenticated) return nullptr;
  int64_t count = 0;
  const char* at = ReadShortLength(from, '*', &count);
  if (at == nullptr || count == 0 || count > limits.arguments_max) return nullptr;
  // All of the arguments can be there, so their places are no more than 3 times what has arrived.
  if (end - at < count * kBulkBytesMin) return nullptr;
  const size_t first = arguments.size();
  if (!arguments.TryReserve(static_cast<size_t>(count))) return nullptr;
  for (; count > 0; --count) {
    int64_t length = 0;
    if (end - at < kBulkBytesMin) break;
    const char* body = ReadShortLength(at, '$', &length);
    if (body == nullptr || end - body < length + 2 || length > limits.bulk_bytes_max) break;
    arguments.AddReserved(body, static_cast<size_t>(length));
    at = body + length + kLineEndBytes;
  }
  if (count == 0) [[likely]]
    return at;
  arguments.Truncate(first);
  return nullptr;
}

// Collects the arguments of a multibulk request whose every length has been verified, into room
// that was reserved.
void CollectArguments(std::string_view request, ArgumentArena& arguments) {
  size_t at = request.find('\r') + kLineEndBytes;
  while (at < request.size()) {
    size_t length = 0;
    for (++at; request[at] != '\r'; ++at)
      length = length * 10 + static_cast<size_t>(request[at] - '0');
    at += kLineEndBytes;
    arguments.AddReserved(&request[at], length);
    at += length + kLineEndBytes;
  }
}

// A browser that was talked into sending a form to our port begins with POST or Host:. Every
// request is asked, so the letters are compared as one word.
inline bool IsHttpWord(std::string_view word) {
  if (word.size() != 4 && word.size() != 5) return false;
  const auto four_letters = [](const char* from) {
    uint32_t letters;
    std::memcpy(&letters, from, sizeof letters);
    return letters;
  };
  const uint32_t lower = four_letters(word.data()) | 0x20202020u;
  return word.size() == 4 ? lower == four_letters("post")
                          : lower == four_letters("host") && word[4] == ':';
}

// The status of a request whose arguments stand in the arena from `first` on.
DecodeStatus Completed(ArgumentArena& arguments, size_t first) {
  if (arguments.size() == first || !IsHttpWord(arguments[first])) [[likely]] {
    return DecodeStatus::kRequest;
  }
  arguments.Truncate(first);
  return DecodeStatus::kHttp;
}

}  // namespace

DecodeStatus RequestDecoder::Decode(std::span<char> input, const RequestLimits& limits,
                                    ArgumentArena& arguments, size_t* wire_bytes) {
  const size_t first = arguments.size();
  if (stage_ == Stage::kStart) [[likely]] {
    const char* begin = input.data();
    const char* end = DecodeWhole(begin, begin + input.size(), limits, arguments);
    if (end != nullptr) [[likely]] {
      *wire_bytes = static_cast<size_t>(end - begin);
      return Completed(arguments, first);
    }
  }
  const DecodeStatus status = DecodeStepwise(input, limits, arguments, wire_bytes);
  if (status != DecodeStatus::kRequest) return status;
  Reset();
  return Completed(arguments, first);
}

DecodeStatus RequestDecoder::DecodeStepwise(std::span<char> input, const RequestLimits& limits,
                                            ArgumentArena& arguments, size_t* wire_bytes) {
  const std::string_view text(input.data(), input.size());
  for (;;) {
    DecodeStatus status = DecodeStatus::kRequest;
    switch (stage_) {
      case Stage::kStart:
        if (text.empty()) {
          bytes_wanted_ = 1;
          return DecodeStatus::kIncomplete;
        }
        stage_ = text.front() == '*' ? Stage::kArgumentCount : Stage::kInline;
        continue;
      case Stage::kInline:
        return DecodeInline(input, limits, arguments, wire_bytes);
      case Stage::kArgumentCount:
        status = DecodeArgumentCount(text, limits);
        break;
      case Stage::kBulkLength:
        status = DecodeBulkLength(text, limits);
        break;
      case Stage::kBulkBody:
        bytes_wanted_ = position_ + bulk_bytes_ + kLineEndBytes;
        if (text.size() < bytes_wanted_) return DecodeStatus::kIncomplete;
        position_ = bytes_wanted_;
        --arguments_left_;
        stage_ = Stage::kBulkLength;
        break;
    }
    if (status != DecodeStatus::kRequest) return status;
    if (stage_ == Stage::kBulkLength && arguments_left_ == 0) {
      if (!arguments.TryReserve(arguments_)) return DecodeStatus::kNoMemory;
      CollectArguments(text.substr(0, position_), arguments);
      *wire_bytes = position_;
      return DecodeStatus::kRequest;
    }
  }
}

DecodeStatus RequestDecoder::DecodeInline(std::span<char> input, const RequestLimits& limits,
                                          ArgumentArena& arguments, size_t* wire_bytes) {
  std::string_view line;
  switch (FindLine({input.data(), input.size()}, '\n', limits.inline_bytes_max, &line)) {
    case LineStatus::kIncomplete:
      return DecodeStatus::kIncomplete;
    case LineStatus::kTooLong:
      return Fail("Protocol error: too big inline request");
    case LineStatus::kLine:
      break;
  }
  *wire_bytes = line.size() + 1;
  if (!arguments.TryReserve(line.size() / 2 + 1)) return DecodeStatus::kNoMemory;
  // A CR before the LF is white space like any other.
  if (SplitQuotedInPlace(input.first(line.size()), arguments) == SplitStatus::kUnbalancedQuotes) {
    return Fail("Protocol error: unbalanced quotes in request");
  }
  return DecodeStatus::kRequest;
}

DecodeStatus RequestDecoder::DecodeArgumentCount(std::string_view input,
                                                 const RequestLimits& limits) {
  std::string_view line;
  switch (FindLine(input, '\r', limits.inline_bytes_max, &line)) {
    case LineStatus::kIncomplete:
      return DecodeStatus::kIncomplete;
    case LineStatus::kTooLong:
      return Fail("Protocol error: too big mbulk count string");
    case LineStatus::kLine:
      break;
  }
  const auto count = ParseWireInteger(line.substr(1));
  if (!count || *count > limits.arguments_max)
    return Fail("Protocol error: invalid multibulk length");
  if (!limits.authenticated && *count > kUnauthenticatedArgumentsMax) {
    return Fail("Protocol error: unauthenticated multibulk length");
  }
  position_ += line.size() + kLineEndBytes;
  arguments_left_ = std::max<int64_t>(*count, 0);
  arguments_ = static_cast<size_t>(arguments_left_);
  stage_ = Stage::kBulkLength;
  return DecodeStatus::kRequest;
}

DecodeStatus RequestDecoder::DecodeBulkLength(std::string_view input, const RequestLimits& limits) {
  std::string_view line;
  switch (FindLine(input, '\r', limits.inline_bytes_max, &line)) {
    case LineStatus::kIncomplete:
      return DecodeStatus::kIncomplete;
    case LineStatus::kTooLong:
      return Fail("Protocol error: too big bulk count string");
    case LineStatus::kLine:
      break;
  }
  // An empty line has its CR where the '$' should be.
  if (input[position_] != '$') {
    return Fail(std::string("Protocol error: expected '$', got '") + input[position_] + "'");
  }
  const auto length = ParseWireInteger(line.substr(1));
  if (!length || *length < 0 || *length > limits.bulk_bytes_max) {
    return Fail("Protocol error: invalid bulk length");
  }
  if (!limits.authenticated && *length > kUnauthenticatedBulkBytesMax) {
    return Fail("Protocol error: unauthenticated bulk length");
  }
  position_ += line.size() + kLineEndBytes;
  bulk_bytes_ = static_cast<size_t>(*length);
  stage_ = Stage::kBulkBody;
  return DecodeStatus::kRequest;
}

RequestDecoder::LineStatus RequestDecoder::FindLine(std::string_view input, char line_end,
                                                    size_t bytes_max, std::string_view* line) {
  const std::string_view rest = input.substr(position_);
  const size_t scan_end = std::min(rest.size(), bytes_max + 1);
  const size_t found = rest.substr(0, scan_end).find(line_end, line_scanned_);
  if (found == std::string_view::npos) {
    if (rest.size() > bytes_max) return LineStatus::kTooLong;
    line_scanned_ = rest.size();
    bytes_wanted_ = input.size() + 1;
    return LineStatus::kIncomplete;
  }
  line_scanned_ = found;
  // Behind a CR comes the LF, which must have arrived as well.
  if (line_end == '\r' && found + kLineEndBytes > rest.size()) {
    bytes_wanted_ = position_ + found + kLineEndBytes;
    return LineStatus::kIncomplete;
  }
  line_scanned_ = 0;
  *line = rest.substr(0, found);
  return LineStatus::kLine;
}

DecodeStatus RequestDecoder::Fail(std::string text) {
  error_ = std::move(text);
  return DecodeStatus::kError;
}

void RequestDecoder::Reset() {
  stage_ = Stage::kStart;
  position_ = 0;
  line_scanned_ = 0;
  bytes_wanted_ = 1;
  arguments_ = 0;
  arguments_left_ = 0;
  bulk_bytes_ = 0;
  error_.clear();
}

}  // namespace protocol::resp
