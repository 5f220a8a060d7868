// AmqpChannel: exchange.declare, delete, bind, unbind.

#include <fmt/format.h>

#include "server/amqp/amqp_broker.h"
#include "server/amqp/amqp_channel.h"
#include "server/amqp/amqp_channel_inline.h"
#include "server/amqp/basic_properties.h"

namespace server {

using protocol::amqp::MethodId;
using protocol::amqp::ReplyCode;
using storage::broker::Vhost;

Answered AmqpChannel::OnExchangeMethod(MethodId method, std::string_view fields) {
  if (method == MethodId::kExchangeDeclare) return With(fields, &AmqpChannel::OnExchangeDeclare);
  if (method == MethodId::kExchangeDelete) return With(fields, &AmqpChannel::OnExchangeDelete);
  if (method == MethodId::kExchangeBind) return With(fields, &AmqpChannel::OnExchangeBind);
  if (method == MethodId::kExchangeUnbind) return With(fields, &AmqpChannel::OnExchangeUnbind);
  return Fail(ReplyCode::kCommandInvalid, "unimplemented method");
}

Answered AmqpChannel::OnExchangeDeclare(const protocol::amqp::ExchangeDeclare& declare) {
  Vhost& vhost = broker_.vhost();
  if (declare.exchange.empty()) {
    return Fail(ReplyCode::kAccessRefused, "operation not permitted on the default exchange");
  }
  if (declare.passive) {
    if (vhost.FindExchange(declare.exchange) == nullptr) {
      return Fail(ReplyCode::kNotFound,
                  fmt::format("no exchange '{}' in vhost '{}'", declare.exchange, vhost.name()));
    }
    SendUnless(declare.nowait, protocol::amqp::ExchangeDeclareOk{});
    return {};
  }
  const auto type = storage::broker::ExchangeTypeOf(declare.type);
  if (!type) {
    return Fail(ReplyCode::kPreconditionFailed,
                fmt::format("unknown exchange type '{}'", declare.type));
  }
  const auto declared = vhost.DeclareExchange({.name = std::string(declare.exchange),
                                               .type = *type,
                                               .is_durable = declare.durable,
                                               .deletes_itself = declare.auto_delete,
                                               .is_internal = declare.internal,
                                               .arguments = ToTable(declare.arguments)});
  if (!declared) {
    return std::unexpected(ToFailure(declared.error(), Subject::kExchange, vhost.name()));
  }
  SendUnless(declare.nowait, protocol::amqp::ExchangeDeclareOk{});
  return {};
}

Answered AmqpChannel::OnExchangeDelete(const protocol::amqp::ExchangeDelete& erase) {
  const auto deleted = broker_.vhost().DeleteExchange(
      erase.exchange, erase.if_unused ? Vhost::IfUnused::kYes : Vhost::IfUnused::kNo);
  if (!deleted) {
    return std::unexpected(ToFailure(deleted.error(), Subject::kExchange, broker_.vhost().name()));
  }
  SendUnless(erase.nowait, protocol::amqp::ExchangeDeleteOk{});
  return {};
}

Answered AmqpChannel::OnExchangeBind(const protocol::amqp::ExchangeBind& bind) {
  const auto bound =
      broker_.vhost().Bind(bind.source, {Vhost::EndKind::kExchange, bind.destination},
                           bind.routing_key, ToTable(bind.arguments), session_.id());
  if (!bound) {
    return std::unexpected(ToFailure(bound.error(), Subject::kExchange, broker_.vhost().name()));
  }
  SendUnless(bind.nowait, protocol::amqp::ExchangeBindOk{});
  return {};
}

Answered AmqpChannel::OnExchangeUnbind(const protocol::amqp::ExchangeUnbind& unbind) {
  const auto unbound =
      broker_.vhost().Unbind(unbind.source, {Vhost::EndKind::kExchange, unbind.destination},
                             unbind.routing_key, ToTable(unbind.arguments), session_.id());
  if (!unbound) {
    return std::unexpected(ToFailure(unbound.error(), Subject::kExchange, broker_.vhost().name()));
  }
  SendUnless(unbind.nowait, protocol::amqp::ExchangeUnbindOk{});
  return {};
}

}  // namespace server
