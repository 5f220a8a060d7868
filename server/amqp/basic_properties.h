// BasicProperties: what the broker asks of a message's properties, answered from their bytes on the
// wire; and field tables as the broker's own.
//
// A death is recorded in the headers as RabbitMQ does it, so that retry patterns work:
//
//   x-death                  [ { count, reason, queue, time, exchange, routing-keys,
//                                original-expiration? }, ... ]    newest first, one entry for each
//                                                                 queue and reason
//   x-first-death-{reason,queue,exchange}   of the first death, never changed
//   x-last-death-{reason,queue,exchange}    of this one
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/amqp/field_table.h"
#include "storage/broker/properties.h"
#include "storage/broker/value.h"

namespace server {

// RabbitMQ's word for a type: "longstr", "signedint".
std::string_view FieldTypeName(protocol::amqp::FieldType type);

storage::broker::Value ToValue(const protocol::amqp::FieldValue& field);
// Of a valid table.
storage::broker::Table ToTable(std::string_view field_table);

// Properties that are not valid (they never get into the broker) count as empty.
class BasicProperties final : public storage::broker::PropertyReader {
 public:
  storage::broker::Table Headers(std::string_view properties) override;
  std::vector<std::string> CarbonCopies(std::string_view properties) override;
  bool HasCycle(std::string_view properties, std::string_view queue) override;
  std::string WithDeath(std::string_view properties,
                        const storage::broker::DeathNote& note) override;
};

}  // namespace server
