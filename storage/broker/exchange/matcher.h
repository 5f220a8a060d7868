// Matcher: which of an exchange's bindings a message follows. One for each type of exchange.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/broker/exchange/binding.h"
#include "storage/broker/value.h"

namespace storage::broker {

class PropertyReader;

enum class ExchangeType : uint8_t { kDirect, kFanout, kTopic, kHeaders };

// What routing looks at. Headers are taken from the properties when somebody asks, once.
class RouteSubject {
 public:
  RouteSubject(std::string_view key, std::string_view properties, PropertyReader& reader)
      : routing_key(key), properties_(properties), reader_(reader) {}

  std::string_view routing_key;
  const Table& headers();

 private:
  std::string_view properties_;
  PropertyReader& reader_;
  std::optional<Table> headers_;
};

class Matcher {
 public:
  virtual ~Matcher() = default;
  virtual void Add(Binding& binding) = 0;
  virtual void Remove(Binding& binding) = 0;
  // Appends what matches; a binding may be named more than once.
  virtual void Match(RouteSubject& subject, std::vector<Binding*>& matched) = 0;
  // Why such a binding is impossible; empty: it is not.
  virtual std::string Refusal(const Table&) const { return {}; }
};

std::unique_ptr<Matcher> MakeDirectMatcher();
std::unique_ptr<Matcher> MakeFanoutMatcher();
std::unique_ptr<Matcher> MakeTopicMatcher();
std::unique_ptr<Matcher> MakeHeadersMatcher();
std::unique_ptr<Matcher> MakeMatcher(ExchangeType type);

std::optional<ExchangeType> ExchangeTypeOf(std::string_view name);
std::string_view NameOf(ExchangeType type);

}  // namespace storage::broker
