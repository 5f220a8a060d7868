#include "server/transactions/queued_requests.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "server/dispatch/command_table.h"
#include "storage/base/check.h"

namespace server {
namespace {

constexpr size_t kFirstBytes = 1024;
// What an empty queue may keep.
constexpr size_t kKeptBytes = 4096;
constexpr size_t kAlignment = alignof(std::max_align_t) / 2;

constexpr size_t RoundedUp(size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

QueuedRequests::~QueuedRequests() {
  std::free(data_);
}

bool QueuedRequests::Grow(size_t needed) {
  for (const size_t wanted : {std::max({needed, capacity_ * 2, kFirstBytes}), needed}) {
    void* grown = std::realloc(data_, wanted);
    if (grown == nullptr) continue;
    data_ = static_cast<char*>(grown);
    capacity_ = wanted;
    return true;
  }
  return false;
}

bool QueuedRequests::Add(const CommandInTable& command, std::span<const std::string_view> arguments,
                         const storage::Key& key) {
  Header header = {.command = &command,
                   .key_hash = key.hash,
                   .argument_bytes = 0,
                   .argument_count = static_cast<uint32_t>(arguments.size()),
                   .key_index = 0};
  for (const std::string_view argument : arguments) header.argument_bytes += argument.size();
  const auto first_key = static_cast<size_t>(command.first_key);
  const bool has_key = key.bytes.data() != nullptr && first_key < arguments.size();
  if (has_key && arguments[first_key].data() == key.bytes.data()) {
    header.key_index = static_cast<uint32_t>(first_key);
  }
  const size_t bytes =
      RoundedUp(sizeof header + arguments.size() * sizeof(size_t) + header.argument_bytes);
  if (capacity_ - size_ < bytes && !Grow(size_ + bytes)) return false;
  char* to = data_ + size_;
  std::memcpy(to, &header, sizeof header);
  char* lengths = to + sizeof header;
  to = lengths + arguments.size() * sizeof(size_t);
  for (const std::string_view argument : arguments) {
    const size_t length = argument.size();
    std::memcpy(lengths, &length, sizeof length);
    lengths += sizeof length;
    if (length > 0) std::memcpy(to, argument.data(), length);
    to += length;
  }
  size_ += bytes;
  ++count_;
  command_flags_ |= command.spec->flags;
  return true;
}

QueuedRequests::Position QueuedRequests::Read(Position position, Request& request) const {
  CHECK_INVARIANT(position < size_);
  Header header;
  std::memcpy(&header, data_ + position, sizeof header);
  const char* lengths = data_ + position + sizeof header;
  const char* from = lengths + header.argument_count * sizeof(size_t);
  request.command = header.command;
  request.argument_bytes = header.argument_bytes;
  request.arguments.clear();
  for (uint32_t i = 0; i < header.argument_count; ++i) {
    size_t length;
    std::memcpy(&length, lengths + i * sizeof length, sizeof length);
    request.arguments.emplace_back(from, length);
    from += length;
  }
  request.key = storage::Key();
  if (header.key_index != 0) {
    request.key = {request.arguments[header.key_index], header.key_hash};
  }
  return position + RoundedUp(static_cast<size_t>(from - (data_ + position)));
}

void QueuedRequests::Clear() {
  size_ = count_ = 0;
  command_flags_ = 0;
  if (capacity_ <= kKeptBytes) return;
  std::free(data_);
  data_ = nullptr;
  capacity_ = 0;
}

}  // namespace server
