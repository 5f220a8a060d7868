// QueueSettings: what the arguments of queue.declare ask for, understood and checked once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "storage/broker/broker_error.h"
#include "storage/broker/value.h"

namespace storage::broker {

enum class Overflow : uint8_t {
  kDropHead,
  kRejectPublish,            // the newest is refused: its publisher hears of it
  kRejectPublishDeadLetter,  // and it is dead-lettered
};

struct QueueSettings {
  static constexpr int64_t kUnlimited = INT64_MAX;
  static constexpr uint32_t kNoDeliveryLimit = UINT32_MAX;
  static constexpr uint8_t kPriorityMax = 255;

  int64_t message_lifetime_ms = kUnlimited;  // x-message-ttl
  int64_t expires_ms = kUnlimited;           // x-expires
  uint64_t length_max = UINT64_MAX;          // x-max-length, of what is ready
  uint64_t bytes_max = UINT64_MAX;           // x-max-length-bytes, of the bodies that are ready
  Overflow overflow = Overflow::kDropHead;
  std::optional<std::string> dead_letter_exchange;
  std::optional<std::string> dead_letter_routing_key;
  uint8_t priority_max = 0;
  bool has_priorities = false;
  bool is_single_active = false;
  bool is_quorum = false;
  uint32_t deliveries_max = kNoDeliveryLimit;  // x-delivery-limit: redeliveries that are allowed

  // An error names the argument and says what is wrong with it, as RabbitMQ puts it.
  static Outcome<QueueSettings> FromArguments(std::string_view queue, const Table& arguments);
};

// The name of the first known argument in which they differ; nullptr: equivalent. Unknown ones do
// not count, and "x-queue-type: classic" is as good as none.
const char* FindDifference(const Table& received, const Table& current);

}  // namespace storage::broker
