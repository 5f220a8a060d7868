// AmqpChannel: consumers, what they may take, and what is sent to them.

#include <fmt/format.h>

#include <algorithm>

#include "server/amqp/amqp_broker.h"
#include "server/amqp/amqp_channel.h"
#include "server/amqp/amqp_channel_inline.h"
#include "server/amqp/login.h"

namespace server {

using protocol::amqp::ReplyCode;
using storage::broker::Message;
using storage::broker::Queue;

Answered AmqpChannel::OnConsume(const protocol::amqp::BasicConsume& consume) {
  std::string tag(consume.consumer_tag);
  if (tag.empty()) tag = broker_.NewName("amq.ctag-");
  if (consumers_.contains(tag) || (!reply_address_.empty() && tag == reply_tag_)) {
    return Fail(ReplyCode::kNotAllowed, fmt::format("attempt to reuse consumer tag '{}'", tag));
  }
  if (consume.queue == kReplyQueue) return ConsumeReplies(consume, std::move(tag));
  auto queue = QueueNamed(consume.queue);
  if (!queue) return std::unexpected(std::move(queue.error()));
  QueueConsumers& others = broker_.ConsumersOf(**queue);
  if (others.has_exclusive() || (consume.exclusive && others.consumers() > 0)) {
    return Fail(ReplyCode::kAccessRefused, fmt::format("queue '{}' in vhost '{}' in exclusive use",
                                                       (*queue)->name(), broker_.vhost().name()));
  }
  auto consumer = std::make_unique<Consumer>(Consumer{.channel = *this,
                                                      .queue = others,
                                                      .tag = tag,
                                                      .acknowledges = !consume.no_ack,
                                                      .is_exclusive = consume.exclusive,
                                                      .prefetch = prefetch_});
  const auto priority = protocol::amqp::FindField(consume.arguments, "x-priority");
  if (priority && priority->is_integer()) consumer->priority = priority->integer;
  SendUnless(consume.nowait, protocol::amqp::BasicConsumeOk{.consumer_tag = tag});
  others.Add(*consumer);
  consumers_.emplace(std::move(tag), std::move(consumer));
  session_.CountConsumers(1);
  broker_.vhost().OnConsumersChanged(**queue, broker_.now_ms());
  return {};
}

// Replies come straight from the publisher, to nobody but this channel.
Answered AmqpChannel::ConsumeReplies(const protocol::amqp::BasicConsume& consume, std::string tag) {
  if (!consume.no_ack) {
    return Fail(ReplyCode::kPreconditionFailed, "reply consumer cannot acknowledge");
  }
  if (!reply_address_.empty()) {
    return Fail(ReplyCode::kPreconditionFailed, "reply consumer already set");
  }
  reply_address_ = broker_.NewName("g1.");
  reply_tag_ = std::move(tag);
  broker_.reply_addresses[reply_address_] = this;
  session_.CountConsumers(1);
  SendUnless(consume.nowait, protocol::amqp::BasicConsumeOk{.consumer_tag = reply_tag_});
  return {};
}

Answered AmqpChannel::OnCancel(const protocol::amqp::BasicCancel& cancel) {
  const std::string tag(cancel.consumer_tag);
  if (consumers_.contains(tag)) EndConsumer(tag);
  if (!reply_address_.empty() && tag == reply_tag_) {
    broker_.reply_addresses.erase(reply_address_);
    reply_address_.clear();
    session_.CountConsumers(-1);
  }
  SendUnless(cancel.nowait, protocol::amqp::BasicCancelOk{.consumer_tag = tag});
  return {};
}

void AmqpChannel::EndConsumer(const std::string& tag) {
  const auto place = consumers_.find(tag);
  const std::unique_ptr<Consumer> consumer = std::move(place->second);
  consumers_.erase(place);
  session_.CountConsumers(-1);
  ForgetConsumer(*consumer);
  consumer->queue.Remove(*consumer);
  // The queue may go with its last consumer.
  broker_.vhost().OnConsumersChanged(consumer->queue.queue(), broker_.now_ms());
}

// What it took stays out, and counts no more against what all may take.
void AmqpChannel::ForgetConsumer(const Consumer& consumer) {
  for (Delivery& delivery : deliveries_) {
    if (delivery.consumer != &consumer) continue;
    delivery.consumer = nullptr;
    if (!delivery.is_done) --unacknowledged_;
  }
  for (Verdicts& held : held_verdicts_) {
    if (held.delivery.consumer != &consumer) continue;
    held.delivery.consumer = nullptr;
    --unacknowledged_;
  }
}

void AmqpChannel::OnQueueGone(Consumer& consumer) {
  if (session_.cancels_consumers() && !is_closing_) {
    Send(protocol::amqp::BasicCancel{.consumer_tag = consumer.tag, .nowait = true});
  }
  ForgetConsumer(consumer);
  session_.CountConsumers(-1);
  consumers_.erase(consumers_.find(consumer.tag));
}

Answered AmqpChannel::OnQos(const protocol::amqp::BasicQos& qos) {
  if (qos.prefetch_size != 0) {
    return Fail(ReplyCode::kNotImplemented,
                fmt::format("prefetch_size!=0 ({})", qos.prefetch_size));
  }
  if (qos.global) {
    prefetch_global_ = qos.prefetch_count;
    ScheduleConsumers();
  } else {
    prefetch_ = qos.prefetch_count;
  }
  Send(protocol::amqp::BasicQosOk{});
  return {};
}

void AmqpChannel::ScheduleConsumers() {
  for (const auto& [tag, consumer] : consumers_) {
    if (consumer->queue.queue().ready() > 0) consumer->queue.Schedule();
  }
}

bool AmqpChannel::MayTake(const Consumer& consumer) const {
  if (is_closing_ || session_.IsHeldBack()) return false;
  if (!consumer.acknowledges) return true;
  return (consumer.prefetch == 0 || consumer.unacknowledged < consumer.prefetch) &&
         (prefetch_global_ == 0 || unacknowledged_ < prefetch_global_);
}

void AmqpChannel::Deliver(Consumer& consumer, storage::broker::QueueEntry entry) {
  const Message& message = *entry.message();
  Send(protocol::amqp::BasicDeliver{.consumer_tag = consumer.tag,
                                    .delivery_tag = ++last_tag_,
                                    .redelivered = entry.was_delivered(),
                                    .exchange = message.exchange(),
                                    .routing_key = message.routing_key()});
  SendContent(message);
  ++broker_.counters.delivered;
  if (entry.was_delivered()) ++broker_.counters.redelivered;
  if (!consumer.acknowledges) {
    consumer.queue.queue().Acknowledge(entry);
    return;
  }
  ++consumer.unacknowledged;
  ++unacknowledged_;
  deliveries_.Add(
      {.tag = last_tag_, .entry = entry, .queue = &consumer.queue, .consumer = &consumer});
}

void AmqpChannel::SendContent(const Message& message) {
  protocol::OutputBuffer& output = session_.Output();
  protocol::amqp::AppendContentHeader(output, number_, message.body().size(), message.properties());
  protocol::amqp::AppendBody(output, number_, session_.frame_bytes_max(), message.body());
}

Answered AmqpChannel::OnGet(const protocol::amqp::BasicGet& get) {
  auto named = QueueNamed(get.queue);
  if (!named) return std::unexpected(std::move(named.error()));
  Queue& queue = **named;
  queue.NoteUse(broker_.now_ms());
  const auto entry = queue.Take(broker_.now_ms());
  if (!entry) {
    Send(protocol::amqp::BasicGetEmpty{});
    return {};
  }
  const Message& message = *entry->message();
  Send(protocol::amqp::BasicGetOk{.delivery_tag = ++last_tag_,
                                  .redelivered = entry->was_delivered(),
                                  .exchange = message.exchange(),
                                  .routing_key = message.routing_key(),
                                  .message_count = static_cast<uint32_t>(queue.ready())});
  SendContent(message);
  ++broker_.counters.delivered;
  if (get.no_ack) {
    queue.Acknowledge(*entry);
  } else {
    deliveries_.Add({.tag = last_tag_, .entry = *entry, .queue = &broker_.ConsumersOf(queue)});
  }
  return {};
}

}  // namespace server
