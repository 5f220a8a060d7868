// AmqpChannel: what becomes of deliveries.

#include "server/amqp/amqp_broker.h"
#include "server/amqp/amqp_channel.h"
#include "server/amqp/amqp_channel_inline.h"

namespace server {

using protocol::amqp::ReplyCode;

Answered AmqpChannel::OnAck(const protocol::amqp::BasicAck& ack) {
  return Judge(ack.delivery_tag, ack.multiple, Verdict::kAcknowledge);
}

Answered AmqpChannel::OnNack(const protocol::amqp::BasicNack& nack) {
  return Judge(nack.delivery_tag, nack.multiple,
               nack.requeue ? Verdict::kRequeue : Verdict::kReject);
}

Answered AmqpChannel::OnReject(const protocol::amqp::BasicReject& reject) {
  return Judge(reject.delivery_tag, false, reject.requeue ? Verdict::kRequeue : Verdict::kReject);
}

Answered AmqpChannel::Judge(uint64_t tag, bool is_multiple, Verdict verdict) {
  const auto unknown = [&] {
    return Fail(ReplyCode::kPreconditionFailed, "unknown delivery tag " + std::to_string(tag));
  };
  if (!is_multiple) {
    Delivery* delivery = deliveries_.Find(tag);
    if (delivery == nullptr) return unknown();
    Take(*delivery, verdict);
    deliveries_.DropDone();
    return {};
  }
  // 0 is "all", and fine when nothing is out.
  if (tag != 0 && deliveries_.Find(tag) == nullptr) return unknown();
  for (Delivery& delivery : deliveries_) {
    if (tag != 0 && delivery.tag > tag) break;
    if (!delivery.is_done) Take(delivery, verdict);
  }
  deliveries_.DropDone();
  return {};
}

// In a transaction the verdict waits for the commit.
void AmqpChannel::Take(Delivery& delivery, Verdict verdict) {
  delivery.is_done = true;
  if (mode_ == Mode::kTransaction) [[unlikely]] {
    held_verdicts_.push_back({delivery, verdict});
    return;
  }
  FreeCredit(delivery);
  Apply(delivery, verdict);
}

void AmqpChannel::FreeCredit(const Delivery& delivery) {
  if (delivery.consumer == nullptr) return;
  --delivery.consumer->unacknowledged;
  --unacknowledged_;
  if (prefetch_global_ != 0) return ScheduleConsumers();
  if (delivery.queue != nullptr && delivery.queue->queue().ready() > 0) delivery.queue->Schedule();
}

void AmqpChannel::Apply(const Delivery& delivery, Verdict verdict) {
  if (delivery.queue == nullptr) return;
  storage::broker::Queue& queue = delivery.queue->queue();
  switch (verdict) {
    case Verdict::kAcknowledge:
      ++broker_.counters.acknowledged;
      return queue.Acknowledge(delivery.entry);
    case Verdict::kRequeue:
      return queue.Return(delivery.entry);
    case Verdict::kReject:
      return queue.Reject(delivery.entry);
  }
}

Answered AmqpChannel::OnRecover(bool requeue) {
  if (!requeue) return Fail(ReplyCode::kNotImplemented, "requeue=false");
  for (Delivery& delivery : deliveries_) {
    if (delivery.is_done) continue;
    delivery.is_done = true;
    FreeCredit(delivery);
    Apply(delivery, Verdict::kRequeue);
  }
  deliveries_.DropDone();
  return {};
}

}  // namespace server
