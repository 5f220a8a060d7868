// Whether keys exist and what they hold, and their removal: DEL, UNLINK, EXISTS, TOUCH, TYPE.

#include "server/commands/keys/keys.h"
#include "server/commands/shared/key_window.h"
#include "server/dispatch/command_context.h"

namespace server {
namespace {

constexpr Argument kKeys[] = {{.name = "key", .kind = Argument::Kind::kKey, .is_multiple = true}};
constexpr Argument kOneKey[] = {{.name = "key", .kind = Argument::Kind::kKey}};
constexpr std::string_view kSummedTips[] = {"request_policy:multi_shard",
                                            "response_policy:agg_sum"};

// Large values leave the loop by themselves (Keyspace::ReleaseLarge), so that DEL stalls no more
// than UNLINK.
RunResult Delete(CommandContext& context) {
  int64_t deleted = 0;
  VisitKeys(context, context.args().Rest(), 1, [&](const storage::Key& key, size_t) {
    const storage::Found found = context.Find(key, storage::kWrite);
    if (!found) return;
    context.db().Erase(key, found);
    context.NoteChange(key, "del", EventClass::kGeneric);
    ++deleted;
  });
  context.reply().Integer(deleted);
  return Replied();
}

// Replies how many of the keys are there, as `find` sees it; one that is named twice counts twice.
template <class Find>
RunResult CountKeys(CommandContext& context, Find&& find) {
  int64_t live = 0;
  VisitKeys(context, context.args().Rest(), 1, [&](const storage::Key& key, size_t) {
    if (find(key)) ++live;
  });
  context.reply().Integer(live);
  return Replied();
}

struct Del {
  static constexpr CommandSpec kSpec{
      .name = "DEL",
      .summary = "Removes keys.",
      .since = "1.0.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(N), N being the number of keys.",
      .arity = -2,
      .flags = kWriteCommand,
      .categories = kAclKeyspace,
      .keys = {KeyRange(1, -1, 1, kKeyRemove | kKeyDelete)},
      .arguments = kKeys,
      .tips = kSummedTips,
  };

  static RunResult Run(CommandContext& context) { return Delete(context); }
};

struct Unlink {
  static constexpr CommandSpec kSpec{
      .name = "UNLINK",
      .summary = "Removes keys; the memory of large values comes back a little later.",
      .since = "4.0.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(N), N being the number of keys.",
      .arity = -2,
      .flags = kWriteCommand | kFast,
      .categories = kAclKeyspace,
      .keys = {KeyRange(1, -1, 1, kKeyRemove | kKeyDelete)},
      .arguments = kKeys,
      .tips = kSummedTips,
  };

  static RunResult Run(CommandContext& context) { return Delete(context); }
};

constexpr HistoryEntry kExistsHistory[] = {{"3.0.3", "Takes several keys."}};

struct Exists {
  static constexpr CommandSpec kSpec{
      .name = "EXISTS",
      .summary = "Counts how many of the keys there are.",
      .since = "1.0.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(N), N being the number of keys.",
      .arity = -2,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclKeyspace,
      .keys = {KeyRange(1, -1, 1, kKeyReadOnly)},
      .arguments = kKeys,
      .tips = kSummedTips,
      .history = kExistsHistory,
  };

  static RunResult Run(CommandContext& context) {
    return CountKeys(
        context, [&](const storage::Key& key) { return context.Find(key, storage::kReadNoTouch); });
  }
};

struct Touch {
  static constexpr CommandSpec kSpec{
      .name = "TOUCH",
      .summary = "Renews the time of last access of keys, and counts those that there are.",
      .since = "3.2.1",
      .group = CommandGroup::kGeneric,
      .complexity = "O(N), N being the number of keys.",
      .arity = -2,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclKeyspace,
      .keys = {KeyRange(1, -1, 1, kKeyReadOnly)},
      .arguments = kKeys,
      .tips = kSummedTips,
  };

  // A client with NO-TOUCH asks for this one explicitly: its setting does not apply.
  static RunResult Run(CommandContext& context) {
    return CountKeys(
        context, [&](const storage::Key& key) { return context.db().Find(key, storage::kRead); });
  }
};

struct Type {
  static constexpr CommandSpec kSpec{
      .name = "TYPE",
      .summary = "Tells the type of the value at a key.",
      .since = "1.0.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclKeyspace,
      .keys = {OneKey(1, kKeyReadOnly)},
      .arguments = kOneKey,
  };

  static RunResult Run(CommandContext& context) {
    const storage::Found found = context.Find(context.args().Key(), storage::kReadNoTouch);
    context.reply().Simple(found ? storage::TypeName(found->type()) : "none");
    return Replied();
  }
};

constexpr auto kCommands = CommandList<Del, Unlink, Exists, Touch, Type>();

}  // namespace

std::span<const CommandEntry> KeyLifecycleCommands() {
  return kCommands;
}

}  // namespace server
