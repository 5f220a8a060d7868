// CollectionLimits: until when a collection is a pack, and says so to OBJECT ENCODING. The
// directives of the same names set them; the defaults are Redis 7.4's.
#pragma once

#include <cstdint>

namespace storage {

struct CollectionLimits {
  uint64_t hash_max_listpack_entries = 512;
  uint64_t hash_max_listpack_value = 64;
  uint64_t set_max_intset_entries = 512;
  uint64_t set_max_listpack_entries = 128;
  uint64_t set_max_listpack_value = 64;
  uint64_t zset_max_listpack_entries = 128;
  uint64_t zset_max_listpack_value = 64;
  int list_max_listpack_size = -2;  // elements, or -1 to -5 for 4, 8, 16, 32 or 64 KiB
};

}  // namespace storage
