// Lane: messages of one priority that wait in a queue, in the order of their positions.
//
//   returned_   a heap of those that came back: all of them stood before every one in fresh_
//   fresh_      [ 12 ][ 13 ][ 14 ] ...      pushed at the end, taken from the front
//
// Messages leave a lane only from its front. So whatever comes back stood before all that has not
// been taken, and the first message is the first of returned_ if there is any: a message goes back
// to its own place by one push to a heap, and a lane that nothing ever returns to costs nothing for
// it.
//
// Cost: Push and TakeFirst O(1), with returned messages O(log of their number); 24 bytes a message.
//
// Invariants, verified by CheckInvariants():
//   1. positions in fresh_ ascend;
//   2. each position in returned_ is below the first of fresh_.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "storage/base/check.h"
#include "storage/broker/message.h"

namespace storage::broker {

// A message's place in a queue. Whoever takes one out of a queue owns its reference.
class QueueEntry {
 public:
  static constexpr int64_t kNever = INT64_MAX;
  static constexpr uint16_t kDeliveriesMax = UINT16_MAX;  // counted no further

  QueueEntry() = default;
  QueueEntry(Message* message, uint64_t position, int64_t deadline_ms)
      : message_(reinterpret_cast<uintptr_t>(message)),
        position_(position),
        deadline_ms_(deadline_ms) {}

  Message* message() const {
    return reinterpret_cast<Message*>(message_ & ((uint64_t{1} << kPointerBits) - 1));
  }
  uint64_t position() const { return position_; }
  int64_t deadline_ms() const { return deadline_ms_; }
  // How often it was given out before.
  uint16_t deliveries() const { return static_cast<uint16_t>(message_ >> kPointerBits); }
  bool was_delivered() const { return deliveries() > 0; }
  void CountDelivery() {
    if (deliveries() < kDeliveriesMax) message_ += uint64_t{1} << kPointerBits;
  }

 private:
  static constexpr unsigned kPointerBits = 48;

  uint64_t message_ = 0;  // [ deliveries 16 | pointer 48 ]
  uint64_t position_ = 0;
  int64_t deadline_ms_ = kNever;
};
static_assert(sizeof(QueueEntry) == 24);

class Lane {
 public:
  bool empty() const { return returned_.empty() && fresh_.empty(); }
  size_t size() const { return returned_.size() + fresh_.size(); }

  void Push(const QueueEntry& entry) { fresh_.push_back(entry); }
  void Return(const QueueEntry& entry) {
    returned_.push_back(entry);
    std::push_heap(returned_.begin(), returned_.end(), IsLater);
  }
  // The lane is not empty.
  const QueueEntry& first() const { return returned_.empty() ? fresh_.front() : returned_.front(); }
  QueueEntry TakeFirst() {
    if (!returned_.empty()) return TakeReturned();
    const QueueEntry entry = fresh_.front();
    fresh_.pop_front();
    return entry;
  }

  // All of them in order, for a look: visit(entry) until it returns false.
  template <class Visit>
  bool ForEach(Visit visit) const {
    std::vector<QueueEntry> returned = returned_;
    std::sort(returned.begin(), returned.end(),
              [](const auto& one, const auto& other) { return IsLater(other, one); });
    for (const QueueEntry& entry : returned) {
      if (!visit(entry)) return false;
    }
    for (const QueueEntry& entry : fresh_) {
      if (!visit(entry)) return false;
    }
    return true;
  }

  void CheckInvariants() const {
    for (size_t i = 1; i < fresh_.size(); ++i) {
      CHECK_INVARIANT(fresh_[i - 1].position() < fresh_[i].position());
    }
    for (const QueueEntry& entry : returned_) {
      CHECK_INVARIANT(fresh_.empty() || entry.position() < fresh_.front().position());
    }
  }

 private:
  static bool IsLater(const QueueEntry& one, const QueueEntry& other) {
    return one.position() > other.position();
  }
  QueueEntry TakeReturned() {
    std::pop_heap(returned_.begin(), returned_.end(), IsLater);
    const QueueEntry entry = returned_.back();
    returned_.pop_back();
    if (returned_.empty()) returned_.shrink_to_fit();
    return entry;
  }

  std::vector<QueueEntry> returned_;
  std::deque<QueueEntry> fresh_;
};

}  // namespace storage::broker
