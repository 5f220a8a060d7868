// Pause: CLIENT PAUSE. For a while no request runs, or none that writes; nothing is lost, each
// client's next request just waits. So that the data stands still, keys do not expire meanwhile
// either (they are hidden as always).
//
// Pauses add up: the later end counts, and ALL over WRITE, until all is over.
#pragma once

#include <cstdint>
#include <vector>

#include "server/client/client.h"
#include "server/dispatch/command.h"

namespace server {

struct EngineState;

class Pause {
 public:
  enum class Scope : uint8_t { kWrites, kAll };

  explicit Pause(EngineState& engine) : engine_(engine) {}

  void Begin(int64_t until_us, Scope scope);
  // Lets everybody go on.
  void End();
  // Whether the command must wait. Ask only while EngineState::special has kIsPaused.
  bool Holds(uint32_t command_flags) const;
  // The client's request was not run; it will be offered again after the end, or with Resume.
  void Postpone(Client& client);
  // Offers all postponed requests again: what else they waited for (memory) is there.
  void Resume();
  void Forget(Client& client);

  // Monotonic; INT64_MAX: nothing is paused.
  int64_t until_us() const { return until_us_; }
  size_t postponed() const { return postponed_count_; }

 private:
  EngineState& engine_;
  int64_t until_us_ = INT64_MAX;
  Scope scope_ = Scope::kWrites;
  // In the order in which they came; some may have gone since.
  std::vector<ClientId> postponed_;
  size_t postponed_count_ = 0;
};

}  // namespace server
