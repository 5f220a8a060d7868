// KeyWaiters: who waits for which key, in order. Blocking commands (BLPOP, BZPOPMIN, ...) use it:
//
//   static RunResult Run(CommandContext& context) {
//     ... something is there: take it, note the change, reply; return Replied();
//     return context.engine().key_waiters.Wait(
//         context, {.type = storage::Type::kList, .keys = keys, .deadline_us = deadline_us,
//                   .reply_in_vain = [](Client& client) { client.reply.NullArray(); }});
//   }
//
// A request that waits is kept with its arguments. When one of its keys was changed and holds the
// type that it waits for, the same request is run again, by the same handler, after the request
// that changed the key and before any other: the element goes to whoever waits longest. If the
// handler calls Wait again then, the client stays where it is, with the deadline it has.
//
//   waiters_   client   -> its request, its place in the order
//   queues_    (database, key) -> [ place -> client ] ...      the lowest place came first
//   ready_     keys that changed since the last Serve, in that order
//
// It follows the change feed, but only while somebody waits: others pay nothing. Whichever command
// makes a key, waiters see it, since every change is noted. What a served request changes
// (BLMOVE's target) may serve others in turn.
//
// Cost: O(log n) to wait and to be served; a change of a key without waiters costs a lookup.
//
// Invariants, verified by CheckInvariants(): every waiter is blocked, and in the queue of each of
// its keys under its place; queues hold nobody else, and none is empty.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/blocking/blocked_clients.h"
#include "server/change_feed.h"
#include "server/dispatch/command.h"
#include "storage/keyspace/database.h"
#include "storage/types/value.h"

namespace server {

struct CommandInTable;
struct EngineState;

struct KeyWait {
  storage::Type type;
  std::span<const std::string_view> keys;  // repeated ones count once
  int64_t deadline_us = 0;                 // monotonic; 0: none
  void (*reply_in_vain)(Client& client) = nullptr;
  // Inside EXEC, where nobody waits, if that is another one.
  void (*reply_at_once)(Client& client) = nullptr;
};

class KeyWaiters final : public KeyWatcher {
 public:
  explicit KeyWaiters(EngineState& engine) : engine_(engine) {}

  // Blocks the client of the request that runs; the handler returns what this returns.
  RunResult Wait(CommandContext& context, const KeyWait& wait);

  // Keys have changed that somebody waits for: Serve must be called after the request.
  bool HasReady() const { return !ready_.empty(); }
  // Runs the requests of waiters for whom something is there now.
  void Serve();

  // Keys that somebody waits for.
  size_t keys() const { return queues_.size(); }

  void OnKeyChanged(int database, std::string_view key) override;
  void OnDatabaseChanged(int database) override;

  void CheckInvariants() const;

 private:
  struct KeyName {
    int database;
    std::string key;
    auto operator<=>(const KeyName&) const = default;
  };
  struct KeyView {
    int database;
    std::string_view key;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(const KeyView& name) const {
      return std::hash<std::string_view>()(name.key) + static_cast<size_t>(name.database);
    }
    size_t operator()(const KeyName& name) const {
      return (*this)(KeyView{name.database, name.key});
    }
  };
  struct Equal {
    using is_transparent = void;
    static KeyView View(const KeyName& name) { return {name.database, name.key}; }
    static KeyView View(const KeyView& name) { return name; }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return View(a).database == View(b).database && View(a).key == View(b).key;
    }
  };
  using Place = uint64_t;
  struct Queue {
    std::map<Place, ClientId> clients;
    bool is_ready = false;  // stands in ready_
  };
  struct Waiter {
    Place place;
    storage::Type type;
    int database;
    const CommandInTable* command;
    std::vector<std::string> arguments;
    std::vector<std::string> keys;
  };

  void MarkReady(const KeyName& name, Queue& queue);
  void ServeKey(const KeyName& name);
  // Whether the request was answered.
  bool RunAgain(ClientId id, const Waiter& waiter);
  // The wait of this client is over, however it ended.
  void Remove(ClientId id);

  EngineState& engine_;
  std::unordered_map<ClientId, Waiter> waiters_;
  std::unordered_map<KeyName, Queue, Hash, Equal> queues_;
  std::vector<KeyName> ready_;
  Place next_place_ = 0;
  ClientId rerun_ = 0;  // whose request is run again right now
};

}  // namespace server
