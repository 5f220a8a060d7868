#include "server/transactions/watched_keys.h"

#include <algorithm>

#include "server/engine_state.h"
#include "storage/base/check.h"

namespace server {

size_t WatchedKeys::Hash::operator()(const KeyView& name) const {
  return owner->engine_.keyspace.hasher()(name.key) + static_cast<size_t>(name.database);
}

bool WatchedKeys::Exists(int database, std::string_view key) {
  storage::Keyspace& keyspace = engine_.keyspace;
  return static_cast<bool>(keyspace.database(database).Find(keyspace.MakeKey(key), storage::kPeek));
}

void WatchedKeys::Watch(Client& client, std::string_view key) {
  const bool existed = Exists(client.database, key);
  auto found = watchers_.find(KeyView{client.database, key});
  if (found != watchers_.end()) {
    const auto& there = found->second;
    const bool is_watched = std::any_of(there.begin(), there.end(),
                                        [&](const Watcher& w) { return w.client == &client; });
    if (is_watched) return;
  }
  if (watchers_.empty()) engine_.feed.AddWatcher(this);
  Transaction& transaction = client.GetTransaction();
  if (transaction.watched.empty()) ++clients_;
  transaction.watched.push_back({client.database, std::string(key), existed});
  watchers_[KeyName{client.database, std::string(key)}].push_back({&client, existed});
}

void WatchedKeys::Unwatch(Client& client) {
  client.set(kWatchIsBroken, false);
  if (client.transaction == nullptr || client.transaction->watched.empty()) return;
  for (const WatchedKey& watched : client.transaction->watched) {
    const auto found = watchers_.find(KeyView{watched.database, watched.key});
    CHECK_INVARIANT(found != watchers_.end());
    std::erase_if(found->second, [&](const Watcher& w) { return w.client == &client; });
    if (found->second.empty()) watchers_.erase(found);
  }
  client.transaction->watched = {};
  --clients_;
  if (watchers_.empty()) engine_.feed.RemoveWatcher(this);
}

void WatchedKeys::NoteExpired(Client& client) {
  if (client.transaction == nullptr) return;
  for (const WatchedKey& watched : client.transaction->watched) {
    if (client.is(kWatchIsBroken)) return;
    const bool is_gone = watched.existed && !Exists(watched.database, watched.key);
    if (is_gone) client.set(kWatchIsBroken, true);
  }
}

void WatchedKeys::OnKeyChanged(int database, std::string_view key) {
  const auto found = watchers_.find(KeyView{database, key});
  if (found == watchers_.end()) return;
  for (const Watcher& watcher : found->second) {
    if (engine_.feed.is_expiring() && !watcher.existed) continue;
    watcher.client->set(kWatchIsBroken, true);
  }
}

void WatchedKeys::OnDatabaseChanged(int database) {
  for (const auto& [name, watchers] : watchers_) {
    if (database != -1 && name.database != database) continue;
    const bool exists = Exists(name.database, name.key);
    for (const Watcher& watcher : watchers) {
      if (exists || watcher.existed) watcher.client->set(kWatchIsBroken, true);
    }
  }
}

void WatchedKeys::CheckInvariants() const {
  size_t places = 0;
  size_t listed = 0;
  size_t watching = 0;
  for (const auto& [name, watchers] : watchers_) {
    CHECK_INVARIANT(!watchers.empty());
    places += watchers.size();
  }
  for (const auto& [id, session] : engine_.clients) {
    const Transaction* transaction = session->client.transaction.get();
    if (transaction == nullptr || transaction->watched.empty()) continue;
    ++watching;
    listed += transaction->watched.size();
    for (const WatchedKey& watched : transaction->watched) {
      const auto found = watchers_.find(KeyView{watched.database, watched.key});
      CHECK_INVARIANT(found != watchers_.end());
    }
  }
  CHECK_INVARIANT(places == listed && watching == clients_);
}

}  // namespace server
