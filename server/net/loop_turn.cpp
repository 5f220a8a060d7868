#include "server/net/loop_turn.h"

#include <algorithm>
#include <limits>

namespace server {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

template <class Handle>
LoopTurn& LoopTurnOf(Handle* handle) {
  return *static_cast<LoopTurn*>(handle->data);
}

}  // namespace

LoopTurn::LoopTurn(EventLoop& loop, Engine& engine, Connections& connections)
    : loop_(loop),
      engine_(engine),
      connections_(connections),
      tick_due_ms_(kNever),
      after_poll_(MakeUvHandle<uv_check_t>(loop.uv(), uv_check_init, this)),
      no_sleep_(MakeUvHandle<uv_idle_t>(loop.uv(), uv_idle_init, this)),
      tick_(MakeUvHandle<uv_timer_t>(loop.uv(), uv_timer_init, this)) {
  uv_check_start(after_poll_.get(), [](uv_check_t* handle) { LoopTurnOf(handle).Run(); });
  connections_.SetWake({[](void* turn) { static_cast<LoopTurn*>(turn)->Wake(); }, this});
  ScheduleTick();
}

void LoopTurn::Wake() {
  uv_idle_start(no_sleep_.get(), [](uv_idle_t*) {});
}

void LoopTurn::Run() {
  connections_.BeginTurn();
  if (phase_ != Phase::kDraining) {
    is_in_engine_ = true;
    engine_.RunTurn();
    is_in_engine_ = false;
  }
  Finish();
}

void LoopTurn::Tick() {
  tick_due_ms_ = kNever;
  if (phase_ != Phase::kDraining) {
    is_in_engine_ = true;
    engine_.RunTick();
    is_in_engine_ = false;
  }
  Finish();
}

void LoopTurn::Finish() {
  connections_.EndTurn();
  switch (phase_) {
    case Phase::kServing:
      break;
    case Phase::kLastTurnToCome:
      phase_ = Phase::kLastTurn;
      break;
    case Phase::kLastTurn:
      BeginEnd();
      break;
    case Phase::kDraining:
      break;
  }
  const bool is_draining = phase_ == Phase::kDraining;
  if (is_draining && (!connections_.has_writes_in_flight() || IsOverdue())) loop_.Stop();
  const bool has_work = phase_ == Phase::kLastTurn || engine_.HasReadyWork();
  if (has_work && !is_draining) {
    Wake();
  } else {
    uv_idle_stop(no_sleep_.get());
  }
  ScheduleTick();
}

bool LoopTurn::IsOverdue() const {
  return loop_.NowMilliseconds() >= drained_by_ms_;
}

// Starting a timer costs more than a comparison, and most turns do not bring the next tick nearer.
void LoopTurn::ScheduleTick() {
  const int64_t now = loop_.NowMilliseconds();
  const int64_t due =
      phase_ == Phase::kDraining ? drained_by_ms_ : now + engine_.MillisecondsToTick();
  if (due >= tick_due_ms_) return;
  tick_due_ms_ = due;
  const auto delay_ms = static_cast<uint64_t>(std::max<int64_t>(due - now, 0));
  uv_timer_start(tick_.get(), [](uv_timer_t* handle) { LoopTurnOf(handle).Tick(); }, delay_ms, 0);
}

void LoopTurn::RequestEnd() {
  if (phase_ != Phase::kServing) return;
  phase_ = is_in_engine_ ? Phase::kLastTurn : Phase::kLastTurnToCome;
  Wake();
}

void LoopTurn::BeginEnd() {
  phase_ = Phase::kDraining;
  drained_by_ms_ = loop_.NowMilliseconds() + kDrainMilliseconds;
  connections_.StopReading();
  if (on_end_) on_end_();
}

}  // namespace server
