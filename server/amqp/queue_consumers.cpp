#include "server/amqp/queue_consumers.h"

#include <algorithm>

#include "server/amqp/amqp_broker.h"
#include "server/amqp/amqp_channel.h"

namespace server {

void QueueConsumers::Add(Consumer& consumer) {
  const auto place = std::find_if(consumers_.begin(), consumers_.end(), [&](const Consumer* other) {
    return other->priority < consumer.priority;
  });
  // Who is active stays so, whatever the newcomer's priority.
  const bool keeps_first = queue_.settings().is_single_active && !consumers_.empty();
  consumers_.insert(keeps_first && place == consumers_.begin() ? place + 1 : place, &consumer);
  Schedule();
}

void QueueConsumers::Remove(const Consumer& consumer) {
  std::erase(consumers_, &consumer);
  Schedule();
}

void QueueConsumers::Schedule() {
  if (is_scheduled || consumers_.empty()) return;
  is_scheduled = true;
  broker_.Schedule(*this);
}

Consumer* QueueConsumers::Next() {
  const size_t asked = queue_.settings().is_single_active ? 1 : consumers_.size();
  for (size_t i = 0; i < asked && i < consumers_.size(); ++i) {
    Consumer* consumer = consumers_[i];
    if (!consumer->channel.MayTake(*consumer)) continue;
    if (asked > 1) {
      const auto from = consumers_.begin() + static_cast<ptrdiff_t>(i);
      const auto end = std::find_if(from, consumers_.end(), [&](const Consumer* other) {
        return other->priority < consumer->priority;
      });
      std::rotate(from, from + 1, end);
    }
    return consumer;
  }
  return nullptr;
}

void QueueConsumers::Deliver() {
  for (int delivered = 0; queue_.ready() > 0; ++delivered) {
    if (delivered == kDeliveriesMax) return Schedule();
    Consumer* consumer = Next();
    if (consumer == nullptr) return;
    const auto entry = queue_.Take(broker_.now_ms());
    if (!entry) return;
    consumer->channel.Deliver(*consumer, *entry);
  }
}

// The broker frees this object.
void QueueConsumers::OnDeleted(storage::broker::Queue&) {
  const std::vector<Consumer*> gone = std::move(consumers_);
  consumers_.clear();
  for (Consumer* consumer : gone) consumer->channel.OnQueueGone(*consumer);
  broker_.Remove(*this);
}

}  // namespace server
