// QueuedRequests: what a client sent between MULTI and EXEC, end to end in one buffer.
//
// A queued request costs a copy of its bytes and nothing else: no allocation, and no second look
// at its command or at the hash of its first key.
//
//   request   +-------------------------+-----------------+-----------------+---------+
//             | command, hash, count    | length x count  | argument bytes  | padding |
//             |  Header, 32 bytes       |  8 bytes each   |                 | to 8    |
//             +-------------------------+-----------------+-----------------+---------+
//
// Cost: Add is a copy, Clear keeps one small buffer for the next transaction.
// Lifetime: views into arguments are good until the next Add or Clear.
// Memory: the client chooses how much, so Add may refuse; then nothing has changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "storage/keyspace/database.h"

namespace server {

struct CommandInTable;

class QueuedRequests {
 public:
  struct Request {
    const CommandInTable* command = nullptr;
    std::vector<std::string_view> arguments;
    storage::Key key;  // the first one with its hash, if it was known
    size_t argument_bytes = 0;
  };
  // A place between two requests; 0 is before the first.
  using Position = size_t;

  QueuedRequests() = default;
  QueuedRequests(const QueuedRequests&) = delete;
  QueuedRequests& operator=(const QueuedRequests&) = delete;
  ~QueuedRequests();

  // `key` is one of the arguments, or empty. False when there is no memory.
  [[nodiscard]] bool Add(const CommandInTable& command, std::span<const std::string_view> arguments,
                         const storage::Key& key);
  // Reads the request at `position` into `request`, and returns the position behind it.
  Position Read(Position position, Request& request) const;
  void Clear();

  size_t count() const { return count_; }
  Position end() const { return size_; }
  // Of all queued commands together.
  uint32_t command_flags() const { return command_flags_; }
  size_t memory() const { return capacity_; }
  std::string_view bytes() const { return {data_, size_}; }

 private:
  struct Header {
    const CommandInTable* command;
    uint64_t key_hash;
    uint64_t argument_bytes;
    uint32_t argument_count;
    uint32_t key_index;  // 0: the key's hash is not known
  };
  static_assert(sizeof(Header) == 32);

  bool Grow(size_t needed);

  char* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
  size_t count_ = 0;
  uint32_t command_flags_ = 0;
};

}  // namespace server
