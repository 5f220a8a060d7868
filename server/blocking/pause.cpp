#include "server/blocking/pause.h"

#include <algorithm>
#include <utility>

#include "server/engine_state.h"

namespace server {

void Pause::Begin(int64_t until_us, Scope scope) {
  const bool is_new = (engine_.special & kIsPaused) == 0;
  until_us_ = is_new ? until_us : std::max(until_us_, until_us);
  scope_ = is_new ? scope : std::max(scope_, scope);
  engine_.special |= kIsPaused;
  engine_.keyspace.set_may_expire(false);
}

void Pause::End() {
  until_us_ = INT64_MAX;
  engine_.special &= ~kIsPaused;
  engine_.keyspace.set_may_expire(true);
  engine_.room.ApplySettings();  // what could not be evicted meanwhile
  Resume();
}

void Pause::Resume() {
  postponed_count_ = 0;
  for (const ClientId id : std::exchange(postponed_, {})) {
    RespSession* session = engine_.clients.Find(id);
    if (session == nullptr || !session->client.is(kPostponed)) continue;
    session->client.set(kPostponed, false);
    session->client.last_interaction_us = engine_.monotonic_us;  // it could not help waiting
    engine_.MakeReady(*session);
  }
}

bool Pause::Holds(uint32_t command_flags) const {
  return scope_ == Scope::kAll || (command_flags & (kWriteCommand | kMayReplicate)) != 0;
}

void Pause::Postpone(Client& client) {
  client.set(kPostponed, true);
  postponed_.push_back(client.id);
  ++postponed_count_;
}

void Pause::Forget(Client& client) {
  if (!client.is(kPostponed)) return;
  client.set(kPostponed, false);
  --postponed_count_;
}

}  // namespace server
