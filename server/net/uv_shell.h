// UvShell: what the engine may ask of the world, in the real server.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "server/config/config.h"
#include "server/logging/log.h"
#include "server/net/event_loop.h"
#include "server/net/listeners.h"
#include "server/net/loop_turn.h"
#include "server/net/worker.h"
#include "server/shell.h"

namespace server {

class UvShell final : public Shell {
 public:
  UvShell(ProcessFacts facts, EventLoop& loop, const Config& config, Log& log);

  // The engine is made with its shell, and these with the engine: so they come later, but before
  // anything runs.
  void Attach(Listeners& listeners, LoopTurn& turn);

  const ProcessFacts& facts() const override { return facts_; }
  ProcessUsage Usage() override;
  uint64_t MemoryLimitBytes() override;
  int64_t ThreadCpuMicroseconds() override;
  void RequestShutdown() override;
  void EndInFailure(std::string_view text) override;
  bool has_failed() const { return has_failed_; }
  [[noreturn]] void Crash(std::string_view how) override;
  std::optional<std::string> ApplyListeners() override;
  std::optional<std::string> ApplySettings() override;
  std::optional<std::string> RewriteConfigFile() override;
  using Shell::RunElsewhere;
  void RunElsewhere(std::function<void()> work, std::function<void()> then) override;
  void SleepMicroseconds(int64_t microseconds) override;

 private:
  ProcessFacts facts_;
  const Config& config_;
  Log& log_;
  Worker worker_;
  bool has_failed_ = false;
  Listeners* listeners_ = nullptr;
  LoopTurn* turn_ = nullptr;
  // What holds now, to see what a change is about.
  int applied_port_;
  std::string applied_directory_;
  uint32_t applied_maxclients_;
};

}  // namespace server
