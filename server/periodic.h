// What the server does by the clock, in bounded slices: the list of tasks and their periods. The
// tasks themselves live with their subject.
#pragma once

#include <cstdint>

namespace server {

struct EngineState;

// All that is due now.
void RunTick(EngineState& engine);
// How long the shell may wait until the next RunTick.
int64_t MillisecondsToTick(const EngineState& engine);
// Goes on with what a tick began and could not finish: expiry, giving memory back.
void RunSlices(EngineState& engine);

}  // namespace server
