// Dispatcher: runs one request of one client. The gates stand in order in dispatcher.cpp:
// existence, arity, authentication, permissions, pause, memory; then the handler; then what follows
// a run: the log, statistics, slow log.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "server/client/client.h"
#include "server/dispatch/command.h"
#include "server/dispatch/command_table.h"
#include "storage/keyspace/database.h"

namespace server {

struct EngineState;

enum class DispatchOutcome : uint8_t {
  kDone,       // replied, with an error or a result
  kBlocked,    // will be replied to later
  kPostponed,  // not run: ask again with the same request when the pause ends
};

class Dispatcher {
 public:
  explicit Dispatcher(EngineState& engine) : engine_(engine) {}

  // `command` is what the first argument names (CommandTable::Find), or null. `key` is the first
  // key with its hash, if the command has one at a fixed place. `ticks` is the clock's value at the
  // start; returns its value at the end through the same reference, so that requests in a row need
  // one reading each.
  DispatchOutcome Dispatch(Client& client, const CommandInTable* command,
                           std::span<const std::string_view> arguments, storage::Key key,
                           uint64_t& ticks);

  // Writes the array of the replies to all that the client has queued, having run it.
  void RunQueued(Client& client);

  // Runs the request of a blocked client again. False: it would block again, and nothing has
  // changed; otherwise it is answered. It is no new request: MONITOR and the count of calls know it
  // already.
  bool RunAgain(Client& client, const CommandInTable& command,
                std::span<const std::string_view> arguments);

 private:
  // Returns the command to run, or nullptr after replying with an error.
  const CommandInTable* Resolve(Client& client, const CommandInTable* command,
                                std::span<const std::string_view> arguments);
  std::optional<std::string_view> RefusalOfServer(const CommandInTable& command,
                                                  uint32_t done_flags) const;
  // Rare states: false when the request must not run now; `outcome` says what it is instead.
  bool PassGates(Client& client, const CommandInTable& command,
                 std::span<const std::string_view> arguments, const storage::Key& key,
                 DispatchOutcome& outcome);
  // What the client hears when its user may not do this, after noting it.
  std::optional<std::string> LackOfPermission(const Client& client, const CommandInTable& command,
                                              std::span<const std::string_view> arguments);
  // For a request that is run at last, having been allowed once: false after replying.
  bool StillHasPermission(Client& client, const CommandInTable& command,
                          std::span<const std::string_view> arguments);
  // Between MULTI and EXEC: true for the few commands that run at once; others are queued.
  bool PassQueue(Client& client, const CommandInTable& command,
                 std::span<const std::string_view> arguments, const storage::Key& key,
                 DispatchOutcome& outcome);
  // Under maxmemory, for what takes memory: false when the request must not run now, or was
  // refused.
  bool HasRoom(Client& client, const CommandInTable& command,
               std::span<const std::string_view> arguments, DispatchOutcome& outcome);
  DispatchOutcome Run(Client& client, const CommandInTable& command,
                      std::span<const std::string_view> arguments, storage::Key key,
                      uint64_t& ticks);
  bool HasMemoryForQueued(const Client& client, const QueuedRequests::Request& request);
  // Whether there is memory for the large elements that the command may copy.
  bool HasMemoryToCopy(const Client& client, const CommandInTable& command,
                       std::span<const std::string_view> arguments, storage::Key key);
  // Runs the handler, and puts its error in the place of what it wrote.
  RunResult::Kind RunHandler(Client& client, const CommandInTable& command,
                             std::span<const std::string_view> arguments, storage::Key key);
  void Reject(Client& client, const CommandInTable* command, std::string_view line);

  EngineState& engine_;
};

}  // namespace server
