// PropertyReader: what the broker must know of a message's properties, whose bytes only a protocol
// understands. server/amqp implements it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/broker/queue/queue.h"
#include "storage/broker/value.h"

namespace storage::broker {

// How a message died in a queue.
struct DeathNote {
  DeathReason reason;
  std::string_view queue;
  std::string_view exchange;                   // to which it had been published
  std::vector<std::string_view> routing_keys;  // with which
  int64_t now_seconds;
};

class PropertyReader {
 public:
  virtual ~PropertyReader() = default;
  // The headers, for exchanges that route by them.
  virtual Table Headers(std::string_view properties) = 0;
  // The further routing keys that the publisher gave.
  virtual std::vector<std::string> CarbonCopies(std::string_view properties) = 0;
  // Whether it died in this queue before, and was not rejected anywhere since.
  virtual bool HasCycle(std::string_view properties, std::string_view queue) = 0;
  // The same properties with the death on record and without a lifetime.
  virtual std::string WithDeath(std::string_view properties, const DeathNote& note) = 0;
};

}  // namespace storage::broker
