// AmqpChannel: publishing, and what the publisher hears of it.

#include <fmt/format.h>

#include <charconv>

#include "server/amqp/amqp_broker.h"
#include "server/amqp/amqp_channel.h"
#include "server/amqp/amqp_channel_inline.h"
#include "server/amqp/login.h"
#include "storage/base/check.h"
#include "storage/memory/memory_probe.h"

namespace server {

using protocol::amqp::Properties;
using protocol::amqp::ReplyCode;
using storage::broker::Message;
using storage::broker::MessageParts;

namespace {

constexpr uint64_t kMessageBytesMax = uint64_t{128} << 20;

// A decimal number of milliseconds; -1: it is none.
int64_t ReadExpiration(std::string_view text) {
  constexpr int64_t kNone = -1;
  int64_t lifetime_ms = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), lifetime_ms);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  return is_number && lifetime_ms >= 0 ? lifetime_ms : kNone;
}

// The properties without BCC, which nobody is to see. They were decoded before.
std::string WithoutBlindCopies(std::string_view encoded) {
  Properties properties;
  CHECK_INVARIANT(properties.Decode(encoded, {}));
  std::string headers;
  protocol::amqp::TableWriter writer(headers);
  protocol::amqp::TableReader reader(properties.headers);
  std::string_view name;
  protocol::amqp::FieldValue value;
  while (reader.Next(name, value)) {
    if (name != "BCC") writer.Name(name).Value(value);
  }
  properties.headers = headers;
  std::string bytes;
  properties.Encode(bytes);
  return bytes;
}

// Further keys of the message: of CC and BCC.
Answered ReadCopies(std::string_view headers, std::vector<std::string>& keys) {
  for (const std::string_view name : {"CC", "BCC"}) {
    const auto field = protocol::amqp::FindField(headers, name);
    if (!field) continue;
    if (field->type != protocol::amqp::FieldType::kArray) {
      return Fail(ReplyCode::kPreconditionFailed,
                  fmt::format("{{unacceptable_type_in_header,<<\"{}\">>}}", name));
    }
    protocol::amqp::ArrayReader reader(field->bytes);
    protocol::amqp::FieldValue value;
    while (reader.Next(value)) {
      if (value.is_text() && value.bytes.size() <= UINT8_MAX) keys.emplace_back(value.bytes);
    }
  }
  return {};
}

}  // namespace

Answered AmqpChannel::OnPublish(const protocol::amqp::BasicPublish& publish) {
  if (publish.immediate) return Fail(ReplyCode::kNotImplemented, "immediate=true");
  exchange_.assign(publish.exchange);
  routing_key_.assign(publish.routing_key);
  is_mandatory_ = publish.mandatory;
  content_ = Content::kHeader;
  session_.NotePublish();
  return {};
}

Answered AmqpChannel::OnHeader(const protocol::amqp::Frame& frame) {
  const auto header = protocol::amqp::DecodeContentHeader(frame.payload);
  if (!header) return Fail(ReplyCode::kSyntaxError, "illegal content header");
  if (header->class_id != protocol::amqp::kBasicClass) {
    return Fail(ReplyCode::kUnexpectedFrame,
                fmt::format("expected content header for class 60, got one for class {} instead",
                            header->class_id));
  }
  if (header->body_bytes > kMessageBytesMax) {
    return Fail(ReplyCode::kPreconditionFailed,
                fmt::format("message size {} is larger than configured max size {}",
                            header->body_bytes, kMessageBytesMax));
  }
  if (!storage::HasMemoryFor(header->body_bytes)) {
    return Fail(ReplyCode::kResourceError, "not enough memory for the message");
  }
  properties_.assign(header->properties);
  body_bytes_ = header->body_bytes;
  body_.clear();
  content_ = Content::kBody;
  return body_bytes_ == 0 ? Complete({}) : Answered();
}

Answered AmqpChannel::OnBody(const protocol::amqp::Frame& frame) {
  const uint64_t come = body_.size() + frame.payload.size();
  if (come > body_bytes_) {
    return Fail(ReplyCode::kUnexpectedFrame, "content body is larger than its header said");
  }
  if (body_.empty() && come == body_bytes_) return Complete(frame.payload);
  body_.append(frame.payload);
  return come == body_bytes_ ? Complete(body_) : Answered();
}

// What is wrong with the message, and what the broker must know of it.
Answered AmqpChannel::CheckProperties(Properties& properties, MessageParts& parts) {
  if (!properties.Decode(properties_, {})) {
    return Fail(ReplyCode::kSyntaxError, "illegal content properties");
  }
  parts.priority = properties.priority;
  parts.is_persistent = properties.is_persistent();
  if (properties.has(Properties::kUserId) && properties.user_id != session_.user()) {
    return Fail(ReplyCode::kPreconditionFailed,
                fmt::format("user_id property set to '{}' but authenticated user was '{}'",
                            properties.user_id, session_.user()));
  }
  if (properties.has(Properties::kExpiration)) {
    parts.lifetime_ms = ReadExpiration(properties.expiration);
    if (parts.lifetime_ms < 0) {
      return Fail(ReplyCode::kPreconditionFailed,
                  fmt::format("invalid expiration '{}'", properties.expiration));
    }
  }
  if (properties.reply_to == kReplyQueue && reply_address_.empty()) {
    return Fail(ReplyCode::kPreconditionFailed, "fast reply consumer does not exist");
  }
  return {};
}

Answered AmqpChannel::Complete(std::string_view body) {
  content_ = Content::kNone;
  storage::broker::Exchange* exchange = broker_.vhost().FindExchange(exchange_);
  if (exchange == nullptr) {
    return Fail(ReplyCode::kNotFound,
                fmt::format("no exchange '{}' in vhost '{}'", exchange_, broker_.vhost().name()));
  }
  if (exchange->declaration().is_internal ||
      !MayUse(session_.user(), BrokerRight::kWrite, exchange_)) {
    return Fail(ReplyCode::kAccessRefused,
                fmt::format("cannot publish to internal exchange '{}' in vhost '{}'", exchange_,
                            broker_.vhost().name()));
  }
  MessageParts parts{.exchange = exchange_, .routing_key = routing_key_, .body = body};
  Properties properties;
  Answered answered = CheckProperties(properties, parts);
  if (!answered) return answered;
  std::vector<std::string> copies;
  if (properties.has(Properties::kHeaders)) {
    answered = ReadCopies(properties.headers, copies);
    if (!answered) return answered;
  }
  std::string reply_to;
  if (properties.reply_to == kReplyQueue) [[unlikely]] {
    reply_to = std::string(kReplyPrefix) + reply_address_;
    properties.reply_to = reply_to;
    std::string encoded;
    properties.Encode(encoded);
    properties_ = std::move(encoded);
  }
  ++broker_.counters.published;
  parts.properties = properties_;
  if (exchange_.empty() && routing_key_.starts_with(kReplyPrefix)) [[unlikely]] {
    ReplyDirectly(parts);
    return {};
  }
  Message* message = broker_.heap().Create(parts);
  if (message == nullptr) return Fail(ReplyCode::kResourceError, "not enough memory");
  body_.clear();
  if (mode_ == Mode::kTransaction) {
    held_publishes_.push_back({message, is_mandatory_, std::move(copies)});
    return {};
  }
  Confirm(RouteAndPush(*message, is_mandatory_, copies));
  broker_.heap().Release(message);
  return {};
}

// The answer of a server to a client that waits on a channel; never queued.
void AmqpChannel::ReplyDirectly(const MessageParts& parts) {
  const auto place = broker_.reply_addresses.find(routing_key_.substr(kReplyPrefix.size()));
  Message* message = broker_.heap().Create(parts);
  const bool is_lost = place == broker_.reply_addresses.end() || message == nullptr;
  if (!is_lost) {
    AmqpChannel& channel = *place->second;
    channel.Send(protocol::amqp::BasicDeliver{.consumer_tag = channel.reply_tag_,
                                              .delivery_tag = ++channel.last_tag_,
                                              .redelivered = false,
                                              .exchange = {},
                                              .routing_key = message->routing_key()});
    channel.SendContent(*message);
    ++broker_.counters.delivered;
  } else if (is_mandatory_ && message != nullptr) {
    ReturnToPublisher(*message);
  }
  if (message != nullptr) broker_.heap().Release(message);
  if (mode_ != Mode::kTransaction) Confirm(true);
}

// False: a queue refused it.
bool AmqpChannel::RouteAndPush(Message& message, bool is_mandatory,
                               std::span<const std::string> copies) {
  storage::broker::Vhost& vhost = broker_.vhost();
  storage::broker::Exchange* exchange = vhost.FindExchange(message.exchange());
  if (exchange == nullptr) return true;  // deleted before the commit
  std::span<storage::broker::Queue* const> queues;
  const std::string_view key = message.routing_key();
  Message* stripped = nullptr;
  if (copies.empty()) [[likely]] {
    queues = vhost.Route(*exchange, {&key, 1}, message.properties());
  } else {
    std::vector<std::string_view> keys(copies.begin(), copies.end());
    keys.insert(keys.begin(), key);
    queues = vhost.Route(*exchange, keys, message.properties());
    const std::string visible = WithoutBlindCopies(message.properties());
    stripped = broker_.heap().Create({.exchange = message.exchange(),
                                      .routing_key = key,
                                      .properties = visible,
                                      .body = message.body(),
                                      .priority = message.priority(),
                                      .is_persistent = message.is_persistent(),
                                      .lifetime_ms = message.lifetime_ms()});
    if (stripped == nullptr) return false;
  }
  if (queues.empty() && is_mandatory) ReturnToPublisher(message);
  const bool is_taken =
      vhost.Push(queues, stripped != nullptr ? *stripped : message, broker_.now_ms());
  if (stripped != nullptr) broker_.heap().Release(stripped);
  return is_taken;
}

void AmqpChannel::ReturnToPublisher(const Message& message) {
  Send(protocol::amqp::BasicReturn{.reply_code = static_cast<uint16_t>(ReplyCode::kNoRoute),
                                   .reply_text = "NO_ROUTE",
                                   .exchange = message.exchange(),
                                   .routing_key = message.routing_key()});
  SendContent(message);
  ++broker_.counters.returned;
}

// --- confirms ---

void AmqpChannel::Confirm(bool is_taken) {
  if (mode_ != Mode::kConfirm) return;
  ++published_;
  if (!is_taken) [[unlikely]] {
    FlushConfirms();
    confirmed_ = confirmable_ = published_;
    Send(
        protocol::amqp::BasicNack{.delivery_tag = published_, .multiple = false, .requeue = false});
    return;
  }
  if (confirmable_ == confirmed_) session_.NoteConfirms(*this);
  confirmable_ = published_;
}

void AmqpChannel::FlushConfirms() {
  if (confirmable_ == confirmed_ || is_closing_) return;
  Send(protocol::amqp::BasicAck{.delivery_tag = confirmable_,
                                .multiple = confirmable_ - confirmed_ > 1});
  broker_.counters.confirmed += confirmable_ - confirmed_;
  confirmed_ = confirmable_;
}

Answered AmqpChannel::OnConfirmSelect(const protocol::amqp::ConfirmSelect& select) {
  if (mode_ == Mode::kTransaction) {
    return Fail(ReplyCode::kPreconditionFailed, "cannot switch from tx to confirm mode");
  }
  mode_ = Mode::kConfirm;
  SendUnless(select.nowait, protocol::amqp::ConfirmSelectOk{});
  return {};
}

}  // namespace server
