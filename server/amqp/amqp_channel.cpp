#include "server/amqp/amqp_channel.h"

#include "server/amqp/amqp_broker.h"
#include "server/amqp/amqp_channel_inline.h"
#include "server/amqp/amqp_session.h"

namespace server {

using protocol::amqp::FrameType;
using protocol::amqp::MethodId;
using protocol::amqp::ReplyCode;

AmqpChannel::AmqpChannel(AmqpSession& session, uint16_t number)
    : session_(session), broker_(session.broker()), number_(number) {}

AmqpChannel::~AmqpChannel() {
  Release();
}

void AmqpChannel::OnFrame(const protocol::amqp::Frame& frame) {
  if (is_closing_) return;
  const auto type = static_cast<FrameType>(frame.type);
  auto method = MethodId::kBasicPublish;  // that a content belongs to
  Answered answered;
  if (content_ == Content::kHeader) {
    answered = type == FrameType::kHeader
                   ? OnHeader(frame)
                   : Fail(ReplyCode::kUnexpectedFrame,
                          "expected content header for class 60, got non content header frame "
                          "instead");
  } else if (content_ == Content::kBody) {
    answered = type == FrameType::kBody
                   ? OnBody(frame)
                   : Fail(ReplyCode::kUnexpectedFrame,
                          "expected content body, got non content body frame instead");
  } else if (const auto found = MethodOf(frame)) {
    method = *found;
    answered = OnMethod(method, frame.payload.substr(4));
  } else {
    method = MethodId{0};
    answered =
        Fail(ReplyCode::kUnexpectedFrame, "expected method frame, got non method frame instead");
  }
  if (!answered) session_.Refuse(number_, answered.error(), method);
}

Answered AmqpChannel::OnMethod(MethodId method, std::string_view fields) {
  switch (static_cast<uint32_t>(method) >> 16) {
    case 40:
      return OnExchangeMethod(method, fields);
    case 50:
      return OnQueueMethod(method, fields);
    case 60:
      return OnBasicMethod(method, fields);
    default:
      break;
  }
  if (method == MethodId::kConfirmSelect) return With(fields, &AmqpChannel::OnConfirmSelect);
  if (method == MethodId::kTxSelect) return With(fields, &AmqpChannel::OnTxSelect);
  if (method == MethodId::kTxCommit) return With(fields, &AmqpChannel::OnTxCommit);
  if (method == MethodId::kTxRollback) return With(fields, &AmqpChannel::OnTxRollback);
  if (method == MethodId::kAccessRequest) {
    Send(protocol::amqp::AccessRequestOk{.ticket = 1});
    return {};
  }
  if (method == MethodId::kChannelFlow) {
    const bool is_active = !fields.empty() && (fields[0] & 1) != 0;
    if (!is_active) return Fail(ReplyCode::kNotImplemented, "active=false");
    Send(protocol::amqp::ChannelFlowOk{.active = true});
    return {};
  }
  if (method == MethodId::kChannelFlowOk) return {};
  return Fail(ReplyCode::kCommandInvalid, "unimplemented method");
}

Answered AmqpChannel::OnBasicMethod(MethodId method, std::string_view fields) {
  using namespace protocol::amqp;
  if (method == MethodId::kBasicPublish) return With(fields, &AmqpChannel::OnPublish);
  if (method == MethodId::kBasicAck) return With(fields, &AmqpChannel::OnAck);
  if (method == MethodId::kBasicGet) return With(fields, &AmqpChannel::OnGet);
  if (method == MethodId::kBasicNack) return With(fields, &AmqpChannel::OnNack);
  if (method == MethodId::kBasicReject) return With(fields, &AmqpChannel::OnReject);
  if (method == MethodId::kBasicConsume) return With(fields, &AmqpChannel::OnConsume);
  if (method == MethodId::kBasicCancel) return With(fields, &AmqpChannel::OnCancel);
  if (method == MethodId::kBasicQos) return With(fields, &AmqpChannel::OnQos);
  if (method == MethodId::kBasicCancelOk) return {};
  if (method == MethodId::kBasicRecover) {
    Answered answered = OnRecover(!fields.empty() && (fields[0] & 1) != 0);
    if (answered) Send(BasicRecoverOk{});
    return answered;
  }
  if (method == MethodId::kBasicRecoverAsync) {
    return OnRecover(!fields.empty() && (fields[0] & 1) != 0);
  }
  return Fail(ReplyCode::kCommandInvalid, "unimplemented method");
}

void AmqpChannel::Release() {
  if (is_closing_) return;
  is_closing_ = true;
  DropHeld();
  body_ = {};
  if (!reply_address_.empty()) {
    broker_.reply_addresses.erase(reply_address_);
    session_.CountConsumers(-1);
  }
  // Consumers go first, so that nothing is delivered to them again.
  while (!consumers_.empty()) EndConsumer(std::string(consumers_.begin()->first));
  for (Delivery& delivery : deliveries_) {
    if (!delivery.is_done) Apply(delivery, Verdict::kRequeue);
  }
  deliveries_.Clear();
}

void AmqpChannel::ForgetQueue(QueueConsumers& queue) {
  const auto forget = [&](Delivery& delivery) {
    if (delivery.is_done || delivery.queue != &queue) return;
    broker_.heap().Release(delivery.entry.message());
    delivery.queue = nullptr;
  };
  for (Delivery& delivery : deliveries_) forget(delivery);
  for (Verdicts& held : held_verdicts_) forget(held.delivery);
}

}  // namespace server
