// A second reply decoder: recursive, whole input or nothing, no limits but those of its callers'
// inputs. Tests and fuzz targets compare the real one with it.
#pragma once

#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/resp/reply_decoder.h"

namespace test_support {

class NaiveReplyDecoder {
 public:
  using Reply = protocol::resp::Reply;
  using Type = protocol::resp::ReplyType;
  using Status = protocol::resp::ReplyStatus;

  explicit NaiveReplyDecoder(std::string_view input) : input_(input) {}

  // kReply: `*reply` and wire_bytes() are set.
  Status Decode(Reply* reply) {
    std::string line;
    if (const Status status = TakeLine(&line); status != Status::kReply) return status;
    if (line.empty()) return Status::kError;
    reply->type = static_cast<Type>(line[0]);
    line.erase(0, 1);
    if (std::string_view("+-:_#,(").find(static_cast<char>(reply->type)) !=
        std::string_view::npos) {
      return DecodeScalar(line, reply);
    }
    int64_t count = 0;
    if (!ParseInteger(line, &count)) return Status::kError;
    switch (reply->type) {
      case Type::kBulk:
      case Type::kBulkError:
      case Type::kVerbatim:
        return DecodeBulk(count, reply);
      case Type::kArray:
      case Type::kSet:
      case Type::kPush:
        return DecodeElements(count, 1, reply);
      case Type::kMap:
        return DecodeElements(count, 2, reply);
      case Type::kAttribute:
        return DecodeAttribute(count, reply);
      default:
        return Status::kError;
    }
  }

  size_t wire_bytes() const { return at_; }

 private:
  Status TakeLine(std::string* line) {
    const size_t end = input_.find('\r', at_);
    if (end == std::string_view::npos || end + 1 == input_.size()) return Status::kIncomplete;
    if (input_[end + 1] != '\n') return Status::kError;
    *line = input_.substr(at_, end - at_);
    at_ = end + 2;
    return Status::kReply;
  }

  static bool ParseInteger(const std::string& text, int64_t* value) {
    *value = std::atoll(text.c_str());
    return std::to_string(*value) == text;
  }

  static Status If(bool good) { return good ? Status::kReply : Status::kError; }

  static Status DecodeScalar(const std::string& line, Reply* reply) {
    switch (reply->type) {
      case Type::kSimple:
      case Type::kError:
        reply->text = line;
        return If(line.find('\n') == std::string::npos);
      case Type::kInteger:
        return If(
            ParseInteger(line.starts_with('+') && !line.starts_with("+-") ? line.substr(1) : line,
                         &reply->integer));
      case Type::kNull:
        reply->is_null = true;
        return If(line.empty());
      case Type::kBoolean:
        reply->integer = line == "t";
        return If(line == "t" || line == "f");
      case Type::kDouble: {
        reply->text = line;
        if (line == "inf" || line == "-inf" || line == "nan" || line == "-nan")
          return Status::kReply;
        char* end = nullptr;
        errno = 0;
        reply->number = std::strtod(line.c_str(), &end);
        if (errno == ERANGE && (std::isinf(reply->number) || reply->number == 0))
          return Status::kError;
        const char first = line[line.starts_with('-') ? 1 : 0];
        const bool is_decimal = line.find_first_not_of("0123456789+-.eE") == std::string::npos;
        return If(is_decimal && first >= '0' && first <= '9' && end == line.c_str() + line.size());
      }
      default: {
        reply->text = line;
        const std::string digits =
            line.substr(line.starts_with('-') || line.starts_with('+') ? 1 : 0);
        return If(!digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos);
      }
    }
  }

  Status DecodeBulk(int64_t length, Reply* reply) {
    if (length == -1 && reply->type == Type::kBulk) {
      reply->is_null = true;
      return Status::kReply;
    }
    if (length < 0) return Status::kError;
    const size_t bytes = static_cast<size_t>(length);
    if (input_.size() - at_ < 2 || input_.size() - at_ - 2 < bytes) return Status::kIncomplete;
    reply->text = input_.substr(at_, bytes);
    at_ += bytes + 2;
    if (input_.substr(at_ - 2, 2) != "\r\n") return Status::kError;
    if (reply->type != Type::kVerbatim) return Status::kReply;
    if (bytes < 4 || reply->text[3] != ':') return Status::kError;
    reply->format = reply->text.substr(0, 3);
    reply->text.erase(0, 4);
    return Status::kReply;
  }

  Status DecodeElements(int64_t count, int64_t each, Reply* reply) {
    if (count == -1 && reply->type == Type::kArray) {
      reply->is_null = true;
      return Status::kReply;
    }
    if (count < 0) return Status::kError;
    for (int64_t i = 0; i < count * each; ++i) {
      Reply element;
      if (const Status status = Decode(&element); status != Status::kReply) return status;
      reply->elements.push_back(std::move(element));
    }
    return Status::kReply;
  }

  // `*reply` is the attribute; afterwards it is the value that it stands before.
  Status DecodeAttribute(int64_t count, Reply* reply) {
    if (const Status status = DecodeElements(count, 2, reply); status != Status::kReply)
      return status;
    Reply value;
    if (const Status status = Decode(&value); status != Status::kReply) return status;
    value.attributes.insert(value.attributes.begin(), reply->elements.begin(),
                            reply->elements.end());
    *reply = std::move(value);
    return Status::kReply;
  }

  std::string_view input_;
  size_t at_ = 0;
};

}  // namespace test_support
