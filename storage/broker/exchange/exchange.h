// Exchange: a name that messages are published to, and the bindings that lead away from it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "storage/broker/exchange/binding.h"
#include "storage/broker/exchange/matcher.h"
#include "storage/broker/value.h"

namespace storage::broker {

struct ExchangeDeclaration {
  std::string name;
  ExchangeType type = ExchangeType::kDirect;
  bool is_durable = false;
  bool deletes_itself = false;  // auto-delete: when its last binding has gone
  bool is_internal = false;     // nobody may publish to it; other exchanges lead here
  Table arguments = {};
};

class Exchange {
 public:
  static constexpr const char* kAlternate = "alternate-exchange";

  explicit Exchange(ExchangeDeclaration declaration)
      : declaration_(std::move(declaration)), matcher_(MakeMatcher(declaration_.type)) {
    const Value* alternate = declaration_.arguments.Find(kAlternate);
    if (alternate != nullptr) alternate_ = alternate->text;
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  const std::string& name() const { return declaration_.name; }
  const ExchangeDeclaration& declaration() const { return declaration_; }
  // Where messages go that match no binding; empty: nowhere.
  const std::string& alternate() const { return alternate_; }
  Matcher& matcher() { return *matcher_; }

  // Bindings that lead away, by identity. Owned.
  std::map<std::string, std::unique_ptr<Binding>> bindings;
  std::vector<Binding*> incoming;
  uint64_t route_mark = 0;  // of the vhost's walks

 private:
  ExchangeDeclaration declaration_;
  std::string alternate_;
  std::unique_ptr<Matcher> matcher_;
};

}  // namespace storage::broker
