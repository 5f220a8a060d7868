// MEMORY: what keys take, what the process takes, and giving it back.

#include <fmt/format.h>

#include "server/commands/introspection/introspection.h"
#include "server/commands/shared/help_reply.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"
#include "server/memory/used_memory.h"

namespace server {
namespace {

constexpr std::string_view kReportTips[] = {"nondeterministic_output", "request_policy:all_shards",
                                            "response_policy:special"};

struct Memory {
  static constexpr CommandSpec kSpec{
      .name = "MEMORY",
      .summary = "A container for commands about memory.",
      .since = "4.0.0",
      .group = CommandGroup::kServer,
      .complexity = "Depends on subcommand.",
      .arity = -2,
  };
};

constexpr Argument kUsageArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "count", .kind = Argument::Kind::kInteger, .token = "SAMPLES", .is_optional = true}};

struct MemoryUsage {
  static constexpr CommandSpec kSpec{
      .container = "MEMORY",
      .name = "USAGE",
      .summary = "Tells how many bytes a key and its value take.",
      .since = "4.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(N) where N is the number of samples.",
      .arity = -3,
      .flags = kReadonlyCommand,
      .keys = {OneKey(2, kKeyReadOnly)},
      .arguments = kUsageArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    while (!args.AtEnd()) {
      // How many elements to look at: our answer is exact without looking at any.
      if (!args.Take("SAMPLES")) return CommandError::Syntax();
      if (args.Int64() < 0) return CommandError::Syntax();
    }
    if (const auto error = args.Finish()) return *error;
    const storage::Found found = context.Find(key, storage::kPeek);
    if (!found) {
      context.reply().Null();
      return Replied();
    }
    context.reply().Integer(static_cast<int64_t>(KeyMemory(*found)));
    return Replied();
  }
};

constexpr Argument kTopArguments[] = {
    {.name = "separator", .kind = Argument::Kind::kString, .token = "PREFIX", .is_optional = true},
    {.name = "count", .kind = Argument::Kind::kInteger, .token = "COUNT", .is_optional = true}};

// MEMORY TOP [PREFIX separator] [COUNT n] -> [key, bytes], ... or [prefix, bytes, keys], ...
struct MemoryTopCommand {
  static constexpr int64_t kCountMax = 1000;
  static constexpr CommandSpec kSpec{
      .container = "MEMORY",
      .name = "TOP",
      .summary = "Lists the keys, or the prefixes of keys, that hold most of the memory.",
      .since = "7.4.0",
      .group = CommandGroup::kServer,
      .complexity = "O(N) where N is the number of keys in the database; other clients go on.",
      .arity = -2,
      .flags = kReadonlyCommand | kNoScript | kNoMulti,
      .categories = kAclKeyspace,
      .arguments = kTopArguments,
      .tips = kReportTips,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    std::string_view separator;
    int64_t count = 10;
    while (!args.AtEnd()) {
      if (args.Take("PREFIX")) {
        separator = args.Bytes();
        if (args.ok() && separator.empty()) return CommandError::Err("separator must not be empty");
      } else if (args.Take("COUNT")) {
        count = args.Int64Between(1, kCountMax, "COUNT must be between 1 and 1000");
      } else {
        return CommandError::Syntax();
      }
    }
    if (const auto error = args.Finish()) return *error;
    if (!context.client().may_block()) {
      return CommandError::Err("MEMORY TOP isn't allowed inside a transaction");
    }
    context.engine().memory_top.Begin(context.client(), separator, static_cast<size_t>(count));
    return Blocked();
  }
};

struct MemoryStats {
  static constexpr CommandSpec kSpec{
      .container = "MEMORY",
      .name = "STATS",
      .summary = "Tells what the process uses memory for.",
      .since = "4.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 2,
      .tips = kReportTips,
  };

  static RunResult Run(CommandContext& context) {
    EngineState& engine = context.engine();
    protocol::resp::ReplyWriter& reply = context.reply();
    const auto begin = reply.Begin();
    MapWriter map(reply);
    const MemoryReport report = ReportMemory(engine);
    const size_t keys = engine.keyspace.keys();
    map.Field("peak.allocated", report.peak);
    map.Field("total.allocated", report.used);
    map.Field("startup.allocated", report.startup);
    map.Field("replication.backlog", 0);
    map.Field("clients.slaves", 0);
    map.Field("clients.normal", report.clients.total());
    for (const std::string_view name :
         {"cluster.links", "aof.buffer", "lua.caches", "functions.caches"}) {
      map.Field(name, 0);
    }
    WriteDatabases(engine, reply, map);
    map.Field("overhead.db.hashtable.lut", report.tables);
    map.Field("overhead.db.hashtable.rehashing", 0);
    map.Field("db.dict.rehashing.count", 0);
    map.Field("overhead.total", report.overhead());
    map.Field("keys.count", keys);
    map.Field("keys.bytes-per-key", keys == 0 ? 0 : report.grown() / keys);
    map.Field("dataset.bytes", report.data());
    map.Double("dataset.percentage", report.data_percentage());
    map.Double("peak.percentage", report.peak_percentage());
    WriteAllocator(report, map);
    reply.EndMap(begin, map.pairs());
    return Replied();
  }

  class MapWriter {
   public:
    explicit MapWriter(protocol::resp::ReplyWriter& reply) : reply_(reply) {}
    template <class Number>
    void Field(std::string_view name, Number value) {
      Name(name);
      reply_.Integer(static_cast<int64_t>(value));
    }
    void Double(std::string_view name, double value) {
      Name(name);
      reply_.Double(value);
    }
    void Name(std::string_view name) {
      reply_.Bulk(name);
      ++pairs_;
    }
    size_t pairs() const { return pairs_; }

   private:
    protocol::resp::ReplyWriter& reply_;
    size_t pairs_ = 0;
  };

  static void WriteDatabases(EngineState& engine, protocol::resp::ReplyWriter& reply,
                             MapWriter& map) {
    for (int i = 0; i < engine.keyspace.database_count(); ++i) {
      const storage::Database& database = engine.keyspace.database(i);
      if (database.size() == 0) continue;
      const size_t table = database.table().memory();
      map.Name(fmt::format("db.{}", i));
      reply.MapHeader(2);
      MapWriter inner(reply);
      inner.Field("overhead.hashtable.main", table);
      inner.Field("overhead.hashtable.expires", database.memory() - database.data_bytes() - table);
    }
  }

  static void WriteAllocator(const MemoryReport& report, MapWriter& map) {
    map.Field("allocator.allocated", report.allocator.allocated);
    map.Field("allocator.active", report.allocator.active);
    map.Field("allocator.resident", report.allocator.resident);
    map.Field("allocator.muzzy", report.allocator.muzzy);
    map.Double("allocator-fragmentation.ratio", report.fragmentation_ratio());
    map.Field("allocator-fragmentation.bytes", report.fragmentation_bytes());
    map.Double("allocator-rss.ratio", report.allocator_rss_ratio());
    map.Field("allocator-rss.bytes", report.allocator_rss_bytes());
    map.Double("rss-overhead.ratio", report.rss_overhead_ratio());
    map.Field("rss-overhead.bytes", report.rss_overhead_bytes());
    map.Double("fragmentation", report.total_fragmentation_ratio());
    map.Field("fragmentation.bytes", report.total_fragmentation_bytes());
  }
};

struct MemoryDoctor {
  static constexpr CommandSpec kSpec{
      .container = "MEMORY",
      .name = "DOCTOR",
      .summary = "Says what is unusual about the server's memory.",
      .since = "4.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 2,
      .tips = kReportTips,
  };

  static RunResult Run(CommandContext& context) {
    context.reply().Verbatim("txt", MemoryAdvice(context.engine()));
    return Replied();
  }
};

struct MemoryMallocStats {
  static constexpr CommandSpec kSpec{
      .container = "MEMORY",
      .name = "MALLOC-STATS",
      .summary = "Returns the reports of the allocators.",
      .since = "4.0.0",
      .group = CommandGroup::kServer,
      .complexity = "Depends on how much memory is allocated, could be slow",
      .arity = 2,
      .tips = kReportTips,
  };

  static RunResult Run(CommandContext& context) {
    context.reply().Verbatim("txt", MallocStatistics(context.engine()));
    return Replied();
  }
};

constexpr std::string_view kPurgeTips[] = {"request_policy:all_shards",
                                           "response_policy:all_succeeded"};

struct MemoryPurge {
  static constexpr CommandSpec kSpec{
      .container = "MEMORY",
      .name = "PURGE",
      .summary = "Gives idle memory back to the system.",
      .since = "4.0.0",
      .group = CommandGroup::kServer,
      .complexity = "Depends on how much memory is allocated, could be slow",
      .arity = 2,
      .tips = kPurgeTips,
  };

  static RunResult Run(CommandContext& context) {
    PurgeMemory(context.engine());
    context.reply().Ok();
    return Replied();
  }
};

struct MemoryHelp {
  static constexpr CommandSpec kSpec{
      .container = "MEMORY",
      .name = "HELP",
      .summary = "Lists the subcommands of MEMORY.",
      .since = "4.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kLoading | kStale,
  };

  static RunResult Run(CommandContext& context) {
    constexpr HelpEntry kEntries[] = {
        {"DOCTOR", "Says what is unusual about the server's memory."},
        {"MALLOC-STATS", "Returns the reports of the allocators."},
        {"PURGE", "Gives idle memory back to the system."},
        {"STATS", "Tells what the process uses memory for."},
        {"TOP [PREFIX <separator>] [COUNT <count>]",
         "Lists the keys of the database that take most memory, or the prefixes of keys up to the "
         "first <separator>, with their bytes and keys."},
        {"USAGE <key> [SAMPLES <count>]",
         "Tells how many bytes <key> and its value take. It is exact, whatever <count> is."},
    };
    ReplyHelp(context.reply(), "MEMORY", kEntries);
    return Replied();
  }
};

constexpr auto kCommands = CommandList<Memory, MemoryUsage, MemoryTopCommand, MemoryStats,
                                       MemoryDoctor, MemoryMallocStats, MemoryPurge, MemoryHelp>();

}  // namespace

std::span<const CommandEntry> MemoryCommands() {
  return kCommands;
}

}  // namespace server
