#include "server/commands/hashes/field_times.h"

#include "storage/base/number.h"

namespace server {

std::expected<int64_t, CommandError> ReadFieldExpiry(const CommandContext& context,
                                                     std::string_view text, TimeUnit unit) {
  const auto number = storage::ParseInt64(text);
  if (!number) return std::unexpected(CommandError::NotAnInteger());
  if (*number < 0) {
    return std::unexpected(CommandError::Err("invalid expire time, must be >= 0"));
  }
  const int64_t base_ms = unit.is_relative ? context.now_ms() : 0;
  if (*number > kFieldExpiryMax / unit.milliseconds ||
      *number * unit.milliseconds > kFieldExpiryMax - base_ms) {
    return std::unexpected(CommandError::InvalidExpire(context.command_name()));
  }
  return *number * unit.milliseconds + base_ms;
}

std::expected<Fields, CommandError> ReadFields(Fields arguments, std::string_view count_text) {
  if (arguments.empty() || !storage::EqualsIgnoreCase(arguments[0], "FIELDS")) {
    return std::unexpected(
        CommandError::Err("Mandatory argument FIELDS is missing or not at the right position"));
  }
  // Of HGETEX, FIELDS may be the last argument.
  const auto count = arguments.size() > 1 ? storage::ParseInt64(arguments[1]) : std::nullopt;
  if (!count || *count < 1) return std::unexpected(CommandError::Err(count_text));
  const Fields fields = arguments.subspan(2);
  if (static_cast<uint64_t>(*count) != fields.size()) {
    return std::unexpected(
        CommandError::Err("The `numfields` parameter must match the number of arguments"));
  }
  return fields;
}

void FieldChanges::SetExpiry(CommandContext& context, storage::Hash& hash, std::string_view field,
                             int64_t at_ms) {
  if (at_ms <= context.now_ms()) {
    hash.Erase(field);
    erased.push_back(field);
  } else {
    hash.SetExpiry(field, at_ms);
    expiring.push_back(field);
  }
}

void FieldChanges::Propagate(CommandContext& context, std::string_view key, int64_t at_ms) const {
  if (!context.feed().has_propagation()) return;
  if (!erased.empty()) {
    std::vector<std::string_view> request = {"HDEL", key};
    request.insert(request.end(), erased.begin(), erased.end());
    context.feed().PropagateInstead(request);
  }
  if (!expiring.empty()) {
    PropagateForFields(context, {"HPEXPIREAT", key, std::to_string(at_ms)}, expiring);
  }
}

void PropagateForFields(CommandContext& context, std::initializer_list<std::string_view> words,
                        std::span<const std::string_view> fields) {
  if (!context.feed().has_propagation()) return;
  const std::string count = std::to_string(fields.size());
  std::vector<std::string_view> request = words;
  request.insert(request.end(), {"FIELDS", count});
  request.insert(request.end(), fields.begin(), fields.end());
  context.feed().PropagateInstead(request);
}

}  // namespace server
