#include "server/process/memory_limit.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "storage/base/number.h"

namespace server {
namespace {

constexpr std::string_view kVersion2Root = "/sys/fs/cgroup";
constexpr std::string_view kVersion1Root = "/sys/fs/cgroup/memory";

std::optional<std::string> ReadFile(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "re");
  if (file == nullptr) return std::nullopt;
  std::string text;
  char buffer[4096];
  size_t count = 0;
  while ((count = std::fread(buffer, 1, sizeof buffer, file)) > 0) text.append(buffer, count);
  std::fclose(file);
  return text;
}

std::string_view TakeLine(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

// "max", or in version 1 a number larger than any memory, is no limit.
std::optional<uint64_t> LimitIn(const TextReader& read, const std::string& path) {
  const auto text = read(path);
  if (!text) return std::nullopt;
  std::string_view rest = *text;
  return storage::ParseUint64(TakeLine(rest));
}

// The lowest limit in the group's folder and those above it.
uint64_t LowestLimit(const TextReader& read, std::string_view root, std::string_view group,
                     std::string_view file) {
  uint64_t lowest = UINT64_MAX;
  for (;;) {
    while (group.ends_with('/')) group.remove_suffix(1);
    const std::string path = std::string(root) + std::string(group) + "/" + std::string(file);
    lowest = std::min(lowest, LimitIn(read, path).value_or(UINT64_MAX));
    if (group.empty()) return lowest;
    group = group.substr(0, group.rfind('/'));
  }
}

// The controllers are separated by commas.
bool HasMemoryController(std::string_view controllers) {
  while (!controllers.empty()) {
    const size_t end = std::min(controllers.find(','), controllers.size());
    if (controllers.substr(0, end) == "memory") return true;
    controllers.remove_prefix(std::min(end + 1, controllers.size()));
  }
  return false;
}

}  // namespace

MemoryLimit FindMemoryLimit(const TextReader& read, uint64_t machine_bytes) {
  const std::string groups = read("/proc/self/cgroup").value_or("");
  uint64_t lowest = UINT64_MAX;
  std::string_view rest = groups;
  while (!rest.empty()) {
    // "hierarchy:controllers:group"; version 2 has the hierarchy 0 and names no controllers.
    const std::string_view line = TakeLine(rest);
    const size_t first = line.find(':');
    const size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const std::string_view group = line.substr(second + 1);
    if (controllers.empty()) {
      lowest = std::min(lowest, LowestLimit(read, kVersion2Root, group, "memory.max"));
    } else if (HasMemoryController(controllers)) {
      lowest = std::min(lowest, LowestLimit(read, kVersion1Root, group, "memory.limit_in_bytes"));
    }
  }
  const bool is_container = lowest != UINT64_MAX && (machine_bytes == 0 || lowest < machine_bytes);
  return {.bytes = is_container ? lowest : machine_bytes, .is_container = is_container};
}

MemoryLimit ReadMemoryLimit() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page_bytes = sysconf(_SC_PAGESIZE);
  const uint64_t machine_bytes =
      pages > 0 && page_bytes > 0 ? static_cast<uint64_t>(pages) * static_cast<uint64_t>(page_bytes)
                                  : 0;
  return FindMemoryLimit(ReadFile, machine_bytes);
}

}  // namespace server
