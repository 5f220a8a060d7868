#include "server/memory/allocator.h"

#include <unistd.h>

#ifdef CINNABAR_JEMALLOC
#include <jemalloc/jemalloc.h>
#else
#include <malloc.h>
#endif

#include <string_view>

#include "storage/memory/memory_probe.h"

namespace server {

#ifdef CINNABAR_JEMALLOC
namespace {

// What finds no memory is left out of the report.
void AppendIfThereIsMemory(void* to, const char* text) {
  std::string& report = *static_cast<std::string*>(to);
  const std::string_view added = text;
  const size_t wanted = report.size() + added.size();
  if (wanted > report.capacity()) {
    if (!storage::HasMemoryFor(2 * wanted + 1)) return;
    report.reserve(2 * wanted);
  }
  report += added;
}

// The names hold MALLCTL_ARENAS_ALL.
constexpr const char* kMuzzyPages = "stats.arenas.4096.pmuzzy";
constexpr const char* kPurgeAll = "arena.4096.purge";
static_assert(MALLCTL_ARENAS_ALL == 4096);

size_t Statistic(const char* name) {
  size_t value = 0;
  size_t size = sizeof value;
  return mallctl(name, &value, &size, nullptr, 0) == 0 ? value : 0;
}

}  // namespace

AllocatorFigures ReadAllocatorFigures() {
  uint64_t epoch = 1;
  size_t size = sizeof epoch;
  mallctl("epoch", &epoch, &size, &epoch, size);
  return {.allocated = Statistic("stats.allocated"),
          .active = Statistic("stats.active"),
          .resident = Statistic("stats.resident"),
          .muzzy = Statistic(kMuzzyPages) * static_cast<size_t>(sysconf(_SC_PAGESIZE))};
}

void PurgeAllocator() {
  mallctl(kPurgeAll, nullptr, nullptr, nullptr, 0);
}

void AppendAllocatorReport(std::string& report) {
  malloc_stats_print(AppendIfThereIsMemory, &report, nullptr);
}
#else
AllocatorFigures ReadAllocatorFigures() {
  const struct mallinfo2 figures = mallinfo2();
  const size_t held = figures.arena + figures.hblkhd;
  return {.allocated = figures.uordblks + figures.hblkhd, .active = held, .resident = held};
}

void PurgeAllocator() {
  malloc_trim(0);
}

void AppendAllocatorReport(std::string& report) {
  report += "Stats not supported for the current allocator\n";
}
#endif

}  // namespace server
