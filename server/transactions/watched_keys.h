// WatchedKeys: WATCH. Who watches which key, so that EXEC refuses to run when one has changed.
//
// It follows the change feed, but only while somebody watches. A change only sets a bit of each
// watcher (kWatchIsBroken); the lists change with WATCH and with the end of the transaction.
//
// What counts as a change: whatever a command notes, the client's own commands included; that the
// key expired, also when nobody has removed it yet; a flush or swap of its database if the key was
// there, or is there now. That a key expired which WATCH had found expired is none.
//
// Cost: a change of a key costs a lookup while anybody watches anything.
//
// Invariants, verified by CheckInvariants(): each watched key of a client has exactly one place in
// watchers_, and no list there is empty.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/change_feed.h"
#include "server/client/client.h"

namespace server {

struct EngineState;

class WatchedKeys final : public KeyWatcher {
 public:
  explicit WatchedKeys(EngineState& engine) : engine_(engine) {}

  // Of the client's database. Watching a key again changes nothing.
  void Watch(Client& client, std::string_view key);
  // Forgets all keys of the client, and that one has changed. Safe at any time.
  void Unwatch(Client& client);
  // Before EXEC: a key that has expired since WATCH has changed.
  void NoteExpired(Client& client);

  // Keys that somebody watches, and clients that watch.
  size_t keys() const { return watchers_.size(); }
  size_t clients() const { return clients_; }

  void OnKeyChanged(int database, std::string_view key) override;
  void OnDatabaseChanged(int database) override;

  void CheckInvariants() const;

 private:
  struct KeyName {
    int database;
    std::string key;
  };
  struct KeyView {
    int database;
    std::string_view key;
  };
  // Seeded, since clients choose the keys.
  struct Hash {
    using is_transparent = void;
    const WatchedKeys* owner;
    size_t operator()(const KeyView& name) const;
    size_t operator()(const KeyName& name) const {
      return (*this)(KeyView{name.database, name.key});
    }
  };
  struct Equal {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return a.database == b.database && std::string_view(a.key) == std::string_view(b.key);
    }
  };
  struct Watcher {
    Client* client;
    bool existed;
  };

  bool Exists(int database, std::string_view key);

  EngineState& engine_;
  std::unordered_map<KeyName, std::vector<Watcher>, Hash, Equal> watchers_{0, Hash{this}};
  size_t clients_ = 0;
};

}  // namespace server
