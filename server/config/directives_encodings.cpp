// Directives about how far small values stay packed. Those without effect are kept for types that
// are still to come.

#include "server/config/directive_table.h"

namespace server {
namespace {

constexpr Directive kRows[] = {
    {.name = "hash-max-listpack-entries",
     .alias = "hash-max-ziplist-entries",
     .kind = Kind::kInt,
     .initial = "512",
     .store = Into<&Settings::hash_max_listpack_entries>},
    {.name = "hash-max-listpack-value",
     .alias = "hash-max-ziplist-value",
     .kind = Kind::kMemory,
     .initial = "64",
     .store = Into<&Settings::hash_max_listpack_value>},
    {.name = "list-max-listpack-size",
     .alias = "list-max-ziplist-size",
     .kind = Kind::kInt,
     .min = INT_MIN,
     .max = kIntMax,
     .initial = "-2",
     .store = Into<&Settings::list_max_listpack_size>},
    {.name = "list-compress-depth",
     .kind = Kind::kInt,
     .effect = Effect::kNone,
     .max = kIntMax,
     .initial = "0",
     .store = Into<&Settings::list_compress_depth>},
    {.name = "set-max-intset-entries",
     .kind = Kind::kInt,
     .initial = "512",
     .store = Into<&Settings::set_max_intset_entries>},
    {.name = "set-max-listpack-entries",
     .kind = Kind::kInt,
     .initial = "128",
     .store = Into<&Settings::set_max_listpack_entries>},
    {.name = "set-max-listpack-value",
     .kind = Kind::kMemory,
     .initial = "64",
     .store = Into<&Settings::set_max_listpack_value>},
    {.name = "zset-max-listpack-entries",
     .alias = "zset-max-ziplist-entries",
     .kind = Kind::kInt,
     .initial = "128",
     .store = Into<&Settings::zset_max_listpack_entries>},
    {.name = "zset-max-listpack-value",
     .alias = "zset-max-ziplist-value",
     .kind = Kind::kMemory,
     .initial = "64",
     .store = Into<&Settings::zset_max_listpack_value>},
    {.name = "hll-sparse-max-bytes",
     .kind = Kind::kMemory,
     .initial = "3000",
     .store = Into<&Settings::hll_sparse_max_bytes>},
    {.name = "stream-node-max-bytes",
     .kind = Kind::kMemory,
     .effect = Effect::kNone,
     .initial = "4096",
     .store = Into<&Settings::stream_node_max_bytes>},
    {.name = "stream-node-max-entries",
     .kind = Kind::kInt,
     .effect = Effect::kNone,
     .initial = "100",
     .store = Into<&Settings::stream_node_max_entries>},
};

}  // namespace

std::span<const Directive> EncodingDirectives() {
  return kRows;
}

}  // namespace server
