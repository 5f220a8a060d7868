// Subscriptions: who gets which published message.
//
//   exact, shard   name    -> [ client, client ... ]
//   patterns       pattern -> [ client, client ... ]
//   prefixes_      literal prefix -> [ pattern ... ]     "news.*" stands under "news."
//
// A message asks only for the patterns whose literal prefix begins its PubSubChannel's name: one
// lookup for each length that prefixes have. So ten thousand patterns with other prefixes cost
// nothing.
//
// A message is encoded once for each protocol version. Small ones are copied to each subscriber,
// which is cheaper than a piece of a gathered write; large ones are shared by reference.
//
// The client whose own request publishes gets its copy after the reply to that request.
//
// Cost: a publish without subscribers costs a lookup; each delivery an append. Subscribing and
// unsubscribing cost O(log n) in the client's own subscriptions, however many others there are.
//
// Invariants, verified by CheckInvariants(): a client stands in a list exactly once for each of
// its subscriptions, at the place that it remembers; no list is empty; every pattern stands once
// under its prefix; clients_ counts the clients with kIsSubscriber, which have some subscription.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/client/client.h"
#include "server/pubsub/client_subscriptions.h"

namespace server {

struct EngineState;

class Subscriptions {
 public:
  explicit Subscriptions(EngineState& engine) : engine_(engine) {}

  // False: the client has it already.
  bool Add(Client& client, SubscriptionKind kind, std::string_view name);
  // False: the client does not have it.
  bool Remove(Client& client, SubscriptionKind kind, std::string_view name);
  void RemoveAll(Client& client);

  // Gives the message to all subscribers; returns how many there are. `kind` is exact, which
  // patterns see too, or shard.
  size_t Publish(SubscriptionKind kind, std::string_view name, std::string_view message);

  // What the running request published to its own client; called when its reply is written.
  bool HasOwnMessages() const { return !own_messages_.empty(); }
  void DeliverOwn();

  // Names, or patterns, with a subscriber.
  size_t count(SubscriptionKind kind) const { return lists_[Index(kind)].size(); }
  size_t SubscribersOf(SubscriptionKind kind, std::string_view name) const;
  size_t clients() const { return clients_; }
  void ForEachName(SubscriptionKind kind,
                   const std::function<void(std::string_view name)>& visit) const;

  void CheckInvariants() const;

 private:
  // Seeded, since clients choose the names.
  struct Hash {
    using is_transparent = void;
    const Subscriptions* owner;
    size_t operator()(std::string_view name) const;
  };
  using Subscribers = std::vector<Client*>;
  using Lists = std::unordered_map<std::string, Subscribers, Hash, std::equal_to<>>;
  using PatternList = std::vector<const Lists::value_type*>;
  struct Encoded;

  static size_t Index(SubscriptionKind kind) { return static_cast<size_t>(kind); }
  void AddToPrefixes(const Lists::value_type& pattern);
  void RemoveFromPrefixes(const Lists::value_type& pattern);
  size_t PublishToPatterns(std::string_view name, std::string_view message);
  void Deliver(const Subscribers& subscribers, Encoded& encoded);
  void CloseOverfull();

  EngineState& engine_;
  std::array<Lists, kSubscriptionKinds> lists_{
      {Lists(0, Hash{this}), Lists(0, Hash{this}), Lists(0, Hash{this})}};
  std::unordered_map<std::string, PatternList, Hash, std::equal_to<>> prefixes_{0, Hash{this}};
  std::map<size_t, size_t> prefix_lengths_;  // length -> how many prefixes have it
  size_t clients_ = 0;
  std::string own_messages_;
  ClientId own_messages_of_ = 0;
  std::vector<ClientId> overfull_;  // had too much output when a message came
};

}  // namespace server
