// Who we are: our own version, and the Redis version whose behaviour we promise. Clients decide by
// the latter what they dare to use, so it is what HELLO, INFO and --version say first.
#pragma once

#include <string>

namespace server {

inline constexpr const char* kRedisVersion = "7.4.0";

// "0.1.0"
const char* CinnabarVersion();
// The identity of this very binary, as the linker computed it, in hex: tells one build from another
// and finds its debug symbols. Empty when linked without one.
const std::string& BuildId();
// "jemalloc-5.3.0" or "libc"
std::string AllocatorName();
// The one line of --version, in the form of redis-server's.
std::string VersionLine();

}  // namespace server
