#include "protocol/amqp/content_header.h"

#include "protocol/amqp/field_reader.h"
#include "protocol/amqp/field_writer.h"
#include "protocol/amqp/frame.h"

namespace protocol::amqp {
namespace {

void AppendShort(std::string& to, std::string_view text) {
  const size_t size = ShortStringBytes(text);
  to += static_cast<char>(size);
  to += text.substr(0, size);
}

template <class Number>
void AppendNumber(std::string& to, Number number) {
  char bytes[sizeof(number)];
  WriteBigEndian(bytes, number);
  to.append(bytes, sizeof(number));
}

}  // namespace

std::optional<ContentHeader> DecodeContentHeader(std::string_view payload) {
  if (payload.size() < kContentHeaderFixedBytes + 2) return std::nullopt;
  FieldReader reader(payload);
  ContentHeader header;
  header.class_id = reader.U16();
  header.weight = reader.U16();
  header.body_bytes = reader.U64();
  header.properties = payload.substr(kContentHeaderFixedBytes);
  return header;
}

void AppendContentHeader(OutputBuffer& output, uint16_t channel, uint64_t body_bytes,
                         std::string_view properties) {
  constexpr size_t kFixedBytes = kFrameHeaderBytes + kContentHeaderFixedBytes;
  char* to = output.Reserve(kFixedBytes);
  to = WriteFrameHeader(to, FrameType::kHeader, channel,
                        kContentHeaderFixedBytes + properties.size());
  to = WriteU32(to, uint32_t{kBasicClass} << 16);
  WriteU64(to, body_bytes);
  output.Commit(kFixedBytes);
  output.Append(properties);
  output.Append(kFrameEnd);
}

bool Properties::Decode(std::string_view bytes, const TableLimits& limits) {
  *this = {};
  FieldReader reader(bytes);
  flags = reader.U16();
  // Further words of flags can only be empty: the class has no property for them.
  for (bool has_more = has(kMoreFlags); has_more;) {
    const uint16_t more = reader.U16();
    if ((more & ~kMoreFlags) != 0) return false;
    has_more = (more & kMoreFlags) != 0;
  }
  if (has(kReserved)) return false;
  if (has(kContentType)) content_type = reader.ShortString();
  if (has(kContentEncoding)) content_encoding = reader.ShortString();
  if (has(kHeaders)) headers = reader.LongString();
  if (has(kDeliveryMode)) delivery_mode = reader.U8();
  if (has(kPriority)) priority = reader.U8();
  if (has(kCorrelationId)) correlation_id = reader.ShortString();
  if (has(kReplyTo)) reply_to = reader.ShortString();
  if (has(kExpiration)) expiration = reader.ShortString();
  if (has(kMessageId)) message_id = reader.ShortString();
  if (has(kTimestamp)) timestamp = reader.U64();
  if (has(kType)) type = reader.ShortString();
  if (has(kUserId)) user_id = reader.ShortString();
  if (has(kAppId)) app_id = reader.ShortString();
  if (has(kClusterId)) cluster_id = reader.ShortString();
  return reader.IsAtEnd() && IsValidTable(headers, limits);
}

void Properties::Encode(std::string& to) const {
  AppendNumber(to, static_cast<uint16_t>(flags & ~(kMoreFlags | kReserved)));
  if (has(kContentType)) AppendShort(to, content_type);
  if (has(kContentEncoding)) AppendShort(to, content_encoding);
  if (has(kHeaders)) {
    AppendNumber(to, static_cast<uint32_t>(headers.size()));
    to += headers;
  }
  if (has(kDeliveryMode)) AppendNumber(to, delivery_mode);
  if (has(kPriority)) AppendNumber(to, priority);
  if (has(kCorrelationId)) AppendShort(to, correlation_id);
  if (has(kReplyTo)) AppendShort(to, reply_to);
  if (has(kExpiration)) AppendShort(to, expiration);
  if (has(kMessageId)) AppendShort(to, message_id);
  if (has(kTimestamp)) AppendNumber(to, timestamp);
  if (has(kType)) AppendShort(to, type);
  if (has(kUserId)) AppendShort(to, user_id);
  if (has(kAppId)) AppendShort(to, app_id);
  if (has(kClusterId)) AppendShort(to, cluster_id);
}

}  // namespace protocol::amqp
