#include "storage/broker/value.h"

#include <algorithm>
#include <utility>

namespace storage::broker {
namespace {

bool IsBefore(const Table::Field& field, std::string_view name) {
  return field.name < name;
}

}  // namespace

bool Table::Add(std::string_view name, Value value) {
  const auto place = std::lower_bound(fields_.begin(), fields_.end(), name, IsBefore);
  if (place != fields_.end() && place->name == name) return false;
  fields_.insert(place, {std::string(name), std::move(value)});
  return true;
}

const Value* Table::Find(std::string_view name) const {
  const auto place = std::lower_bound(fields_.begin(), fields_.end(), name, IsBefore);
  return place != fields_.end() && place->name == name ? &place->value : nullptr;
}

}  // namespace storage::broker
