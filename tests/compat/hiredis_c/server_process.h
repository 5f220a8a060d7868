// ServerProcess: the built server as a child process, for clients written in C.
//
// The program is the one that the environment's CINNABAR_SERVER names. It listens on a free port of
// 127.0.0.1 and on a Unix socket in a folder of its own; both stay the same over a restart. The
// destructor ends it. What start and end promise (ready within half a minute, status 0 at the end)
// is checked with doctest's assertions, so a broken promise fails the test that uses it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace tests {

class ServerProcess {
 public:
  // Starts and waits until the server says that it is ready. `arguments` are directives as on its
  // command line.
  explicit ServerProcess(std::vector<std::string> arguments = {});
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  // Stops it if it still runs.
  ~ServerProcess();

  // SIGTERM, and its status must be 0.
  void Stop();
  // Waits for an end that somebody else asked for; the status must be 0.
  void WaitForExit();
  // SIGKILL: the end without warning.
  void Kill();
  // Starts again after an end, where it was.
  void Start();

  int port() const { return port_; }
  std::string unix_socket() const { return folder_.File("socket"); }

 private:
  void Launch();
  bool WaitUntilReady();
  // The exit status; -n when signal n was the cause.
  int Wait();

  TemporaryFolder folder_;
  std::vector<std::string> arguments_;
  int port_ = 0;
  pid_t process_ = 0;  // 0: not running
};

}  // namespace tests
