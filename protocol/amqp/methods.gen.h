// The methods of AMQP 0-9-1: made by tools/amqp_codegen/generate, do not edit.
//
// Each is a struct of its fields. Texts and tables are views into what was decoded; a table is its
// content, without the length in front. Decode reads the fields behind the class and method numbers
// and is false when they do not end where the payload does; Write writes what wire_bytes() says.
// clang-format off
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace protocol::amqp {

class FieldReader;

// The class in the upper half, the method in the lower.
enum class MethodId : uint32_t {
  kConnectionStart = 0x000A000A,
  kConnectionStartOk = 0x000A000B,
  kConnectionSecure = 0x000A0014,
  kConnectionSecureOk = 0x000A0015,
  kConnectionTune = 0x000A001E,
  kConnectionTuneOk = 0x000A001F,
  kConnectionOpen = 0x000A0028,
  kConnectionOpenOk = 0x000A0029,
  kConnectionClose = 0x000A0032,
  kConnectionCloseOk = 0x000A0033,
  kConnectionBlocked = 0x000A003C,
  kConnectionUnblocked = 0x000A003D,
  kConnectionUpdateSecret = 0x000A0046,
  kConnectionUpdateSecretOk = 0x000A0047,
  kChannelOpen = 0x0014000A,
  kChannelOpenOk = 0x0014000B,
  kChannelFlow = 0x00140014,
  kChannelFlowOk = 0x00140015,
  kChannelClose = 0x00140028,
  kChannelCloseOk = 0x00140029,
  kAccessRequest = 0x001E000A,
  kAccessRequestOk = 0x001E000B,
  kExchangeDeclare = 0x0028000A,
  kExchangeDeclareOk = 0x0028000B,
  kExchangeDelete = 0x00280014,
  kExchangeDeleteOk = 0x00280015,
  kExchangeBind = 0x0028001E,
  kExchangeBindOk = 0x0028001F,
  kExchangeUnbind = 0x00280028,
  kExchangeUnbindOk = 0x00280033,
  kQueueDeclare = 0x0032000A,
  kQueueDeclareOk = 0x0032000B,
  kQueueBind = 0x00320014,
  kQueueBindOk = 0x00320015,
  kQueuePurge = 0x0032001E,
  kQueuePurgeOk = 0x0032001F,
  kQueueDelete = 0x00320028,
  kQueueDeleteOk = 0x00320029,
  kQueueUnbind = 0x00320032,
  kQueueUnbindOk = 0x00320033,
  kBasicQos = 0x003C000A,
  kBasicQosOk = 0x003C000B,
  kBasicConsume = 0x003C0014,
  kBasicConsumeOk = 0x003C0015,
  kBasicCancel = 0x003C001E,
  kBasicCancelOk = 0x003C001F,
  kBasicPublish = 0x003C0028,
  kBasicReturn = 0x003C0032,
  kBasicDeliver = 0x003C003C,
  kBasicGet = 0x003C0046,
  kBasicGetOk = 0x003C0047,
  kBasicGetEmpty = 0x003C0048,
  kBasicAck = 0x003C0050,
  kBasicReject = 0x003C005A,
  kBasicRecoverAsync = 0x003C0064,
  kBasicRecover = 0x003C006E,
  kBasicRecoverOk = 0x003C006F,
  kBasicNack = 0x003C0078,
  kConfirmSelect = 0x0055000A,
  kConfirmSelectOk = 0x0055000B,
  kTxSelect = 0x005A000A,
  kTxSelectOk = 0x005A000B,
  kTxCommit = 0x005A0014,
  kTxCommitOk = 0x005A0015,
  kTxRollback = 0x005A001E,
  kTxRollbackOk = 0x005A001F,
};

// "basic.publish"; empty for a number that is no method.
std::string_view MethodName(MethodId id);
// Whether a content header follows.
bool HasContent(MethodId id);

struct ConnectionStart {
  static constexpr MethodId kId = MethodId::kConnectionStart;
  uint8_t version_major = 0;
  uint8_t version_minor = 0;
  std::string_view server_properties;
  std::string_view mechanisms;
  std::string_view locales;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ConnectionStartOk {
  static constexpr MethodId kId = MethodId::kConnectionStartOk;
  std::string_view client_properties;
  std::string_view mechanism;
  std::string_view response;
  std::string_view locale;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ConnectionSecure {
  static constexpr MethodId kId = MethodId::kConnectionSecure;
  std::string_view challenge;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ConnectionSecureOk {
  static constexpr MethodId kId = MethodId::kConnectionSecureOk;
  std::string_view response;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ConnectionTune {
  static constexpr MethodId kId = MethodId::kConnectionTune;
  uint16_t channel_max = 0;
  uint32_t frame_max = 0;
  uint16_t heartbeat = 0;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ConnectionTuneOk {
  static constexpr MethodId kId = MethodId::kConnectionTuneOk;
  uint16_t channel_max = 0;
  uint32_t frame_max = 0;
  uint16_t heartbeat = 0;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ConnectionOpen {
  static constexpr MethodId kId = MethodId::kConnectionOpen;
  std::string_view virtual_host;
  std::string_view capabilities;
  bool insist = false;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ConnectionOpenOk {
  static constexpr MethodId kId = MethodId::kConnectionOpenOk;
  std::string_view known_hosts;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ConnectionClose {
  static constexpr MethodId kId = MethodId::kConnectionClose;
  uint16_t reply_code = 0;
  std::string_view reply_text;
  uint16_t class_id = 0;
  uint16_t method_id = 0;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ConnectionCloseOk {
  static constexpr MethodId kId = MethodId::kConnectionCloseOk;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ConnectionBlocked {
  static constexpr MethodId kId = MethodId::kConnectionBlocked;
  std::string_view reason;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ConnectionUnblocked {
  static constexpr MethodId kId = MethodId::kConnectionUnblocked;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ConnectionUpdateSecret {
  static constexpr MethodId kId = MethodId::kConnectionUpdateSecret;
  std::string_view new_secret;
  std::string_view reason;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ConnectionUpdateSecretOk {
  static constexpr MethodId kId = MethodId::kConnectionUpdateSecretOk;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ChannelOpen {
  static constexpr MethodId kId = MethodId::kChannelOpen;
  std::string_view out_of_band;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ChannelOpenOk {
  static constexpr MethodId kId = MethodId::kChannelOpenOk;
  std::string_view channel_id;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ChannelFlow {
  static constexpr MethodId kId = MethodId::kChannelFlow;
  bool active = false;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ChannelFlowOk {
  static constexpr MethodId kId = MethodId::kChannelFlowOk;
  bool active = false;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ChannelClose {
  static constexpr MethodId kId = MethodId::kChannelClose;
  uint16_t reply_code = 0;
  std::string_view reply_text;
  uint16_t class_id = 0;
  uint16_t method_id = 0;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ChannelCloseOk {
  static constexpr MethodId kId = MethodId::kChannelCloseOk;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct AccessRequest {
  static constexpr MethodId kId = MethodId::kAccessRequest;
  std::string_view realm;
  bool exclusive = false;
  bool passive = false;
  bool active = false;
  bool write = false;
  bool read = false;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct AccessRequestOk {
  static constexpr MethodId kId = MethodId::kAccessRequestOk;
  uint16_t ticket = 0;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ExchangeDeclare {
  static constexpr MethodId kId = MethodId::kExchangeDeclare;
  uint16_t ticket = 0;
  std::string_view exchange;
  std::string_view type;
  bool passive = false;
  bool durable = false;
  bool auto_delete = false;
  bool internal = false;
  bool nowait = false;
  std::string_view arguments;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ExchangeDeclareOk {
  static constexpr MethodId kId = MethodId::kExchangeDeclareOk;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ExchangeDelete {
  static constexpr MethodId kId = MethodId::kExchangeDelete;
  uint16_t ticket = 0;
  std::string_view exchange;
  bool if_unused = false;
  bool nowait = false;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ExchangeDeleteOk {
  static constexpr MethodId kId = MethodId::kExchangeDeleteOk;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ExchangeBind {
  static constexpr MethodId kId = MethodId::kExchangeBind;
  uint16_t ticket = 0;
  std::string_view destination;
  std::string_view source;
  std::string_view routing_key;
  bool nowait = false;
  std::string_view arguments;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ExchangeBindOk {
  static constexpr MethodId kId = MethodId::kExchangeBindOk;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ExchangeUnbind {
  static constexpr MethodId kId = MethodId::kExchangeUnbind;
  uint16_t ticket = 0;
  std::string_view destination;
  std::string_view source;
  std::string_view routing_key;
  bool nowait = false;
  std::string_view arguments;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ExchangeUnbindOk {
  static constexpr MethodId kId = MethodId::kExchangeUnbindOk;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct QueueDeclare {
  static constexpr MethodId kId = MethodId::kQueueDeclare;
  uint16_t ticket = 0;
  std::string_view queue;
  bool passive = false;
  bool durable = false;
  bool exclusive = false;
  bool auto_delete = false;
  bool nowait = false;
  std::string_view arguments;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct QueueDeclareOk {
  static constexpr MethodId kId = MethodId::kQueueDeclareOk;
  std::string_view queue;
  uint32_t message_count = 0;
  uint32_t consumer_count = 0;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct QueueBind {
  static constexpr MethodId kId = MethodId::kQueueBind;
  uint16_t ticket = 0;
  std::string_view queue;
  std::string_view exchange;
  std::string_view routing_key;
  bool nowait = false;
  std::string_view arguments;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct QueueBindOk {
  static constexpr MethodId kId = MethodId::kQueueBindOk;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct QueuePurge {
  static constexpr MethodId kId = MethodId::kQueuePurge;
  uint16_t ticket = 0;
  std::string_view queue;
  bool nowait = false;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct QueuePurgeOk {
  static constexpr MethodId kId = MethodId::kQueuePurgeOk;
  uint32_t message_count = 0;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct QueueDelete {
  static constexpr MethodId kId = MethodId::kQueueDelete;
  uint16_t ticket = 0;
  std::string_view queue;
  bool if_unused = false;
  bool if_empty = false;
  bool nowait = false;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct QueueDeleteOk {
  static constexpr MethodId kId = MethodId::kQueueDeleteOk;
  uint32_t message_count = 0;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct QueueUnbind {
  static constexpr MethodId kId = MethodId::kQueueUnbind;
  uint16_t ticket = 0;
  std::string_view queue;
  std::string_view exchange;
  std::string_view routing_key;
  std::string_view arguments;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct QueueUnbindOk {
  static constexpr MethodId kId = MethodId::kQueueUnbindOk;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct BasicQos {
  static constexpr MethodId kId = MethodId::kBasicQos;
  uint32_t prefetch_size = 0;
  uint16_t prefetch_count = 0;
  bool global = false;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct BasicQosOk {
  static constexpr MethodId kId = MethodId::kBasicQosOk;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct BasicConsume {
  static constexpr MethodId kId = MethodId::kBasicConsume;
  uint16_t ticket = 0;
  std::string_view queue;
  std::string_view consumer_tag;
  bool no_local = false;
  bool no_ack = false;
  bool exclusive = false;
  bool nowait = false;
  std::string_view arguments;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct BasicConsumeOk {
  static constexpr MethodId kId = MethodId::kBasicConsumeOk;
  std::string_view consumer_tag;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct BasicCancel {
  static constexpr MethodId kId = MethodId::kBasicCancel;
  std::string_view consumer_tag;
  bool nowait = false;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct BasicCancelOk {
  static constexpr MethodId kId = MethodId::kBasicCancelOk;
  std::string_view consumer_tag;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct BasicPublish {
  static constexpr MethodId kId = MethodId::kBasicPublish;
  uint16_t ticket = 0;
  std::string_view exchange;
  std::string_view routing_key;
  bool mandatory = false;
  bool immediate = false;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct BasicReturn {
  static constexpr MethodId kId = MethodId::kBasicReturn;
  uint16_t reply_code = 0;
  std::string_view reply_text;
  std::string_view exchange;
  std::string_view routing_key;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct BasicDeliver {
  static constexpr MethodId kId = MethodId::kBasicDeliver;
  std::string_view consumer_tag;
  uint64_t delivery_tag = 0;
  bool redelivered = false;
  std::string_view exchange;
  std::string_view routing_key;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct BasicGet {
  static constexpr MethodId kId = MethodId::kBasicGet;
  uint16_t ticket = 0;
  std::string_view queue;
  bool no_ack = false;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct BasicGetOk {
  static constexpr MethodId kId = MethodId::kBasicGetOk;
  uint64_t delivery_tag = 0;
  bool redelivered = false;
  std::string_view exchange;
  std::string_view routing_key;
  uint32_t message_count = 0;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct BasicGetEmpty {
  static constexpr MethodId kId = MethodId::kBasicGetEmpty;
  std::string_view cluster_id;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct BasicAck {
  static constexpr MethodId kId = MethodId::kBasicAck;
  uint64_t delivery_tag = 0;
  bool multiple = false;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct BasicReject {
  static constexpr MethodId kId = MethodId::kBasicReject;
  uint64_t delivery_tag = 0;
  bool requeue = false;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct BasicRecoverAsync {
  static constexpr MethodId kId = MethodId::kBasicRecoverAsync;
  bool requeue = false;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct BasicRecover {
  static constexpr MethodId kId = MethodId::kBasicRecover;
  bool requeue = false;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct BasicRecoverOk {
  static constexpr MethodId kId = MethodId::kBasicRecoverOk;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct BasicNack {
  static constexpr MethodId kId = MethodId::kBasicNack;
  uint64_t delivery_tag = 0;
  bool multiple = false;
  bool requeue = false;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ConfirmSelect {
  static constexpr MethodId kId = MethodId::kConfirmSelect;
  bool nowait = false;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct ConfirmSelectOk {
  static constexpr MethodId kId = MethodId::kConfirmSelectOk;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct TxSelect {
  static constexpr MethodId kId = MethodId::kTxSelect;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct TxSelectOk {
  static constexpr MethodId kId = MethodId::kTxSelectOk;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct TxCommit {
  static constexpr MethodId kId = MethodId::kTxCommit;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct TxCommitOk {
  static constexpr MethodId kId = MethodId::kTxCommitOk;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct TxRollback {
  static constexpr MethodId kId = MethodId::kTxRollback;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

struct TxRollbackOk {
  static constexpr MethodId kId = MethodId::kTxRollbackOk;
  [[nodiscard]] bool Decode(FieldReader& reader);
  size_t wire_bytes() const;
  char* Write(char* to) const;
};

}  // namespace protocol::amqp
