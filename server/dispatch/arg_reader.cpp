#include "server/dispatch/arg_reader.h"

#include "storage/base/number.h"

namespace server {

std::span<const std::string_view> ArgReader::Rest() {
  const auto rest = arguments_.subspan(next_);
  next_ = arguments_.size();
  return rest;
}

std::span<const std::string_view> ArgReader::Several(size_t count) {
  if (count > remaining()) {
    Fail(CommandError::Syntax());
    return {};
  }
  next_ += count;
  return arguments_.subspan(next_ - count, count);
}

int64_t ArgReader::Int64() {
  const auto value = storage::ParseInt64(Bytes());
  if (!value) Fail(CommandError::NotAnInteger());
  return value.value_or(0);
}

int32_t ArgReader::Int32() {
  return static_cast<int32_t>(
      Int64Between(INT32_MIN, INT32_MAX,
                   "value is out of range, value must between -2147483648 and 2147483647"));
}

int64_t ArgReader::Int64Between(int64_t least, int64_t most, std::string_view text) {
  const int64_t value = Int64();
  if (ok() && (value < least || value > most)) Fail(CommandError::Err(text));
  return ok() ? value : least;
}

double ArgReader::Double() {
  const auto value = storage::ParseDouble(Bytes());
  if (!value) Fail(CommandError::NotAFloat());
  return value.value_or(0);
}

long double ArgReader::LongDouble() {
  const auto value = storage::ParseLongDouble(Bytes());
  if (!value) Fail(CommandError::NotAFloat());
  return value.value_or(0);
}

bool ArgReader::Take(std::string_view word) {
  if (AtEnd() || !storage::EqualsIgnoreCase(arguments_[next_], word)) return false;
  ++next_;
  return true;
}

}  // namespace server
