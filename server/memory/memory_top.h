// MemoryTop: which keys, or which prefixes of keys, hold the memory of a database.
//
// A walk over all records, a slice a turn, so that other clients go on; who asked waits. What
// changes meanwhile may be in it or not; what does not is counted once (SCAN's promise).
//
// Keys without end can have prefixes without end. So there is a bound on how many prefixes are
// remembered: when there are twice as many, the smaller half goes into the rest. A prefix that
// holds a noticeable part of the memory comes again and stays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/client/client.h"

namespace storage {
class Record;
}

namespace server {

struct EngineState;

// The counting, a record after the other.
class MemoryRanking {
 public:
  struct Entry {
    std::string name;
    uint64_t bytes = 0;
    uint64_t keys = 0;
  };
  static constexpr size_t kPrefixesMax = 4096;

  // An empty separator ranks keys, another one their prefixes, which end with it.
  MemoryRanking(std::string_view separator, size_t count) : separator_(separator), count_(count) {}

  void Add(std::string_view key, uint64_t bytes);
  bool ranks_prefixes() const { return !separator_.empty(); }
  // The largest first, `count` at most.
  std::vector<Entry> Result();

 private:
  struct Total {
    uint64_t bytes = 0;
    uint64_t keys = 0;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  void AddKey(std::string_view key, uint64_t bytes);
  void AddPrefix(std::string_view key, uint64_t bytes);
  void DropSmallPrefixes();

  std::string separator_;
  size_t count_;
  std::vector<Entry> keys_;  // a heap, the smallest first
  std::unordered_map<std::string, Total, Hash, std::equal_to<>> prefixes_;
};

class MemoryTop {
 public:
  explicit MemoryTop(EngineState& engine) : engine_(engine) {}

  // The client, which is running a request, waits for the reply.
  void Begin(Client& client, std::string_view separator, size_t count);
  bool HasWork() const { return !walks_.empty(); }
  // Goes on with the oldest walk for at most so long, and replies when it is done.
  void RunSlice(int64_t slice_us);

 private:
  struct Walk {
    ClientId client;
    int database;
    uint64_t cursor = 0;
    MemoryRanking ranking;
  };

  void Reply(Walk& walk);
  void Forget(ClientId client);

  EngineState& engine_;
  std::deque<Walk> walks_;
};

}  // namespace server
