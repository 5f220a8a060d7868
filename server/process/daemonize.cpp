#include "server/process/daemonize.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace server {
namespace {

std::unexpected<std::string> Failure(const char* what) {
  return std::unexpected(std::string(what) + ": " + std::strerror(errno));
}

// Leaves the caller behind: only the child returns.
std::expected<void, std::string> ContinueInChild() {
  const pid_t child = fork();
  if (child < 0) return Failure("fork");
  if (child > 0) _exit(0);
  return {};
}

}  // namespace

std::expected<void, std::string> Daemonize() {
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) return Failure("/dev/null");
  if (const auto forked = ContinueInChild(); !forked) return forked;
  setsid();  // cannot fail in a fresh child, which leads no group
  // The leader of a session may acquire a terminal by opening one; its child may not.
  if (const auto forked = ContinueInChild(); !forked) return forked;
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null, descriptor);
  if (null > STDERR_FILENO) close(null);
  return {};
}

}  // namespace server
