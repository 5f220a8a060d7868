// Shell: what the engine may ask of the world. The real one is server/net; tests have their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace server {

struct ProcessFacts {
  int64_t process_id = 0;
  std::string executable;
  std::string config_file;  // absolute path, empty when none
  std::string event_api;    // multiplexing_api of INFO: "epoll"
  bool is_supervised = false;
};

struct ProcessUsage {
  size_t resident_bytes = 0;
  int64_t user_microseconds = 0;
  int64_t system_microseconds = 0;
  int64_t main_thread_user_microseconds = 0;
  int64_t main_thread_system_microseconds = 0;
};

class Shell {
 public:
  virtual ~Shell() = default;
  virtual const ProcessFacts& facts() const = 0;
  virtual ProcessUsage Usage() = 0;
  // What the process may use: of its container, else of the machine; 0: unknown.
  virtual uint64_t MemoryLimitBytes() { return 0; }
  // Processor time that the engine's thread has used: what others on the machine do is not in it.
  virtual int64_t ThreadCpuMicroseconds() { return 0; }
  // Ends the loop after the current turn, all replies written. Exit status 0.
  virtual void RequestShutdown() = 0;
  // Something without which the server cannot serve failed: logs the text and ends the loop, with
  // exit status 1.
  virtual void EndInFailure(std::string_view text) = 0;
  // Ends the process at once, without any orderly step: DEBUG SEGFAULT and the like. Tests refuse.
  virtual void Crash(std::string_view how) = 0;
  // Listens as the configuration now says; the text says why it cannot. Whoever then restores the
  // old settings calls this again.
  virtual std::optional<std::string> ApplyListeners() = 0;
  // Other settings that only the shell acts on: log level and file, keepalive. Called after CONFIG
  // SET.
  virtual std::optional<std::string> ApplySettings() = 0;
  // Writes the configuration in force into the file it came from (facts().config_file), or says why
  // it cannot.
  virtual std::optional<std::string> RewriteConfigFile() = 0;
  // Runs `work` on another thread, without waiting; then, unless it is empty, `then` on this one,
  // between turns. Several works run side by side, in any order: who needs an order gives the next
  // when the one before is done. Used to free large memory, and for files.
  virtual void RunElsewhere(std::function<void()> work, std::function<void()> then) = 0;
  void RunElsewhere(std::function<void()> work) { RunElsewhere(std::move(work), nullptr); }
  // Stops the whole loop for a while (DEBUG SLEEP). Tests move their clock.
  virtual void SleepMicroseconds(int64_t microseconds) = 0;
};

}  // namespace server
