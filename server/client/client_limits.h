// Limits that a client may exceed by standing still or by not reading: idle time, time without a
// login, unsent output. Checked each tick, for a part of the clients at a time.
#pragma once

namespace server {

struct EngineState;

void CheckClientLimits(EngineState& engine);

}  // namespace server
