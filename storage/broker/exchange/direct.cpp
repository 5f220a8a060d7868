// Direct and fanout: the key is equal, or nobody asks for it.

#include <algorithm>
#include <functional>
#include <map>

#include "storage/broker/exchange/matcher.h"

namespace storage::broker {
namespace {

void Drop(std::vector<Binding*>& bindings, const Binding& binding) {
  bindings.erase(std::find(bindings.begin(), bindings.end(), &binding));
}

class DirectMatcher final : public Matcher {
 public:
  void Add(Binding& binding) override { by_key_[binding.key].push_back(&binding); }
  void Remove(Binding& binding) override {
    const auto place = by_key_.find(binding.key);
    Drop(place->second, binding);
    if (place->second.empty()) by_key_.erase(place);
  }
  void Match(RouteSubject& subject, std::vector<Binding*>& matched) override {
    const auto place = by_key_.find(subject.routing_key);
    if (place == by_key_.end()) return;
    matched.insert(matched.end(), place->second.begin(), place->second.end());
  }

 private:
  // Ordered: no choice of keys makes it slow.
  std::map<std::string, std::vector<Binding*>, std::less<>> by_key_;
};

class FanoutMatcher final : public Matcher {
 public:
  void Add(Binding& binding) override { bindings_.push_back(&binding); }
  void Remove(Binding& binding) override { Drop(bindings_, binding); }
  void Match(RouteSubject&, std::vector<Binding*>& matched) override {
    matched.insert(matched.end(), bindings_.begin(), bindings_.end());
  }

 private:
  std::vector<Binding*> bindings_;
};

}  // namespace

std::unique_ptr<Matcher> MakeDirectMatcher() {
  return std::make_unique<DirectMatcher>();
}

std::unique_ptr<Matcher> MakeFanoutMatcher() {
  return std::make_unique<FanoutMatcher>();
}

}  // namespace storage::broker
