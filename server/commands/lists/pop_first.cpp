// Popping from the first of several lists that has elements, with or without waiting for one:
// LMPOP, BLMPOP, BLPOP, BRPOP.

#include <charconv>

#include "server/commands/lists/list_actions.h"
#include "server/commands/lists/lists.h"
#include "server/commands/shared/blocking_timeout.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"

namespace server {
namespace {

using Kind = Argument::Kind;

// The first key that holds a list. An error: a key before it holds another type.
struct FirstList {
  storage::Key key;
  storage::Found found;  // empty: none holds anything
};
storage::Result<FirstList> FindFirstList(CommandContext& context,
                                         std::span<const std::string_view> keys) {
  for (const std::string_view bytes : keys) {
    const storage::Key key = context.KeyOf(bytes);
    const auto found = context.FindTyped(key, storage::Type::kList, storage::kWrite);
    if (!found) return std::unexpected(found.error());
    if (*found) return FirstList{key, *found};
  }
  return FirstList{};
}

RunResult WaitForList(CommandContext& context, std::span<const std::string_view> keys,
                      int64_t deadline_us) {
  return context.engine().key_waiters.Wait(
      context, {.type = storage::Type::kList,
                .keys = keys,
                .deadline_us = deadline_us,
                .reply_in_vain = [](Client& client) { client.reply.NullArray(); }});
}

// BLPOP, BRPOP
RunResult PopOrWait(CommandContext& context, ListEnd end) {
  const auto keys = context.arguments().subspan(1, context.arguments().size() - 2);
  ArgReader args(context.arguments().last(1), 0, context.keyspace(), storage::Key());
  const int64_t deadline_us = ReadBlockingDeadline(args, context);
  if (const auto error = args.Finish()) return *error;
  const auto first = FindFirstList(context, keys);
  if (!first) return CommandError::From(first.error());
  if (!first->found) return WaitForList(context, keys, deadline_us);
  OpenedList list(context.db(), first->key, first->found);
  context.reply().ArrayHeader(2);
  context.reply().Bulk(first->key.bytes);
  PopOne(context, first->key, list, end);
  context.feed().PropagateInstead({PopCommand(end), first->key.bytes});
  return Replied();
}

constexpr Argument kBlockingArguments[] = {
    {.name = "key", .kind = Kind::kKey, .is_multiple = true},
    {.name = "timeout", .kind = Kind::kDouble},
};
constexpr HistoryEntry kBlockingHistory[] = {{"6.0.0", "The timeout may have a fraction."}};

// BLPOP key [key ...] timeout -> [key, element], or null in the end
struct BLPop {
  static constexpr CommandSpec kSpec{
      .name = "BLPOP",
      .summary = "Takes the first element of the first list that has any; waits for one.",
      .since = "2.0.0",
      .group = CommandGroup::kList,
      .complexity = "O(N), N: keys",
      .arity = -3,
      .flags = kWriteCommand | kBlockingCommand,
      .categories = kAclList,
      .keys = {KeyRange(1, -2, 1, kKeyReadWrite | kKeyAccess | kKeyDelete)},
      .arguments = kBlockingArguments,
      .history = kBlockingHistory,
  };
  static RunResult Run(CommandContext& context) { return PopOrWait(context, ListEnd::kFront); }
};

// BRPOP key [key ...] timeout -> [key, element], or null in the end
struct BRPop {
  static constexpr CommandSpec kSpec{
      .name = "BRPOP",
      .summary = "Takes the last element of the first list that has any; waits for one.",
      .since = "2.0.0",
      .group = CommandGroup::kList,
      .complexity = "O(N), N: keys",
      .arity = -3,
      .flags = kWriteCommand | kBlockingCommand,
      .categories = kAclList,
      .keys = {KeyRange(1, -2, 1, kKeyReadWrite | kKeyAccess | kKeyDelete)},
      .arguments = kBlockingArguments,
      .history = kBlockingHistory,
  };
  static RunResult Run(CommandContext& context) { return PopOrWait(context, ListEnd::kBack); }
};

// numkeys key [key ...] LEFT|RIGHT [COUNT count]
struct PopManyRequest {
  std::span<const std::string_view> keys;
  ListEnd end = ListEnd::kFront;
  size_t count = 1;
};

int64_t ReadPositive(ArgReader& args, std::string_view error) {
  const auto number = storage::ParseInt64(args.Bytes());
  if (!number || *number < 1) args.Fail(CommandError::Err(error));
  return number.value_or(1);
}

PopManyRequest ReadPopMany(ArgReader& args) {
  PopManyRequest request;
  const int64_t keys = ReadPositive(args, "numkeys should be greater than 0");
  if (!args.ok()) return request;
  // Behind the keys there is at least one word.
  if (static_cast<uint64_t>(keys) >= args.remaining()) {
    args.Fail(CommandError::Syntax());
    return request;
  }
  request.keys = args.Several(static_cast<size_t>(keys));
  request.end = ReadListEnd(args);
  if (args.ok() && args.remaining() > 1 && args.Take("COUNT")) {
    request.count = static_cast<size_t>(ReadPositive(args, "count should be greater than 0"));
  }
  return request;
}

// Replies [key, [element ...]].
void PopManyFrom(CommandContext& context, const FirstList& first, const PopManyRequest& request) {
  OpenedList list(context.db(), first.key, first.found);
  const size_t count = std::min(request.count, list->size());
  context.reply().ArrayHeader(2);
  context.reply().Bulk(first.key.bytes);
  PopMany(context, first.key, list, request.end, count);
  char digits[20];
  const char* end = std::to_chars(digits, digits + sizeof digits, count).ptr;
  context.feed().PropagateInstead({PopCommand(request.end), first.key.bytes,
                                   std::string_view(digits, static_cast<size_t>(end - digits))});
}

constexpr Argument kEnds[] = {
    {.name = "left", .kind = Kind::kPureToken, .token = "LEFT"},
    {.name = "right", .kind = Kind::kPureToken, .token = "RIGHT"},
};
constexpr Argument kPopManyArguments[] = {
    {.name = "numkeys", .kind = Kind::kInteger},
    {.name = "key", .kind = Kind::kKey, .is_multiple = true},
    {.name = "where", .kind = Kind::kOneOf, .children = kEnds},
    {.name = "count", .kind = Kind::kInteger, .token = "COUNT", .is_optional = true},
};

// LMPOP numkeys key [key ...] LEFT|RIGHT [COUNT count] -> [key, [element ...]], or null
struct LMPop {
  static constexpr CommandSpec kSpec{
      .name = "LMPOP",
      .summary = "Takes elements from the first of several lists that has any.",
      .since = "7.0.0",
      .group = CommandGroup::kList,
      .complexity = "O(N+M), N: keys, M: elements returned",
      .arity = -4,
      .flags = kWriteCommand,
      .categories = kAclList,
      .keys = {KeySpec{.begin = KeySpec::Begin::kIndex,
                       .index = 1,
                       .find = KeySpec::Find::kKeyNumber,
                       .number_index = 0,
                       .first_index = 1,
                       .flags = kKeyReadWrite | kKeyAccess | kKeyDelete}},
      .arguments = kPopManyArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const PopManyRequest request = ReadPopMany(args);
    if (const auto error = args.Finish()) return *error;
    const auto first = FindFirstList(context, request.keys);
    if (!first) return CommandError::From(first.error());
    if (first->found) {
      PopManyFrom(context, *first, request);
    } else {
      context.reply().NullArray();
    }
    return Replied();
  }
};

constexpr Argument kBlockingPopManyArguments[] = {
    {.name = "timeout", .kind = Kind::kDouble},
    {.name = "numkeys", .kind = Kind::kInteger},
    {.name = "key", .kind = Kind::kKey, .is_multiple = true},
    {.name = "where", .kind = Kind::kOneOf, .children = kEnds},
    {.name = "count", .kind = Kind::kInteger, .token = "COUNT", .is_optional = true},
};

// BLMPOP timeout numkeys key [key ...] LEFT|RIGHT [COUNT count]
//   -> [key, [element ...]], or null in the end
struct BLMPop {
  static constexpr CommandSpec kSpec{
      .name = "BLMPOP",
      .summary = "Takes elements from the first of several lists that has any; waits for one.",
      .since = "7.0.0",
      .group = CommandGroup::kList,
      .complexity = "O(N+M), N: keys, M: elements returned",
      .arity = -5,
      .flags = kWriteCommand | kBlockingCommand,
      .categories = kAclList,
      .keys = {KeySpec{.begin = KeySpec::Begin::kIndex,
                       .index = 2,
                       .find = KeySpec::Find::kKeyNumber,
                       .number_index = 0,
                       .first_index = 1,
                       .flags = kKeyReadWrite | kKeyAccess | kKeyDelete}},
      .arguments = kBlockingPopManyArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    args.Bytes();  // the timeout: read at last, as Redis does
    const PopManyRequest request = ReadPopMany(args);
    if (const auto error = args.Finish()) return *error;
    ArgReader timeout(context.arguments().subspan(1, 1), 0, context.keyspace(), storage::Key());
    const int64_t deadline_us = ReadBlockingDeadline(timeout, context);
    if (const auto error = timeout.Finish()) return *error;
    const auto first = FindFirstList(context, request.keys);
    if (!first) return CommandError::From(first.error());
    if (!first->found) return WaitForList(context, request.keys, deadline_us);
    PopManyFrom(context, *first, request);
    return Replied();
  }
};

constexpr auto kCommands = CommandList<BLPop, BRPop, LMPop, BLMPop>();

}  // namespace

std::span<const CommandEntry> ListPopFirstCommands() {
  return kCommands;
}

}  // namespace server
