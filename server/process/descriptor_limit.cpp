#include "server/process/descriptor_limit.h"

#include <sys/resource.h>

#include <algorithm>

namespace server {
namespace {

uint64_t SoftLimit() {
  rlimit limit;
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1024;
}

bool SetLimits(uint64_t soft, uint64_t hard) {
  const rlimit limit = {soft, hard};
  return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

}  // namespace

DescriptorLimit RaiseDescriptorLimit(uint32_t maxclients) {
  const uint64_t before = SoftLimit();
  const uint64_t wanted = maxclients + kReservedDescriptors;
  if (before < wanted) {
    rlimit limit;
    const uint64_t hard = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : before;
    // Only a privileged process may raise the hard limit; any other gets what is below it.
    const bool is_granted = SetLimits(wanted, std::max(wanted, hard));
    if (!is_granted) SetLimits(std::min(wanted, hard), hard);
  }
  const uint64_t now = SoftLimit();
  const uint64_t room = now > kReservedDescriptors ? now - kReservedDescriptors : 0;
  return {before, now, static_cast<uint32_t>(std::min<uint64_t>(maxclients, room))};
}

}  // namespace server
