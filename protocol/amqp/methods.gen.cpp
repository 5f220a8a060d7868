#include "protocol/amqp/methods.gen.h"

#include "protocol/amqp/field_reader.h"
#include "protocol/amqp/field_writer.h"

// Made by tools/amqp_codegen/generate, do not edit.
// clang-format off
namespace protocol::amqp {

std::string_view MethodName(MethodId id) {
  switch (id) {
    case MethodId::kConnectionStart: return "connection.start";
    case MethodId::kConnectionStartOk: return "connection.start-ok";
    case MethodId::kConnectionSecure: return "connection.secure";
    case MethodId::kConnectionSecureOk: return "connection.secure-ok";
    case MethodId::kConnectionTune: return "connection.tune";
    case MethodId::kConnectionTuneOk: return "connection.tune-ok";
    case MethodId::kConnectionOpen: return "connection.open";
    case MethodId::kConnectionOpenOk: return "connection.open-ok";
    case MethodId::kConnectionClose: return "connection.close";
    case MethodId::kConnectionCloseOk: return "connection.close-ok";
    case MethodId::kConnectionBlocked: return "connection.blocked";
    case MethodId::kConnectionUnblocked: return "connection.unblocked";
    case MethodId::kConnectionUpdateSecret: return "connection.update-secret";
    case MethodId::kConnectionUpdateSecretOk: return "connection.update-secret-ok";
    case MethodId::kChannelOpen: return "channel.open";
    case MethodId::kChannelOpenOk: return "channel.open-ok";
    case MethodId::kChannelFlow: return "channel.flow";
    case MethodId::kChannelFlowOk: return "channel.flow-ok";
    case MethodId::kChannelClose: return "channel.close";
    case MethodId::kChannelCloseOk: return "channel.close-ok";
    case MethodId::kAccessRequest: return "access.request";
    case MethodId::kAccessRequestOk: return "access.request-ok";
    case MethodId::kExchangeDeclare: return "exchange.declare";
    case MethodId::kExchangeDeclareOk: return "exchange.declare-ok";
    case MethodId::kExchangeDelete: return "exchange.delete";
    case MethodId::kExchangeDeleteOk: return "exchange.delete-ok";
    case MethodId::kExchangeBind: return "exchange.bind";
    case MethodId::kExchangeBindOk: return "exchange.bind-ok";
    case MethodId::kExchangeUnbind: return "exchange.unbind";
    case MethodId::kExchangeUnbindOk: return "exchange.unbind-ok";
    case MethodId::kQueueDeclare: return "queue.declare";
    case MethodId::kQueueDeclareOk: return "queue.declare-ok";
    case MethodId::kQueueBind: return "queue.bind";
    case MethodId::kQueueBindOk: return "queue.bind-ok";
    case MethodId::kQueuePurge: return "queue.purge";
    case MethodId::kQueuePurgeOk: return "queue.purge-ok";
    case MethodId::kQueueDelete: return "queue.delete";
    case MethodId::kQueueDeleteOk: return "queue.delete-ok";
    case MethodId::kQueueUnbind: return "queue.unbind";
    case MethodId::kQueueUnbindOk: return "queue.unbind-ok";
    case MethodId::kBasicQos: return "basic.qos";
    case MethodId::kBasicQosOk: return "basic.qos-ok";
    case MethodId::kBasicConsume: return "basic.consume";
    case MethodId::kBasicConsumeOk: return "basic.consume-ok";
    case MethodId::kBasicCancel: return "basic.cancel";
    case MethodId::kBasicCancelOk: return "basic.cancel-ok";
    case MethodId::kBasicPublish: return "basic.publish";
    case MethodId::kBasicReturn: return "basic.return";
    case MethodId::kBasicDeliver: return "basic.deliver";
    case MethodId::kBasicGet: return "basic.get";
    case MethodId::kBasicGetOk: return "basic.get-ok";
    case MethodId::kBasicGetEmpty: return "basic.get-empty";
    case MethodId::kBasicAck: return "basic.ack";
    case MethodId::kBasicReject: return "basic.reject";
    case MethodId::kBasicRecoverAsync: return "basic.recover-async";
    case MethodId::kBasicRecover: return "basic.recover";
    case MethodId::kBasicRecoverOk: return "basic.recover-ok";
    case MethodId::kBasicNack: return "basic.nack";
    case MethodId::kConfirmSelect: return "confirm.select";
    case MethodId::kConfirmSelectOk: return "confirm.select-ok";
    case MethodId::kTxSelect: return "tx.select";
    case MethodId::kTxSelectOk: return "tx.select-ok";
    case MethodId::kTxCommit: return "tx.commit";
    case MethodId::kTxCommitOk: return "tx.commit-ok";
    case MethodId::kTxRollback: return "tx.rollback";
    case MethodId::kTxRollbackOk: return "tx.rollback-ok";
  }
  return {};
}

bool HasContent(MethodId id) {
  return id == MethodId::kBasicPublish ||
         id == MethodId::kBasicReturn ||
         id == MethodId::kBasicDeliver ||
         id == MethodId::kBasicGetOk;
}

bool ConnectionStart::Decode(FieldReader& reader) {
  version_major = reader.U8();
  version_minor = reader.U8();
  server_properties = reader.LongString();
  mechanisms = reader.LongString();
  locales = reader.LongString();
  return reader.IsAtEnd();
}

size_t ConnectionStart::wire_bytes() const {
  return 14 +
         server_properties.size() +
         mechanisms.size() +
         locales.size();
}

char* ConnectionStart::Write(char* to) const {
  to = WriteU8(to, version_major);
  to = WriteU8(to, version_minor);
  to = WriteLongString(to, server_properties);
  to = WriteLongString(to, mechanisms);
  to = WriteLongString(to, locales);
  return to;
}

bool ConnectionStartOk::Decode(FieldReader& reader) {
  client_properties = reader.LongString();
  mechanism = reader.ShortString();
  response = reader.LongString();
  locale = reader.ShortString();
  return reader.IsAtEnd();
}

size_t ConnectionStartOk::wire_bytes() const {
  return 10 +
         client_properties.size() +
         ShortStringBytes(mechanism) +
         response.size() +
         ShortStringBytes(locale);
}

char* ConnectionStartOk::Write(char* to) const {
  to = WriteLongString(to, client_properties);
  to = WriteShortString(to, mechanism);
  to = WriteLongString(to, response);
  to = WriteShortString(to, locale);
  return to;
}

bool ConnectionSecure::Decode(FieldReader& reader) {
  challenge = reader.LongString();
  return reader.IsAtEnd();
}

size_t ConnectionSecure::wire_bytes() const {
  return 4 +
         challenge.size();
}

char* ConnectionSecure::Write(char* to) const {
  to = WriteLongString(to, challenge);
  return to;
}

bool ConnectionSecureOk::Decode(FieldReader& reader) {
  response = reader.LongString();
  return reader.IsAtEnd();
}

size_t ConnectionSecureOk::wire_bytes() const {
  return 4 +
         response.size();
}

char* ConnectionSecureOk::Write(char* to) const {
  to = WriteLongString(to, response);
  return to;
}

bool ConnectionTune::Decode(FieldReader& reader) {
  channel_max = reader.U16();
  frame_max = reader.U32();
  heartbeat = reader.U16();
  return reader.IsAtEnd();
}

size_t ConnectionTune::wire_bytes() const {
  return 8;
}

char* ConnectionTune::Write(char* to) const {
  to = WriteU16(to, channel_max);
  to = WriteU32(to, frame_max);
  to = WriteU16(to, heartbeat);
  return to;
}

bool ConnectionTuneOk::Decode(FieldReader& reader) {
  channel_max = reader.U16();
  frame_max = reader.U32();
  heartbeat = reader.U16();
  return reader.IsAtEnd();
}

size_t ConnectionTuneOk::wire_bytes() const {
  return 8;
}

char* ConnectionTuneOk::Write(char* to) const {
  to = WriteU16(to, channel_max);
  to = WriteU32(to, frame_max);
  to = WriteU16(to, heartbeat);
  return to;
}

bool ConnectionOpen::Decode(FieldReader& reader) {
  virtual_host = reader.ShortString();
  capabilities = reader.ShortString();
  const uint8_t bits_2 = reader.U8();
  insist = (bits_2 & 1) != 0;
  return reader.IsAtEnd();
}

size_t ConnectionOpen::wire_bytes() const {
  return 3 +
         ShortStringBytes(virtual_host) +
         ShortStringBytes(capabilities);
}

char* ConnectionOpen::Write(char* to) const {
  to = WriteShortString(to, virtual_host);
  to = WriteShortString(to, capabilities);
  to = WriteU8(to, static_cast<uint8_t>(insist << 0));
  return to;
}

bool ConnectionOpenOk::Decode(FieldReader& reader) {
  known_hosts = reader.ShortString();
  return reader.IsAtEnd();
}

size_t ConnectionOpenOk::wire_bytes() const {
  return 1 +
         ShortStringBytes(known_hosts);
}

char* ConnectionOpenOk::Write(char* to) const {
  to = WriteShortString(to, known_hosts);
  return to;
}

bool ConnectionClose::Decode(FieldReader& reader) {
  reply_code = reader.U16();
  reply_text = reader.ShortString();
  class_id = reader.U16();
  method_id = reader.U16();
  return reader.IsAtEnd();
}

size_t ConnectionClose::wire_bytes() const {
  return 7 +
         ShortStringBytes(reply_text);
}

char* ConnectionClose::Write(char* to) const {
  to = WriteU16(to, reply_code);
  to = WriteShortString(to, reply_text);
  to = WriteU16(to, class_id);
  to = WriteU16(to, method_id);
  return to;
}

bool ConnectionCloseOk::Decode(FieldReader& reader) {
  return reader.IsAtEnd();
}

size_t ConnectionCloseOk::wire_bytes() const {
  return 0;
}

char* ConnectionCloseOk::Write(char* to) const {
  return to;
}

bool ConnectionBlocked::Decode(FieldReader& reader) {
  reason = reader.ShortString();
  return reader.IsAtEnd();
}

size_t ConnectionBlocked::wire_bytes() const {
  return 1 +
         ShortStringBytes(reason);
}

char* ConnectionBlocked::Write(char* to) const {
  to = WriteShortString(to, reason);
  return to;
}

bool ConnectionUnblocked::Decode(FieldReader& reader) {
  return reader.IsAtEnd();
}

size_t ConnectionUnblocked::wire_bytes() const {
  return 0;
}

char* ConnectionUnblocked::Write(char* to) const {
  return to;
}

bool ConnectionUpdateSecret::Decode(FieldReader& reader) {
  new_secret = reader.LongString();
  reason = reader.ShortString();
  return reader.IsAtEnd();
}

size_t ConnectionUpdateSecret::wire_bytes() const {
  return 5 +
         new_secret.size() +
         ShortStringBytes(reason);
}

char* ConnectionUpdateSecret::Write(char* to) const {
  to = WriteLongString(to, new_secret);
  to = WriteShortString(to, reason);
  return to;
}

bool ConnectionUpdateSecretOk::Decode(FieldReader& reader) {
  return reader.IsAtEnd();
}

size_t ConnectionUpdateSecretOk::wire_bytes() const {
  return 0;
}

char* ConnectionUpdateSecretOk::Write(char* to) const {
  return to;
}

bool ChannelOpen::Decode(FieldReader& reader) {
  out_of_band = reader.ShortString();
  return reader.IsAtEnd();
}

size_t ChannelOpen::wire_bytes() const {
  return 1 +
         ShortStringBytes(out_of_band);
}

char* ChannelOpen::Write(char* to) const {
  to = WriteShortString(to, out_of_band);
  return to;
}

bool ChannelOpenOk::Decode(FieldReader& reader) {
  channel_id = reader.LongString();
  return reader.IsAtEnd();
}

size_t ChannelOpenOk::wire_bytes() const {
  return 4 +
         channel_id.size();
}

char* ChannelOpenOk::Write(char* to) const {
  to = WriteLongString(to, channel_id);
  return to;
}

bool ChannelFlow::Decode(FieldReader& reader) {
  const uint8_t bits_0 = reader.U8();
  active = (bits_0 & 1) != 0;
  return reader.IsAtEnd();
}

size_t ChannelFlow::wire_bytes() const {
  return 1;
}

char* ChannelFlow::Write(char* to) const {
  to = WriteU8(to, static_cast<uint8_t>(active << 0));
  return to;
}

bool ChannelFlowOk::Decode(FieldReader& reader) {
  const uint8_t bits_0 = reader.U8();
  active = (bits_0 & 1) != 0;
  return reader.IsAtEnd();
}

size_t ChannelFlowOk::wire_bytes() const {
  return 1;
}

char* ChannelFlowOk::Write(char* to) const {
  to = WriteU8(to, static_cast<uint8_t>(active << 0));
  return to;
}

bool ChannelClose::Decode(FieldReader& reader) {
  reply_code = reader.U16();
  reply_text = reader.ShortString();
  class_id = reader.U16();
  method_id = reader.U16();
  return reader.IsAtEnd();
}

size_t ChannelClose::wire_bytes() const {
  return 7 +
         ShortStringBytes(reply_text);
}

char* ChannelClose::Write(char* to) const {
  to = WriteU16(to, reply_code);
  to = WriteShortString(to, reply_text);
  to = WriteU16(to, class_id);
  to = WriteU16(to, method_id);
  return to;
}

bool ChannelCloseOk::Decode(FieldReader& reader) {
  return reader.IsAtEnd();
}

size_t ChannelCloseOk::wire_bytes() const {
  return 0;
}

char* ChannelCloseOk::Write(char* to) const {
  return to;
}

bool AccessRequest::Decode(FieldReader& reader) {
  realm = reader.ShortString();
  const uint8_t bits_1 = reader.U8();
  exclusive = (bits_1 & 1) != 0;
  passive = (bits_1 & 2) != 0;
  active = (bits_1 & 4) != 0;
  write = (bits_1 & 8) != 0;
  read = (bits_1 & 16) != 0;
  return reader.IsAtEnd();
}

size_t AccessRequest::wire_bytes() const {
  return 2 +
         ShortStringBytes(realm);
}

char* AccessRequest::Write(char* to) const {
  to = WriteShortString(to, realm);
  to = WriteU8(to, static_cast<uint8_t>(exclusive << 0 |
      passive << 1 |
      active << 2 |
      write << 3 |
      read << 4));
  return to;
}

bool AccessRequestOk::Decode(FieldReader& reader) {
  ticket = reader.U16();
  return reader.IsAtEnd();
}

size_t AccessRequestOk::wire_bytes() const {
  return 2;
}

char* AccessRequestOk::Write(char* to) const {
  to = WriteU16(to, ticket);
  return to;
}

bool ExchangeDeclare::Decode(FieldReader& reader) {
  ticket = reader.U16();
  exchange = reader.ShortString();
  type = reader.ShortString();
  const uint8_t bits_3 = reader.U8();
  passive = (bits_3 & 1) != 0;
  durable = (bits_3 & 2) != 0;
  auto_delete = (bits_3 & 4) != 0;
  internal = (bits_3 & 8) != 0;
  nowait = (bits_3 & 16) != 0;
  arguments = reader.LongString();
  return reader.IsAtEnd();
}

size_t ExchangeDeclare::wire_bytes() const {
  return 9 +
         ShortStringBytes(exchange) +
         ShortStringBytes(type) +
         arguments.size();
}

char* ExchangeDeclare::Write(char* to) const {
  to = WriteU16(to, ticket);
  to = WriteShortString(to, exchange);
  to = WriteShortString(to, type);
  to = WriteU8(to, static_cast<uint8_t>(passive << 0 |
      durable << 1 |
      auto_delete << 2 |
      internal << 3 |
      nowait << 4));
  to = WriteLongString(to, arguments);
  return to;
}

bool ExchangeDeclareOk::Decode(FieldReader& reader) {
  return reader.IsAtEnd();
}

size_t ExchangeDeclareOk::wire_bytes() const {
  return 0;
}

char* ExchangeDeclareOk::Write(char* to) const {
  return to;
}

bool ExchangeDelete::Decode(FieldReader& reader) {
  ticket = reader.U16();
  exchange = reader.ShortString();
  const uint8_t bits_2 = reader.U8();
  if_unused = (bits_2 & 1) != 0;
  nowait = (bits_2 & 2) != 0;
  return reader.IsAtEnd();
}

size_t ExchangeDelete::wire_bytes() const {
  return 4 +
         ShortStringBytes(exchange);
}

char* ExchangeDelete::Write(char* to) const {
  to = WriteU16(to, ticket);
  to = WriteShortString(to, exchange);
  to = WriteU8(to, static_cast<uint8_t>(if_unused << 0 |
      nowait << 1));
  return to;
}

bool ExchangeDeleteOk::Decode(FieldReader& reader) {
  return reader.IsAtEnd();
}

size_t ExchangeDeleteOk::wire_bytes() const {
  return 0;
}

char* ExchangeDeleteOk::Write(char* to) const {
  return to;
}

bool ExchangeBind::Decode(FieldReader& reader) {
  ticket = reader.U16();
  destination = reader.ShortString();
  source = reader.ShortString();
  routing_key = reader.ShortString();
  const uint8_t bits_4 = reader.U8();
  nowait = (bits_4 & 1) != 0;
  arguments = reader.LongString();
  return reader.IsAtEnd();
}

size_t ExchangeBind::wire_bytes() const {
  return 10 +
         ShortStringBytes(destination) +
         ShortStringBytes(source) +
         ShortStringBytes(routing_key) +
         arguments.size();
}

char* ExchangeBind::Write(char* to) const {
  to = WriteU16(to, ticket);
  to = WriteShortString(to, destination);
  to = WriteShortString(to, source);
  to = WriteShortString(to, routing_key);
  to = WriteU8(to, static_cast<uint8_t>(nowait << 0));
  to = WriteLongString(to, arguments);
  return to;
}

bool ExchangeBindOk::Decode(FieldReader& reader) {
  return reader.IsAtEnd();
}

size_t ExchangeBindOk::wire_bytes() const {
  return 0;
}

char* ExchangeBindOk::Write(char* to) const {
  return to;
}

bool ExchangeUnbind::Decode(FieldReader& reader) {
  ticket = reader.U16();
  destination = reader.ShortString();
  source = reader.ShortString();
  routing_key = reader.ShortString();
  const uint8_t bits_4 = reader.U8();
  nowait = (bits_4 & 1) != 0;
  arguments = reader.LongString();
  return reader.IsAtEnd();
}

size_t ExchangeUnbind::wire_bytes() const {
  return 10 +
         ShortStringBytes(destination) +
         ShortStringBytes(source) +
         ShortStringBytes(routing_key) +
         arguments.size();
}

char* ExchangeUnbind::Write(char* to) const {
  to = WriteU16(to, ticket);
  to = WriteShortString(to, destination);
  to = WriteShortString(to, source);
  to = WriteShortString(to, routing_key);
  to = WriteU8(to, static_cast<uint8_t>(nowait << 0));
  to = WriteLongString(to, arguments);
  return to;
}

bool ExchangeUnbindOk::Decode(FieldReader& reader) {
  return reader.IsAtEnd();
}

size_t ExchangeUnbindOk::wire_bytes() const {
  return 0;
}

char* ExchangeUnbindOk::Write(char* to) const {
  return to;
}

bool QueueDeclare::Decode(FieldReader& reader) {
  ticket = reader.U16();
  queue = reader.ShortString();
  const uint8_t bits_2 = reader.U8();
  passive = (bits_2 & 1) != 0;
  durable = (bits_2 & 2) != 0;
  exclusive = (bits_2 & 4) != 0;
  auto_delete = (bits_2 & 8) != 0;
  nowait = (bits_2 & 16) != 0;
  arguments = reader.LongString();
  return reader.IsAtEnd();
}

size_t QueueDeclare::wire_bytes() const {
  return 8 +
         ShortStringBytes(queue) +
         arguments.size();
}

char* QueueDeclare::Write(char* to) const {
  to = WriteU16(to, ticket);
  to = WriteShortString(to, queue);
  to = WriteU8(to, static_cast<uint8_t>(passive << 0 |
      durable << 1 |
      exclusive << 2 |
      auto_delete << 3 |
      nowait << 4));
  to = WriteLongString(to, arguments);
  return to;
}

bool QueueDeclareOk::Decode(FieldReader& reader) {
  queue = reader.ShortString();
  message_count = reader.U32();
  consumer_count = reader.U32();
  return reader.IsAtEnd();
}

size_t QueueDeclareOk::wire_bytes() const {
  return 9 +
         ShortStringBytes(queue);
}

char* QueueDeclareOk::Write(char* to) const {
  to = WriteShortString(to, queue);
  to = WriteU32(to, message_count);
  to = WriteU32(to, consumer_count);
  return to;
}

bool QueueBind::Decode(FieldReader& reader) {
  ticket = reader.U16();
  queue = reader.ShortString();
  exchange = reader.ShortString();
  routing_key = reader.ShortString();
  const uint8_t bits_4 = reader.U8();
  nowait = (bits_4 & 1) != 0;
  arguments = reader.LongString();
  return reader.IsAtEnd();
}

size_t QueueBind::wire_bytes() const {
  return 10 +
         ShortStringBytes(queue) +
         ShortStringBytes(exchange) +
         ShortStringBytes(routing_key) +
         arguments.size();
}

char* QueueBind::Write(char* to) const {
  to = WriteU16(to, ticket);
  to = WriteShortString(to, queue);
  to = WriteShortString(to, exchange);
  to = WriteShortString(to, routing_key);
  to = WriteU8(to, static_cast<uint8_t>(nowait << 0));
  to = WriteLongString(to, arguments);
  return to;
}

bool QueueBindOk::Decode(FieldReader& reader) {
  return reader.IsAtEnd();
}

size_t QueueBindOk::wire_bytes() const {
  return 0;
}

char* QueueBindOk::Write(char* to) const {
  return to;
}

bool QueuePurge::Decode(FieldReader& reader) {
  ticket = reader.U16();
  queue = reader.ShortString();
  const uint8_t bits_2 = reader.U8();
  nowait = (bits_2 & 1) != 0;
  return reader.IsAtEnd();
}

size_t QueuePurge::wire_bytes() const {
  return 4 +
         ShortStringBytes(queue);
}

char* QueuePurge::Write(char* to) const {
  to = WriteU16(to, ticket);
  to = WriteShortString(to, queue);
  to = WriteU8(to, static_cast<uint8_t>(nowait << 0));
  return to;
}

bool QueuePurgeOk::Decode(FieldReader& reader) {
  message_count = reader.U32();
  return reader.IsAtEnd();
}

size_t QueuePurgeOk::wire_bytes() const {
  return 4;
}

char* QueuePurgeOk::Write(char* to) const {
  to = WriteU32(to, message_count);
  return to;
}

bool QueueDelete::Decode(FieldReader& reader) {
  ticket = reader.U16();
  queue = reader.ShortString();
  const uint8_t bits_2 = reader.U8();
  if_unused = (bits_2 & 1) != 0;
  if_empty = (bits_2 & 2) != 0;
  nowait = (bits_2 & 4) != 0;
  return reader.IsAtEnd();
}

size_t QueueDelete::wire_bytes() const {
  return 4 +
         ShortStringBytes(queue);
}

char* QueueDelete::Write(char* to) const {
  to = WriteU16(to, ticket);
  to = WriteShortString(to, queue);
  to = WriteU8(to, static_cast<uint8_t>(if_unused << 0 |
      if_empty << 1 |
      nowait << 2));
  return to;
}

bool QueueDeleteOk::Decode(FieldReader& reader) {
  message_count = reader.U32();
  return reader.IsAtEnd();
}

size_t QueueDeleteOk::wire_bytes() const {
  return 4;
}

char* QueueDeleteOk::Write(char* to) const {
  to = WriteU32(to, message_count);
  return to;
}

bool QueueUnbind::Decode(FieldReader& reader) {
  ticket = reader.U16();
  queue = reader.ShortString();
  exchange = reader.ShortString();
  routing_key = reader.ShortString();
  arguments = reader.LongString();
  return reader.IsAtEnd();
}

size_t QueueUnbind::wire_bytes() const {
  return 9 +
         ShortStringBytes(queue) +
         ShortStringBytes(exchange) +
         ShortStringBytes(routing_key) +
         arguments.size();
}

char* QueueUnbind::Write(char* to) const {
  to = WriteU16(to, ticket);
  to = WriteShortString(to, queue);
  to = WriteShortString(to, exchange);
  to = WriteShortString(to, routing_key);
  to = WriteLongString(to, arguments);
  return to;
}

bool QueueUnbindOk::Decode(FieldReader& reader) {
  return reader.IsAtEnd();
}

size_t QueueUnbindOk::wire_bytes() const {
  return 0;
}

char* QueueUnbindOk::Write(char* to) const {
  return to;
}

bool BasicQos::Decode(FieldReader& reader) {
  prefetch_size = reader.U32();
  prefetch_count = reader.U16();
  const uint8_t bits_2 = reader.U8();
  global = (bits_2 & 1) != 0;
  return reader.IsAtEnd();
}

size_t BasicQos::wire_bytes() const {
  return 7;
}

char* BasicQos::Write(char* to) const {
  to = WriteU32(to, prefetch_size);
  to = WriteU16(to, prefetch_count);
  to = WriteU8(to, static_cast<uint8_t>(global << 0));
  return to;
}

bool BasicQosOk::Decode(FieldReader& reader) {
  return reader.IsAtEnd();
}

size_t BasicQosOk::wire_bytes() const {
  return 0;
}

char* BasicQosOk::Write(char* to) const {
  return to;
}

bool BasicConsume::Decode(FieldReader& reader) {
  ticket = reader.U16();
  queue = reader.ShortString();
  consumer_tag = reader.ShortString();
  const uint8_t bits_3 = reader.U8();
  no_local = (bits_3 & 1) != 0;
  no_ack = (bits_3 & 2) != 0;
  exclusive = (bits_3 & 4) != 0;
  nowait = (bits_3 & 8) != 0;
  arguments = reader.LongString();
  return reader.IsAtEnd();
}

size_t BasicConsume::wire_bytes() const {
  return 9 +
         ShortStringBytes(queue) +
         ShortStringBytes(consumer_tag) +
         arguments.size();
}

char* BasicConsume::Write(char* to) const {
  to = WriteU16(to, ticket);
  to = WriteShortString(to, queue);
  to = WriteShortString(to, consumer_tag);
  to = WriteU8(to, static_cast<uint8_t>(no_local << 0 |
      no_ack << 1 |
      exclusive << 2 |
      nowait << 3));
  to = WriteLongString(to, arguments);
  return to;
}

bool BasicConsumeOk::Decode(FieldReader& reader) {
  consumer_tag = reader.ShortString();
  return reader.IsAtEnd();
}

size_t BasicConsumeOk::wire_bytes() const {
  return 1 +
         ShortStringBytes(consumer_tag);
}

char* BasicConsumeOk::Write(char* to) const {
  to = WriteShortString(to, consumer_tag);
  return to;
}

bool BasicCancel::Decode(FieldReader& reader) {
  consumer_tag = reader.ShortString();
  const uint8_t bits_1 = reader.U8();
  nowait = (bits_1 & 1) != 0;
  return reader.IsAtEnd();
}

size_t BasicCancel::wire_bytes() const {
  return 2 +
         ShortStringBytes(consumer_tag);
}

char* BasicCancel::Write(char* to) const {
  to = WriteShortString(to, consumer_tag);
  to = WriteU8(to, static_cast<uint8_t>(nowait << 0));
  return to;
}

bool BasicCancelOk::Decode(FieldReader& reader) {
  consumer_tag = reader.ShortString();
  return reader.IsAtEnd();
}

size_t BasicCancelOk::wire_bytes() const {
  return 1 +
         ShortStringBytes(consumer_tag);
}

char* BasicCancelOk::Write(char* to) const {
  to = WriteShortString(to, consumer_tag);
  return to;
}

bool BasicPublish::Decode(FieldReader& reader) {
  ticket = reader.U16();
  exchange = reader.ShortString();
  routing_key = reader.ShortString();
  const uint8_t bits_3 = reader.U8();
  mandatory = (bits_3 & 1) != 0;
  immediate = (bits_3 & 2) != 0;
  return reader.IsAtEnd();
}

size_t BasicPublish::wire_bytes() const {
  return 5 +
         ShortStringBytes(exchange) +
         ShortStringBytes(routing_key);
}

char* BasicPublish::Write(char* to) const {
  to = WriteU16(to, ticket);
  to = WriteShortString(to, exchange);
  to = WriteShortString(to, routing_key);
  to = WriteU8(to, static_cast<uint8_t>(mandatory << 0 |
      immediate << 1));
  return to;
}

bool BasicReturn::Decode(FieldReader& reader) {
  reply_code = reader.U16();
  reply_text = reader.ShortString();
  exchange = reader.ShortString();
  routing_key = reader.ShortString();
  return reader.IsAtEnd();
}

size_t BasicReturn::wire_bytes() const {
  return 5 +
         ShortStringBytes(reply_text) +
         ShortStringBytes(exchange) +
         ShortStringBytes(routing_key);
}

char* BasicReturn::Write(char* to) const {
  to = WriteU16(to, reply_code);
  to = WriteShortString(to, reply_text);
  to = WriteShortString(to, exchange);
  to = WriteShortString(to, routing_key);
  return to;
}

bool BasicDeliver::Decode(FieldReader& reader) {
  consumer_tag = reader.ShortString();
  delivery_tag = reader.U64();
  const uint8_t bits_2 = reader.U8();
  redelivered = (bits_2 & 1) != 0;
  exchange = reader.ShortString();
  routing_key = reader.ShortString();
  return reader.IsAtEnd();
}

size_t BasicDeliver::wire_bytes() const {
  return 12 +
         ShortStringBytes(consumer_tag) +
         ShortStringBytes(exchange) +
         ShortStringBytes(routing_key);
}

char* BasicDeliver::Write(char* to) const {
  to = WriteShortString(to, consumer_tag);
  to = WriteU64(to, delivery_tag);
  to = WriteU8(to, static_cast<uint8_t>(redelivered << 0));
  to = WriteShortString(to, exchange);
  to = WriteShortString(to, routing_key);
  return to;
}

bool BasicGet::Decode(FieldReader& reader) {
  ticket = reader.U16();
  queue = reader.ShortString();
  const uint8_t bits_2 = reader.U8();
  no_ack = (bits_2 & 1) != 0;
  return reader.IsAtEnd();
}

size_t BasicGet::wire_bytes() const {
  return 4 +
         ShortStringBytes(queue);
}

char* BasicGet::Write(char* to) const {
  to = WriteU16(to, ticket);
  to = WriteShortString(to, queue);
  to = WriteU8(to, static_cast<uint8_t>(no_ack << 0));
  return to;
}

bool BasicGetOk::Decode(FieldReader& reader) {
  delivery_tag = reader.U64();
  const uint8_t bits_1 = reader.U8();
  redelivered = (bits_1 & 1) != 0;
  exchange = reader.ShortString();
  routing_key = reader.ShortString();
  message_count = reader.U32();
  return reader.IsAtEnd();
}

size_t BasicGetOk::wire_bytes() const {
  return 15 +
         ShortStringBytes(exchange) +
         ShortStringBytes(routing_key);
}

char* BasicGetOk::Write(char* to) const {
  to = WriteU64(to, delivery_tag);
  to = WriteU8(to, static_cast<uint8_t>(redelivered << 0));
  to = WriteShortString(to, exchange);
  to = WriteShortString(to, routing_key);
  to = WriteU32(to, message_count);
  return to;
}

bool BasicGetEmpty::Decode(FieldReader& reader) {
  cluster_id = reader.ShortString();
  return reader.IsAtEnd();
}

size_t BasicGetEmpty::wire_bytes() const {
  return 1 +
         ShortStringBytes(cluster_id);
}

char* BasicGetEmpty::Write(char* to) const {
  to = WriteShortString(to, cluster_id);
  return to;
}

bool BasicAck::Decode(FieldReader& reader) {
  delivery_tag = reader.U64();
  const uint8_t bits_1 = reader.U8();
  multiple = (bits_1 & 1) != 0;
  return reader.IsAtEnd();
}

size_t BasicAck::wire_bytes() const {
  return 9;
}

char* BasicAck::Write(char* to) const {
  to = WriteU64(to, delivery_tag);
  to = WriteU8(to, static_cast<uint8_t>(multiple << 0));
  return to;
}

bool BasicReject::Decode(FieldReader& reader) {
  delivery_tag = reader.U64();
  const uint8_t bits_1 = reader.U8();
  requeue = (bits_1 & 1) != 0;
  return reader.IsAtEnd();
}

size_t BasicReject::wire_bytes() const {
  return 9;
}

char* BasicReject::Write(char* to) const {
  to = WriteU64(to, delivery_tag);
  to = WriteU8(to, static_cast<uint8_t>(requeue << 0));
  return to;
}

bool BasicRecoverAsync::Decode(FieldReader& reader) {
  const uint8_t bits_0 = reader.U8();
  requeue = (bits_0 & 1) != 0;
  return reader.IsAtEnd();
}

size_t BasicRecoverAsync::wire_bytes() const {
  return 1;
}

char* BasicRecoverAsync::Write(char* to) const {
  to = WriteU8(to, static_cast<uint8_t>(requeue << 0));
  return to;
}

bool BasicRecover::Decode(FieldReader& reader) {
  const uint8_t bits_0 = reader.U8();
  requeue = (bits_0 & 1) != 0;
  return reader.IsAtEnd();
}

size_t BasicRecover::wire_bytes() const {
  return 1;
}

char* BasicRecover::Write(char* to) const {
  to = WriteU8(to, static_cast<uint8_t>(requeue << 0));
  return to;
}

bool BasicRecoverOk::Decode(FieldReader& reader) {
  return reader.IsAtEnd();
}

size_t BasicRecoverOk::wire_bytes() const {
  return 0;
}

char* BasicRecoverOk::Write(char* to) const {
  return to;
}

bool BasicNack::Decode(FieldReader& reader) {
  delivery_tag = reader.U64();
  const uint8_t bits_1 = reader.U8();
  multiple = (bits_1 & 1) != 0;
  requeue = (bits_1 & 2) != 0;
  return reader.IsAtEnd();
}

size_t BasicNack::wire_bytes() const {
  return 9;
}

char* BasicNack::Write(char* to) const {
  to = WriteU64(to, delivery_tag);
  to = WriteU8(to, static_cast<uint8_t>(multiple << 0 |
      requeue << 1));
  return to;
}

bool ConfirmSelect::Decode(FieldReader& reader) {
  const uint8_t bits_0 = reader.U8();
  nowait = (bits_0 & 1) != 0;
  return reader.IsAtEnd();
}

size_t ConfirmSelect::wire_bytes() const {
  return 1;
}

char* ConfirmSelect::Write(char* to) const {
  to = WriteU8(to, static_cast<uint8_t>(nowait << 0));
  return to;
}

bool ConfirmSelectOk::Decode(FieldReader& reader) {
  return reader.IsAtEnd();
}

size_t ConfirmSelectOk::wire_bytes() const {
  return 0;
}

char* ConfirmSelectOk::Write(char* to) const {
  return to;
}

bool TxSelect::Decode(FieldReader& reader) {
  return reader.IsAtEnd();
}

size_t TxSelect::wire_bytes() const {
  return 0;
}

char* TxSelect::Write(char* to) const {
  return to;
}

bool TxSelectOk::Decode(FieldReader& reader) {
  return reader.IsAtEnd();
}

size_t TxSelectOk::wire_bytes() const {
  return 0;
}

char* TxSelectOk::Write(char* to) const {
  return to;
}

bool TxCommit::Decode(FieldReader& reader) {
  return reader.IsAtEnd();
}

size_t TxCommit::wire_bytes() const {
  return 0;
}

char* TxCommit::Write(char* to) const {
  return to;
}

bool TxCommitOk::Decode(FieldReader& reader) {
  return reader.IsAtEnd();
}

size_t TxCommitOk::wire_bytes() const {
  return 0;
}

char* TxCommitOk::Write(char* to) const {
  return to;
}

bool TxRollback::Decode(FieldReader& reader) {
  return reader.IsAtEnd();
}

size_t TxRollback::wire_bytes() const {
  return 0;
}

char* TxRollback::Write(char* to) const {
  return to;
}

bool TxRollbackOk::Decode(FieldReader& reader) {
  return reader.IsAtEnd();
}

size_t TxRollbackOk::wire_bytes() const {
  return 0;
}

char* TxRollbackOk::Write(char* to) const {
  return to;
}

}  // namespace protocol::amqp
