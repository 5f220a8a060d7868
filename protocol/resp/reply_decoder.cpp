#include "protocol/resp/reply_decoder.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "protocol/resp/wire_integer.h"

namespace protocol::resp {
namespace {

constexpr size_t kLineEndBytes = 2;  // CR LF
constexpr size_t kFormatBytes = 3;   // "txt" or "mkd", before the ':' of a verbatim string

bool IsDigit(char byte) {
  return byte >= '0' && byte <= '9';
}

std::optional<int64_t> ParseInteger(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  return ParseWireInteger(text);
}

std::optional<double> ParseDouble(std::string_view text) {
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  if (text == "nan" || text == "-nan") return std::numeric_limits<double>::quiet_NaN();
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || !IsDigit(digits.front())) return std::nullopt;
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

bool IsBigNumber(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

}  // namespace

bool Reply::operator==(const Reply& other) const {
  return type == other.type && is_null == other.is_null && integer == other.integer &&
         text == other.text && format == other.format && elements == other.elements &&
         attributes == other.attributes;
}

ReplyStatus ReplyDecoder::Decode(std::string_view input, const ReplyLimits& limits, Reply* reply,
                                 size_t* wire_bytes) {
  if (input.size() < bytes_wanted_) return ReplyStatus::kIncomplete;
  for (;;) {
    Reply value;
    switch (DecodeValue(input, limits, &value)) {
      case Step::kOpened:
        continue;
      case Step::kIncomplete:
        return ReplyStatus::kIncomplete;
      case Step::kError:
        return ReplyStatus::kError;
      case Step::kValue:
        break;
    }
    if (!Finishes(&value)) continue;
    *reply = std::move(value);
    *wire_bytes = position_;
    Reset();
    return ReplyStatus::kReply;
  }
}

ReplyDecoder::Step ReplyDecoder::DecodeValue(std::string_view input, const ReplyLimits& limits,
                                             Reply* value) {
  const std::string_view rest = input.substr(position_);
  const size_t scan_end = std::min(rest.size(), limits.line_bytes_max + 1);
  const size_t line_bytes = rest.substr(0, scan_end).find('\r', line_scanned_);
  if (line_bytes == std::string_view::npos) {
    if (rest.size() > limits.line_bytes_max) return Fail("line is too long");
    line_scanned_ = rest.size();
    bytes_wanted_ = input.size() + 1;
    return Step::kIncomplete;
  }
  line_scanned_ = line_bytes;
  if (rest.size() < line_bytes + kLineEndBytes) {
    bytes_wanted_ = input.size() + 1;
    return Step::kIncomplete;
  }
  if (rest[line_bytes + 1] != '\n') return Fail("CR without LF");
  if (line_bytes == 0) return Fail("line without a type");

  const std::string_view line = rest.substr(0, line_bytes);
  value->type = static_cast<ReplyType>(line.front());
  const bool is_bulk = value->type == ReplyType::kBulk || value->type == ReplyType::kBulkError ||
                       value->type == ReplyType::kVerbatim;
  const Step step = is_bulk ? DecodeBulk(input, line.substr(1), limits, value)
                            : DecodeLine(line.substr(1), limits, value);
  if (step == Step::kIncomplete || step == Step::kError) return step;
  // A bulk string has moved position_ over its body already.
  position_ += line_bytes + kLineEndBytes;
  line_scanned_ = 0;
  if (position_ > limits.reply_bytes_max) return Fail("reply is too long");
  if (++values_ > limits.values_max) return Fail("reply has too many values");
  return step;
}

ReplyDecoder::Step ReplyDecoder::DecodeLine(std::string_view line, const ReplyLimits& limits,
                                            Reply* value) {
  switch (value->type) {
    case ReplyType::kSimple:
    case ReplyType::kError:
      if (line.find('\n') != std::string_view::npos) return Fail("LF without CR");
      value->text = line;
      return Step::kValue;
    case ReplyType::kInteger: {
      const auto integer = ParseInteger(line);
      if (!integer) return Fail("malformed integer");
      value->integer = *integer;
      return Step::kValue;
    }
    case ReplyType::kNull:
      value->is_null = true;
      return line.empty() ? Step::kValue : Fail("malformed null");
    case ReplyType::kBoolean:
      value->integer = line == "t" ? 1 : 0;
      return line == "t" || line == "f" ? Step::kValue : Fail("malformed boolean");
    case ReplyType::kDouble: {
      const auto number = ParseDouble(line);
      if (!number) return Fail("malformed double");
      value->number = *number;
      value->text = line;
      return Step::kValue;
    }
    case ReplyType::kBigNumber:
      value->text = line;
      return IsBigNumber(line) ? Step::kValue : Fail("malformed big number");
    case ReplyType::kArray:
    case ReplyType::kMap:
    case ReplyType::kSet:
    case ReplyType::kPush:
    case ReplyType::kAttribute:
      return OpenAggregate(line, limits, value);
    case ReplyType::kBulk:
    case ReplyType::kBulkError:
    case ReplyType::kVerbatim:
      break;
  }
  return Fail("unknown type");
}

ReplyDecoder::Step ReplyDecoder::DecodeBulk(std::string_view input, std::string_view length_text,
                                            const ReplyLimits& limits, Reply* value) {
  const auto length = ParseWireInteger(length_text);
  if (length == -1 && value->type == ReplyType::kBulk) {
    value->is_null = true;
    return Step::kValue;
  }
  if (!length || *length < 0) return Fail("malformed bulk length");
  const size_t body_bytes = static_cast<size_t>(*length);
  if (body_bytes > limits.bulk_bytes_max) return Fail("bulk string is too long");
  const size_t body = position_ + 1 + length_text.size() + kLineEndBytes;
  if (body + body_bytes > limits.reply_bytes_max) return Fail("reply is too long");
  if (input.size() < body + body_bytes + kLineEndBytes) {
    bytes_wanted_ = body + body_bytes + kLineEndBytes;
    return Step::kIncomplete;
  }
  if (input.substr(body + body_bytes, kLineEndBytes) != "\r\n")
    return Fail("bulk string without its end");
  std::string_view text = input.substr(body, body_bytes);
  if (value->type == ReplyType::kVerbatim) {
    if (body_bytes <= kFormatBytes || text[kFormatBytes] != ':')
      return Fail("malformed verbatim string");
    value->format = text.substr(0, kFormatBytes);
    text.remove_prefix(kFormatBytes + 1);
  }
  value->text = text;
  position_ += body_bytes + kLineEndBytes;
  return Step::kValue;
}

ReplyDecoder::Step ReplyDecoder::OpenAggregate(std::string_view count_text,
                                               const ReplyLimits& limits, Reply* value) {
  const auto count = ParseWireInteger(count_text);
  if (count == -1 && value->type == ReplyType::kArray) {
    value->is_null = true;
    return Step::kValue;
  }
  if (!count || *count < 0) return Fail("malformed count");
  // Checked before doubling, so that a map's count cannot overflow.
  if (static_cast<uint64_t>(*count) > limits.values_max) return Fail("reply has too many values");
  const bool has_pairs = value->type == ReplyType::kMap || value->type == ReplyType::kAttribute;
  const size_t elements = static_cast<size_t>(*count) * (has_pairs ? 2 : 1);
  if (elements == 0) return value->type == ReplyType::kAttribute ? Step::kOpened : Step::kValue;
  if (open_.size() == limits.depth_max) return Fail("reply is too deep");
  open_.push_back({std::move(*value), elements, {}});
  return Step::kOpened;
}

bool ReplyDecoder::Finishes(Reply* value) {
  for (;;) {
    value->attributes = std::exchange(PendingAttributes(), {});
    if (open_.empty()) return true;
    Open& parent = open_.back();
    parent.reply.elements.push_back(std::move(*value));
    if (--parent.elements_left > 0) return false;
    *value = std::move(parent.reply);
    open_.pop_back();
    if (value->type == ReplyType::kAttribute) {
      std::vector<Reply>& pending = PendingAttributes();
      std::move(value->elements.begin(), value->elements.end(), std::back_inserter(pending));
      return false;
    }
  }
}

ReplyDecoder::Step ReplyDecoder::Fail(std::string_view text) {
  error_ = text;
  return Step::kError;
}

void ReplyDecoder::Reset() {
  position_ = 0;
  line_scanned_ = 0;
  bytes_wanted_ = 0;
  values_ = 0;
  open_.clear();
  attributes_.clear();
  error_.clear();
}

}  // namespace protocol::resp
