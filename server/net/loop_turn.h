// LoopTurn: what happens after every poll of the loop, in this order:
//
//   poll ──> reads collected ──> engine.RunTurn() ──> flush ──> close ──> read on ──> next poll
//              (callbacks)        (one batch)         (one write a connection)
//
// libuv's check phase runs right after the poll, when every ready socket has been read. Between
// turns the loop sleeps until a socket is ready or the engine's next tick is due; while the engine
// has work left it only polls.
#pragma once

#include <cstdint>
#include <functional>

#include "server/engine.h"
#include "server/net/connections.h"
#include "server/net/event_loop.h"
#include "server/net/uv_handle.h"

namespace server {

class LoopTurn {
 public:
  LoopTurn(EventLoop& loop, Engine& engine, Connections& connections);

  // Ends the loop: after this turn, or when called between turns after the next. Replies that
  // sockets do not take at once are given kDrainMilliseconds.
  void RequestEnd();
  // Called once, when the end begins: nothing more is executed from then on.
  void SetOnEnd(std::function<void()> on_end) { on_end_ = std::move(on_end); }

 private:
  static constexpr int64_t kDrainMilliseconds = 1000;
  enum class Phase : uint8_t { kServing, kLastTurnToCome, kLastTurn, kDraining };

  // A turn soon, although nothing may be polled.
  void Wake();
  void Run();
  void Tick();
  void Finish();
  void ScheduleTick();
  void BeginEnd();
  bool IsOverdue() const;

  EventLoop& loop_;
  Engine& engine_;
  Connections& connections_;
  std::function<void()> on_end_;
  Phase phase_ = Phase::kServing;
  bool is_in_engine_ = false;
  int64_t tick_due_ms_;
  int64_t drained_by_ms_ = 0;
  UvPtr<uv_check_t> after_poll_;
  UvPtr<uv_idle_t> no_sleep_;  // active: the loop polls without waiting
  UvPtr<uv_timer_t> tick_;
};

}  // namespace server
