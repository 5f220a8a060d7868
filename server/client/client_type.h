// The classes of clients: CLIENT LIST and KILL choose by them, client-output-buffer-limit limits by
// them. There are no replicas yet; they have their name already.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "server/client/client.h"
#include "storage/base/number.h"

namespace server {

enum class ClientType : uint8_t { kNormal, kReplica, kPubSub, kMaster };

// A monitor is a normal client, as for Redis.
inline ClientType TypeOf(const Client& client) {
  return client.is(kIsSubscriber) ? ClientType::kPubSub : ClientType::kNormal;
}

inline std::optional<ClientType> ParseClientType(std::string_view name) {
  constexpr std::pair<std::string_view, ClientType> kNames[] = {
      {"normal", ClientType::kNormal},   {"slave", ClientType::kReplica},
      {"replica", ClientType::kReplica}, {"pubsub", ClientType::kPubSub},
      {"master", ClientType::kMaster},
  };
  for (const auto& [known, type] : kNames) {
    if (storage::EqualsIgnoreCase(name, known)) return type;
  }
  return std::nullopt;
}

}  // namespace server
