// What the process uses memory for, in bytes, as INFO memory and MEMORY STATS tell it.
//
//   used       all that is allocated: records and tables, large values, buffers, the server itself
//   dataset    what keys and values take (Keyspace::memory), of which `tables` is tables and
//              expiry indexes
//
// Limits on data look at `dataset` alone: buffers and announced lengths never cost a key.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "server/client/buffer_memory.h"
#include "server/memory/allocator.h"

namespace storage {
class Record;
}

namespace server {

struct EngineState;

struct MemoryReport {
  size_t used = 0;
  size_t resident = 0;
  size_t peak = 0;
  size_t startup = 0;
  size_t dataset = 0;          // keys, values, tables and expiry indexes
  size_t tables = 0;           // the part of it that is tables and expiry indexes
  BufferMemory clients;        // buffers of clients
  AllocatorFigures allocator;  // with the slab's pages

  // The keys and values themselves, and all that is not.
  size_t data() const { return dataset - tables; }
  size_t overhead() const { return used - std::min(used, data()); }
  // What came since the start.
  size_t grown() const { return used - std::min(used, startup); }
  double data_percentage() const { return std::min(100.0, 100 * Ratio(data(), grown())); }
  double peak_percentage() const { return 100 * Ratio(used, peak); }

  double fragmentation_ratio() const { return Ratio(allocator.active, allocator.allocated); }
  int64_t fragmentation_bytes() const { return Difference(allocator.active, allocator.allocated); }
  double allocator_rss_ratio() const { return Ratio(allocator.resident, allocator.active); }
  int64_t allocator_rss_bytes() const { return Difference(allocator.resident, allocator.active); }
  double rss_overhead_ratio() const { return Ratio(resident, allocator.resident); }
  int64_t rss_overhead_bytes() const { return Difference(resident, allocator.resident); }
  double total_fragmentation_ratio() const { return Ratio(resident, used); }
  int64_t total_fragmentation_bytes() const { return Difference(resident, used); }

 private:
  static double Ratio(size_t part, size_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
  }
  static int64_t Difference(size_t a, size_t b) {
    return static_cast<int64_t>(a) - static_cast<int64_t>(b);
  }
};

// Asks the allocator and the system: some 20 microseconds.
MemoryReport ReportMemory(EngineState& engine);
// All that is allocated now; cheaper.
size_t UsedMemory(EngineState& engine);
// Takes part in the peak: called by the clock.
void NotePeakMemory(EngineState& engine);

// What a key takes: its record's size class, its value where that is kept apart, and kTableShare,
// with an expiry kExpiryShare more. So the keys' sum is what the data takes, to a few percent.
inline constexpr size_t kTableShare = 10;  // bytes of the table for each key, on average
inline constexpr size_t kExpiryShare = 8;  // bytes of the expiry index

size_t KeyMemory(const storage::Record& record);

// MEMORY PURGE: gives idle memory back to the system, in slices and on other threads.
void PurgeMemory(EngineState& engine);

// MEMORY DOCTOR and MEMORY MALLOC-STATS, for people.
std::string MemoryAdvice(EngineState& engine);
std::string MallocStatistics(EngineState& engine);

}  // namespace server
