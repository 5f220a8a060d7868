// AmqpChannel: one of the conversations on an AMQP connection. It takes methods and contents, asks
// the vhost, and answers.
//
//   amqp_channel.cpp      dispatch, errors, what goes with the channel
//   publishing.cpp        publish, header, body; return; confirms
//   consuming.cpp         consume, cancel, qos, get, deliver
//   acknowledging.cpp     ack, nack, reject, recover
//   exchange_methods.cpp  exchange.*
//   queue_methods.cpp     queue.*
//   transactions.cpp      tx.*
//
// After an error of the channel it has given back all it had and ignores everything until close-ok.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/amqp/content_header.h"
#include "protocol/amqp/frame.h"
#include "protocol/amqp/methods.gen.h"
#include "server/amqp/deliveries.h"
#include "server/amqp/failure.h"
#include "server/amqp/queue_consumers.h"
#include "storage/broker/vhost.h"

namespace server {

class AmqpBroker;
class AmqpSession;

class AmqpChannel {
 public:
  AmqpChannel(AmqpSession& session, uint16_t number);
  ~AmqpChannel();
  AmqpChannel(const AmqpChannel&) = delete;
  AmqpChannel& operator=(const AmqpChannel&) = delete;

  // A frame of this channel, other than channel.open, close and close-ok.
  void OnFrame(const protocol::amqp::Frame& frame);
  // Requeues what is out, in its order, and ends the consumers. Nothing follows but close-ok.
  void Release();
  bool is_closing() const { return is_closing_; }

  // --- for QueueConsumers ---

  bool MayTake(const Consumer& consumer) const;
  void Deliver(Consumer& consumer, storage::broker::QueueEntry entry);
  void OnQueueGone(Consumer& consumer);
  // Entries of the queue that are out are let go.
  void ForgetQueue(QueueConsumers& queue);

  void ScheduleConsumers();
  // Once a turn: one ack for all that was published. Where persistent messages must be on the disk
  // first, their confirms will wait here.
  void FlushConfirms();

 private:
  enum class Content : uint8_t { kNone, kHeader, kBody };
  enum class Mode : uint8_t { kPlain, kConfirm, kTransaction };
  enum class Verdict : uint8_t { kAcknowledge, kRequeue, kReject };
  struct Verdicts {
    Delivery delivery;
    Verdict verdict;
  };
  struct HeldPublish {
    storage::broker::Message* message;
    bool is_mandatory;
    std::vector<std::string> copies;
  };

  Answered OnMethod(protocol::amqp::MethodId method, std::string_view fields);
  Answered OnExchangeMethod(protocol::amqp::MethodId method, std::string_view fields);
  Answered OnQueueMethod(protocol::amqp::MethodId method, std::string_view fields);
  Answered OnBasicMethod(protocol::amqp::MethodId method, std::string_view fields);
  template <class Method>
  Answered With(std::string_view fields, Answered (AmqpChannel::*handler)(const Method&));
  template <class Method>
  void Send(const Method& method);
  template <class Method>
  void SendUnless(bool nowait, const Method& method) {
    if (!nowait) Send(method);
  }

  // publishing.cpp
  Answered OnPublish(const protocol::amqp::BasicPublish& publish);
  Answered OnHeader(const protocol::amqp::Frame& frame);
  Answered OnBody(const protocol::amqp::Frame& frame);
  Answered Complete(std::string_view body);
  Answered CheckProperties(protocol::amqp::Properties& properties,
                           storage::broker::MessageParts& parts);
  void ReplyDirectly(const storage::broker::MessageParts& parts);
  // `copies`: its further keys.
  bool RouteAndPush(storage::broker::Message& message, bool is_mandatory,
                    std::span<const std::string> copies);
  void ReturnToPublisher(const storage::broker::Message& message);
  void Confirm(bool is_taken);
  Answered OnConfirmSelect(const protocol::amqp::ConfirmSelect& select);

  // exchange_methods.cpp, queue_methods.cpp
  Answered OnExchangeDeclare(const protocol::amqp::ExchangeDeclare& declare);
  Answered OnExchangeDelete(const protocol::amqp::ExchangeDelete& erase);
  Answered OnExchangeBind(const protocol::amqp::ExchangeBind& bind);
  Answered OnExchangeUnbind(const protocol::amqp::ExchangeUnbind& unbind);
  Answered OnQueueDeclare(const protocol::amqp::QueueDeclare& declare);
  Answered DeclarePassively(const protocol::amqp::QueueDeclare& declare, std::string_view name);
  Answered OnQueueBind(const protocol::amqp::QueueBind& bind);
  Answered OnQueueUnbind(const protocol::amqp::QueueUnbind& unbind);
  Answered OnQueuePurge(const protocol::amqp::QueuePurge& purge);
  Answered OnQueueDelete(const protocol::amqp::QueueDelete& erase);
  // The name, or the last declared queue's.
  std::expected<std::string, Failure> QueueName(std::string_view name) const;
  std::expected<storage::broker::Queue*, Failure> QueueNamed(std::string_view name);

  // consuming.cpp
  Answered OnConsume(const protocol::amqp::BasicConsume& consume);
  Answered ConsumeReplies(const protocol::amqp::BasicConsume& consume, std::string tag);
  Answered OnCancel(const protocol::amqp::BasicCancel& cancel);
  Answered OnQos(const protocol::amqp::BasicQos& qos);
  Answered OnGet(const protocol::amqp::BasicGet& get);
  void EndConsumer(const std::string& tag);
  void ForgetConsumer(const Consumer& consumer);
  void SendContent(const storage::broker::Message& message);

  // acknowledging.cpp
  Answered OnAck(const protocol::amqp::BasicAck& ack);
  Answered OnNack(const protocol::amqp::BasicNack& nack);
  Answered OnReject(const protocol::amqp::BasicReject& reject);
  Answered OnRecover(bool requeue);
  Answered Judge(uint64_t tag, bool is_multiple, Verdict verdict);
  void Take(Delivery& delivery, Verdict verdict);
  void Apply(const Delivery& delivery, Verdict verdict);
  void FreeCredit(const Delivery& delivery);

  // transactions.cpp
  Answered OnTxSelect(const protocol::amqp::TxSelect& select);
  Answered OnTxCommit(const protocol::amqp::TxCommit& commit);
  Answered OnTxRollback(const protocol::amqp::TxRollback& rollback);
  void DropHeld();

  AmqpSession& session_;
  AmqpBroker& broker_;
  const uint16_t number_;
  bool is_closing_ = false;
  Mode mode_ = Mode::kPlain;
  std::string last_queue_;  // that was declared here

  // What is being published.
  Content content_ = Content::kNone;
  bool is_mandatory_ = false;
  std::string exchange_;
  std::string routing_key_;
  std::string properties_;
  std::string body_;  // what has come of a body in several frames
  uint64_t body_bytes_ = 0;
  uint64_t published_ = 0;  // since confirm.select
  uint64_t confirmed_ = 0;
  uint64_t confirmable_ = 0;  // up to here

  Deliveries deliveries_;
  uint64_t last_tag_ = 0;
  uint32_t unacknowledged_ = 0;   // by consumers
  uint32_t prefetch_ = 0;         // of consumers to come
  uint32_t prefetch_global_ = 0;  // of all together
  std::map<std::string, std::unique_ptr<Consumer>, std::less<>> consumers_;
  std::string reply_address_;  // of direct replies; empty: none are wanted
  std::string reply_tag_;

  std::vector<HeldPublish> held_publishes_;
  std::vector<Verdicts> held_verdicts_;
};

}  // namespace server
