// Property: whatever a method frame or a content header holds, decoding it stays inside its bytes,
// and what was understood, written and read again, is understood the same.
//
// Input: the payload of a method frame; a first byte of 'H' makes the rest a content header.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/amqp/content_header.h"
#include "protocol/amqp/field_reader.h"
#include "protocol/amqp/methods.gen.h"
#include "storage/base/check.h"

using namespace protocol::amqp;

namespace {

template <class Method>
void CheckMethod(MethodId id, std::string_view fields) {
  if (id != Method::kId) return;
  Method method;
  FieldReader reader(fields);
  if (!method.Decode(reader)) return;
  std::string written(method.wire_bytes(), '\0');
  CHECK_INVARIANT(method.Write(written.data()) == written.data() + written.size());
  Method again;
  FieldReader of_written(written);
  CHECK_INVARIANT(again.Decode(of_written));
  std::string twice(again.wire_bytes(), '\0');
  again.Write(twice.data());
  CHECK_INVARIANT(twice == written);
}

template <class... Methods>
void CheckEach(MethodId id, std::string_view fields) {
  (CheckMethod<Methods>(id, fields), ...);
}

void CheckMethodFrame(std::string_view payload) {
  if (payload.size() < 4) return;
  const auto id = static_cast<MethodId>(LoadBigEndian<uint32_t>(payload.data()));
  payload.remove_prefix(4);
  (void)MethodName(id);
  CheckEach<ConnectionStart, ConnectionStartOk, ConnectionTuneOk, ConnectionOpen, ConnectionClose,
            ConnectionUpdateSecret, ChannelOpen, ChannelFlow, ChannelClose, AccessRequest>(id,
                                                                                           payload);
  CheckEach<ExchangeDeclare, ExchangeDelete, ExchangeBind, ExchangeUnbind, QueueDeclare, QueueBind,
            QueueUnbind, QueuePurge, QueueDelete, BasicQos, BasicConsume, BasicCancel>(id, payload);
  CheckEach<BasicPublish, BasicReturn, BasicDeliver, BasicGet, BasicGetOk, BasicAck, BasicReject,
            BasicNack, BasicRecover, ConfirmSelect, TxSelect>(id, payload);
}

void CheckHeaderFrame(std::string_view payload) {
  const auto header = DecodeContentHeader(payload);
  if (!header) return;
  Properties properties;
  if (!properties.Decode(header->properties, {})) return;
  std::string written;
  properties.Encode(written);
  Properties again;
  CHECK_INVARIANT(again.Decode(written, {}));
  std::string twice;
  again.Encode(twice);
  CHECK_INVARIANT(twice == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto copy = std::make_unique<char[]>(size);
  std::copy(data, data + size, copy.get());
  const std::string_view payload(copy.get(), size);
  if (payload.starts_with('H')) {
    CheckHeaderFrame(payload.substr(1));
  } else {
    CheckMethodFrame(payload);
  }
  return 0;
}
