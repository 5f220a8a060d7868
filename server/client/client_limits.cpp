#include "server/client/client_limits.h"

#include <algorithm>

#include "server/config/config.h"
#include "server/engine_state.h"

namespace server {
namespace {

// Each client is looked at about once a second, and no tick looks at more than this.
constexpr size_t kClientsPerTickMin = 200;

bool ExceedsOutputLimit(EngineState& engine, RespSession& session) {
  const OutputLimit& limit = engine.config.settings().client_output_buffer_limit[0];
  const size_t unsent = session.unsent_bytes();
  if (limit.hard_bytes != 0 && unsent >= limit.hard_bytes) return true;
  if (limit.soft_bytes == 0 || unsent < limit.soft_bytes) {
    session.client.soft_limit_since_us = 0;
    return false;
  }
  if (session.client.soft_limit_since_us == 0) {
    session.client.soft_limit_since_us = engine.monotonic_us;
  }
  return engine.monotonic_us - session.client.soft_limit_since_us > limit.soft_seconds * 1'000'000;
}

void CheckClient(EngineState& engine, RespSession& session) {
  const Settings& settings = engine.config.settings();
  Client& client = session.client;
  const size_t memory = session.input_memory() + session.output.memory() + session.bytes_in_flight;
  engine.clients_memory += memory - client.counted_memory;
  client.counted_memory = memory;
  if (session.close != CloseWish::kStayOpen) return;
  const int64_t idle_us = engine.monotonic_us - client.last_interaction_us;
  if (settings.timeout_s > 0 && !client.is(kBlocked | kMonitoring) &&
      idle_us > settings.timeout_s * int64_t{1'000'000}) {
    engine.log.Verbose("Closing idle client");
    engine.CloseSession(session, CloseWish::kNow);
  } else if (settings.authentication_deadline_s > 0 && client.is(kNotAuthenticated) &&
             engine.monotonic_us - client.created_us >
                 settings.authentication_deadline_s * 1'000'000) {
    engine.log.Verbose("Closing client that did not authenticate in time: " +
                       client.peer.remote_address);
    engine.CloseSession(session, CloseWish::kNow);
  } else if (ExceedsOutputLimit(engine, session)) {
    ++engine.statistics.output_buffer_limit_disconnections;
    engine.log.Warning("Client " + client.peer.remote_address +
                       " closed for overcoming of output buffer limits.");
    engine.CloseSession(session, CloseWish::kNow);
  }
}

}  // namespace

void CheckClientLimits(EngineState& engine) {
  size_t left = std::max(kClientsPerTickMin, engine.clients.size() / 10 + 1);
  auto it = engine.clients.After(engine.last_swept_client);
  for (; it != engine.clients.end() && left > 0; ++it, --left) {
    engine.last_swept_client = it->first;
    CheckClient(engine, *it->second);
  }
  if (it == engine.clients.end()) engine.last_swept_client = 0;
}

}  // namespace server
