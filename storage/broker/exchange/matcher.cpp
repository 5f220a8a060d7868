#include "storage/broker/exchange/matcher.h"

#include <utility>

#include "storage/broker/exchange/exchange.h"
#include "storage/broker/properties.h"

namespace storage::broker {
namespace {

constexpr std::pair<std::string_view, ExchangeType> kTypes[] = {
    {"direct", ExchangeType::kDirect},
    {"fanout", ExchangeType::kFanout},
    {"topic", ExchangeType::kTopic},
    {"headers", ExchangeType::kHeaders},
};

void AppendSized(std::string& to, std::string_view text) {
  to += std::to_string(text.size());
  to += ':';
  to += text;
}

}  // namespace

std::string Binding::Identity() const {
  std::string identity(queue != nullptr ? "q" : "x");
  AppendSized(identity, queue != nullptr ? queue->name() : exchange->name());
  AppendSized(identity, key);
  for (const Table::Field& field : arguments) {
    AppendSized(identity, field.name);
    identity += static_cast<char>('a' + static_cast<int>(field.value.kind));
    identity += std::to_string(field.value.integer) + ',' + std::to_string(field.value.real);
    AppendSized(identity, field.value.text);
  }
  return identity;
}

const Table& RouteSubject::headers() {
  if (!headers_) headers_ = reader_.Headers(properties_);
  return *headers_;
}

std::optional<ExchangeType> ExchangeTypeOf(std::string_view name) {
  for (const auto& [known, type] : kTypes) {
    if (known == name) return type;
  }
  return std::nullopt;
}

std::string_view NameOf(ExchangeType type) {
  for (const auto& [name, known] : kTypes) {
    if (known == type) return name;
  }
  return {};
}

std::unique_ptr<Matcher> MakeMatcher(ExchangeType type) {
  switch (type) {
    case ExchangeType::kDirect:
      return MakeDirectMatcher();
    case ExchangeType::kFanout:
      return MakeFanoutMatcher();
    case ExchangeType::kTopic:
      return MakeTopicMatcher();
    case ExchangeType::kHeaders:
      return MakeHeadersMatcher();
  }
  return nullptr;
}

}  // namespace storage::broker
