#include "server/net/uv_shell.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <utility>

#include "server/config/atomic_file.h"
#include "server/config/config_reader.h"
#include "server/config/rewrite.h"
#include "server/process/descriptor_limit.h"
#include "server/process/log_settings.h"
#include "server/process/memory_limit.h"
#include "server/process/process_usage.h"

namespace server {

UvShell::UvShell(ProcessFacts facts, EventLoop& loop, const Config& config, Log& log)
    : facts_(std::move(facts)),
      config_(config),
      log_(log),
      worker_(loop),
      applied_port_(config.settings().port),
      applied_directory_(config.settings().dir),
      applied_maxclients_(config.settings().maxclients) {
  facts_.process_id = getpid();  // after daemonizing
}

void UvShell::Attach(Listeners& listeners, LoopTurn& turn) {
  listeners_ = &listeners;
  turn_ = &turn;
}

ProcessUsage UvShell::Usage() {
  return ReadProcessUsage();
}

uint64_t UvShell::MemoryLimitBytes() {
  return ReadMemoryLimit().bytes;
}

int64_t UvShell::ThreadCpuMicroseconds() {
  timespec used;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return used.tv_sec * int64_t{1'000'000} + used.tv_nsec / 1000;
}

std::optional<std::string> UvShell::RewriteConfigFile() {
  const ConfigReader reader = SystemConfigReader();
  const auto old_text = reader.read(facts_.config_file);
  if (!old_text) return old_text.error();
  const auto replaced = ReplaceFile(facts_.config_file, RewriteConfig(*old_text, config_, reader));
  if (!replaced) return replaced.error();
  return std::nullopt;
}

void UvShell::RequestShutdown() {
  turn_->RequestEnd();
}

void UvShell::EndInFailure(std::string_view text) {
  log_.Warning(text);
  has_failed_ = true;
  turn_->RequestEnd();
}

void UvShell::Crash(std::string_view how) {
  if (how == "segfault") {
    volatile int* volatile nowhere = nullptr;  // volatile, so that it is not optimised away
    *nowhere = 1;
  }
  std::abort();
}

// The texts are Redis's; the details are in the log, as they say.
std::optional<std::string> UvShell::ApplyListeners() {
  const int port = config_.settings().port;
  const std::optional<std::string> failure = listeners_->Apply();
  if (failure) {
    log_.Warning("Could not listen on " + *failure);
    return port != applied_port_ ? "Unable to listen on this port. Check server logs."
                                 : "Failed to bind to specified addresses.";
  }
  applied_port_ = port;
  return std::nullopt;
}

std::optional<std::string> UvShell::ApplySettings() {
  const Settings& settings = config_.settings();
  if (settings.dir != applied_directory_) {
    if (chdir(settings.dir.c_str()) != 0) {
      return std::string("Changing directory: ") + std::strerror(errno);
    }
    applied_directory_ = settings.dir;
  }
  if (settings.maxclients > applied_maxclients_) {
    const uint32_t clients_max = RaiseDescriptorLimit(settings.maxclients).clients_max;
    if (clients_max < settings.maxclients) {
      return "The operating system is not able to handle the specified number of clients, try "
             "with " +
             std::to_string(clients_max);
    }
  }
  applied_maxclients_ = settings.maxclients;
  listeners_->ApplyKeepalive();
  ApplyLogSettings(settings, log_);
  return std::nullopt;
}

void UvShell::RunElsewhere(std::function<void()> work, std::function<void()> then) {
  worker_.Run(std::move(work), std::move(then));
}

void UvShell::SleepMicroseconds(int64_t microseconds) {
  timespec left = {microseconds / 1'000'000, microseconds % 1'000'000 * 1000};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}

}  // namespace server
