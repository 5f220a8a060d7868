// ClientSubscriptions: what one client is subscribed to, of each kind. Server-wide lists are in
// server/pubsub/subscriptions.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace server {

// A PubSubChannel by its name, all whose names match a pattern, a PubSubChannel of a shard.
enum class SubscriptionKind : uint8_t { kExact, kPattern, kShard };
inline constexpr size_t kSubscriptionKinds = 3;

struct ClientSubscriptions {
  // Name -> the client's place in the list of the name's subscribers.
  using Names = std::map<std::string, size_t, std::less<>>;
  std::array<Names, kSubscriptionKinds> names;
  size_t memory = 0;  // about

  const Names& of(SubscriptionKind kind) const { return names[static_cast<size_t>(kind)]; }
  Names& of(SubscriptionKind kind) { return names[static_cast<size_t>(kind)]; }
  bool empty() const { return names[0].empty() && names[1].empty() && names[2].empty(); }
};

}  // namespace server
