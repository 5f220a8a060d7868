#include "tests/compat/hiredis_c/server_process.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <utility>

namespace tests {
namespace {

using namespace std::chrono_literals;

constexpr auto kStartTimeout = 30s;
constexpr int kAttemptsMax = 5;

// A port that nobody listens on now. Somebody may be faster, so Start tries again with another.
int FreePort() {
  const int probe = socket(AF_INET, SOCK_STREAM, 0);
  REQUIRE(probe >= 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(bind(probe, generic, length) == 0);
  REQUIRE(getsockname(probe, generic, &length) == 0);
  close(probe);
  return ntohs(address.sin_port);
}

// In the child: standard output and error go to `log`, and the server takes the child's place.
[[noreturn]] void BecomeServer(const std::vector<std::string>& command, const std::string& log) {
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  signal(SIGPIPE, SIG_DFL);
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execv(words[0], words.data());
  _exit(127);
}

}  // namespace

ServerProcess::ServerProcess(std::vector<std::string> arguments)
    : arguments_(std::move(arguments)) {
  // hiredis writes to servers that have ended, and wants an error instead of the signal.
  signal(SIGPIPE, SIG_IGN);
  Start();
}

ServerProcess::~ServerProcess() {
  if (process_ == 0) return;
  kill(process_, SIGTERM);
  CHECK(Wait() == 0);
}

void ServerProcess::Start() {
  REQUIRE(process_ == 0);
  for (int attempt = 1;; ++attempt) {
    if (port_ == 0) port_ = FreePort();
    Launch();
    if (WaitUntilReady()) return;
    const std::string log = folder_.Contents("log");
    const bool is_port_taken = log.find("in use") != std::string::npos;
    CAPTURE(log);
    REQUIRE_MESSAGE((is_port_taken && attempt < kAttemptsMax), "the server did not start");
    port_ = 0;
  }
}

void ServerProcess::Launch() {
  const char* program = std::getenv("CINNABAR_SERVER");
  REQUIRE_MESSAGE(program != nullptr, "set CINNABAR_SERVER to a built cinnabar-server");
  std::vector<std::string> command = {program,       "--port",    std::to_string(port_),
                                      "--bind",      "127.0.0.1", "--unixsocket",
                                      unix_socket(), "--dir",     folder_.path()};
  command.insert(command.end(), arguments_.begin(), arguments_.end());
  // What an earlier run wrote says nothing about this one.
  std::filesystem::remove(folder_.File("log"));
  process_ = fork();
  REQUIRE(process_ >= 0);
  if (process_ == 0) BecomeServer(command, folder_.File("log"));
}

bool ServerProcess::WaitUntilReady() {
  const auto deadline = std::chrono::steady_clock::now() + kStartTimeout;
  while (folder_.Contents("log").find("Ready to accept connections") == std::string::npos) {
    if (waitpid(process_, nullptr, WNOHANG) == process_) {
      process_ = 0;
      return false;
    }
    if (std::chrono::steady_clock::now() > deadline) {
      Kill();
      return false;
    }
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

void ServerProcess::Stop() {
  REQUIRE(process_ != 0);
  kill(process_, SIGTERM);
  WaitForExit();
}

void ServerProcess::WaitForExit() {
  REQUIRE(process_ != 0);
  const int status = Wait();
  const std::string log = folder_.Contents("log");
  CAPTURE(log);
  REQUIRE(status == 0);
}

void ServerProcess::Kill() {
  REQUIRE(process_ != 0);
  kill(process_, SIGKILL);
  Wait();
}

int ServerProcess::Wait() {
  int status = 0;
  waitpid(std::exchange(process_, 0), &status, 0);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace tests
