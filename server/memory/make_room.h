// RoomMaker: keeps the data within maxmemory, for requests that add to it.
//
//   before a write   what waits to be freed is freed, then keys are evicted, until there is room
//   for
//                    the request's arguments too. That takes at most a slice of time (see
//                    maxmemory-eviction-tenacity). What is then still too much is evicted in later
//                    slices; the client waits for it only when it is more than kExcessMax.
//   after a write    a request that grew the data by more than its arguments (SETRANGE) starts
//                    slices too.
//
// So a large value is not stored over the limit, and its eviction of thousands of small keys stalls
// nobody else. Data alone counts: what clients sent and have not read never costs a key. When no
// key may go, the request is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace server {

struct EngineState;

enum class Room : uint8_t {
  kEnough,
  kLater,  // keys are going, but too many for one slice
  kNone,
};

// `maxmemory auto`: the share of the process's memory that data may take. Buffers, the table that
// grows and what an allocator wastes need the rest.
uint64_t AutomaticMaxmemory(uint64_t limit_bytes);

class RoomMaker {
 public:
  // The data may be over the limit by this much for as long as a slice takes.
  static constexpr size_t kExcessMax = size_t{1} << 20;

  explicit RoomMaker(EngineState& engine) : engine_(engine) {}

  // Call these only while maxmemory is set.
  Room MakeFor(std::span<const std::string_view> arguments);
  void NoteWrite();

  // Keys are to go, or clients wait for that.
  bool HasMoreToDo() const { return has_more_; }
  // A slice of it.
  void Continue(int64_t slice_us);
  // The settings have changed.
  void ApplySettings();

  // For how long the data was over the limit, altogether and now.
  int64_t total_exceeded_ms() const;
  int64_t current_exceeded_ms() const;
  void ResetStatistics() { total_exceeded_us_ = 0; }  // CONFIG RESETSTAT

 private:
  enum class Outcome : uint8_t { kDone, kOutOfTime, kNothingLeft };

  size_t held() const;
  Outcome Evict(size_t target, int64_t slice_us);
  Outcome EvictSome(size_t target, uint64_t ticks_end);
  bool EvictOne();
  void NoteExceeded(bool is_exceeded);

  EngineState& engine_;
  int64_t slice_us_ = 500;
  size_t wanted_ = 0;  // room that a waiting client needs
  bool has_more_ = false;
  bool has_waiting_ = false;
  int64_t exceeded_since_us_ = 0;  // monotonic; 0: it is not
  int64_t total_exceeded_us_ = 0;
};

}  // namespace server
