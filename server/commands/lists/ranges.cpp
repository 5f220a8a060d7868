// Reading a list: its length, one element, a range, and where an element stands.

#include "server/commands/lists/list_actions.h"
#include "server/commands/lists/lists.h"
#include "server/dispatch/command_context.h"

namespace server {
namespace {

using Kind = Argument::Kind;

constexpr Argument kKeyArgument[] = {{.name = "key", .kind = Kind::kKey}};

// LLEN key -> the number of elements
struct LLen {
  static constexpr CommandSpec kSpec{
      .name = "LLEN",
      .summary = "Returns how many elements a list has.",
      .since = "1.0.0",
      .group = CommandGroup::kList,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclList,
      .keys = {OneKey(1, kKeyReadOnly)},
      .arguments = kKeyArgument,
  };

  static RunResult Run(CommandContext& context) {
    const storage::Key key = context.args().Key();
    const auto found = context.FindTyped(key, storage::Type::kList, storage::kRead);
    if (!found) return CommandError::From(found.error());
    const ReadList list(context, *found);
    context.reply().Integer(static_cast<int64_t>(list->size()));
    return Replied();
  }
};

constexpr Argument kIndexArguments[] = {{.name = "key", .kind = Kind::kKey},
                                        {.name = "index", .kind = Kind::kInteger}};

// LINDEX key index -> the element there, or null
struct LIndex {
  static constexpr CommandSpec kSpec{
      .name = "LINDEX",
      .summary = "Returns the element at a position of a list.",
      .since = "1.0.0",
      .group = CommandGroup::kList,
      .complexity = "O(log N), N: elements of the list",
      .arity = 3,
      .flags = kReadonlyCommand,
      .categories = kAclList,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kIndexArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto found = context.FindTyped(key, storage::Type::kList, storage::kRead);
    if (!found) return CommandError::From(found.error());
    if (!*found) {
      context.reply().Null();
      return Replied();
    }
    const int64_t index = args.Int64();
    if (const auto error = args.Finish()) return *error;
    const ReadList list(context, *found);
    if (const auto position = PositionOf(index, list->size())) {
      context.reply().Bulk(list->Get(*position));
    } else {
      context.reply().Null();
    }
    return Replied();
  }
};

constexpr Argument kRangeArguments[] = {{.name = "key", .kind = Kind::kKey},
                                        {.name = "start", .kind = Kind::kInteger},
                                        {.name = "stop", .kind = Kind::kInteger}};

// LRANGE key start stop -> the elements between, both included
struct LRange {
  static constexpr CommandSpec kSpec{
      .name = "LRANGE",
      .summary = "Returns the elements of a part of a list.",
      .since = "1.0.0",
      .group = CommandGroup::kList,
      .complexity = "O(log N + M), N: elements of the list, M: elements returned",
      .arity = 4,
      .flags = kReadonlyCommand,
      .categories = kAclList,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kRangeArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const int64_t start = args.Int64();
    const int64_t stop = args.Int64();
    if (const auto error = args.Finish()) return *error;
    const auto found = context.FindTyped(key, storage::Type::kList, storage::kRead);
    if (!found) return CommandError::From(found.error());
    const ReadList list(context, *found);
    const ListRange range = RangeOf(start, stop, list->size());
    protocol::resp::ReplyWriter& reply = context.reply();
    reply.ArrayHeader(range.count);
    list->ForEach(range.first, range.count,
                  [&reply](std::string_view element) { reply.Bulk(element); });
    return Replied();
  }
};

constexpr Argument kPosArguments[] = {
    {.name = "key", .kind = Kind::kKey},
    {.name = "element"},
    {.name = "rank", .kind = Kind::kInteger, .token = "RANK", .is_optional = true},
    {.name = "num-matches", .kind = Kind::kInteger, .token = "COUNT", .is_optional = true},
    {.name = "len", .kind = Kind::kInteger, .token = "MAXLEN", .is_optional = true},
};

struct PosOptions {
  int64_t rank = 1;              // negative: from the end
  std::optional<int64_t> count;  // 0: all
  int64_t compared_max = 0;      // 0: all
};

int64_t ReadNotNegative(ArgReader& args, std::string_view error) {
  const auto number = storage::ParseInt64(args.Bytes());
  if (!number || *number < 0) args.Fail(CommandError::Err(error));
  return number.value_or(0);
}

PosOptions ReadPosOptions(ArgReader& args) {
  PosOptions options;
  while (!args.AtEnd()) {
    const bool has_value = args.remaining() > 1;
    if (has_value && args.Take("RANK")) {
      options.rank = args.Int64Between(-INT64_MAX, INT64_MAX,
                                       "value is out of range, value must between "
                                       "-9223372036854775807 and 9223372036854775807");
      if (options.rank == 0) {
        args.Fail(CommandError::Err(
            "RANK can't be zero: use 1 to start from the first match, 2 from the second ... or "
            "use negative to start from the end of the list"));
      }
    } else if (has_value && args.Take("COUNT")) {
      options.count = ReadNotNegative(args, "COUNT can't be negative");
    } else if (has_value && args.Take("MAXLEN")) {
      options.compared_max = ReadNotNegative(args, "MAXLEN can't be negative");
    } else {
      args.Fail(CommandError::Syntax());
    }
  }
  return options;
}

// Replies the positions of the element, in the order of the search, as they are found. Returns how
// many these are.
size_t ReplyPositions(protocol::resp::ReplyWriter& reply, const storage::List& list,
                      std::string_view element, const PosOptions& options) {
  size_t found = 0;
  const bool from_front = options.rank > 0;
  int64_t to_skip = (from_front ? options.rank : -options.rank) - 1;
  const size_t wanted = static_cast<size_t>(options.count.value_or(1));
  int64_t compared = 0;
  storage::List::Cursor at(list, from_front ? 0 : list.size() - 1);
  while (at.IsValid() && (options.compared_max == 0 || compared < options.compared_max)) {
    ++compared;
    if (at.bytes() == element && to_skip-- <= 0) {
      reply.Integer(static_cast<int64_t>(at.position()));
      if (++found == wanted) break;
    }
    from_front ? at.Next() : at.Previous();
  }
  return found;
}

// LPOS key element [RANK rank] [COUNT num-matches] [MAXLEN len]
//   -> the position of the element, or null; with COUNT an array
struct LPos {
  static constexpr CommandSpec kSpec{
      .name = "LPOS",
      .summary = "Returns where an element stands in a list.",
      .since = "6.0.6",
      .group = CommandGroup::kList,
      .complexity = "O(N), N: elements compared",
      .arity = -3,
      .flags = kReadonlyCommand,
      .categories = kAclList,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kPosArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const std::string_view element = args.Bytes();
    const PosOptions options = ReadPosOptions(args);
    if (const auto error = args.Finish()) return *error;
    const auto found = context.FindTyped(key, storage::Type::kList, storage::kRead);
    if (!found) return CommandError::From(found.error());
    protocol::resp::ReplyWriter& reply = context.reply();
    const auto search = [&]() -> size_t {
      if (!*found) return 0;
      const ReadList list(context, *found);
      return ReplyPositions(reply, *list, element, options);
    };
    if (options.count) {
      const auto begin = reply.Begin();
      reply.EndArray(begin, search());
    } else if (search() == 0) {
      reply.Null();
    }
    return Replied();
  }
};

constexpr auto kCommands = CommandList<LLen, LIndex, LRange, LPos>();

}  // namespace

std::span<const CommandEntry> ListRangeCommands() {
  return kCommands;
}

}  // namespace server
