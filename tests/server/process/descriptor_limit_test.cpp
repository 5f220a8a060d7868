// Shows how the limit on open files follows maxclients. Limits cannot be given back, so each case
// runs in a child.

#include "server/process/descriptor_limit.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace server {
namespace {

struct Limits {
  rlim_t soft;
  rlim_t hard;
};

// What RaiseDescriptorLimit answers to a process without privileges that starts with these limits.
DescriptorLimit RaisedFrom(const Limits& limits, uint32_t maxclients) {
  int answer[2];
  REQUIRE(pipe(answer) == 0);
  const pid_t child = fork();
  if (child == 0) {
    const rlimit limit = {limits.soft, limits.hard};
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) _exit(1);
    if (getuid() == 0 && setuid(65534) != 0) _exit(2);
    const DescriptorLimit outcome = RaiseDescriptorLimit(maxclients);
    _exit(write(answer[1], &outcome, sizeof outcome) == sizeof outcome ? 0 : 3);
  }
  int status = -1;
  waitpid(child, &status, 0);
  REQUIRE(status == 0);
  DescriptorLimit outcome = {};
  REQUIRE(read(answer[0], &outcome, sizeof outcome) == sizeof outcome);
  close(answer[0]);
  close(answer[1]);
  return outcome;
}

TEST_CASE("RaiseDescriptorLimit: raises the soft limit as far as the clients need") {
  const DescriptorLimit limit = RaisedFrom({100, 1000}, 500);
  CHECK(limit.before == 100);
  CHECK(limit.now == 532);
  CHECK(limit.clients_max == 500);
}

TEST_CASE("RaiseDescriptorLimit: a hard limit in the way leaves fewer clients") {
  const DescriptorLimit limit = RaisedFrom({64, 64}, 10'000);
  CHECK(limit.now == 64);
  CHECK(limit.clients_max == 32);
  CHECK(RaisedFrom({64, 1000}, 10'000).clients_max == 968);
}

TEST_CASE("RaiseDescriptorLimit: a limit that is high enough stays") {
  CHECK(RaisedFrom({1000, 1000}, 10).now == 1000);
}

TEST_CASE("RaiseDescriptorLimit: below the reserve no client fits") {
  CHECK(RaisedFrom({32, 32}, 10).clients_max == 0);
}

}  // namespace
}  // namespace server
