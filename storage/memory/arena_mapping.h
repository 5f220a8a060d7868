// Arenas as the system gives them: 2 MiB of zeroed memory, aligned to their size.
#pragma once

#include <cstddef>

namespace storage {

inline constexpr size_t kArenaBytes = size_t{2} << 20;

enum class PageSize : bool { kSmall, kHuge };

// Untouched memory; kHuge asks for it to become one page when it is touched. nullptr: there is
// none.
void* MapArena(PageSize page_size);
void UnmapArena(void* arena);

}  // namespace storage
