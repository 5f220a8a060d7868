#include "server/memory/allocator.h"

#include <unistd.h>

#ifdef CINNABAR_JEMALLOC
#include <jemalloc/jemalloc.h>
#else
#include <malloc.h>
#endif

namespace server {

#ifdef CINNABAR_JEMALLOC
namespace {

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

std::string AllocatorReport() {
  std::string report;
  malloc_stats_print(
      [](void* to, const char* text) { static_cast<std::string*>(to)->append(text); }, &report,
      nullptr);
  return report;
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

std::string AllocatorReport() {
  return "Stats not supported for the current allocator\n";
}
#endif

}  // namespace server
