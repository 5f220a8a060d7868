// ContentHeader: what stands between a method with content and its body (specification 2.3.5.2).
//
//   payload     +-------+--------+-----------+-------+--------------------------------+
//               | class | weight | body size | flags | values of the properties that  |
//               | u16   | u16 =0 | u64       | u16   | have a flag, in order          |
//               +-------+--------+-----------+-------+--------------------------------+
//                                            |<------------ properties -------------->|
//
//   flags       15 content-type   12 delivery-mode   9 reply-to     6 timestamp   3 app-id
//               14 encoding       11 priority        8 expiration   5 type        2 cluster-id
//               13 headers        10 correlation-id  7 message-id   4 user-id     0 more
//
// The properties' bytes are kept as they came and go out again unchanged, so that a message passes
// through the broker without being taken apart. Properties is a look into them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/amqp/field_table.h"
#include "protocol/output_buffer.h"

namespace protocol::amqp {

inline constexpr uint16_t kBasicClass = 60;
inline constexpr size_t kContentHeaderFixedBytes = 12;  // class, weight, body size

struct ContentHeader {
  uint16_t class_id = 0;
  uint16_t weight = 0;
  uint64_t body_bytes = 0;
  std::string_view properties;  // flags and values
};

// nullopt: too short. The properties are not looked into.
std::optional<ContentHeader> DecodeContentHeader(std::string_view payload);

// A header frame with these properties.
void AppendContentHeader(OutputBuffer& output, uint16_t channel, uint64_t body_bytes,
                         std::string_view properties);

// The properties of basic's contents. A text that is absent is empty and has no flag.
struct Properties {
  enum Flag : uint16_t {
    kContentType = 1 << 15,
    kContentEncoding = 1 << 14,
    kHeaders = 1 << 13,
    kDeliveryMode = 1 << 12,
    kPriority = 1 << 11,
    kCorrelationId = 1 << 10,
    kReplyTo = 1 << 9,
    kExpiration = 1 << 8,
    kMessageId = 1 << 7,
    kTimestamp = 1 << 6,
    kType = 1 << 5,
    kUserId = 1 << 4,
    kAppId = 1 << 3,
    kClusterId = 1 << 2,
    kReserved = 1 << 1,
    kMoreFlags = 1 << 0,
  };

  uint16_t flags = 0;
  uint8_t delivery_mode = 0;
  uint8_t priority = 0;
  uint64_t timestamp = 0;
  std::string_view content_type;
  std::string_view content_encoding;
  std::string_view headers;  // content of a field table
  std::string_view correlation_id;
  std::string_view reply_to;
  std::string_view expiration;
  std::string_view message_id;
  std::string_view type;
  std::string_view user_id;
  std::string_view app_id;
  std::string_view cluster_id;

  bool has(Flag flag) const { return (flags & flag) != 0; }
  bool is_persistent() const { return delivery_mode == 2; }

  // Looks through all of `bytes`; the texts are views into it. False: they are no properties, or
  // the headers break the limits.
  [[nodiscard]] bool Decode(std::string_view bytes, const TableLimits& limits);
  // Appends them in the form in which they go over the wire: what has a flag.
  void Encode(std::string& to) const;
};

}  // namespace protocol::amqp
