// Engine: everything but I/O. Sessions, commands and data; it never touches a socket, a file or the
// machine's clock. The shell gives it bytes and turns; it gives back bytes. The same engine runs
// under the real server, in tests without sockets or sleeps, and under a fuzzer.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "server/session.h"
#include "server/shell.h"
#include "storage/base/clock.h"
#include "storage/files/file_system.h"

namespace server {

class Config;
class Log;
struct CommandEntry;
struct EngineState;  // every part, owned; server/engine_state.h

class Engine {
 public:
  // All must outlive the engine. `seed` starts the engine's generator; hash secrets come from the
  // system.
  struct Dependencies {
    storage::Clock& clock;
    storage::FileSystem& files;
    Shell& shell;
    Config& config;
    Log& log;
    uint64_t seed;
    // Besides those of all_commands.cpp.
    std::span<const CommandEntry> more_commands = {};
  };
  explicit Engine(const Dependencies& dependencies);
  ~Engine();

  // Loads the data from the files that are there, in the turns to come; `then` follows, at once
  // when there is nothing to load. Clients are answered meanwhile. An error ends it all: Shell's
  // EndInFailure.
  void Load(std::function<void()> then);
  // The end of the server is wanted, as by a signal: saves what is to be saved, and asks the shell
  // for the end. `options`: of ShutdownOption. The error, which was logged, says why not yet.
  std::expected<void, std::string> Shutdown(uint8_t options);

  // A connection was accepted. An error is the text to send before closing it (maxclients,
  // protected mode), with its CRLF.
  std::expected<Session*, std::string> Open(PeerFacts facts);
  // The connection is gone: forgets the session and all it held. Never called during RunTurn.
  void Closed(Session* session);

  // Works off the bytes of all sessions as one batch. Cheap when there is nothing to do.
  void RunTurn();
  // Work is left that needs no new bytes (a long pipeline, a large table to free): run another turn
  // soon, after polling without waiting.
  bool HasReadyWork() const;
  // Sessions with new output or a wish to close, each once. The shell flushes them; the span is
  // good until the next call into the engine.
  std::span<Session* const> TakeTouched();

  // Milliseconds until RunTick should be called (expiry, blocking timeouts, the end of a pause): 1
  // to 1000.
  int64_t MillisecondsToTick() const;
  // Time-driven work, in bounded slices.
  void RunTick();

  EngineState& state() { return *state_; }

 private:
  std::unique_ptr<EngineState> state_;
};

}  // namespace server
