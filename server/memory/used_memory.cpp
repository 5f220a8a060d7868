#include "server/memory/used_memory.h"

#include <algorithm>

#include "server/engine_state.h"

#ifdef CINNABAR_JEMALLOC
#include <jemalloc/jemalloc.h>
#else
#include <malloc.h>
#endif

namespace server {
namespace {

#ifdef CINNABAR_JEMALLOC
size_t JemallocStatistic(const char* name) {
  size_t value = 0;
  size_t size = sizeof value;
  return mallctl(name, &value, &size, nullptr, 0) == 0 ? value : 0;
}

void RefreshJemalloc() {
  uint64_t epoch = 1;
  size_t size = sizeof epoch;
  mallctl("epoch", &epoch, &size, &epoch, size);
}

size_t MallocAllocated() {
  RefreshJemalloc();
  return JemallocStatistic("stats.allocated");
}
#else
size_t MallocAllocated() {
  return mallinfo2().uordblks;
}
#endif

}  // namespace

size_t UsedMemory(const EngineState& engine) {
  // The slab maps its pages itself; malloc knows nothing of its small objects.
  storage::SlabAllocator& slab = const_cast<EngineState&>(engine).keyspace.slab();
  return MallocAllocated() + slab.used_bytes() - slab.large_bytes();
}

MemoryReport ReportMemory(EngineState& engine) {
  MemoryReport report;
  report.used = UsedMemory(engine);
  report.resident = engine.shell.Usage().resident_bytes;
  engine.statistics.peak_memory = std::max(engine.statistics.peak_memory, report.used);
  report.peak = engine.statistics.peak_memory;
  report.startup = engine.startup_memory;
  report.dataset = engine.keyspace.memory();
  for (int i = 0; i < engine.keyspace.database_count(); ++i) {
    const storage::Database& database = engine.keyspace.database(i);
    report.tables += database.memory() - database.data_bytes();
  }
  report.clients = engine.clients_memory;
  const storage::SlabAllocator& slab = engine.keyspace.slab();
  const size_t pages = slab.reserved_bytes() - slab.large_bytes();
  report.allocator_allocated = report.used;
#ifdef CINNABAR_JEMALLOC
  report.allocator_active = JemallocStatistic("stats.active") + pages;
  report.allocator_resident = JemallocStatistic("stats.resident") + pages;
  report.allocator_muzzy = 0;
#else
  report.allocator_active = report.allocator_resident = report.used - slab.used_bytes() + pages;
#endif
  return report;
}

}  // namespace server
