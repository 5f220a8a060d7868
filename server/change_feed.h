// ChangeFeed: "this key changed". A handler notes each change; what must follow hangs on here, in
// order: the count of changes, the keyspace event, whoever waits for the key, and the propagation
// of the request to the log and to replicas. Each follower is an interface that may be absent, and
// then costs a test of a pointer.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/keyspace/change_listener.h"
#include "storage/keyspace/keyspace.h"

namespace server {

// The classes of notify-keyspace-events, by their letters.
enum class EventClass : uint32_t {
  kGeneric = 1u << 2,    // g
  kString = 1u << 3,     // $
  kList = 1u << 4,       // l
  kSet = 1u << 5,        // s
  kHash = 1u << 6,       // h
  kSortedSet = 1u << 7,  // z
  kExpired = 1u << 8,    // x
  kEvicted = 1u << 9,    // e
  kStream = 1u << 10,    // t
  kKeyMiss = 1u << 11,   // m
  kModule = 1u << 13,    // d
  kNew = 1u << 14,       // n
};

// Receives requests that reproduce what happened: the append-only file, replicas.
class PropagationSink {
 public:
  virtual ~PropagationSink() = default;
  // The arguments live until the call returns.
  virtual void OnRequest(int database, std::span<const std::string_view> arguments) = 0;
  // What came since the last call belongs together: one command did it, or one key expired.
  virtual void OnUnitEnd() = 0;
};

class KeyspaceEventSink {
 public:
  virtual ~KeyspaceEventSink() = default;
  virtual void OnEvent(EventClass event_class, std::string_view event, int database,
                       std::string_view key) = 0;
};

// Whoever waits for keys: blocked clients, WATCH, tracking.
class KeyWatcher {
 public:
  virtual ~KeyWatcher() = default;
  virtual void OnKeyChanged(int database, std::string_view key) = 0;
  // All keys of the database changed; -1: of all databases.
  virtual void OnDatabaseChanged(int database) = 0;
};

class ChangeFeed final : public storage::ChangeListener {
 public:
  void set_propagation_sink(PropagationSink* sink) { propagation_ = sink; }
  void set_event_sink(KeyspaceEventSink* sink) { events_ = sink; }
  // How the removal of expired and of evicted keys propagates: as DEL, or as UNLINK.
  void set_lazy_removal(bool of_expired, bool of_evicted) {
    unlinks_expired_ = of_expired;
    unlinks_evicted_ = of_evicted;
  }
  void AddWatcher(KeyWatcher* watcher) { watchers_.push_back(watcher); }
  // Not while a watcher is told of a change.
  void RemoveWatcher(KeyWatcher* watcher) { std::erase(watchers_, watcher); }

  // A command changed the key. `event` is what keyspace notifications call it.
  void NoteChange(const storage::Database& database, std::string_view key, std::string_view event,
                  EventClass event_class) {
    ++changes_;
    if (events_ != nullptr) events_->OnEvent(event_class, event, database.index(), key);
    for (KeyWatcher* watcher : watchers_) watcher->OnKeyChanged(database.index(), key);
  }
  // A command changed how the value is kept, of which keyspace notifications do not tell.
  void NoteSilentChange(const storage::Database& database, std::string_view key) {
    ++changes_;
    for (KeyWatcher* watcher : watchers_) watcher->OnKeyChanged(database.index(), key);
  }
  // An event that changes nothing by itself, or accompanies a change that is noted already.
  void NoteEvent(const storage::Database& database, std::string_view key, std::string_view event,
                 EventClass event_class) {
    if (events_ != nullptr) events_->OnEvent(event_class, event, database.index(), key);
  }
  // FLUSHDB, FLUSHALL (-1), SWAPDB. `changes` counts towards the changes since the last save.
  void NoteDatabaseChange(int database, uint64_t changes);

  // The change that is told of right now is that a key has expired.
  bool is_expiring() const { return is_expiring_; }

  // Changes since the start; `save` points and "did this command change anything" read it.
  uint64_t changes() const { return changes_; }

  bool has_propagation() const { return propagation_ != nullptr; }
  // Instead of the request as it came, propagates this one (and those of further calls).
  void PropagateInstead(std::initializer_list<std::string_view> arguments);
  void PropagateInstead(std::span<const std::string_view> arguments);
  // A handler begins and ends. Commands that run others (EXEC, scripts) nest: what the inner ones
  // propagate stands for the outer one, and is one unit with it.
  void EnterCommand() { ++depth_; }
  void LeaveCommand() { --depth_; }
  // After a command has run: sends what stands for it, if it changed anything. Returns whether it
  // has propagated something.
  bool FinishCommand(int database, uint64_t changes_before,
                     std::span<const std::string_view> arguments) {
    if (propagation_ == nullptr) return false;
    return Propagate(database, changes_before, arguments);
  }

  void OnExpired(storage::Database& database, std::string_view key) override;
  void OnEvicted(storage::Database& database, std::string_view key) override;
  void OnElementsExpired(storage::Database& database, std::string_view key,
                         std::span<const std::string> elements,
                         storage::ElementsLeft left) override;
  void OnMiss(storage::Database& database, std::string_view key) override;

 private:
  bool Propagate(int database, uint64_t changes_before,
                 std::span<const std::string_view> arguments);
  void Send(int database, std::span<const std::string_view> request);
  void SendByItself(int database, std::span<const std::string_view> request);
  void NoteRemoval(storage::Database& database, std::string_view key, std::string_view request);

  PropagationSink* propagation_ = nullptr;
  KeyspaceEventSink* events_ = nullptr;
  std::vector<KeyWatcher*> watchers_;
  uint64_t changes_ = 0;
  bool is_expiring_ = false;
  bool unlinks_expired_ = false;
  bool unlinks_evicted_ = false;
  std::vector<std::vector<std::string>> instead_;
  int depth_ = 0;               // of handlers that run
  bool has_sent_ = false;       // in the unit
  uint64_t inner_changes_ = 0;  // changes() when a command inside another one was propagated
};

}  // namespace server
