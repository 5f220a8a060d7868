#include "protocol/resp/stored_request.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace protocol::resp {
namespace {

constexpr uint64_t kArgumentsMax = uint64_t{1} << 31;
constexpr uint64_t kBulkBytesMax = uint64_t{1} << 40;
constexpr size_t kDigitsMax = 13;

using Status = StoredRequest::Status;

// "<type>digits\r\n" at `position`.
Status TakeLength(char type, uint64_t max, std::string_view bytes, size_t& position,
                  uint64_t& length) {
  size_t at = position;
  if (at == bytes.size()) return Status::kIncomplete;
  if (bytes[at++] != type) return Status::kMalformed;
  const size_t digits = at;
  uint64_t value = 0;
  while (at < bytes.size() && bytes[at] >= '0' && bytes[at] <= '9') {
    value = value * 10 + static_cast<uint64_t>(bytes[at++] - '0');
    if (at - digits > kDigitsMax) return Status::kMalformed;
  }
  if (at == bytes.size()) return value > max ? Status::kMalformed : Status::kIncomplete;
  if (at == digits || value > max || bytes[at] != '\r') return Status::kMalformed;
  if (bytes[digits] == '0' && at - digits > 1) return Status::kMalformed;
  if (at + 1 == bytes.size()) return Status::kIncomplete;
  if (bytes[at + 1] != '\n') return Status::kMalformed;
  position = at + 2;
  length = value;
  return Status::kWhole;
}

// Room for what AppendLength writes.
constexpr size_t kLengthLineBytes = 24;

char* WriteLength(char* to, char type, size_t length) {
  *to++ = type;
  if (length < 10) {
    *to++ = static_cast<char>('0' + length);
  } else {
    to = std::to_chars(to, to + 20, length).ptr;
  }
  *to++ = '\r';
  *to++ = '\n';
  return to;
}

}  // namespace

Status StoredRequest::Read(std::string_view bytes) {
  arguments_.clear();
  size_t position = 0;
  uint64_t count = 0;
  if (const Status status = TakeLength('*', kArgumentsMax, bytes, position, count);
      status != Status::kWhole) {
    return status;
  }
  if (count == 0) return Status::kMalformed;
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t length = 0;
    if (const Status status = TakeLength('$', kBulkBytesMax, bytes, position, length);
        status != Status::kWhole) {
      return status;
    }
    const size_t left = bytes.size() - position;
    if (left > length && bytes[position + length] != '\r') return Status::kMalformed;
    if (left > length + 1 && bytes[position + length + 1] != '\n') return Status::kMalformed;
    if (left < length + 2) return Status::kIncomplete;
    arguments_.push_back(bytes.substr(position, length));
    position += length + 2;
  }
  bytes_ = position;
  return Status::kWhole;
}

void AppendStoredRequest(std::span<const std::string_view> arguments, std::string& out) {
  size_t room = kLengthLineBytes;
  for (const std::string_view argument : arguments) room += kLengthLineBytes + argument.size() + 2;
  const size_t before = out.size();
  // Grows by doubling; what is not needed of the room is taken back without being written.
  if (out.capacity() - before < room) out.reserve(std::max(out.capacity() * 2, before + room));
  out.resize_and_overwrite(before + room, [&](char* data, size_t) {
    char* to = WriteLength(data + before, '*', arguments.size());
    for (const std::string_view argument : arguments) {
      to = WriteLength(to, '$', argument.size());
      if (!argument.empty()) std::memcpy(to, argument.data(), argument.size());
      to += argument.size();
      *to++ = '\r';
      *to++ = '\n';
    }
    return static_cast<size_t>(to - data);
  });
}

}  // namespace protocol::resp
