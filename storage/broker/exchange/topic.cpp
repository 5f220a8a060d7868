// Topic: words between dots; '*' stands for one word, '#' for any number of them, also none.
//
// The patterns are a trie of words. A key walks it with a set of nodes, as an automaton does: each
// word leads from every node of the set to its child of that name and its '*' child, and a '#' node
// stays for every word. A node is in the set once, so a key of n words costs at most n times the
// nodes that match a beginning of it, however the patterns are built ("#.#.#.#" is no trap), and
// bindings that have nothing to do with the key cost nothing.
//
// The empty key has no words at all: '#' matches it, '*' does not. An empty word ("a..b") is a
// word.

#include <algorithm>
#include <functional>
#include <map>

#include "storage/broker/exchange/matcher.h"

namespace storage::broker {
namespace {

struct Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> children;  // '*' and '#' among them
  std::vector<Binding*> bindings;                                      // whose pattern ends here
  Node* star = nullptr;
  Node* hash = nullptr;
  bool is_hash = false;
  uint64_t mark = 0;  // the step of the walk that reached it last
};

std::vector<std::string_view> Words(std::string_view key) {
  std::vector<std::string_view> words;
  if (key.empty()) return words;
  for (;;) {
    const size_t dot = key.find('.');
    words.push_back(key.substr(0, dot));
    if (dot == std::string_view::npos) return words;
    key.remove_prefix(dot + 1);
  }
}

class TopicMatcher final : public Matcher {
 public:
  void Add(Binding& binding) override {
    Node* node = &root_;
    for (const std::string_view word : Words(binding.key)) node = &Child(*node, word);
    node->bindings.push_back(&binding);
  }
  void Remove(Binding& binding) override { RemoveBelow(root_, Words(binding.key), 0, binding); }
  void Match(RouteSubject& subject, std::vector<Binding*>& matched) override;

 private:
  static Node& Child(Node& node, std::string_view word);
  // Takes nodes away that nothing needs any more, on the way back.
  static void RemoveBelow(Node& node, const std::vector<std::string_view>& words, size_t depth,
                          const Binding& binding);
  // Adds a node to the set, and with it what it leads to without a word.
  void Enter(Node* node, std::vector<Node*>& set) {
    for (; node != nullptr && node->mark != step_; node = node->hash) {
      node->mark = step_;
      set.push_back(node);
    }
  }

  Node root_;
  uint64_t step_ = 0;
  std::vector<Node*> current_;  // of Match, kept for their memory
  std::vector<Node*> next_;
};

Node& TopicMatcher::Child(Node& node, std::string_view word) {
  auto place = node.children.find(word);
  if (place == node.children.end()) {
    place = node.children.emplace(std::string(word), std::make_unique<Node>()).first;
  }
  Node& child = *place->second;
  if (word == "*") node.star = &child;
  if (word == "#") node.hash = &child;
  child.is_hash = word == "#";
  return child;
}

void TopicMatcher::RemoveBelow(Node& node, const std::vector<std::string_view>& words, size_t depth,
                               const Binding& binding) {
  if (depth == words.size()) {
    node.bindings.erase(std::find(node.bindings.begin(), node.bindings.end(), &binding));
    return;
  }
  const auto place = node.children.find(words[depth]);
  Node& child = *place->second;
  RemoveBelow(child, words, depth + 1, binding);
  if (!child.bindings.empty() || !child.children.empty()) return;
  if (node.star == &child) node.star = nullptr;
  if (node.hash == &child) node.hash = nullptr;
  node.children.erase(place);
}

void TopicMatcher::Match(RouteSubject& subject, std::vector<Binding*>& matched) {
  current_.clear();
  ++step_;
  Enter(&root_, current_);
  for (const std::string_view word : Words(subject.routing_key)) {
    next_.clear();
    ++step_;
    for (Node* node : current_) {
      if (node->is_hash) Enter(node, next_);
      // A word of the key that reads '*' or '#' is a word like any other.
      const auto child = node->children.find(word);
      if (child != node->children.end() && word != "#") Enter(child->second.get(), next_);
      Enter(node->star, next_);
    }
    current_.swap(next_);
    if (current_.empty()) return;
  }
  for (const Node* node : current_) {
    matched.insert(matched.end(), node->bindings.begin(), node->bindings.end());
  }
}

}  // namespace

std::unique_ptr<Matcher> MakeTopicMatcher() {
  return std::make_unique<TopicMatcher>();
}

}  // namespace storage::broker
