// A vhost to try things on: with memory, a hasher, and a reader of properties that understands a
// form of its own: "name=value" words between blanks; "cc=key" and "death=queue:reason".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/broker/vhost.h"

namespace tests {

class WordProperties final : public storage::broker::PropertyReader {
 public:
  storage::broker::Table Headers(std::string_view properties) override {
    storage::broker::Table headers;
    for (const auto& [name, value] : Words(properties)) {
      headers.Add(name, storage::broker::Value::Text(value));
    }
    return headers;
  }
  std::vector<std::string> CarbonCopies(std::string_view properties) override {
    std::vector<std::string> copies;
    for (const auto& [name, value] : Words(properties)) {
      if (name == "cc") copies.emplace_back(value);
    }
    return copies;
  }
  bool HasCycle(std::string_view properties, std::string_view queue) override {
    bool has_cycle = false;
    for (const auto& [name, value] : Words(properties)) {
      if (name != "death") continue;
      if (value.ends_with(":0")) has_cycle = false;  // rejected: somebody wanted it so
      if (value.substr(0, value.find(':')) == queue && !value.ends_with(":0")) has_cycle = true;
    }
    return has_cycle;
  }
  std::string WithDeath(std::string_view properties,
                        const storage::broker::DeathNote& note) override {
    return std::string(properties) + " death=" + std::string(note.queue) + ":" +
           std::to_string(static_cast<int>(note.reason));
  }

 private:
  using Word = std::pair<std::string_view, std::string_view>;
  static std::vector<Word> Words(std::string_view text) {
    std::vector<Word> words;
    while (!text.empty()) {
      const std::string_view word = text.substr(0, text.find(' '));
      text.remove_prefix(std::min(text.size(), word.size() + 1));
      const size_t equals = word.find('=');
      if (equals != std::string_view::npos) {
        words.emplace_back(word.substr(0, equals), word.substr(equals + 1));
      }
    }
    return words;
  }
};

struct BrokerFixture {
  using Vhost = storage::broker::Vhost;
  using Queue = storage::broker::Queue;

  BrokerFixture() = default;
  ~BrokerFixture() { vhost.CheckInvariants(); }

  Queue& Declare(std::string_view name, storage::broker::Table arguments = {}) {
    auto queue = vhost.DeclareQueue({.name = std::string(name), .arguments = std::move(arguments)},
                                    1, now_ms);
    return **queue;
  }
  storage::broker::Exchange& DeclareExchange(std::string_view name,
                                             storage::broker::ExchangeType type) {
    return **vhost.DeclareExchange({.name = std::string(name), .type = type});
  }
  void Bind(std::string_view source, std::string_view queue, std::string_view key,
            storage::broker::Table arguments = {}) {
    (void)vhost.Bind(source, {Vhost::EndKind::kQueue, queue}, key, std::move(arguments), 1);
  }
  // The names of the queues that it went to, in their order; then what died of it is settled.
  std::vector<std::string> Publish(storage::broker::MessageParts parts) {
    const std::string_view keys[] = {parts.routing_key};
    const auto queues = vhost.Route(*vhost.FindExchange(parts.exchange), keys, parts.properties);
    std::vector<std::string> names;
    for (const Queue* queue : queues) names.push_back(queue->name());
    std::sort(names.begin(), names.end());
    storage::broker::Message* message = heap.Create(parts);
    was_taken = vhost.Push(queues, *message, now_ms);
    heap.Release(message);
    vhost.SettleDeaths(now_ms, now_ms / 1000);
    return names;
  }
  // Into a queue by its name.
  void Send(std::string_view queue, std::string_view body) {
    Publish({.exchange = "", .routing_key = queue, .properties = "", .body = body});
  }
  // Takes everything and acknowledges it: bodies with blanks between.
  std::string Drain(Queue& queue) {
    std::string bodies;
    while (const auto entry = queue.Take(now_ms)) {
      if (!bodies.empty()) bodies += ' ';
      bodies += entry->message()->body();
      queue.Acknowledge(*entry);
    }
    vhost.SettleDeaths(now_ms, now_ms / 1000);
    return bodies;
  }

  storage::SlabAllocator slab;
  storage::broker::MessageHeap heap{slab};
  WordProperties properties;
  storage::KeyHasher hasher{storage::KeyHasher::Secret{}};
  Vhost vhost{{heap, properties, hasher}, "/"};
  int64_t now_ms = 1000;
  bool was_taken = true;
};

}  // namespace tests
