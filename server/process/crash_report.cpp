// Everything called from OnCrash is async-signal-safe: the crash may have happened inside malloc or
// printf. What takes memory is prepared when the report is enabled.

#include "server/process/crash_report.h"

#include <execinfo.h>
#include <fcntl.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "server/version.h"

namespace server {
namespace {

constexpr std::array kCrashSignals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr int kFramesMax = 128;

// What the handler reads: filled in EnableCrashReport, never while a handler can run.
struct Prepared {
  std::array<char, PATH_MAX> log_file;  // "" is standard output
  std::array<char, 256> program;        // name, versions, build
  // A crash by stack overflow leaves no room on the stack.
  alignas(16) std::array<char, size_t{64} * 1024> handler_stack;
};
Prepared prepared;

template <size_t kSize>
void CopyText(std::array<char, kSize>& to, std::string_view text) {
  const size_t size = std::min(text.size(), kSize - 1);
  std::memcpy(to.data(), text.data(), size);
  to[size] = '\0';
}

// Writes pieces of text and numbers, without a buffer or a lock.
class SafeWriter {
 public:
  explicit SafeWriter(int descriptor) : descriptor_(descriptor) {}

  SafeWriter& Text(std::string_view text) {
    while (!text.empty()) {
      const ssize_t written = write(descriptor_, text.data(), text.size());
      if (written <= 0) break;
      text.remove_prefix(static_cast<size_t>(written));
    }
    return *this;
  }

  SafeWriter& Number(uint64_t value, unsigned base) {
    std::array<char, 24> digits;
    size_t at = digits.size();
    do {
      digits[--at] = "0123456789abcdef"[value % base];
      value /= base;
    } while (value != 0);
    return Text({&digits[at], digits.size() - at});
  }
  SafeWriter& Decimal(int64_t value) {
    if (value < 0) Text("-");
    return Number(value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value), 10);
  }
  SafeWriter& Address(uintptr_t address) { return Text("0x").Number(address, 16); }

 private:
  int descriptor_;
};

std::string_view SignalName(int signal_number) {
  switch (signal_number) {
    case SIGSEGV:
      return "SIGSEGV";
    case SIGBUS:
      return "SIGBUS";
    case SIGFPE:
      return "SIGFPE";
    case SIGILL:
      return "SIGILL";
    case SIGABRT:
      return "SIGABRT";
    default:
      return "unknown";
  }
}

uintptr_t InstructionAddress(const void* context) {
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return static_cast<uintptr_t>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return static_cast<uintptr_t>(machine.pc);
#else
  static_cast<void>(machine);
  return 0;
#endif
}

void WriteReport(int descriptor, int signal_number, const siginfo_t& info, const void* context) {
  SafeWriter out(descriptor);
  out.Text("\n=== CRASH REPORT of ").Text(prepared.program.data()).Text(", process ");
  out.Decimal(getpid()).Text(" ===\nSignal ").Decimal(signal_number).Text(" (");
  out.Text(SignalName(signal_number)).Text("), code ").Decimal(info.si_code);
  if (info.si_code <= 0) {  // sent by a process and not by the machine
    out.Text(", sent by process ").Decimal(info.si_pid);
  } else {
    out.Text(", address ").Address(reinterpret_cast<uintptr_t>(info.si_addr));
  }
  out.Text("\nInstruction ").Address(InstructionAddress(context)).Text("\nStack:\n");
  std::array<void*, kFramesMax> frames;
  backtrace_symbols_fd(frames.data(), backtrace(frames.data(), kFramesMax), descriptor);
  out.Text("=== END OF CRASH REPORT: please send it with the lines of the log before it ===\n");
}

void OnCrash(int signal_number, siginfo_t* info, void* context) {
  // A second fault, here, must end it.
  for (const int other : kCrashSignals) signal(other, SIG_DFL);
  int descriptor = -1;
  if (prepared.log_file[0] != '\0') {
    descriptor = open(prepared.log_file.data(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  }
  WriteReport(descriptor >= 0 ? descriptor : STDOUT_FILENO, signal_number, *info, context);
  raise(signal_number);  // takes effect when this handler returns, since the signal is blocked now
}

}  // namespace

void EnableCrashReport(const std::string& log_file) {
  DisableCrashReport();
  CopyText(prepared.log_file, log_file);
  CopyText(prepared.program, std::string("Cinnabar ") + CinnabarVersion() + " (Redis " +
                                 kRedisVersion + "), build " + BuildId());
  void* frame = nullptr;
  backtrace(&frame, 1);  // loads the unwinder now: loading allocates
  const stack_t stack = {prepared.handler_stack.data(), 0, prepared.handler_stack.size()};
  sigaltstack(&stack, nullptr);
  struct sigaction action = {};
  action.sa_sigaction = OnCrash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (const int signal_number : kCrashSignals) sigaction(signal_number, &action, nullptr);
}

void DisableCrashReport() {
  for (const int signal_number : kCrashSignals) signal(signal_number, SIG_DFL);
}

}  // namespace server
