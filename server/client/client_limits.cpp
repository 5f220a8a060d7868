#include "server/client/client_limits.h"

#include <algorithm>
#include <cstdint>

#include "server/client/client_line.h"
#include "server/config/config.h"
#include "server/engine_state.h"

namespace server {
namespace {

// No tick looks at fewer clients than this; beyond it, at as many as see each once a second.
constexpr size_t kClientsPerTickMin = 200;
// What an idle client's output buffer may keep for the next replies.
constexpr size_t kIdleOutputBytes = 1024;
constexpr int64_t kIdleUs = 2'000'000;

constexpr size_t kOutputAlwaysAllowedBytes = size_t{16} * 1024;

// Places in Settings::client_output_buffer_limit.
constexpr size_t kNormalLimit = 0;
constexpr size_t kPubSubLimit = 2;

const OutputLimit& OutputLimitOf(const EngineState& engine, const Client& client) {
  const auto& limits = engine.config.settings().client_output_buffer_limit;
  return limits[client.is(kMonitoring | kIsSubscriber) ? kPubSubLimit : kNormalLimit];
}

bool ExceedsOutputLimit(const EngineState& engine, RespSession& session) {
  Client& client = session.client;
  const OutputLimit& limit = OutputLimitOf(engine, client);
  const size_t unsent =
      session.unsent_bytes() <= kOutputAlwaysAllowedBytes ? 0 : session.unsent_bytes();
  if (limit.hard_bytes != 0 && unsent >= limit.hard_bytes) return true;
  if (limit.soft_bytes == 0 || unsent < limit.soft_bytes) {
    client.soft_limit_since_us = 0;
    return false;
  }
  if (client.soft_limit_since_us == 0) client.soft_limit_since_us = engine.monotonic_us;
  return engine.monotonic_us - client.soft_limit_since_us > limit.soft_seconds * 1'000'000;
}

void UpdateMemory(EngineState& engine, RespSession& session) {
  Client& client = session.client;
  if (engine.monotonic_us - client.last_interaction_us > kIdleUs) {
    session.output.ShrinkWhenEmpty(kIdleOutputBytes);
  }
  const BufferMemory memory = {
      .input = session.input_memory() + client.transaction_memory() + client.subscription_memory(),
      .output = session.output.memory() + session.bytes_in_flight};
  engine.clients_memory -= client.counted_memory;
  engine.clients_memory += memory;
  client.counted_memory = memory;
}

bool IsIdleTooLong(const EngineState& engine, const Client& client) {
  const int64_t timeout_s = engine.config.settings().timeout_s;
  return timeout_s > 0 && !client.is(kBlocked | kPostponed | kMonitoring | kIsSubscriber) &&
         engine.monotonic_us - client.last_interaction_us > timeout_s * 1'000'000;
}

bool IsStrangerTooLong(const EngineState& engine, const Client& client) {
  const int64_t deadline_s = engine.config.settings().authentication_deadline_s;
  return deadline_s > 0 && client.is(kNotAuthenticated) &&
         engine.monotonic_us - client.stranger_since_us > deadline_s * 1'000'000;
}

void CheckClient(EngineState& engine, RespSession& session) {
  Client& client = session.client;
  UpdateMemory(engine, session);
  if (IsGone(session)) return;
  if (IsIdleTooLong(engine, client)) {
    engine.log.Verbose("Closing idle client");
    engine.CloseSession(session, CloseWish::kNow);
  } else if (IsStrangerTooLong(engine, client)) {
    engine.log.Verbose("Closing client that did not authenticate in time: " +
                       client.peer.remote_address);
    engine.CloseSession(session, CloseWish::kNow);
  } else if (client.is(kNotAuthenticated) && session.unsent_bytes() > kStrangerOutputBytes) {
    ++engine.statistics.output_buffer_limit_disconnections;
    engine.log.Verbose("Closing client that did not authenticate and does not read: " +
                       client.peer.remote_address);
    engine.CloseSession(session, CloseWish::kNow);
  } else {
    CheckOutputLimit(engine, session);
  }
}

}  // namespace

void CheckClientLimits(EngineState& engine) {
  const auto ticks_per_second = static_cast<size_t>(engine.config.settings().hz);
  size_t left = std::max(kClientsPerTickMin, engine.clients.size() / ticks_per_second + 1);
  auto it = engine.clients.After(engine.last_swept_client);
  for (; it != engine.clients.end() && left > 0; ++it, --left) {
    engine.last_swept_client = it->first;
    CheckClient(engine, *it->second);
  }
  if (it == engine.clients.end()) engine.last_swept_client = 0;
}

void CheckOutputLimit(EngineState& engine, RespSession& session) {
  if (IsGone(session) || !ExceedsOutputLimit(engine, session)) return;
  ++engine.statistics.output_buffer_limit_disconnections;
  engine.log.Warning("Client " + LoggedClientLine(session, engine) +
                     " closed for overcoming of output buffer limits.");
  engine.CloseSession(session, CloseWish::kNow);
}

size_t MonitorOutputMax(const EngineState& engine) {
  const auto& limits = engine.config.settings().client_output_buffer_limit;
  const uint64_t hard_bytes = limits[kPubSubLimit].hard_bytes;
  return hard_bytes == 0 ? SIZE_MAX : hard_bytes;
}

size_t LowestOutputLimit(const EngineState& engine) {
  size_t lowest = SIZE_MAX;
  for (const OutputLimit& limit : engine.config.settings().client_output_buffer_limit) {
    for (const uint64_t bytes : {limit.hard_bytes, limit.soft_bytes}) {
      if (bytes != 0) lowest = std::min<size_t>(lowest, bytes);
    }
  }
  return lowest;
}

}  // namespace server
