// Headers: a binding's arguments are looked for among a message's headers.
//
//   x-match       all of them (the default), or any of them
//   ...-with-x    names that begin with "x-" count too; else they are left out
//   a void value  the header must be there, whatever it holds
//
// Nothing to look for: "all" matches every message, "any" none.

#include <algorithm>

#include "storage/broker/exchange/matcher.h"

namespace storage::broker {
namespace {

constexpr std::string_view kMode = "x-match";

struct Mode {
  bool needs_all = true;
  bool counts_x = false;
};

std::optional<Mode> ModeOf(const Table& arguments) {
  const Value* value = arguments.Find(kMode);
  if (value == nullptr) return Mode{};
  if (value->kind != Value::Kind::kText) return std::nullopt;
  if (value->text == "all") return Mode{true, false};
  if (value->text == "any") return Mode{false, false};
  if (value->text == "all-with-x") return Mode{true, true};
  if (value->text == "any-with-x") return Mode{false, true};
  return std::nullopt;
}

bool IsMatch(const Table& wanted, const Table& headers) {
  const Mode mode = ModeOf(wanted).value_or(Mode{});
  for (const Table::Field& field : wanted) {
    if (field.name == kMode || (!mode.counts_x && field.name.starts_with("x-"))) continue;
    const Value* header = headers.Find(field.name);
    const bool is_equal =
        header != nullptr && (field.value.kind == Value::Kind::kVoid || field.value == *header);
    if (is_equal != mode.needs_all) return is_equal;
  }
  return mode.needs_all;
}

class HeadersMatcher final : public Matcher {
 public:
  void Add(Binding& binding) override { bindings_.push_back(&binding); }
  void Remove(Binding& binding) override {
    bindings_.erase(std::find(bindings_.begin(), bindings_.end(), &binding));
  }
  void Match(RouteSubject& subject, std::vector<Binding*>& matched) override {
    for (Binding* binding : bindings_) {
      if (IsMatch(binding->arguments, subject.headers())) matched.push_back(binding);
    }
  }
  std::string Refusal(const Table& arguments) const override {
    if (ModeOf(arguments)) return {};
    const Value* value = arguments.Find(kMode);
    if (value->kind != Value::Kind::kText) {
      return "Invalid x-match field type " + std::string(value->type_name) + " (value " +
             std::to_string(value->integer) + "); expected longstr";
    }
    return "Invalid x-match field value \"" + value->text +
           "\"; expected all, any, all-with-x, or any-with-x";
  }

 private:
  std::vector<Binding*> bindings_;
};

}  // namespace

std::unique_ptr<Matcher> MakeHeadersMatcher() {
  return std::make_unique<HeadersMatcher>();
}

}  // namespace storage::broker
