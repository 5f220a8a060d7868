// Directives about files that outlive the process: snapshots and the append-only file.

#include "server/config/directive_table.h"
#include "server/config/special_values.h"

namespace server {
namespace {

constexpr Choice kSyncChoices[] = {{"everysec", 2}, {"always", 1}, {"no", 0}};
constexpr Choice kSanitizeChoices[] = {{"no", 0}, {"yes", 1}, {"clients", 2}};

std::string_view CheckFileName(const Value& value, std::string_view complaint) {
  return value.text.find('/') == std::string::npos ? std::string_view() : complaint;
}
std::string_view CheckDbFileName(const Value& value) {
  return CheckFileName(value, "dbfilename can't be a path, just a filename");
}
std::string_view CheckAppendFileName(const Value& value) {
  return CheckFileName(value, "appendfilename can't be a path, just a filename");
}
std::string_view CheckAppendDirName(const Value& value) {
  return CheckFileName(value, "appenddirname can't be a path, just a dirname");
}

// 10 is what Redis 7.0 reads, 11 what 7.2 does, 12 what 7.4 does.
constexpr Choice kRdbVersions[] = {{"auto", 0}, {"10", 10}, {"11", 11}, {"12", 12}};

constexpr Directive kRows[] = {
    {.name = "save",
     .kind = Kind::kSpecial,
     .flags = kMultiArg | kAppends,
     .initial = "3600 1 300 100 60 10000",
     .parse = ParseSavePoints,
     .store = StoreSavePoints},
    {.name = "dbfilename",
     .flags = kProtected,
     .initial = "dump.rdb",
     .check = CheckDbFileName,
     .store = Into<&Settings::dbfilename>},
    {.name = "stop-writes-on-bgsave-error",
     .kind = Kind::kBool,
     .initial = "yes",
     .store = Into<&Settings::stop_writes_on_bgsave_error>},
    {.name = "rdbcompression",
     .kind = Kind::kBool,
     .initial = "yes",
     .store = Into<&Settings::rdbcompression>},
    {.name = "rdbchecksum",
     .kind = Kind::kBool,
     .flags = kImmutable,
     .initial = "yes",
     .store = Into<&Settings::rdbchecksum>},
    // Ours.
    {.name = "rdb-version",
     .kind = Kind::kEnum,
     .initial = "auto",
     .choices = kRdbVersions,
     .store = Into<&Settings::rdb_version>},
    {.name = "sanitize-dump-payload",
     .kind = Kind::kEnum,
     .effect = Effect::kNone,
     .initial = "no",
     .choices = kSanitizeChoices},
    {.name = "rdb-del-sync-files", .kind = Kind::kBool, .effect = Effect::kNone, .initial = "no"},
    {.name = "rdb-save-incremental-fsync",
     .kind = Kind::kBool,
     .initial = "yes",
     .store = Into<&Settings::rdb_save_incremental_fsync>},
    {.name = "rdb-key-save-delay",
     .kind = Kind::kInt,
     .flags = kHidden,
     .effect = Effect::kNone,
     .min = INT_MIN,
     .max = kIntMax,
     .initial = "0"},
    {.name = "key-load-delay",
     .kind = Kind::kInt,
     .flags = kHidden,
     .effect = Effect::kNone,
     .min = INT_MIN,
     .max = kIntMax,
     .initial = "0"},
    {.name = "loading-process-events-interval-bytes",
     .kind = Kind::kInt,
     .flags = kHidden,
     .effect = Effect::kNone,
     .min = 1024,
     .max = kIntMax,
     .initial = "2097152"},
    {.name = "appendonly",
     .kind = Kind::kBool,
     .initial = "no",
     .store = Into<&Settings::appendonly>},
    {.name = "appendfilename",
     .flags = kImmutable,
     .initial = "appendonly.aof",
     .check = CheckAppendFileName,
     .store = Into<&Settings::appendfilename>},
    {.name = "appenddirname",
     .flags = kImmutable,
     .initial = "appendonlydir",
     .check = CheckAppendDirName,
     .store = Into<&Settings::appenddirname>},
    {.name = "appendfsync",
     .kind = Kind::kEnum,
     .initial = "everysec",
     .choices = kSyncChoices,
     .store = Into<&Settings::appendfsync>},
    {.name = "no-appendfsync-on-rewrite",
     .kind = Kind::kBool,
     .initial = "no",
     .store = Into<&Settings::no_appendfsync_on_rewrite>},
    {.name = "auto-aof-rewrite-percentage",
     .kind = Kind::kInt,
     .max = kIntMax,
     .initial = "100",
     .store = Into<&Settings::auto_aof_rewrite_percentage>},
    {.name = "auto-aof-rewrite-min-size",
     .kind = Kind::kMemory,
     .initial = "67108864",
     .store = Into<&Settings::auto_aof_rewrite_min_size>},
    {.name = "aof-load-truncated",
     .kind = Kind::kBool,
     .initial = "yes",
     .store = Into<&Settings::aof_load_truncated>},
    // Bases are written as RDB whatever it says: that is smaller, and loads several times faster.
    {.name = "aof-use-rdb-preamble",
     .kind = Kind::kBool,
     .effect = Effect::kNone,
     .initial = "yes"},
    {.name = "aof-timestamp-enabled",
     .kind = Kind::kBool,
     .initial = "no",
     .store = Into<&Settings::aof_timestamp_enabled>},
    {.name = "aof-disable-auto-gc", .kind = Kind::kBool, .effect = Effect::kNone, .initial = "no"},
    {.name = "aof-rewrite-incremental-fsync",
     .kind = Kind::kBool,
     .effect = Effect::kNone,
     .initial = "yes"},
};

}  // namespace

std::span<const Directive> PersistenceDirectives() {
  return kRows;
}

}  // namespace server
