// OBJECT: how a value is kept and when it was used.

#include "server/commands/keys/keys.h"
#include "server/commands/shared/help_reply.h"
#include "server/commands/shared/reference_count.h"
#include "server/config/config.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"

namespace server {
namespace {

constexpr Argument kArguments[] = {{.name = "key", .kind = Argument::Kind::kKey}};
constexpr std::string_view kTips[] = {"nondeterministic_output"};

// Counts as a hit or a miss, but neither renews the access time nor tells of a miss.
storage::Found FindQuietly(CommandContext& context) {
  const storage::Found found = context.Find(context.args().Key(), storage::kPeek);
  storage::Keyspace::Statistics& statistics = context.keyspace().statistics();
  ++(found ? statistics.hits : statistics.misses);
  return found;
}

struct Object {
  static constexpr CommandSpec kSpec{
      .name = "OBJECT",
      .summary = "Tells how values are kept.",
      .since = "2.2.3",
      .group = CommandGroup::kGeneric,
      .complexity = "Depends on the subcommand.",
      .arity = -2,
  };
};

struct ObjectEncoding {
  static constexpr CommandSpec kSpec{
      .container = "OBJECT",
      .name = "ENCODING",
      .summary = "Names the representation of the value at a key.",
      .since = "2.2.3",
      .group = CommandGroup::kGeneric,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kReadonlyCommand,
      .categories = kAclKeyspace,
      .keys = {OneKey(2, kKeyReadOnly)},
      .arguments = kArguments,
      .tips = kTips,
  };

  static RunResult Run(CommandContext& context) {
    if (const storage::Found found = FindQuietly(context)) {
      context.reply().Bulk(found->encoding_name());
    } else {
      context.reply().Null();
    }
    return Replied();
  }
};

constexpr std::string_view kPolicyMayChange =
    "Please note that when switching between policies at runtime LRU and LFU data will take some "
    "time to adjust.";

struct ObjectFreq {
  static constexpr CommandSpec kSpec{
      .container = "OBJECT",
      .name = "FREQ",
      .summary = "Returns the logarithmic count of accesses to a key, under an LFU policy.",
      .since = "4.0.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kReadonlyCommand,
      .categories = kAclKeyspace,
      .keys = {OneKey(2, kKeyReadOnly)},
      .arguments = kArguments,
      .tips = kTips,
  };

  static RunResult Run(CommandContext& context) {
    const storage::Found found = FindQuietly(context);
    if (!found) {
      context.reply().Null();
    } else if (!context.keyspace().access_policy().is_lfu) {
      return CommandError::Err(
          fmt::format("An LFU maxmemory policy is not selected, access frequency not tracked. {}",
                      kPolicyMayChange));
    } else {
      context.reply().Integer(context.keyspace().Frequency(*found));
    }
    return Replied();
  }
};

struct ObjectIdletime {
  static constexpr CommandSpec kSpec{
      .container = "OBJECT",
      .name = "IDLETIME",
      .summary = "Tells how many seconds ago a key was accessed.",
      .since = "2.2.3",
      .group = CommandGroup::kGeneric,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kReadonlyCommand,
      .categories = kAclKeyspace,
      .keys = {OneKey(2, kKeyReadOnly)},
      .arguments = kArguments,
      .tips = kTips,
  };

  static RunResult Run(CommandContext& context) {
    const storage::Found found = FindQuietly(context);
    if (!found) {
      context.reply().Null();
    } else if (context.keyspace().access_policy().is_lfu) {
      return CommandError::Err(fmt::format(
          "An LFU maxmemory policy is selected, idle time not tracked. {}", kPolicyMayChange));
    } else {
      context.reply().Integer(context.keyspace().IdleSeconds(*found));
    }
    return Replied();
  }
};

struct ObjectRefcount {
  static constexpr CommandSpec kSpec{
      .container = "OBJECT",
      .name = "REFCOUNT",
      .summary = "Counts the references to the value at a key, as Redis would.",
      .since = "2.2.3",
      .group = CommandGroup::kGeneric,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kReadonlyCommand,
      .categories = kAclKeyspace,
      .keys = {OneKey(2, kKeyReadOnly)},
      .arguments = kArguments,
      .tips = kTips,
  };

  static RunResult Run(CommandContext& context) {
    if (const storage::Found found = FindQuietly(context)) {
      context.reply().Integer(ReferenceCount(*found, context.engine().config.settings()));
    } else {
      context.reply().Null();
    }
    return Replied();
  }
};

struct ObjectHelp {
  static constexpr CommandSpec kSpec{
      .container = "OBJECT",
      .name = "HELP",
      .summary = "Lists the subcommands.",
      .since = "6.2.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kLoading | kStale,
      .categories = kAclKeyspace,
  };

  static RunResult Run(CommandContext& context) {
    static constexpr HelpEntry kEntries[] = {
        {"ENCODING <key>", "Names the representation of the value at a key."},
        {"FREQ <key>", "Returns the logarithmic count of accesses to a key (LFU policies only)."},
        {"IDLETIME <key>", "Tells how many seconds ago a key was accessed (not with LFU)."},
        {"REFCOUNT <key>", "Counts the references to the value at a key."},
    };
    ReplyHelp(context.reply(), "OBJECT", kEntries);
    return Replied();
  }
};

constexpr auto kCommands =
    CommandList<Object, ObjectEncoding, ObjectFreq, ObjectHelp, ObjectIdletime, ObjectRefcount>();

}  // namespace

std::span<const CommandEntry> KeyObjectCommands() {
  return kCommands;
}

}  // namespace server
