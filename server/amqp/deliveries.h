// Deliveries: what an AmqpChannel was given and has not acknowledged, by delivery tag.
//
//   [ 7 ][ 8 done ][ 9 ] ...     tags ascend; done ones go when they come to the front
//
// Tags are usually without gaps, so a tag's place is its distance from the first; where gaps are
// (what needed no acknowledgement took tags too) it is searched for. Cost: O(1), at most O(log n).
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>

#include "storage/broker/queue/lane.h"

namespace server {

struct Consumer;
class QueueConsumers;

struct Delivery {
  uint64_t tag = 0;
  storage::broker::QueueEntry entry;
  QueueConsumers* queue = nullptr;  // nullptr: the queue is gone, and the entry with it
  Consumer* consumer = nullptr;     // nullptr: got, or the consumer is gone
  bool is_done = false;
};

class Deliveries {
 public:
  void Add(const Delivery& delivery) { all_.push_back(delivery); }
  // nullptr: nothing of that tag is out.
  Delivery* Find(uint64_t tag) {
    if (all_.empty() || tag < all_.front().tag) return nullptr;
    const uint64_t distance = tag - all_.front().tag;
    if (distance < all_.size() && all_[distance].tag == tag) return Undone(all_[distance]);
    const auto place = std::lower_bound(
        all_.begin(), all_.end(), tag,
        [](const Delivery& delivery, uint64_t wanted) { return delivery.tag < wanted; });
    return place == all_.end() || place->tag != tag ? nullptr : Undone(*place);
  }
  // To be called after some were marked as done.
  void DropDone() {
    while (!all_.empty() && all_.front().is_done) all_.pop_front();
  }
  // Puts back what was taken out with its tag.
  void Restore(Delivery delivery) {
    delivery.is_done = false;
    const auto place =
        std::lower_bound(all_.begin(), all_.end(), delivery.tag,
                         [](const Delivery& other, uint64_t wanted) { return other.tag < wanted; });
    if (place != all_.end() && place->tag == delivery.tag) {
      *place = delivery;
    } else {
      all_.insert(place, delivery);
    }
  }
  void Clear() { all_.clear(); }
  bool empty() const { return all_.empty(); }
  auto begin() { return all_.begin(); }
  auto end() { return all_.end(); }

 private:
  static Delivery* Undone(Delivery& delivery) { return delivery.is_done ? nullptr : &delivery; }

  std::deque<Delivery> all_;
};

}  // namespace server
