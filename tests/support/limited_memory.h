// Programs that contain limited_memory.cc have memory that can run out: a limit on the bytes of
// large blocks (kLimitedBytesMin and more) that are alive, as a machine or a container has one.
//
//   StartRecording(); work(); const std::vector<int64_t> steps = StopRecording();
//   for each step: StartLimiting(step - 1); work(); const Refusals refusals = StopLimiting();
//   work():        ...; ResumeMemoryLimit(); what is to be tested; PauseMemoryLimit(); ...
//
// A step is a moment at which more was alive than ever before since the start. So the limits just
// below the steps let memory run out at every place at which it can. The programs are linked so
// that malloc and its family go through here (--wrap), and operator new is replaced.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tests {

// Above what is taken for work of a fixed size (the registers of a HyperLogLog: 16 KiB).
inline constexpr size_t kLimitedBytesMin = 18'000;

struct Refusals {
  uint64_t count = 0;
  // The largest block over the limit that was asked for in a way that cannot be refused (an
  // exception would be thrown, and nobody catches it); 0: there was none.
  size_t unrefusable_bytes = 0;
};

void StartRecording();
std::vector<int64_t> StopRecording();
void StartLimiting(int64_t bytes_max);
Refusals StopLimiting();
// Between start and stop nothing is counted until Resume: what the test itself does is not.
void ResumeMemoryLimit();
void PauseMemoryLimit();

}  // namespace tests
