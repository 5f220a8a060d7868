// AmqpChannel: queue.declare, bind, unbind, purge, delete.

#include <fmt/format.h>

#include "server/amqp/amqp_broker.h"
#include "server/amqp/amqp_channel.h"
#include "server/amqp/amqp_channel_inline.h"
#include "server/amqp/basic_properties.h"

namespace server {

using protocol::amqp::MethodId;
using protocol::amqp::ReplyCode;
using storage::broker::Queue;
using storage::broker::Vhost;

namespace {

protocol::amqp::QueueDeclareOk CountsOf(const Queue& queue) {
  return {.queue = queue.name(),
          .message_count = static_cast<uint32_t>(queue.ready()),
          .consumer_count = queue.consumers()};
}

}  // namespace

Answered AmqpChannel::OnQueueMethod(MethodId method, std::string_view fields) {
  if (method == MethodId::kQueueDeclare) return With(fields, &AmqpChannel::OnQueueDeclare);
  if (method == MethodId::kQueueBind) return With(fields, &AmqpChannel::OnQueueBind);
  if (method == MethodId::kQueueUnbind) return With(fields, &AmqpChannel::OnQueueUnbind);
  if (method == MethodId::kQueuePurge) return With(fields, &AmqpChannel::OnQueuePurge);
  if (method == MethodId::kQueueDelete) return With(fields, &AmqpChannel::OnQueueDelete);
  return Fail(ReplyCode::kCommandInvalid, "unimplemented method");
}

std::expected<std::string, Failure> AmqpChannel::QueueName(std::string_view name) const {
  if (!name.empty()) return std::string(name);
  if (last_queue_.empty()) return Fail(ReplyCode::kNotFound, "no previously declared queue");
  return last_queue_;
}

std::expected<Queue*, Failure> AmqpChannel::QueueNamed(std::string_view name) {
  const auto full_name = QueueName(name);
  if (!full_name) return std::unexpected(full_name.error());
  auto queue = broker_.vhost().GetQueue(*full_name, session_.id());
  if (!queue) {
    return std::unexpected(ToFailure(queue.error(), Subject::kQueue, broker_.vhost().name()));
  }
  return *queue;
}

Answered AmqpChannel::OnQueueDeclare(const protocol::amqp::QueueDeclare& declare) {
  Vhost& vhost = broker_.vhost();
  std::string name;
  for (const char byte : declare.queue) {
    if (byte != '\r' && byte != '\n') name += byte;
  }
  if (declare.passive) return DeclarePassively(declare, name);
  if (name.empty()) name = broker_.NewName("amq.gen-");
  const bool is_generated = declare.queue.empty();
  if (!is_generated && name.starts_with("amq.") && vhost.FindQueue(name) == nullptr) {
    return Fail(ReplyCode::kAccessRefused,
                fmt::format("queue name '{}' contains reserved prefix 'amq.*'", name));
  }
  const auto declared = vhost.DeclareQueue({.name = name,
                                            .is_durable = declare.durable && !declare.exclusive,
                                            .is_exclusive = declare.exclusive,
                                            .deletes_itself = declare.auto_delete,
                                            .arguments = ToTable(declare.arguments)},
                                           session_.id(), broker_.now_ms());
  if (!declared) return std::unexpected(ToFailure(declared.error(), Subject::kQueue, vhost.name()));
  last_queue_ = name;
  SendUnless(declare.nowait, CountsOf(**declared));
  return {};
}

Answered AmqpChannel::DeclarePassively(const protocol::amqp::QueueDeclare& declare,
                                       std::string_view name) {
  // Of direct replies: is who waits for them still there?
  if (name.starts_with(kReplyPrefix)) {
    const std::string address(name.substr(kReplyPrefix.size()));
    if (broker_.reply_addresses.contains(address)) {
      SendUnless(declare.nowait,
                 protocol::amqp::QueueDeclareOk{.queue = name, .consumer_count = 1});
      return {};
    }
  }
  const auto queue = QueueNamed(name);
  if (!queue) return std::unexpected(queue.error());
  last_queue_ = (*queue)->name();
  SendUnless(declare.nowait, CountsOf(**queue));
  return {};
}

Answered AmqpChannel::OnQueueBind(const protocol::amqp::QueueBind& bind) {
  const auto name = QueueName(bind.queue);
  if (!name) return std::unexpected(name.error());
  const bool names_nothing = bind.queue.empty() && bind.routing_key.empty();
  const std::string_view key = names_nothing ? std::string_view(*name) : bind.routing_key;
  const auto bound = broker_.vhost().Bind(bind.exchange, {Vhost::EndKind::kQueue, *name}, key,
                                          ToTable(bind.arguments), session_.id());
  if (!bound) {
    return std::unexpected(ToFailure(bound.error(), Subject::kQueue, broker_.vhost().name()));
  }
  SendUnless(bind.nowait, protocol::amqp::QueueBindOk{});
  return {};
}

Answered AmqpChannel::OnQueueUnbind(const protocol::amqp::QueueUnbind& unbind) {
  const auto name = QueueName(unbind.queue);
  if (!name) return std::unexpected(name.error());
  const bool names_nothing = unbind.queue.empty() && unbind.routing_key.empty();
  const std::string_view key = names_nothing ? std::string_view(*name) : unbind.routing_key;
  const auto unbound = broker_.vhost().Unbind(unbind.exchange, {Vhost::EndKind::kQueue, *name}, key,
                                              ToTable(unbind.arguments), session_.id());
  if (!unbound) {
    return std::unexpected(ToFailure(unbound.error(), Subject::kQueue, broker_.vhost().name()));
  }
  Send(protocol::amqp::QueueUnbindOk{});
  return {};
}

Answered AmqpChannel::OnQueuePurge(const protocol::amqp::QueuePurge& purge) {
  const auto queue = QueueNamed(purge.queue);
  if (!queue) return std::unexpected(queue.error());
  const size_t purged = (*queue)->Purge();
  SendUnless(purge.nowait,
             protocol::amqp::QueuePurgeOk{.message_count = static_cast<uint32_t>(purged)});
  return {};
}

Answered AmqpChannel::OnQueueDelete(const protocol::amqp::QueueDelete& erase) {
  const auto name = QueueName(erase.queue);
  if (!name) return std::unexpected(name.error());
  Vhost& vhost = broker_.vhost();
  const auto deleted = vhost.DeleteQueue(
      *name, session_.id(), erase.if_unused ? Vhost::IfUnused::kYes : Vhost::IfUnused::kNo,
      erase.if_empty ? Vhost::IfEmpty::kYes : Vhost::IfEmpty::kNo);
  if (!deleted) return std::unexpected(ToFailure(deleted.error(), Subject::kQueue, vhost.name()));
  SendUnless(erase.nowait,
             protocol::amqp::QueueDeleteOk{.message_count = static_cast<uint32_t>(*deleted)});
  return {};
}

}  // namespace server
