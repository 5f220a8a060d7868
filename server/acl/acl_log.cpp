#include "server/acl/acl_log.h"

#include <algorithm>
#include <utility>

namespace server {
namespace {

constexpr int64_t kGroupedWithinMs = 60'000;
constexpr size_t kLookedAtMax = 10;

bool SaysTheSame(const AclLog::Entry& a, const AclLog::Entry& b) {
  return a.reason == b.reason && a.context == b.context && a.object == b.object && a.user == b.user;
}

}  // namespace

void AclLog::Add(Entry entry, int64_t now_ms, size_t length_max) {
  entry.updated_ms = now_ms;
  const auto end =
      entries_.begin() + static_cast<std::ptrdiff_t>(std::min(kLookedAtMax, entries_.size()));
  const auto same = std::find_if(entries_.begin(), end, [&](const Entry& old) {
    return now_ms - old.updated_ms <= kGroupedWithinMs && SaysTheSame(old, entry);
  });
  if (same != end) {
    entry.count = same->count + 1;
    entry.id = same->id;
    entry.created_ms = same->created_ms;
    entries_.erase(same);
  } else {
    entry.id = next_id_++;
    entry.created_ms = now_ms;
  }
  entries_.push_front(std::move(entry));
  Shorten(length_max);
}

void AclLog::Shorten(size_t length_max) {
  while (entries_.size() > length_max) entries_.pop_back();
}

}  // namespace server
