// How many files and sockets the process may have open. Every client costs a descriptor, and the
// server needs some of its own: listening sockets, the loop's, log and data files. So `maxclients`
// asks for a limit, and where the system does not give it, `maxclients` must become smaller: better
// than accept() failing at the worst moment.
#pragma once

#include <cstdint>

namespace server {

inline constexpr uint64_t kReservedDescriptors = 32;

struct DescriptorLimit {
  uint64_t before;       // the soft limit that was found
  uint64_t now;          // the soft limit that holds
  uint32_t clients_max;  // how many of the wanted clients fit; 0 when the server cannot run at all
};

// Raises the limit for `maxclients` clients, as far as the system allows. Never lowers it.
DescriptorLimit RaiseDescriptorLimit(uint32_t maxclients);

}  // namespace server
