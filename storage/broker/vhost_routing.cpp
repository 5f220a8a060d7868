// Vhost: where messages go, those that are published and those that died.

#include <algorithm>

#include "storage/base/check.h"
#include "storage/broker/vhost.h"

namespace storage::broker {

void Vhost::Visit(Exchange& exchange) {
  if (exchange.route_mark == route_mark_) return;
  exchange.route_mark = route_mark_;
  visited_.push_back(&exchange);
}

void Vhost::VisitMatches(Exchange& exchange, RouteSubject& subject) {
  const auto reach = [this](Queue& queue) {
    if (queue.route_mark == route_mark_) return;
    queue.route_mark = route_mark_;
    routed_.push_back(&queue);
  };
  if (exchange.name().empty()) {
    Queue* queue = FindQueue(subject.routing_key);
    if (queue != nullptr) reach(*queue);
    return;
  }
  matched_.clear();
  exchange.matcher().Match(subject, matched_);
  for (const Binding* binding : matched_) {
    if (binding->queue != nullptr) {
      reach(*binding->queue);
    } else {
      Visit(*binding->exchange);
    }
  }
  if (matched_.empty() && !exchange.alternate().empty()) {
    Exchange* alternate = FindExchange(exchange.alternate());
    if (alternate != nullptr) Visit(*alternate);
  }
}

std::span<Queue* const> Vhost::Route(Exchange& exchange, std::span<const std::string_view> keys,
                                     std::string_view properties) {
  ++route_mark_;
  routed_.clear();
  for (const std::string_view key : keys) {
    RouteSubject subject(key, properties, surroundings_.properties);
    visited_.clear();
    // Another key may go through the same exchanges; queues are reached once for all of them.
    Visit(exchange);
    for (size_t i = 0; i < visited_.size(); ++i) VisitMatches(*visited_[i], subject);
    for (Exchange* visited : visited_) visited->route_mark = 0;
  }
  return routed_;
}

bool Vhost::Push(std::span<Queue* const> queues, Message& message, int64_t now_ms) {
  bool is_taken = true;
  for (Queue* queue : queues) {
    if (queue->Push(message, now_ms) == Queue::PushResult::kRefused) is_taken = false;
    if (queue->NextExpiryMs() < queue->timer_ms) SetTimer(*queue);
  }
  return is_taken;
}

void Vhost::OnDeath(Queue& queue, Message& message, DeathReason reason) {
  const QueueSettings& settings = queue.settings();
  if (!settings.dead_letter_exchange) return;
  message.AddReference();
  dead_.push_back({.message = &message,
                   .queue = queue.name(),
                   .exchange = *settings.dead_letter_exchange,
                   .routing_key = settings.dead_letter_routing_key.value_or(""),
                   .has_key = settings.dead_letter_routing_key.has_value(),
                   .reason = reason});
}

void Vhost::SettleDeaths(int64_t now_ms, int64_t wall_seconds) {
  while (!dead_.empty()) {
    const DeadLetter dead = std::move(dead_.front());
    dead_.pop_front();
    Settle(dead, now_ms, wall_seconds);
    surroundings_.heap.Release(dead.message);
  }
}

void Vhost::Settle(const DeadLetter& dead, int64_t now_ms, int64_t wall_seconds) {
  Exchange* exchange = FindExchange(dead.exchange);
  if (exchange == nullptr) return;
  const Message& message = *dead.message;
  const std::vector<std::string> copies =
      surroundings_.properties.CarbonCopies(message.properties());
  DeathNote note{.reason = dead.reason,
                 .queue = dead.queue,
                 .exchange = message.exchange(),
                 .routing_keys = {message.routing_key()},
                 .now_seconds = wall_seconds};
  note.routing_keys.insert(note.routing_keys.end(), copies.begin(), copies.end());
  const std::string properties = surroundings_.properties.WithDeath(message.properties(), note);

  std::vector<std::string_view> keys = {dead.routing_key};
  if (!dead.has_key) keys = note.routing_keys;
  const auto routed = Route(*exchange, keys, properties);
  std::vector<Queue*> queues(routed.begin(), routed.end());
  // A message that only expires and overflows must not go in circles.
  if (dead.reason != DeathReason::kRejected) {
    std::erase_if(queues, [&](const Queue* queue) {
      return surroundings_.properties.HasCycle(properties, queue->name());
    });
  }
  if (queues.empty()) return;
  Message* letter = surroundings_.heap.Create({.exchange = exchange->name(),
                                               .routing_key = keys.front(),
                                               .properties = properties,
                                               .body = message.body(),
                                               .priority = message.priority(),
                                               .is_persistent = message.is_persistent()});
  if (letter == nullptr) return;
  Push(queues, *letter, now_ms);
  surroundings_.heap.Release(letter);
}

}  // namespace storage::broker
