// Queue: messages that wait, and the count of those that are out and not yet acknowledged.
//
//   Push ──> lanes_[priority] ──Take──> QueueEntry, held by whoever took it
//                  ^                        |──Acknowledge──> gone
//                  |──────Return────────────|──Reject───────> dead letter
//
// What is out is an entry in the hands of the taker, who gives it back in one of three ways; the
// queue only counts it. A message has a position for good, so one that comes back stands where it
// stood. Expiry works from the front: what has a later deadline hides what stands behind it, but an
// expired message is never given out.
//
// A queue knows no exchange: dying messages go to the DeathSink, which routes them on. Whoever
// consumes is behind QueueWatcher: the queue tells it that there is something to take.
//
// Time: milliseconds of a clock that never goes back. Cost: Push and Take O(1).
//
// Invariants, verified by CheckInvariants():
//   1. ready() and ready_bytes() agree with a walk over all lanes;
//   2. ready() <= length_max and ready_bytes() <= bytes_max after each operation but Return, when
//      the head is dropped on overflow;
//   3. each lane's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/broker/message.h"
#include "storage/broker/queue/lane.h"
#include "storage/broker/queue/queue_settings.h"
#include "storage/broker/value.h"

namespace storage::broker {

class Queue;
struct Binding;

enum class DeathReason : uint8_t { kRejected, kExpired, kMaxLength, kDeliveryLimit };

// Takes messages that a queue gives up. The reference stays the queue's.
class DeathSink {
 public:
  virtual ~DeathSink() = default;
  virtual void OnDeath(Queue& queue, Message& message, DeathReason reason) = 0;
};

// Who consumes from a queue.
class QueueWatcher {
 public:
  virtual ~QueueWatcher() = default;
  // Something came or came back. It may be taken now or later.
  virtual void OnReady(Queue& queue) = 0;
  // What comes next may not stay: whoever waits for a message takes it now.
  virtual void TakeAtOnce(Queue& queue) = 0;
  // It goes away with all that is ready; entries that are out must be released.
  virtual void OnDeleted(Queue& queue) = 0;
  virtual uint32_t consumers() const = 0;
};

// What was said at its declaration.
struct QueueDeclaration {
  std::string name;
  bool is_durable = false;
  bool is_exclusive = false;
  bool deletes_itself = false;  // auto-delete: when its last consumer has gone
  Table arguments = {};
};

class Queue {
 public:
  enum class PushResult : uint8_t { kTaken, kRefused };
  static constexpr int64_t kNever = QueueEntry::kNever;

  struct Surroundings {
    MessageHeap& heap;
    DeathSink& deaths;
  };

  Queue(const Surroundings& surroundings, QueueDeclaration declaration, QueueSettings settings,
        int64_t now_ms);
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  const std::string& name() const { return declaration_.name; }
  const QueueDeclaration& declaration() const { return declaration_; }
  const QueueSettings& settings() const { return settings_; }

  // --- messages ---

  // Adds a reference. kRefused: the queue is full and says so (reject-publish).
  PushResult Push(Message& message, int64_t now_ms);
  // The first message that has not expired; counted as out.
  std::optional<QueueEntry> Take(int64_t now_ms);
  // A message that was taken is done with.
  void Acknowledge(const QueueEntry& entry);
  // It goes back to its place, delivered once more; past the delivery limit it dies.
  void Return(QueueEntry entry);
  // It is refused for good: it dies.
  void Reject(const QueueEntry& entry);
  // Drops what is ready, and says how much that was.
  size_t Purge();
  // Lets what has expired at the front die, at most `deaths_max` now. Returns how many did.
  size_t DropExpired(int64_t now_ms, size_t deaths_max);

  size_t ready() const { return ready_; }
  size_t ready_bytes() const { return ready_bytes_; }
  size_t unacknowledged() const { return unacknowledged_; }
  uint32_t consumers() const { return watcher == nullptr ? 0 : watcher->consumers(); }
  // The earliest deadline at the front of a lane; kNever.
  int64_t NextExpiryMs() const;

  // All that is ready, in the order in which it would be taken: visit(entry) until it is false.
  template <class Visit>
  void ForEachReady(Visit visit) const {
    for (size_t i = lanes_.size(); i-- > 0;) {
      if (!lanes_[i].ForEach(visit)) return;
    }
  }

  // --- its use: x-expires ---

  void NoteUse(int64_t now_ms) { used_ms_ = now_ms; }
  // When it goes away unless it is used before; kNever while it has consumers.
  int64_t UnusedDeadlineMs() const;

  void CheckInvariants() const;

  QueueWatcher* watcher = nullptr;  // not owned
  uint64_t owner = 0;               // of an exclusive queue: who declared it
  bool had_consumer = false;
  // Of the vhost: bindings that lead here, and marks of its walks.
  std::vector<Binding*> incoming;
  uint64_t route_mark = 0;
  int64_t timer_ms = kNever;  // where it stands in the vhost's list of deadlines

 private:
  Lane& LaneOf(const Message& message);
  Lane* FirstLane();
  int64_t DeadlineOf(const Message& message, int64_t now_ms) const;
  bool IsFullWith(size_t body_bytes) const;
  QueueEntry TakeFrom(Lane& lane);
  void Kill(const QueueEntry& entry, DeathReason reason);
  // Drops from the front until the limits hold.
  void DropOverflow();

  MessageHeap& heap_;
  DeathSink& deaths_;
  QueueDeclaration declaration_;
  QueueSettings settings_;
  std::vector<Lane> lanes_;  // by priority
  size_t ready_ = 0;
  size_t ready_bytes_ = 0;
  size_t unacknowledged_ = 0;
  uint64_t next_position_ = 1;
  int64_t used_ms_;
};

}  // namespace storage::broker
