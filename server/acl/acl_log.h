// AclLog: what was refused, for ACL LOG. Refusals that say the same within a minute are one entry
// with a count, so that a client in a loop does not push the others out.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

namespace server {

class AclLog {
 public:
  struct Entry {
    std::string reason;   // "command", "key", "channel", "auth"
    std::string context;  // "toplevel", "multi"
    std::string object;   // what was refused
    std::string user;
    std::string client_line;
    uint64_t count = 1;
    uint64_t id = 0;
    int64_t created_ms = 0;
    int64_t updated_ms = 0;
  };

  // Keeps at most `length_max` entries, this one included.
  void Add(Entry entry, int64_t now_ms, size_t length_max);
  void Shorten(size_t length_max);
  void Reset() { entries_.clear(); }
  // The newest first.
  const std::deque<Entry>& entries() const { return entries_; }

 private:
  std::deque<Entry> entries_;
  uint64_t next_id_ = 0;
};

}  // namespace server
