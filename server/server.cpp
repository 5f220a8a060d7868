#include "server/server.h"

#include <csignal>
#include <cstring>
#include <span>
#include <utility>

#include "server/process/log_settings.h"
#include "storage/base/random.h"

namespace server {
namespace {

constexpr const char* kDefaultPidFile = "/var/run/redis.pid";  // when daemonized without a name

uint64_t SecretSeed() {
  uint64_t seed = 0;
  storage::SecretBytes(std::as_writable_bytes(std::span(&seed, 1)));
  return seed;
}

}  // namespace

Server::Server(const Dependencies& dependencies, std::unique_ptr<EventLoop> loop,
               ProcessFacts facts)
    : config_(dependencies.config),
      log_(dependencies.log),
      clock_(dependencies.clock),
      manager_(dependencies.manager),
      loop_(std::move(loop)),
      shell_(std::move(facts), *loop_, config_, log_),
      engine_({dependencies.clock, dependencies.files, shell_, config_, log_, SecretSeed()}),
      connections_(*loop_, engine_),
      turn_(*loop_, engine_, connections_),
      listeners_({*loop_, connections_, config_.settings(), log_, reserve_}),
      signals_(*loop_, {.end = [this](int signal_number) { OnEndSignal(signal_number); },
                        .hang_up = [this] { OnHangUp(); }}) {
  shell_.Attach(listeners_, turn_);
  turn_.SetOnEnd([this] { OnEnd(); });
}

Server::~Server() = default;

std::expected<void, std::string> Server::Start() {
  if (const auto failure = listeners_.Apply()) {
    return std::unexpected("Could not listen on " + *failure);
  }
  if (listeners_.empty()) return std::unexpected("Configured to not listen anywhere, exiting.");
  WritePidFile();
  log_.Notice("Server initialized");
  engine_.Load([this] { NotifyReady(); });
  return {};
}

// From now on the service manager hears from the loop that it still turns, if it wants to.
void Server::NotifyReady() {
  for (const auto& [transport, name] :
       {std::pair(Transport::kTcp, "tcp"), std::pair(Transport::kUnix, "unix")}) {
    if (listeners_.Has(transport)) {
      log_.Notice(std::string("Ready to accept connections ") + name);
    }
  }
  manager_.Notify("STATUS=Ready to accept connections\nREADY=1\n");
  if (const auto period_ms = manager_.watchdog_period_ms()) {
    watchdog_.emplace(*loop_, *period_ms, [this] { manager_.Notify("WATCHDOG=1\n"); });
  }
}

int Server::Run() {
  loop_->Run();
  log_.Notice("Cinnabar is now ready to exit, bye bye...");
  return shell_.has_failed() ? 1 : 0;
}

void Server::WritePidFile() {
  const Settings& settings = config_.settings();
  if (settings.pidfile.empty() && !settings.daemonize) return;
  auto file = PidFile::Write(settings.pidfile.empty() ? kDefaultPidFile : settings.pidfile);
  if (file) {
    pid_file_.emplace(std::move(*file));
  } else {
    log_.Warning("Failed to write PID file: " + file.error());
  }
}

void Server::OnEndSignal(int signal_number) {
  log_.Notice(std::string("Received SIG") + sigabbrev_np(signal_number) +
              " scheduling shutdown...");
  const Settings& settings = config_.settings();
  const auto ended = engine_.Shutdown(signal_number == SIGINT ? settings.shutdown_on_sigint
                                                              : settings.shutdown_on_sigterm);
  if (!ended) log_.Warning("The server goes on: " + ended.error());
}

// systemd's Type=notify-reload knows by the time that this is the answer to its signal.
void Server::OnHangUp() {
  manager_.Notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(clock_.MonotonicMicroseconds()) +
                  "\n");
  ApplyLogSettings(config_.settings(), log_);
  log_.Notice("Received SIGHUP: the log is open again");
  manager_.Notify("READY=1\n");
}

// Nothing is executed any more; replies are still being written.
void Server::OnEnd() {
  manager_.Notify("STOPPING=1\nSTATUS=Shutting down\n");
  if (pid_file_) {
    log_.Notice("Removing the pid file.");
    pid_file_.reset();
  }
  if (listeners_.Has(Transport::kUnix)) log_.Notice("Removing the unix socket file.");
  listeners_.CloseAll();
}

}  // namespace server
