// Elements go in and out at the ends of a list.

#include "server/commands/lists/list_actions.h"
#include "server/commands/lists/lists.h"
#include "server/dispatch/command_context.h"

namespace server {
namespace {

using Kind = Argument::Kind;

constexpr Argument kPushArguments[] = {{.name = "key", .kind = Kind::kKey},
                                       {.name = "element", .is_multiple = true}};
constexpr Argument kPopArguments[] = {
    {.name = "key", .kind = Kind::kKey},
    {.name = "count", .kind = Kind::kInteger, .is_optional = true, .since = "6.2.0"},
};
constexpr HistoryEntry kPushHistory[] = {{"2.4.0", "Several elements at once."}};
constexpr HistoryEntry kPushExistingHistory[] = {{"4.0.0", "Several elements at once."}};
constexpr HistoryEntry kPopHistory[] = {{"6.2.0", "The count."}};

enum class IfMissing : uint8_t { kCreate, kDoNothing };

RunResult Push(CommandContext& context, ListEnd end, IfMissing if_missing) {
  ArgReader args = context.args();
  const storage::Key key = args.Key();
  const auto found = context.FindTyped(key, storage::Type::kList, storage::kWrite);
  if (!found) return CommandError::From(found.error());
  const bool is_new = !*found;
  if (is_new && if_missing == IfMissing::kDoNothing) {
    context.reply().Integer(0);
    return Replied();
  }
  OpenedList list(context.db(), key, *found);
  const bool is_pushed = PushAll(*list, end, args.Rest());
  const size_t size = list->size();
  list.Close();
  if (!is_pushed) return CommandError::NoMemory();
  if (is_new) context.NoteNewKey(key);
  context.NoteChange(key, PushEvent(end), EventClass::kList);
  context.reply().Integer(static_cast<int64_t>(size));
  return Replied();
}

// LPUSH key element [element ...] -> the list's length
struct LPush {
  static constexpr CommandSpec kSpec{
      .name = "LPUSH",
      .summary = "Puts elements before the first one of a list, which is made if need be.",
      .since = "1.0.0",
      .group = CommandGroup::kList,
      .complexity = "O(1) for each element",
      .arity = -3,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclList,
      .keys = {OneKey(1, kKeyReadWrite | kKeyInsert)},
      .arguments = kPushArguments,
      .history = kPushHistory,
  };
  static RunResult Run(CommandContext& context) {
    return Push(context, ListEnd::kFront, IfMissing::kCreate);
  }
};

// RPUSH key element [element ...] -> the list's length
struct RPush {
  static constexpr CommandSpec kSpec{
      .name = "RPUSH",
      .summary = "Puts elements behind the last one of a list, which is made if need be.",
      .since = "1.0.0",
      .group = CommandGroup::kList,
      .complexity = "O(1) for each element",
      .arity = -3,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclList,
      .keys = {OneKey(1, kKeyReadWrite | kKeyInsert)},
      .arguments = kPushArguments,
      .history = kPushHistory,
  };
  static RunResult Run(CommandContext& context) {
    return Push(context, ListEnd::kBack, IfMissing::kCreate);
  }
};

// LPUSHX key element [element ...] -> the list's length, 0 when there is none
struct LPushX {
  static constexpr CommandSpec kSpec{
      .name = "LPUSHX",
      .summary = "Puts elements before the first one of a list that exists.",
      .since = "2.2.0",
      .group = CommandGroup::kList,
      .complexity = "O(1) for each element",
      .arity = -3,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclList,
      .keys = {OneKey(1, kKeyReadWrite | kKeyInsert)},
      .arguments = kPushArguments,
      .history = kPushExistingHistory,
  };
  static RunResult Run(CommandContext& context) {
    return Push(context, ListEnd::kFront, IfMissing::kDoNothing);
  }
};

// RPUSHX key element [element ...] -> the list's length, 0 when there is none
struct RPushX {
  static constexpr CommandSpec kSpec{
      .name = "RPUSHX",
      .summary = "Puts elements behind the last one of a list that exists.",
      .since = "2.2.0",
      .group = CommandGroup::kList,
      .complexity = "O(1) for each element",
      .arity = -3,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclList,
      .keys = {OneKey(1, kKeyReadWrite | kKeyInsert)},
      .arguments = kPushArguments,
      .history = kPushExistingHistory,
  };
  static RunResult Run(CommandContext& context) {
    return Push(context, ListEnd::kBack, IfMissing::kDoNothing);
  }
};

RunResult Pop(CommandContext& context, ListEnd end) {
  if (context.arguments().size() > 3) {
    return CommandError::WrongArguments(context.command_name());
  }
  ArgReader args = context.args();
  const storage::Key key = args.Key();
  const bool has_count = !args.AtEnd();
  std::optional<int64_t> count = 1;
  if (has_count) {
    count = storage::ParseInt64(args.Bytes());
    if (!count || *count < 0) return CommandError::Err("value is out of range, must be positive");
  }
  const auto found = context.FindTyped(key, storage::Type::kList, storage::kWrite);
  if (!found) return CommandError::From(found.error());
  if (!*found) {
    has_count ? context.reply().NullArray() : context.reply().Null();
    return Replied();
  }
  if (*count == 0) {
    context.reply().ArrayHeader(0);
    return Replied();
  }
  OpenedList list(context.db(), key, *found);
  if (has_count) {
    PopMany(context, key, list, end, static_cast<size_t>(*count));
  } else {
    PopOne(context, key, list, end);
  }
  return Replied();
}

// LPOP key [count] -> the first element; with a count, an array of as many; null when there is no
// list
struct LPop {
  static constexpr CommandSpec kSpec{
      .name = "LPOP",
      .summary = "Takes the first elements of a list away and returns them.",
      .since = "1.0.0",
      .group = CommandGroup::kList,
      .complexity = "O(N), N: elements returned",
      .arity = -2,
      .flags = kWriteCommand | kFast,
      .categories = kAclList,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyDelete)},
      .arguments = kPopArguments,
      .history = kPopHistory,
  };
  static RunResult Run(CommandContext& context) { return Pop(context, ListEnd::kFront); }
};

// RPOP key [count] -> the last element; with a count, an array of as many, the last one first
struct RPop {
  static constexpr CommandSpec kSpec{
      .name = "RPOP",
      .summary = "Takes the last elements of a list away and returns them.",
      .since = "1.0.0",
      .group = CommandGroup::kList,
      .complexity = "O(N), N: elements returned",
      .arity = -2,
      .flags = kWriteCommand | kFast,
      .categories = kAclList,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyDelete)},
      .arguments = kPopArguments,
      .history = kPopHistory,
  };
  static RunResult Run(CommandContext& context) { return Pop(context, ListEnd::kBack); }
};

constexpr auto kCommands = CommandList<LPush, RPush, LPushX, RPushX, LPop, RPop>();

}  // namespace

std::span<const CommandEntry> ListPushPopCommands() {
  return kCommands;
}

}  // namespace server
