#include "server/process/system_warnings.h"

#include <cstdio>
#include <utility>

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

std::optional<std::string> ContainerWarning(const Settings& settings, const MemoryLimit& limit) {
  if (!limit.is_container || settings.is_maxmemory_automatic) return std::nullopt;
  constexpr uint64_t kMib = uint64_t{1} << 20;
  const std::string container = std::to_string(limit.bytes / kMib) + " MiB";
  if (settings.maxmemory == 0) {
    return "WARNING this container may use " + container +
           " of memory and maxmemory is not set: when the data grows, the kernel ends the process. "
           "'maxmemory auto' keeps the data within 80 percent of the limit; maxmemory-policy says "
           "whether writes are then refused or old keys go.";
  }
  if (settings.maxmemory / 10 <= limit.bytes / 100 * 9) return std::nullopt;
  return "WARNING maxmemory leaves less than a tenth of the " + container +
         " that this container may use to buffers and other needs: the kernel may end the process. "
         "'maxmemory auto' leaves a fifth.";
}

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
  if (auto warning = ContainerWarning(settings, ReadMemoryLimit())) {
    warnings.push_back(std::move(*warning));
  }
  return warnings;
}

}  // namespace server
