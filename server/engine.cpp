#include "server/engine.h"

#include <algorithm>

#include "server/acl/acl_file.h"
#include "server/client/authentication.h"
#include "server/config/config.h"
#include "server/engine_state.h"
#include "server/periodic.h"
#include "server/persistence/start_end.h"

namespace server {
namespace {

void CloseForLostOutput(EngineState& state, Session& session) {
  if (session.close == CloseWish::kNow) return;
  if (session.protocol == Protocol::kAmqp) {
    session.close = CloseWish::kNow;
    return;
  }
  RespSession& resp_session = static_cast<RespSession&>(session);
  state.log.Warning("Closing client whose replies need more memory than there is: " +
                    resp_session.client.peer.remote_address);
  state.CloseSession(resp_session, CloseWish::kNow);
}

bool IsProtectedFrom(const EngineState& state, const PeerFacts& facts) {
  return state.config.settings().protected_mode && state.users.default_user().needs_no_password &&
         !facts.is_loopback && !facts.is_unix_socket;
}

}  // namespace

Engine::Engine(const Dependencies& dependencies)
    : state_(std::make_unique<EngineState>(dependencies)) {}

Engine::~Engine() = default;

void Engine::Load(std::function<void()> then) {
  state_->ReadClocks();
  if (const auto failure = LoadUsersAtStart(*state_)) {
    state_->shell.EndInFailure(*failure);
    return;
  }
  LoadAtStart(*state_, std::move(then));
}

std::expected<void, std::string> Engine::Shutdown(uint8_t options) {
  return EndServer(*state_, options);
}

std::expected<Session*, std::string> Engine::Open(PeerFacts facts) {
  EngineState& state = *state_;
  const Settings& settings = state.config.settings();
  state.ReadClocks();
  const size_t connected =
      state.clients.size() + state.amqp.session_count() - state.admission.reserved();
  const bool is_full = connected >= settings.maxclients;
  // Nobody there would understand our words, and a login is asked of everybody.
  if (facts.protocol == Protocol::kAmqp) {
    const bool is_refused = is_full || IsProtectedFrom(state, facts);
    ++(is_refused ? state.statistics.connections_rejected : state.statistics.connections_received);
    if (is_refused) return std::unexpected("");
    return &state.amqp.Open(std::move(facts));
  }
  if (is_full && !state.admission.HasReserveFor(facts, settings.local_connections_reserved)) {
    ++state.statistics.connections_rejected;
    return std::unexpected("-ERR max number of clients reached\r\n");
  }
  if (IsProtectedFrom(state, facts)) {
    ++state.statistics.connections_rejected;
    return std::unexpected(
        "-DENIED Cinnabar is in protected mode: no password is set for the default user, so only "
        "clients on this machine may connect. To let others in, set a password ('requirepass', or "
        "CONFIG SET requirepass), or turn the protection off with 'protected-mode no' and see to "
        "it "
        "that strangers cannot reach the port.\r\n");
  }
  ++state.statistics.connections_received;
  RespSession& session = state.clients.Add(std::make_unique<RespSession>(state));
  Client& client = session.client;
  client.peer = std::move(facts);
  if (is_full) state.admission.TakeReserve(client);
  client.created_us = client.last_interaction_us = state.monotonic_us;
  LogOut(state, client);
  if (settings.client_default_resp == 3) {
    client.reply.set_version(protocol::resp::Version::kResp3);
  }
  return &session;
}

void Engine::Closed(Session* session) {
  EngineState& state = *state_;
  if (session->protocol == Protocol::kAmqp) {
    if (session->touched) std::erase(state.touched, session);
    state.append_log.writer().Forget(*session);
    return state.amqp.Closed(static_cast<AmqpSession&>(*session));
  }
  RespSession& resp_session = static_cast<RespSession&>(*session);
  if (session->touched) std::erase(state.touched, session);
  state.turn.Forget(resp_session);
  state.append_log.writer().Forget(*session);
  state.Forget(resp_session.client);
  state.admission.GiveBack(resp_session.client);
  state.clients_memory -= resp_session.client.counted_memory;
  state.clients.Remove(resp_session.client.id);
}

void Engine::RunTurn() {
  EngineState& state = *state_;
  if (!HasReadyWork()) return;
  // Reading the thread's own time is a system call: only when somebody watches latency.
  const bool measures = state.config.settings().latency_monitor_threshold_ms > 0;
  const int64_t cpu_before_us = measures ? state.shell.ThreadCpuMicroseconds() : 0;
  const uint64_t ticks = state.clock.Ticks();
  state.ReadClocks();
  state.turn.Run();
  if (state.amqp.HasWork()) [[unlikely]]
    state.amqp.RunTurn();
  RunSlices(state);
  Statistics& statistics = state.statistics;
  ++statistics.turns;
  statistics.turn_ticks += state.clock.Ticks() - ticks;
  if (measures) {
    const int64_t own_us = state.shell.ThreadCpuMicroseconds() - cpu_before_us;
    statistics.longest_turn_microseconds =
        std::max(statistics.longest_turn_microseconds, static_cast<uint64_t>(own_us));
  }
}

bool Engine::HasReadyWork() const {
  return state_->turn.HasReady() || state_->amqp.HasWork() || state_->has_more_to_expire ||
         state_->has_more_to_free || state_->has_idle_memory_to_release ||
         state_->loading.is_active() || state_->saver.HasWork() || state_->append_log.HasWork() ||
         state_->room.HasMoreToDo() || state_->memory_top.HasWork();
}

std::span<Session* const> Engine::TakeTouched() {
  if (state_->append_log.is_on()) [[unlikely]]
    state_->append_log.writer().EndTurn();
  for (Session* session : state_->touched) {
    if (session->output.is_lost()) [[unlikely]]
      CloseForLostOutput(*state_, *session);
  }
  state_->handed_out.clear();
  state_->handed_out.swap(state_->touched);
  for (Session* session : state_->handed_out) session->touched = false;
  return state_->handed_out;
}

int64_t Engine::MillisecondsToTick() const {
  return server::MillisecondsToTick(*state_);
}

void Engine::RunTick() {
  state_->ReadClocks();
  server::RunTick(*state_);
}

}  // namespace server
