// AmqpChannel: tx. Publishes and verdicts are held back until the commit. A rollback drops the
// publishes, and what had been acknowledged is out again, as it was.

#include "server/amqp/amqp_broker.h"
#include "server/amqp/amqp_channel.h"
#include "server/amqp/amqp_channel_inline.h"

namespace server {

using protocol::amqp::ReplyCode;

Answered AmqpChannel::OnTxSelect(const protocol::amqp::TxSelect&) {
  if (mode_ == Mode::kConfirm) {
    return Fail(ReplyCode::kPreconditionFailed, "cannot switch from confirm to tx mode");
  }
  mode_ = Mode::kTransaction;
  Send(protocol::amqp::TxSelectOk{});
  return {};
}

Answered AmqpChannel::OnTxCommit(const protocol::amqp::TxCommit&) {
  if (mode_ != Mode::kTransaction) {
    return Fail(ReplyCode::kPreconditionFailed, "channel is not transactional");
  }
  for (const HeldPublish& held : std::exchange(held_publishes_, {})) {
    RouteAndPush(*held.message, held.is_mandatory, held.copies);
    broker_.heap().Release(held.message);
  }
  for (const Verdicts& held : std::exchange(held_verdicts_, {})) {
    FreeCredit(held.delivery);
    Apply(held.delivery, held.verdict);
  }
  Send(protocol::amqp::TxCommitOk{});
  return {};
}

Answered AmqpChannel::OnTxRollback(const protocol::amqp::TxRollback&) {
  if (mode_ != Mode::kTransaction) {
    return Fail(ReplyCode::kPreconditionFailed, "channel is not transactional");
  }
  DropHeld();
  Send(protocol::amqp::TxRollbackOk{});
  return {};
}

void AmqpChannel::DropHeld() {
  for (const HeldPublish& held : std::exchange(held_publishes_, {})) {
    broker_.heap().Release(held.message);
  }
  for (const Verdicts& held : std::exchange(held_verdicts_, {})) deliveries_.Restore(held.delivery);
}

}  // namespace server
