// A second request decoder, written for the eye instead of the clock: it looks at the whole input
// each time, copies freely and has one path. Tests and fuzz targets compare the real one with it.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/resp/inline_request.h"
#include "protocol/resp/request_decoder.h"

namespace test_support {

struct NaiveRequest {
  protocol::resp::DecodeStatus status = protocol::resp::DecodeStatus::kIncomplete;
  std::vector<std::string> arguments;
  size_t wire_bytes = 0;
  std::string error;
};

class NaiveRequestDecoder {
 public:
  using Status = protocol::resp::DecodeStatus;

  NaiveRequestDecoder(std::string_view input, const protocol::resp::RequestLimits& limits)
      : input_(input), limits_(limits) {}

  NaiveRequest Decode() {
    if (input_.empty()) return {};
    NaiveRequest request = input_[0] == '*' ? DecodeMultibulk() : DecodeInline();
    if (request.status == Status::kRequest && !request.arguments.empty()) {
      std::string word = request.arguments[0];
      for (char& byte : word)
        byte = byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : byte;
      if (word == "post" || word == "host:") request.status = Status::kHttp;
    }
    return request;
  }

 private:
  static NaiveRequest Error(const std::string& text) {
    return {Status::kError, {}, 0, "Protocol error: " + text};
  }

  // Digits as std::to_string writes them, or anything that is refused.
  static bool ParseLength(std::string_view text, int64_t* value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
    if (error != std::errc() || end != text.data() + text.size()) return false;
    return std::to_string(*value) == text;
  }

  NaiveRequest DecodeInline() {
    const size_t end = input_.find('\n');
    if (end > limits_.inline_bytes_max) {
      return input_.size() > limits_.inline_bytes_max ? Error("too big inline request")
                                                      : NaiveRequest{};
    }
    std::string_view line = input_.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const auto words = protocol::resp::SplitQuoted(line);
    if (!words) return Error("unbalanced quotes in request");
    return {Status::kRequest, *words, end + 1, ""};
  }

  // The line at position_, up to the CR and with the LF behind it. kRequest stands for "here it
  // is".
  Status TakeLine(std::string* line) {
    const size_t length = input_.substr(position_).find('\r');
    if (length > limits_.inline_bytes_max) {
      return input_.size() - position_ > limits_.inline_bytes_max ? Status::kError
                                                                  : Status::kIncomplete;
    }
    if (position_ + length + 2 > input_.size()) return Status::kIncomplete;
    *line = input_.substr(position_, length);
    return Status::kRequest;
  }

  NaiveRequest DecodeMultibulk() {
    std::string line;
    if (const Status status = TakeLine(&line); status != Status::kRequest) {
      return status == Status::kError ? Error("too big mbulk count string") : NaiveRequest{};
    }
    int64_t count = 0;
    if (!ParseLength(line.substr(1), &count) || count > limits_.arguments_max) {
      return Error("invalid multibulk length");
    }
    if (!limits_.authenticated && count > 10) return Error("unauthenticated multibulk length");
    position_ += line.size() + 2;
    NaiveRequest request{Status::kRequest, {}, 0, ""};
    for (; count > 0; --count) {
      const NaiveRequest bulk = TakeBulk();
      if (bulk.status != Status::kRequest) return bulk;
      request.arguments.push_back(bulk.arguments[0]);
    }
    request.wire_bytes = position_;
    return request;
  }

  NaiveRequest TakeBulk() {
    std::string line;
    if (const Status status = TakeLine(&line); status != Status::kRequest) {
      return status == Status::kError ? Error("too big bulk count string") : NaiveRequest{};
    }
    const char type = input_[position_];
    if (type != '$') return Error(std::string("expected '$', got '") + type + "'");
    int64_t length = 0;
    if (!ParseLength(line.substr(1), &length) || length < 0 || length > limits_.bulk_bytes_max) {
      return Error("invalid bulk length");
    }
    if (!limits_.authenticated && length > 16384) return Error("unauthenticated bulk length");
    const size_t body = position_ + line.size() + 2;
    const size_t bytes = static_cast<size_t>(length);
    if (input_.size() < body + bytes + 2) return {};
    position_ = body + bytes + 2;
    return {Status::kRequest, {std::string(input_.substr(body, bytes))}, 0, ""};
  }

  std::string_view input_;
  protocol::resp::RequestLimits limits_;
  size_t position_ = 0;
};

}  // namespace test_support
