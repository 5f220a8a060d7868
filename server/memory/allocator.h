// The general allocator below malloc: jemalloc, or the system's in sanitizer builds. The slab
// allocator, which has the records, maps its pages itself and is not in these figures.
#pragma once

#include <cstddef>
#include <string>

namespace server {

struct AllocatorFigures {
  size_t allocated = 0;
  size_t active = 0;    // pages that hold something
  size_t resident = 0;  // and those kept for later
  size_t muzzy = 0;     // of these, what the system may take
};

// Some 20 microseconds: the figures of all threads are added up.
AllocatorFigures ReadAllocatorFigures();
// Gives what is kept for later back to the system. May take milliseconds; any thread may call it.
void PurgeAllocator();
// The allocator's own report, of some hundred lines as far as there is memory for them; a line that
// says why there is none.
void AppendAllocatorReport(std::string& report);

}  // namespace server
