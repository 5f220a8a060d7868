#include "server/memory/memory_top.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "server/engine_state.h"
#include "server/memory/used_memory.h"

namespace server {
namespace {

constexpr int kBucketsPerLook = 16;
constexpr int kLooksMax = 1000;

bool IsLarger(const MemoryRanking::Entry& a, const MemoryRanking::Entry& b) {
  return a.bytes != b.bytes ? a.bytes > b.bytes : a.name < b.name;
}

}  // namespace

// --- the ranking --------------------------------------------------------------------------------

void MemoryRanking::Add(std::string_view key, uint64_t bytes) {
  if (ranks_prefixes()) {
    AddPrefix(key, bytes);
  } else {
    AddKey(key, bytes);
  }
}

void MemoryRanking::AddKey(std::string_view key, uint64_t bytes) {
  if (keys_.size() == count_ && bytes <= keys_.front().bytes) return;
  // A table that changes its shape may show a key again.
  for (const Entry& entry : keys_) {
    if (entry.name == key) return;
  }
  if (keys_.size() == count_) {
    std::ranges::pop_heap(keys_, IsLarger);
    keys_.pop_back();
  }
  keys_.push_back({std::string(key), bytes, 1});
  std::ranges::push_heap(keys_, IsLarger);
}

void MemoryRanking::AddPrefix(std::string_view key, uint64_t bytes) {
  const size_t at = key.find(separator_);
  // Keys without the separator are together under the empty prefix.
  const std::string_view prefix =
      at == std::string_view::npos ? std::string_view() : key.substr(0, at + separator_.size());
  auto found = prefixes_.find(prefix);
  if (found == prefixes_.end()) {
    if (prefixes_.size() >= 2 * kPrefixesMax) DropSmallPrefixes();
    found = prefixes_.emplace(prefix, Total()).first;
  }
  found->second.bytes += bytes;
  ++found->second.keys;
}

void MemoryRanking::DropSmallPrefixes() {
  std::vector<uint64_t> sizes;
  sizes.reserve(prefixes_.size());
  for (const auto& [prefix, total] : prefixes_) sizes.push_back(total.bytes);
  const auto middle = sizes.begin() + static_cast<ptrdiff_t>(sizes.size() / 2);
  std::nth_element(sizes.begin(), middle, sizes.end());
  size_t to_drop = sizes.size() / 2;
  for (auto it = prefixes_.begin(); it != prefixes_.end() && to_drop > 0;) {
    if (it->second.bytes > *middle) {
      ++it;
      continue;
    }
    it = prefixes_.erase(it);
    --to_drop;
  }
}

std::vector<MemoryRanking::Entry> MemoryRanking::Result() {
  std::vector<Entry> entries = std::exchange(keys_, {});
  for (const auto& [prefix, total] : prefixes_) {
    entries.push_back({prefix, total.bytes, total.keys});
  }
  const size_t shown = std::min(count_, entries.size());
  std::partial_sort(entries.begin(), entries.begin() + static_cast<ptrdiff_t>(shown), entries.end(),
                    IsLarger);
  entries.resize(shown);
  return entries;
}

// --- the walk -----------------------------------------------------------------------------------

void MemoryTop::Begin(Client& client, std::string_view separator, size_t count) {
  walks_.push_back({client.id, client.database, 0, MemoryRanking(separator, count)});
  engine_.blocked.Block(client,
                        {.what = Wait::For::kWork,
                         .reply_in_vain = [](Client& waiting) { waiting.reply.ArrayHeader(0); },
                         .on_end = [this](ClientId id) { Forget(id); }});
}

void MemoryTop::Forget(ClientId client) {
  std::erase_if(walks_, [&](const Walk& walk) { return walk.client == client; });
}

void MemoryTop::RunSlice(int64_t slice_us) {
  if (walks_.empty()) return;
  Walk& walk = walks_.front();
  const storage::Database& database = engine_.keyspace.database(walk.database);
  const uint64_t begin = engine_.clock.Ticks();
  for (int looks = 0; looks < kLooksMax; ++looks) {
    for (int i = 0; i < kBucketsPerLook; ++i) {
      walk.cursor = database.Scan(walk.cursor, [&](const storage::Record& record) {
        if (!database.IsExpired(record)) walk.ranking.Add(record.key(), KeyMemory(record));
      });
      if (walk.cursor == 0) return Reply(walk);
      database.PrefetchScan(walk.cursor);
    }
    if (engine_.Microseconds(engine_.clock.Ticks() - begin) >= slice_us) return;
  }
}

void MemoryTop::Reply(Walk& walk) {
  const bool shows_keys = walk.ranking.ranks_prefixes();
  const std::vector<MemoryRanking::Entry> entries = walk.ranking.Result();
  // Ends the walk too.
  engine_.blocked.End(walk.client, [&](Client& client) {
    protocol::resp::ReplyWriter& reply = client.reply;
    reply.ArrayHeader(entries.size());
    for (const MemoryRanking::Entry& entry : entries) {
      reply.ArrayHeader(shows_keys ? 3 : 2);
      reply.Bulk(entry.name);
      reply.Integer(static_cast<int64_t>(entry.bytes));
      if (shows_keys) reply.Integer(static_cast<int64_t>(entry.keys));
    }
  });
}

}  // namespace server
