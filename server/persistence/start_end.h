// The data at the server's start and at its end: what is loaded, what is saved.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>

namespace server {

struct EngineState;

// Loads the data, if there is any, in the turns to come; then calls `then`.
void LoadAtStart(EngineState& engine, std::function<void()> then);

// Saves as `options` (of ShutdownOption) and the settings want it, and asks the shell for the end.
// The error says why the server goes on; it was logged.
std::expected<void, std::string> EndServer(EngineState& engine, uint8_t options);

}  // namespace server
