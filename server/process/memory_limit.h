// How much memory the process may use: its container's limit, where there is one, else the
// machine's memory. Above a container's limit the kernel ends the process without a word.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace server {

struct MemoryLimit {
  uint64_t bytes = 0;  // 0: unknown
  bool is_container = false;
};

// The text of a file; nullopt: it cannot be read.
using TextReader = std::function<std::optional<std::string>(const std::string& path)>;

// Looks through /proc/self/cgroup (version 2, then 1) for the lowest limit on the way from the
// process's group to the root. `machine_bytes` is what there is without one.
MemoryLimit FindMemoryLimit(const TextReader& read, uint64_t machine_bytes);
// The process's own.
MemoryLimit ReadMemoryLimit();

}  // namespace server
