// What a connection may cost: how long it may be idle, or unknown; how much output may wait for it.
//
//   idle for `timeout` seconds                            closed; not while it waits or monitors
//   no login within `authentication-timeout` seconds      closed
//   unsent output over client-output-buffer-limit         closed: hard limit at once, soft in time
//   a stranger's unsent output over kStrangerOutputBytes  not served further; closed if it stays so
//
// Up to 16 KiB of output never count, as in Redis: a limit of a few bytes locks nobody out.
//
// Monitors do not ask for what they get, so they are bounded as subscribers are.
//
// Output that a client asked for rarely reaches a limit: from client-output-hold-back on it waits
// with its pipeline until the peer has read (RespSession::IsHeldBack).
#pragma once

#include <cstddef>

namespace server {

struct EngineState;
class RespSession;

inline constexpr size_t kStrangerOutputBytes = 16 * 1024;

// Each tick: looks at a part of the clients, so that each is seen about once a second.
void CheckClientLimits(EngineState& engine);
// After the session's output has grown; closes it when that was too much. Cheap below
// EngineState::output_limit_min, where it need not be called.
void CheckOutputLimit(EngineState& engine, RespSession& session);
// How much unsent output closes a monitor at once; SIZE_MAX: nothing does.
size_t MonitorOutputMax(const EngineState& engine);
// The lowest of all limits on output; SIZE_MAX when there is none.
size_t LowestOutputLimit(const EngineState& engine);

}  // namespace server
