// Changing a list inside: LSET, LINSERT, LREM, LTRIM.

#include "server/commands/lists/list_actions.h"
#include "server/commands/lists/lists.h"
#include "server/dispatch/command_context.h"

namespace server {
namespace {

using Kind = Argument::Kind;

constexpr Argument kSetArguments[] = {{.name = "key", .kind = Kind::kKey},
                                      {.name = "index", .kind = Kind::kInteger},
                                      {.name = "element"}};

// LSET key index element -> OK
struct LSet {
  static constexpr CommandSpec kSpec{
      .name = "LSET",
      .summary = "Replaces the element at a position of a list.",
      .since = "1.0.0",
      .group = CommandGroup::kList,
      .complexity = "O(log N), N: elements of the list",
      .arity = 4,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclList,
      .keys = {OneKey(1, kKeyReadWrite | kKeyUpdate)},
      .arguments = kSetArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto found = context.FindTyped(key, storage::Type::kList, storage::kWrite);
    if (!found) return CommandError::From(found.error());
    if (!*found) return CommandError::NoSuchKey();
    const int64_t index = args.Int64();
    const std::string_view element = args.Bytes();
    if (const auto error = args.Finish()) return *error;
    OpenedList list(context.db(), key, *found);
    const auto position = PositionOf(index, list->size());
    list->ExpectGrowth(1, element.size());
    const bool is_set = position && list->Set(*position, element);
    if (is_set) list->NoteShrinking();
    list.Close();
    if (!position) return CommandError::OutOfRange();
    if (!is_set) return CommandError::NoMemory();
    context.NoteChange(key, "lset", EventClass::kList);
    context.reply().Ok();
    return Replied();
  }
};

constexpr Argument kInsertPlaces[] = {
    {.name = "before", .kind = Kind::kPureToken, .token = "BEFORE"},
    {.name = "after", .kind = Kind::kPureToken, .token = "AFTER"},
};
constexpr Argument kInsertArguments[] = {
    {.name = "key", .kind = Kind::kKey},
    {.name = "where", .kind = Kind::kOneOf, .children = kInsertPlaces},
    {.name = "pivot"},
    {.name = "element"},
};

// LINSERT key BEFORE|AFTER pivot element
//   -> the list's length; -1: there is no such pivot; 0: no list
struct LInsert {
  static constexpr CommandSpec kSpec{
      .name = "LINSERT",
      .summary = "Puts an element beside the first one that equals another.",
      .since = "2.2.0",
      .group = CommandGroup::kList,
      .complexity = "O(N), N: elements before the pivot",
      .arity = 5,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclList,
      .keys = {OneKey(1, kKeyReadWrite | kKeyInsert)},
      .arguments = kInsertArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const bool goes_before = args.Take("BEFORE");
    if (!goes_before && !args.Take("AFTER")) return CommandError::Syntax();
    const std::string_view pivot = args.Bytes();
    const std::string_view element = args.Bytes();
    if (const auto error = args.Finish()) return *error;
    const auto found = context.FindTyped(key, storage::Type::kList, storage::kWrite);
    if (!found) return CommandError::From(found.error());
    if (!*found) {
      context.reply().Integer(0);
      return Replied();
    }
    OpenedList list(context.db(), key, *found);
    list->ExpectGrowth(1, element.size());
    const auto position = Find(*list, pivot);
    const bool is_inserted = position && list->Insert(*position + (goes_before ? 0 : 1), element);
    const size_t size = list->size();
    list.Close();
    if (position && !is_inserted) return CommandError::NoMemory();
    if (is_inserted) context.NoteChange(key, "linsert", EventClass::kList);
    context.reply().Integer(is_inserted ? static_cast<int64_t>(size) : -1);
    return Replied();
  }

 private:
  static std::optional<size_t> Find(const storage::List& list, std::string_view pivot) {
    for (storage::List::Cursor at(list, 0); at.IsValid(); at.Next()) {
      if (at.bytes() == pivot) return at.position();
    }
    return std::nullopt;
  }
};

constexpr Argument kRemoveArguments[] = {{.name = "key", .kind = Kind::kKey},
                                         {.name = "count", .kind = Kind::kInteger},
                                         {.name = "element"}};

// LREM key count element -> how many were removed
//   count > 0: the first ones; < 0: the last ones; 0: all
struct LRem {
  static constexpr CommandSpec kSpec{
      .name = "LREM",
      .summary = "Removes elements that equal another from a list.",
      .since = "1.0.0",
      .group = CommandGroup::kList,
      .complexity = "O(N + M log N), N: elements of the list, M: elements removed",
      .arity = 4,
      .flags = kWriteCommand,
      .categories = kAclList,
      .keys = {OneKey(1, kKeyReadWrite | kKeyDelete)},
      .arguments = kRemoveArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const int64_t count =
        args.Int64Between(-INT64_MAX, INT64_MAX,
                          "value is out of range, value must between -9223372036854775807 and "
                          "9223372036854775807");
    const std::string_view element = args.Bytes();
    if (const auto error = args.Finish()) return *error;
    const auto found = context.FindTyped(key, storage::Type::kList, storage::kWrite);
    if (!found) return CommandError::From(found.error());
    if (!*found) {
      context.reply().Integer(0);
      return Replied();
    }
    OpenedList list(context.db(), key, *found);
    const int64_t removed = Remove(*list, count, element);
    if (removed > 0) CloseAfterRemoval(context, key, list, "lrem");
    context.reply().Integer(removed);
    return Replied();
  }

 private:
  static int64_t Remove(storage::List& list, int64_t count, std::string_view element) {
    const bool from_front = count >= 0;
    const int64_t most = count == 0 ? INT64_MAX : std::abs(count);
    int64_t removed = 0;
    size_t from = from_front ? 0 : list.size() - 1;
    while (removed < most) {
      storage::List::Cursor at(list, from);
      while (at.IsValid() && at.bytes() != element) from_front ? at.Next() : at.Previous();
      if (!at.IsValid()) break;
      from = at.position();
      list.Erase(from);
      ++removed;
      if (!from_front) --from;  // beyond the front: no valid position
    }
    return removed;
  }
};

constexpr Argument kTrimArguments[] = {{.name = "key", .kind = Kind::kKey},
                                       {.name = "start", .kind = Kind::kInteger},
                                       {.name = "stop", .kind = Kind::kInteger}};

// LTRIM key start stop -> OK
struct LTrim {
  static constexpr CommandSpec kSpec{
      .name = "LTRIM",
      .summary = "Keeps only a part of a list.",
      .since = "1.0.0",
      .group = CommandGroup::kList,
      .complexity = "O(N), N: elements removed",
      .arity = 4,
      .flags = kWriteCommand,
      .categories = kAclList,
      .keys = {OneKey(1, kKeyReadWrite | kKeyDelete)},
      .arguments = kTrimArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const int64_t start = args.Int64();
    const int64_t stop = args.Int64();
    if (const auto error = args.Finish()) return *error;
    const auto found = context.FindTyped(key, storage::Type::kList, storage::kWrite);
    if (!found) return CommandError::From(found.error());
    if (*found) {
      OpenedList list(context.db(), key, *found);
      Trim(context, key, list, start, stop);
    }
    context.reply().Ok();
    return Replied();
  }

 private:
  static void Trim(CommandContext& context, const storage::Key& key, OpenedList& list,
                   int64_t start, int64_t stop) {
    const size_t size = list->size();
    const ListRange kept = RangeOf(start, stop, size);
    if (kept.count == size) {
      // Nothing changes, but Redis tells all the same.
      context.NoteEvent(key, "ltrim", EventClass::kList);
      return;
    }
    const size_t behind = size - kept.first - kept.count;
    list->Trim(ListEnd::kBack, behind);
    list->Trim(ListEnd::kFront, size - behind - kept.count);
    CloseAfterRemoval(context, key, list, "ltrim");
  }
};

constexpr auto kCommands = CommandList<LSet, LInsert, LRem, LTrim>();

}  // namespace

std::span<const CommandEntry> ListEditCommands() {
  return kCommands;
}

}  // namespace server
