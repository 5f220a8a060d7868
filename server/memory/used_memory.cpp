#include "server/memory/used_memory.h"

#include <fmt/format.h>

#include "server/engine_state.h"

namespace server {
namespace {

// The slab maps its pages itself; malloc knows nothing of its small objects.
size_t WithSlab(size_t allocated, const storage::SlabAllocator& slab) {
  return allocated + slab.used_bytes() - slab.large_bytes();
}

}  // namespace

size_t UsedMemory(EngineState& engine) {
  return WithSlab(ReadAllocatorFigures().allocated, engine.keyspace.slab());
}

void NotePeakMemory(EngineState& engine) {
  size_t& peak = engine.statistics.peak_memory;
  peak = std::max(peak, UsedMemory(engine));
}

MemoryReport ReportMemory(EngineState& engine) {
  const storage::SlabAllocator& slab = engine.keyspace.slab();
  const size_t pages = slab.reserved_bytes() - slab.large_bytes();
  MemoryReport report;
  report.allocator = ReadAllocatorFigures();
  report.used = report.allocator.allocated = WithSlab(report.allocator.allocated, slab);
  report.allocator.active += pages;
  report.allocator.resident += pages;
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
  return report;
}

size_t KeyMemory(const storage::Record& record) {
  size_t bytes = storage::SlabAllocator::UsableSize(record.size()) + kTableShare;
  if (record.has_expiry()) bytes += kExpiryShare;
  return bytes + record.outside_memory();
}

void PurgeMemory(EngineState& engine) {
  engine.has_idle_memory_to_release = true;
  engine.shell.RunElsewhere([] { PurgeAllocator(); });
}

std::string MemoryAdvice(EngineState& engine) {
  constexpr size_t kLittle = size_t{5} << 20;
  constexpr size_t kLargeClient = 200 * 1024;
  const MemoryReport report = ReportMemory(engine);
  if (report.used < kLittle) {
    return "The server uses less than 5 MiB: too little to say anything about it.\n";
  }
  std::string advice;
  if (report.peak > report.used + report.used / 2) {
    advice += fmt::format(
        "- At its peak the server used {} bytes, now {}: part of what the process holds may be "
        "memory of that time. MEMORY PURGE gives it back.\n",
        report.peak, report.used);
  }
  if (report.fragmentation_ratio() > 1.1 && report.fragmentation_bytes() > (10 << 20)) {
    advice += fmt::format(
        "- {} bytes lie in holes between values. They are used again as keys come; a restart or "
        "rewriting the values closes them.\n",
        report.fragmentation_bytes());
  }
  if (report.rss_overhead_ratio() > 1.1 && report.rss_overhead_bytes() > (10 << 20)) {
    advice += fmt::format(
        "- The process holds {} bytes that the allocator does not know of: buffers of the system's "
        "libraries, or pages that the system gives in larger pieces.\n",
        report.rss_overhead_bytes());
  }
  if (engine.clients.size() > 0 && report.clients.total() / engine.clients.size() > kLargeClient) {
    advice += fmt::format(
        "- The buffers of {} clients hold {} bytes, more than 200 KiB each. Some read their "
        "replies slowly or send large requests: CLIENT LIST names them (tot-mem).\n",
        engine.clients.size(), report.clients.total());
  }
  if (advice.empty()) return "Nothing about the server's memory is out of the ordinary.\n";
  return "What is out of the ordinary:\n" + advice;
}

std::string MallocStatistics(EngineState& engine) {
  const storage::SlabAllocator& slab = engine.keyspace.slab();
  std::string text = fmt::format(
      "___ Slab allocator: records and parts of structures ___\n"
      "used: {}, of which large: {}; held of the system: {}, of which idle: {}\n"
      "object bytes       objects      capacity     pages\n",
      slab.used_bytes(), slab.large_bytes(), slab.reserved_bytes(), slab.idle_bytes());
  for (size_t i = 0; i < storage::kSizeClasses; ++i) {
    const auto statistics = slab.class_statistics(i);
    if (statistics.pages == 0) continue;
    text += fmt::format("{:>12} {:>13} {:>13} {:>9}\n", statistics.object_bytes,
                        statistics.live_objects, statistics.capacity, statistics.pages);
  }
  AppendAllocatorReport(text);
  return text;
}

}  // namespace server
