// QueueConsumers: who consumes from one queue, and who gets its next message.
//
// A message goes to the consumer of the highest priority that may take one, in turns among equals:
// whoever got one goes behind those of its priority. With a single active consumer only the first
// that came is asked. The queue says that something is ready; deliveries follow once a turn, for
// all that came, unless a message may not stay.
//
// Made when somebody first consumes or gets from the queue, and gone with the queue. Entries that
// are out name it; ReleaseEntries takes its name away from them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/broker/queue/queue.h"

namespace server {

class AmqpBroker;
class AmqpChannel;
class QueueConsumers;

struct Consumer {
  AmqpChannel& channel;
  QueueConsumers& queue;
  std::string tag;
  bool acknowledges = true;
  bool is_exclusive = false;
  int64_t priority = 0;
  uint32_t prefetch = 0;  // 0: as much as there is
  uint32_t unacknowledged = 0;
};

class QueueConsumers final : public storage::broker::QueueWatcher {
 public:
  QueueConsumers(AmqpBroker& broker, storage::broker::Queue& queue)
      : broker_(broker), queue_(queue) {}

  void OnReady(storage::broker::Queue&) override { Schedule(); }
  void TakeAtOnce(storage::broker::Queue&) override { Deliver(); }
  void OnDeleted(storage::broker::Queue& queue) override;
  uint32_t consumers() const override { return static_cast<uint32_t>(consumers_.size()); }

  storage::broker::Queue& queue() { return queue_; }
  bool has_exclusive() const { return consumers_.size() == 1 && consumers_[0]->is_exclusive; }
  void Add(Consumer& consumer);
  void Remove(const Consumer& consumer);
  // Something may be delivered: this turn sees to it.
  void Schedule();
  // Gives out what is ready, as far as somebody may take it.
  void Deliver();

  bool is_scheduled = false;

 private:
  // How many messages one queue may give out in a turn before others have theirs.
  static constexpr int kDeliveriesMax = 4096;

  Consumer* Next();

  AmqpBroker& broker_;
  storage::broker::Queue& queue_;
  std::vector<Consumer*> consumers_;  // the highest priority first
};

}  // namespace server
