// InProcessServer: a whole server without sockets: bytes in, bytes out, a clock that the test
// moves. What the real shell does with sockets, this one does with strings.
//
//   InProcessServer server;
//   auto& client = server.Connect();
//   CHECK(client.Run({"SET", "k", "v"}) == "+OK\r\n");
//   server.Advance(1000);   // milliseconds; ticks run as they would
//
// It knows no test framework, so that fuzz targets can use it too: what must not be ends the
// process.
#pragma once

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/config/config.h"
#include "server/engine.h"
#include "server/logging/log.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_file_system.h"

namespace tests {

// A log that remembers its lines.
class ListeningLog final : public server::Log {
 public:
  explicit ListeningLog(const storage::Clock& clock) : Log(clock) {}
  // What is only made for a verbose log comes too.
  void BeVerbose() {
    server::LogOptions options;
    options.level = server::LogLevel::kVerbose;
    Configure(options);
  }
  void Write(server::LogLevel, std::string_view text) override { lines.emplace_back(text); }
  std::vector<std::string> lines;
};

// A shell that does as little as it can, at once.
class TestShell final : public server::Shell {
 public:
  explicit TestShell(ManualClock& clock) : clock_(clock) {}
  const server::ProcessFacts& facts() const override { return facts_; }
  server::ProcessUsage Usage() override { return {}; }
  uint64_t MemoryLimitBytes() override { return memory_limit_bytes; }
  void RequestShutdown() override { shutdown_requested = true; }
  void EndInFailure(std::string_view text) override { failure = text; }
  void Crash(std::string_view) override { crash_requested = true; }
  std::optional<std::string> ApplyListeners() override { return std::nullopt; }
  std::optional<std::string> ApplySettings() override {
    return refuse_settings ? refuse_settings() : std::nullopt;
  }
  std::optional<std::string> RewriteConfigFile() override { return "tests have no file"; }
  using Shell::RunElsewhere;
  // The work at once; what follows it before the next turn.
  void RunElsewhere(std::function<void()> work, std::function<void()> then) override {
    work();
    if (then) ended_works_.push_back(std::move(then));
  }
  bool HasEndedWorks() const { return !ended_works_.empty(); }
  void FinishWorks() {
    for (auto& then : std::exchange(ended_works_, {})) then();
  }
  // Clients can ask for any time, and a test's clock must not overflow.
  void SleepMicroseconds(int64_t microseconds) override {
    clock_.AdvanceMs(std::clamp<int64_t>(microseconds / 1000, 0, kSleepMsMax));
  }

  // What a test does not want to be set: returns the reason, or nothing.
  std::function<std::optional<std::string>()> refuse_settings;
  uint64_t memory_limit_bytes = 1'000'000'000;
  bool shutdown_requested = false;
  std::string failure;  // why the server could not go on
  bool crash_requested = false;

 private:
  static constexpr int64_t kSleepMsMax = 3'600'000;

  ManualClock& clock_;
  std::vector<std::function<void()>> ended_works_;
  server::ProcessFacts facts_ = {.process_id = 4711,
                                 .executable = "/usr/bin/cinnabar-server",
                                 .config_file = "",
                                 .event_api = "test"};
};

class InProcessServer;

// One connection. Its pointer stays valid as long as the server; after Close it only remembers.
class TestConnection {
 public:
  // Sends one request and returns all bytes that come back in one turn.
  std::string Run(std::initializer_list<std::string_view> arguments);
  std::string Run(const std::vector<std::string>& arguments);
  // Hands bytes to the session, in as many reads as it takes, and runs turns until nothing is left
  // to do.
  std::string SendRaw(std::string_view bytes);
  // Hands bytes over without running a turn. Returns how many the session took.
  size_t Push(std::string_view bytes);
  // All output since the last call.
  std::string TakeOutput();
  void Close();
  bool is_open() const { return session_ != nullptr; }
  server::Session* session() { return session_; }
  // While false, output stays unsent, as with a peer that does not read.
  bool reads = true;

 private:
  friend class InProcessServer;
  InProcessServer* server_ = nullptr;
  server::Session* session_ = nullptr;
  std::string output_;
  std::string unsent_;
};

class InProcessServer {
 public:
  // Directives as on the command line: {"requirepass secret", "databases 4"}.
  // `more_commands` are known besides the server's own. Files are on the disk, which outlives the
  // server, or else on the server's own.
  explicit InProcessServer(std::initializer_list<std::string_view> directives = {},
                           uint64_t seed = 1,
                           std::span<const server::CommandEntry> more_commands = {},
                           storage::FileSystem* disk = nullptr);
  ~InProcessServer();

  TestConnection& Connect(server::PeerFacts facts = {.remote_address = "127.0.0.1:50000",
                                                     .local_address = "127.0.0.1:6379",
                                                     .is_loopback = true,
                                                     .descriptor = 8});
  // The text with which the last connection was refused.
  const std::string& refusal() const { return refusal_; }
  // A turn, and what the shell does after it. Repeats while work is ready.
  void RunTurns();
  // Moves the clock in steps as the shell's timer would, with ticks and turns.
  void Advance(int64_t milliseconds);

  // Declared in the order in which the engine needs them.
  ManualClock clock;
  MemoryFileSystem own_files;
  TestShell shell{clock};
  ListeningLog log{clock};
  server::Config config;
  std::unique_ptr<server::Engine> engine;
  bool is_ready = false;  // the data is loaded, which takes turns when there is some

 private:
  friend class TestConnection;
  void Flush();

  std::vector<std::unique_ptr<TestConnection>> connections_;
  std::string refusal_;
};

// A request as clients send it.
std::string Encode(const std::vector<std::string>& arguments);

}  // namespace tests
