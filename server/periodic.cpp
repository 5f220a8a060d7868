#include "server/periodic.h"

#include <algorithm>

#include "server/client/client_limits.h"
#include "server/config/config.h"
#include "server/engine_state.h"
#include "server/memory/used_memory.h"
#include "server/slice.h"

namespace server {
namespace {

constexpr int64_t kSampleUs = 100'000;  // of rates, whatever `hz` says
constexpr uint64_t kSliceNs = 200'000;
constexpr int64_t kSliceUs = kSliceNs / 1000;
constexpr size_t kExpirePerStep = 64;
constexpr size_t kSegmentsPerStep = 4;
constexpr size_t kIdleMemoryPerSecond = size_t{80} << 20;
constexpr size_t kIdleMemoryPerStep = size_t{512} << 10;

int64_t TickMs(const EngineState& engine) {
  return 1000 / engine.config.settings().hz;
}

void SampleRates(EngineState& engine) {
  if (engine.monotonic_us - engine.last_sample_us < kSampleUs) return;
  engine.last_sample_us = engine.monotonic_us;
  Statistics& statistics = engine.statistics;
  const auto now_us = static_cast<uint64_t>(engine.monotonic_us);
  statistics.commands_rate.Sample(statistics.commands_processed, now_us);
  statistics.input_rate.Sample(statistics.net_input_bytes, now_us);
  statistics.output_rate.Sample(statistics.net_output_bytes, now_us);
  statistics.turns_rate.Sample(statistics.turns, now_us);
  statistics.turn_duration.Sample(statistics.turn_ticks, statistics.turns);
}

}  // namespace

void RunSlices(EngineState& engine) {
  if (engine.has_more_to_expire) {
    const uint64_t begin = engine.clock.Ticks();
    engine.has_more_to_expire =
        RunSlice(engine.clock, kSliceNs, [&] { return engine.keyspace.ExpireDue(kExpirePerStep); });
    engine.NoteLatency("expire-cycle", engine.Microseconds(engine.clock.Ticks() - begin));
  }
  engine.loading.RunSlice();
  engine.saver.RunSlice();
  engine.append_log.RunSlice();
  engine.memory_top.RunSlice(kSliceUs);
  if (engine.room.HasMoreToDo()) engine.room.Continue(kSliceUs);
  // FLUSHALL and the like leave their tables to be taken apart here.
  engine.has_more_to_free = engine.keyspace.HasRemains() && RunSlice(engine.clock, kSliceNs, [&] {
                              return engine.keyspace.FreeSome(kSegmentsPerStep);
                            });
  if (engine.has_idle_memory_to_release) {
    engine.has_idle_memory_to_release = RunSlice(engine.clock, kSliceNs, [&] {
      return engine.keyspace.slab().ReleaseIdle(kIdleMemoryPerStep, 0);
    });
  }
}

void RunTick(EngineState& engine) {
  if (engine.monotonic_us >= engine.pause.until_us()) engine.pause.End();
  engine.blocked.EndOverdue(engine.monotonic_us);
  engine.amqp.RunTick();
  if (engine.is_upkeep_paused) return;
  // What is being loaded is left alone.
  if (engine.loading.is_active()) return RunSlices(engine);
  const bool may_expire = engine.may_expire_actively && engine.keyspace.may_expire();
  // Not only when something is due: the index must learn of a clock that was set back.
  engine.has_more_to_expire = may_expire && engine.keyspace.ExpireDue(kExpirePerStep);
  RunSlices(engine);
  if (engine.monotonic_us - engine.last_upkeep_us < TickMs(engine) * 1000) return;
  engine.last_upkeep_us = engine.monotonic_us;
  engine.saver.RunTick();
  engine.append_log.RunTick();
  SampleRates(engine);
  NotePeakMemory(engine);
  CheckClientLimits(engine);
  for (int i = 0; i < engine.keyspace.database_count(); ++i) engine.keyspace.database(i).Maintain();
  engine.keyspace.slab().ReleaseIdle(kIdleMemoryPerSecond /
                                     static_cast<size_t>(engine.config.settings().hz));
}

int64_t MillisecondsToTick(const EngineState& engine) {
  const int64_t tick_ms = TickMs(engine);
  int64_t wait_ms = tick_ms;
  if (engine.may_expire_actively && engine.keyspace.may_expire()) {
    wait_ms =
        std::min(wait_ms, engine.keyspace.NextExpiryMs() - engine.clock.WallMicroseconds() / 1000);
  }
  wait_ms = std::min(wait_ms, engine.amqp.MillisecondsToTick());
  const int64_t due_us = std::min(engine.pause.until_us(), engine.blocked.next_deadline_us());
  if (due_us != INT64_MAX) {
    // Rounded up: a tick that comes too early would only come again.
    const int64_t left_us = due_us - engine.clock.MonotonicMicroseconds();
    wait_ms = std::min(wait_ms, (left_us + 999) / 1000);
  }
  return std::clamp<int64_t>(wait_ms, 1, tick_ms);
}

}  // namespace server
