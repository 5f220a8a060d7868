#include "storage/broker/queue/queue_settings.h"

#include <utility>

namespace storage::broker {
namespace {

constexpr const char* kKnownArguments[] = {
    "x-expires",
    "x-message-ttl",
    "x-dead-letter-exchange",
    "x-dead-letter-routing-key",
    "x-max-length",
    "x-max-length-bytes",
    "x-max-priority",
    "x-overflow",
    "x-queue-type",
    "x-single-active-consumer",
    "x-delivery-limit",
};

// Reads arguments of one queue and keeps the first mistake.
class ArgumentReader {
 public:
  ArgumentReader(std::string_view queue, const Table& arguments)
      : queue_(queue), arguments_(arguments) {}

  std::optional<int64_t> Integer(const char* name, int64_t least, int64_t most) {
    const Value* value = arguments_.Find(name);
    if (value == nullptr) return std::nullopt;
    if (value->kind != Value::Kind::kInteger) {
      return Refuse(name, "{unacceptable_type," + std::string(value->type_name) + "}");
    }
    if (value->integer < least) {
      return Refuse(name, (least == 0 ? "{value_negative," : "{value_zero,") +
                              std::to_string(value->integer) + "}");
    }
    if (value->integer > most) {
      return Refuse(name, "{value_too_large," + std::to_string(value->integer) + "}");
    }
    return value->integer;
  }
  std::optional<std::string> Text(const char* name) {
    const Value* value = arguments_.Find(name);
    if (value == nullptr) return std::nullopt;
    if (value->kind == Value::Kind::kText) return value->text;
    Refuse(name, "{unacceptable_type," + std::string(value->type_name) + "}");
    return std::nullopt;
  }
  bool Bool(const char* name) {
    const Value* value = arguments_.Find(name);
    if (value == nullptr) return false;
    if (value->kind == Value::Kind::kBool) return value->integer != 0;
    Refuse(name, "{unacceptable_type," + std::string(value->type_name) + "}");
    return false;
  }
  std::nullopt_t Refuse(const char* name, std::string why) {
    if (!error_) {
      error_ = BrokerError{.kind = BrokerError::Kind::kInvalidArgument,
                           .subject = std::string(queue_),
                           .argument = name,
                           .received = std::move(why)};
    }
    return std::nullopt;
  }
  std::optional<BrokerError>& error() { return error_; }

 private:
  std::string_view queue_;
  const Table& arguments_;
  std::optional<BrokerError> error_;
};

void ReadOverflow(ArgumentReader& reader, QueueSettings& settings) {
  const auto text = reader.Text("x-overflow");
  if (!text || *text == "drop-head") return;
  if (*text == "reject-publish") {
    settings.overflow = Overflow::kRejectPublish;
  } else if (*text == "reject-publish-dlx") {
    settings.overflow = Overflow::kRejectPublishDeadLetter;
  } else {
    reader.Refuse("x-overflow", "invalid_overflow");
  }
}

void ReadType(ArgumentReader& reader, QueueSettings& settings) {
  const auto text = reader.Text("x-queue-type");
  if (!text || *text == "classic") return;
  if (*text == "quorum") {
    settings.is_quorum = true;
  } else {
    reader.Refuse("x-queue-type", "unsupported queue type '" + *text + "'");
  }
}

}  // namespace

Outcome<QueueSettings> QueueSettings::FromArguments(std::string_view queue,
                                                    const Table& arguments) {
  constexpr int64_t kMillisecondsMax = 4294967295;  // 2^32 - 1
  ArgumentReader reader(queue, arguments);
  QueueSettings settings;
  if (const auto ms = reader.Integer("x-message-ttl", 0, kMillisecondsMax)) {
    settings.message_lifetime_ms = *ms;
  }
  if (const auto ms = reader.Integer("x-expires", 1, kMillisecondsMax)) settings.expires_ms = *ms;
  if (const auto length = reader.Integer("x-max-length", 0, INT64_MAX)) {
    settings.length_max = static_cast<uint64_t>(*length);
  }
  if (const auto bytes = reader.Integer("x-max-length-bytes", 0, INT64_MAX)) {
    settings.bytes_max = static_cast<uint64_t>(*bytes);
  }
  if (const auto priority = reader.Integer("x-max-priority", 0, kPriorityMax)) {
    settings.has_priorities = true;
    settings.priority_max = static_cast<uint8_t>(*priority);
  }
  if (const auto limit = reader.Integer("x-delivery-limit", 0, kNoDeliveryLimit - 1)) {
    settings.deliveries_max = static_cast<uint32_t>(*limit);
  }
  ReadOverflow(reader, settings);
  ReadType(reader, settings);
  settings.is_single_active = reader.Bool("x-single-active-consumer");
  settings.dead_letter_exchange = reader.Text("x-dead-letter-exchange");
  settings.dead_letter_routing_key = reader.Text("x-dead-letter-routing-key");
  if (settings.dead_letter_routing_key && !settings.dead_letter_exchange) {
    reader.Refuse("x-dead-letter-routing-key", "routing_key_but_no_dlx_defined");
  }
  if (reader.error()) return std::unexpected(std::move(*reader.error()));
  return settings;
}

const char* FindDifference(const Table& received, const Table& current) {
  for (const char* name : kKnownArguments) {
    const Value* left = received.Find(name);
    const Value* right = current.Find(name);
    const auto is_default = [name](const Value* value) {
      return value == nullptr ||
             (std::string_view(name) == "x-queue-type" && value->text == "classic");
    };
    if (is_default(left) && is_default(right)) continue;
    if (left == nullptr || right == nullptr || !(*left == *right)) return name;
  }
  return nullptr;
}

}  // namespace storage::broker
