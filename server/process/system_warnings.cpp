#include "server/process/system_warnings.h"

#include <cstdio>
#include <optional>

namespace server {
namespace {

std::optional<long> ReadNumber(const char* path) {
  std::FILE* file = std::fopen(path, "re");
  if (file == nullptr) return std::nullopt;
  long value = 0;
  const bool is_read = std::fscanf(file, "%ld", &value) == 1;
  std::fclose(file);
  return is_read ? std::optional(value) : std::nullopt;
}

}  // namespace

std::vector<std::string> SystemWarnings(const Settings& settings) {
  std::vector<std::string> warnings;
  if (ReadNumber("/proc/sys/vm/overcommit_memory") == 2) {
    warnings.push_back(
        "WARNING vm.overcommit_memory is 2: the system may refuse memory long before it is used "
        "up, and "
        "commands then fail. 'sysctl vm.overcommit_memory=1' avoids that.");
  }
  const auto backlog_max = ReadNumber("/proc/sys/net/core/somaxconn");
  if (settings.port != 0 && backlog_max && *backlog_max < settings.tcp_backlog) {
    warnings.push_back("WARNING tcp-backlog is " + std::to_string(settings.tcp_backlog) +
                       ", but net.core.somaxconn limits it to " + std::to_string(*backlog_max) +
                       ".");
  }
  return warnings;
}

}  // namespace server
