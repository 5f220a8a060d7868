#include "server/process/process_usage.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>

namespace server {
namespace {

int64_t ToMicroseconds(const timeval& time) {
  return time.tv_sec * int64_t{1'000'000} + time.tv_usec;
}

// The second number of /proc/self/statm, in pages; 0 when /proc is not mounted.
size_t ReadResidentBytes() {
  const int descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return 0;
  char text[128];
  const ssize_t size = read(descriptor, text, sizeof text - 1);
  close(descriptor);
  if (size <= 0) return 0;
  text[size] = '\0';
  char* second = nullptr;
  std::strtoull(text, &second, 10);
  return std::strtoull(second, nullptr, 10) * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

ProcessUsage ReadProcessUsage() {
  rusage process = {};
  rusage thread = {};
  getrusage(RUSAGE_SELF, &process);
  getrusage(RUSAGE_THREAD, &thread);
  return {
      .resident_bytes = ReadResidentBytes(),
      .user_microseconds = ToMicroseconds(process.ru_utime),
      .system_microseconds = ToMicroseconds(process.ru_stime),
      .main_thread_user_microseconds = ToMicroseconds(thread.ru_utime),
      .main_thread_system_microseconds = ToMicroseconds(thread.ru_stime),
  };
}

}  // namespace server
