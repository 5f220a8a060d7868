// Server: owns every part and passes each the references it needs.
//
//   signals ──> shell <──────────── engine <── connections <── listeners
//                 └──> turn ───────────┘            (all on one loop)
//
// The order of the members is the order of their making; they go in the opposite order.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "server/config/config.h"
#include "server/engine.h"
#include "server/logging/log.h"
#include "server/net/connections.h"
#include "server/net/descriptor_reserve.h"
#include "server/net/event_loop.h"
#include "server/net/listeners.h"
#include "server/net/loop_turn.h"
#include "server/net/repeating_timer.h"
#include "server/net/signals.h"
#include "server/net/uv_shell.h"
#include "server/process/pid_file.h"
#include "server/process/service_manager.h"
#include "storage/base/clock.h"
#include "storage/files/file_system.h"

namespace server {

class Server {
 public:
  // All must outlive the server.
  struct Dependencies {
    storage::Clock& clock;
    storage::FileSystem& files;
    Config& config;
    Log& log;
    const ServiceManager& manager;
  };
  Server(const Dependencies& dependencies, std::unique_ptr<EventLoop> loop, ProcessFacts facts);
  ~Server();

  // Listens, and says so. The error says where it cannot.
  std::expected<void, std::string> Start();
  // Serves until a signal or a client ends it. Returns the process's exit status.
  int Run();

 private:
  void WritePidFile();
  void NotifyReady();
  void OnEndSignal(int signal_number);
  void OnHangUp();
  void OnEnd();

  Config& config_;
  Log& log_;
  storage::Clock& clock_;
  const ServiceManager& manager_;
  std::unique_ptr<EventLoop> loop_;
  UvShell shell_;
  Engine engine_;
  Connections connections_;
  LoopTurn turn_;
  DescriptorReserve reserve_;
  Listeners listeners_;
  Signals signals_;
  std::optional<PidFile> pid_file_;
  std::optional<RepeatingTimer> watchdog_;
};

}  // namespace server
