// Shows what stands in the log after a crash, and that the process still dies of its signal. Each
// crash happens in a child. The sanitizers have crash handlers of their own, which is what a
// developer wants to see then.

#include "server/process/crash_report.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "server/version.h"
#include "tests/support/temporary_folder.h"

#ifndef CINNABAR_SANITIZED
namespace server {
namespace {

// The signal that ended a child with crash reports in `log_file` that did `crash`.
int SignalOfChild(const std::string& log_file, void (*crash)()) {
  const pid_t child = fork();
  if (child == 0) {
    const rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    EnableCrashReport(log_file);
    crash();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

void WriteToAddressZero() {
  volatile int* volatile nowhere = nullptr;  // or the compiler sees it coming
  *nowhere = 1;
}

volatile bool is_deep_enough = false;  // never; the compiler must not know

int RecurseForever(int depth) {
  volatile char frame[4096];
  frame[depth % 4096] = static_cast<char>(depth);
  if (is_deep_enough) return 0;
  return RecurseForever(depth + 1) + frame[0];
}

TEST_CASE("Crash report: names signal, address, build and stack, and the signal ends the process") {
  const tests::TemporaryFolder folder;
  CHECK(SignalOfChild(folder.File("log"), WriteToAddressZero) == SIGSEGV);
  const std::string report = folder.Contents("log");
  CAPTURE(report);
  CHECK(report.find("SIGSEGV") != std::string::npos);
  CHECK(report.find("address 0x0\n") != std::string::npos);
  CHECK(report.find("Instruction 0x") != std::string::npos);
  CHECK(report.find(CinnabarVersion()) != std::string::npos);
  REQUIRE(BuildId().size() >= 16);
  CHECK(report.find(BuildId()) != std::string::npos);
  CHECK(report.find("END OF CRASH REPORT") != std::string::npos);
}

TEST_CASE("Crash report: follows the lines that the log already holds") {
  const tests::TemporaryFolder folder;
  std::ofstream(folder.File("log")) << "before\n";
  CHECK(SignalOfChild(folder.File("log"), std::abort) == SIGABRT);
  CHECK(folder.Contents("log").starts_with("before\n"));
  CHECK(folder.Contents("log").find("SIGABRT") != std::string::npos);
}

TEST_CASE("Crash report: is written even when the stack is used up") {
  const tests::TemporaryFolder folder;
  CHECK(SignalOfChild(folder.File("log"), [] { _exit(RecurseForever(0)); }) == SIGSEGV);
  CHECK(folder.Contents("log").find("END OF CRASH REPORT") != std::string::npos);
}

TEST_CASE("Crash report: says who sent the signal") {
  const tests::TemporaryFolder folder;
  CHECK(SignalOfChild(folder.File("log"), [] { kill(getpid(), SIGBUS); }) == SIGBUS);
  CHECK(folder.Contents("log").find("sent by process ") != std::string::npos);
}

TEST_CASE("Crash report: none when it is disabled") {
  const tests::TemporaryFolder folder;
  const auto crash = [] {
    DisableCrashReport();
    WriteToAddressZero();
  };
  CHECK(SignalOfChild(folder.File("log"), crash) == SIGSEGV);
  CHECK(folder.Contents("log") == "");
}

}  // namespace
}  // namespace server
#endif
