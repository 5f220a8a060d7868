// FindMemoryLimit: control groups of both versions.

#include "server/process/memory_limit.h"

#include <doctest/doctest.h>

#include <map>

#include "server/process/system_warnings.h"

using server::FindMemoryLimit;
using server::MemoryLimit;

namespace {

constexpr uint64_t kMachine = uint64_t{16} << 30;

MemoryLimit Find(const std::map<std::string, std::string>& files) {
  return FindMemoryLimit(
      [&](const std::string& path) -> std::optional<std::string> {
        const auto found = files.find(path);
        if (found == files.end()) return std::nullopt;
        return found->second;
      },
      kMachine);
}

void CheckLimit(const std::map<std::string, std::string>& files, uint64_t bytes) {
  const MemoryLimit limit = Find(files);
  CHECK(limit.bytes == bytes);
  CHECK(limit.is_container == (bytes != kMachine));
}

}  // namespace

TEST_CASE("FindMemoryLimit: without control groups it is the machine's memory") {
  CheckLimit({}, kMachine);
  CheckLimit({{"/proc/self/cgroup", ""}}, kMachine);
  CheckLimit({{"/proc/self/cgroup", "nonsense\n:\n0:\n"}}, kMachine);
}

TEST_CASE("FindMemoryLimit: version 2, in a container's own root") {
  CheckLimit({{"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/memory.max", "536870912\n"}},
             536870912);
  CheckLimit({{"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/memory.max", "max\n"}}, kMachine);
  CheckLimit({{"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/memory.max", "-5\n"}}, kMachine);
}

TEST_CASE("FindMemoryLimit: version 2, the lowest limit of the groups above counts") {
  CheckLimit({{"/proc/self/cgroup", "0::/system.slice/cinnabar.service\n"},
              {"/sys/fs/cgroup/system.slice/cinnabar.service/memory.max", "max\n"},
              {"/sys/fs/cgroup/system.slice/memory.max", "1000000000\n"}},
             1000000000);
  CheckLimit({{"/proc/self/cgroup", "0::/a/b\n"},
              {"/sys/fs/cgroup/a/b/memory.max", "300"},
              {"/sys/fs/cgroup/a/memory.max", "200"},
              {"/sys/fs/cgroup/memory.max", "400"}},
             200);
}

TEST_CASE("FindMemoryLimit: version 1, in the controller named memory") {
  CheckLimit({{"/proc/self/cgroup", "5:cpu,cpuacct:/\n4:hugetlb,memory:/docker/1\n"},
              {"/sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes", "268435456\n"},
              {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"}},
             268435456);
  // Inside the container the path is the host's, which is not there: its root is.
  CheckLimit({{"/proc/self/cgroup", "4:memory:/docker/1\n"},
              {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "268435456\n"}},
             268435456);
  CheckLimit({{"/proc/self/cgroup", "4:memory:/\n"},
              {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"}},
             kMachine);
}

TEST_CASE("ContainerWarning: tells of a limit without maxmemory, or with one too near to it") {
  server::Settings settings;
  const MemoryLimit container{.bytes = 512 << 20, .is_container = true};
  const auto unset = server::ContainerWarning(settings, container);
  REQUIRE(unset);
  CHECK(unset->find("512 MiB") != std::string::npos);
  CHECK_FALSE(server::ContainerWarning(settings, {.bytes = kMachine, .is_container = false}));
  settings.maxmemory = 500 << 20;
  CHECK(server::ContainerWarning(settings, container));
  settings.maxmemory = 400 << 20;
  CHECK_FALSE(server::ContainerWarning(settings, container));
  settings.maxmemory = 0;
  settings.is_maxmemory_automatic = true;
  CHECK_FALSE(server::ContainerWarning(settings, container));
}
