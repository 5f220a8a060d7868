// What the process uses memory for, in bytes, as INFO memory and MEMORY STATS tell it.
//
//   used       all that is allocated: records and tables, large values, buffers, the server itself
//   dataset    what keys and values take (Keyspace::memory), of which `overhead` is tables and
//   indexes
//
// Limits on data look at `dataset` alone: buffers and announced lengths never cost a key.
#pragma once

#include <cstddef>

namespace server {

struct EngineState;

struct MemoryReport {
  size_t used = 0;
  size_t resident = 0;
  size_t peak = 0;
  size_t startup = 0;
  size_t dataset = 0;  // keys, values, tables and expiry indexes
  size_t tables = 0;   // the part of it that is tables and expiry indexes
  size_t clients = 0;  // buffers of clients
  size_t allocator_allocated = 0;
  size_t allocator_active = 0;
  size_t allocator_resident = 0;
  size_t allocator_muzzy = 0;
};

// Asks the allocator and the system: some 20 microseconds.
MemoryReport ReportMemory(EngineState& engine);
// All that is allocated now; cheaper.
size_t UsedMemory(const EngineState& engine);

}  // namespace server
