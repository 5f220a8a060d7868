// Several sets at once: SINTER, SUNION, SDIFF, SINTERCARD, and what stores their results.

#include "storage/types/set_algebra.h"

#include <algorithm>
#include <vector>

#include "server/commands/sets/sets.h"
#include "server/commands/shared/key_window.h"
#include "storage/keyspace/opened.h"

namespace server {
namespace {

using storage::SetView;

enum class Operation : uint8_t { kIntersection, kUnion, kDifference };

// The sets at the keys, in the order in which they are worked through; missing ones are empty.
// Records stay where they are until the command changes something.
std::expected<std::vector<SetView>, CommandError> FindSets(CommandContext& context,
                                                           std::span<const std::string_view> keys,
                                                           Operation operation) {
  std::vector<SetView> sets;
  bool has_other_type = false;
  VisitKeys(context, keys, 1, [&](const storage::Key& key, size_t) {
    const storage::Found found = context.Find(key, storage::kRead);
    has_other_type = found && found->type() != storage::Type::kSet;
    sets.push_back(found && !has_other_type ? SetView::Of(*found) : SetView());
    return !has_other_type;
  });
  if (has_other_type) return std::unexpected(CommandError::From(storage::Error::kWrongType));
  const auto is_smaller = [](const SetView& a, const SetView& b) { return a.size() < b.size(); };
  if (operation == Operation::kIntersection) {
    std::stable_sort(sets.begin(), sets.end(), is_smaller);
  }
  if (operation == Operation::kDifference) {
    // The largest of the others is the most likely to have a member.
    std::stable_sort(sets.begin() + 1, sets.end(),
                     [&](const SetView& a, const SetView& b) { return is_smaller(b, a); });
  }
  return sets;
}

// Calls emit(member) for each member of the result.
template <class Emit>
void Compute(CommandContext& context, Operation operation, std::span<const SetView> sets,
             Emit&& emit) {
  switch (operation) {
    case Operation::kIntersection:
      return storage::Intersect(sets, emit);
    case Operation::kUnion:
      return storage::Unite(sets, context.keyspace().slab(), context.keyspace().hasher(), emit);
    case Operation::kDifference:
      return storage::Subtract(sets, emit);
  }
}

RunResult ReplyResult(CommandContext& context, Operation operation) {
  const auto sets = FindSets(context, context.args().Rest(), operation);
  if (!sets) return sets.error();
  const auto begin = context.reply().Begin();
  size_t members = 0;
  Compute(context, operation, *sets, [&](std::string_view member) {
    context.reply().Bulk(member);
    ++members;
    return true;
  });
  context.reply().EndSet(begin, members);
  return Replied();
}

RunResult StoreResult(CommandContext& context, Operation operation, std::string_view event) {
  ArgReader args = context.args();
  const storage::Key destination = args.Key();
  const auto sets = FindSets(context, args.Rest(), operation);
  if (!sets) return sets.error();
  const storage::Found found = context.Find(destination, storage::kWrite);
  storage::Opened<storage::Set> result(context.db(), destination, found, storage::Replacing());
  // As Redis: an intersection grows as a listpack unless the smallest set is one of integers.
  const bool is_intersection = operation == Operation::kIntersection;
  if (is_intersection && sets->front().said() != storage::SaidEncoding::kIntSet) {
    result->StartAsPack();
  }
  Compute(context, operation, *sets, [&](std::string_view member) {
    result->Add(member);
    return true;
  });
  if (is_intersection) result->BecomeIntSetIfPossible();
  const size_t members = result->size();
  const bool is_gone = result.Close();
  if (members > 0) {
    if (!found) context.NoteNewKey(destination);
    context.NoteChange(destination, event, EventClass::kSet);
  } else if (is_gone) {
    context.NoteChange(destination, "del", EventClass::kGeneric);
  }
  context.reply().Integer(static_cast<int64_t>(members));
  return Replied();
}

constexpr std::string_view kAnyOrderTips[] = {"nondeterministic_output_order"};
constexpr Argument kKeysArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey, .is_multiple = true}};
constexpr Argument kStoreArguments[] = {
    {.name = "destination", .kind = Argument::Kind::kKey},
    {.name = "key", .kind = Argument::Kind::kKey, .is_multiple = true, .key_spec = 1}};
constexpr std::string_view kIntersectionCost =
    "O(N*M) where N is the size of the smallest set and M is the number of sets.";
constexpr std::string_view kUnionCost = "O(N) where N is the number of members of all sets.";
constexpr std::string_view kDifferenceCost =
    "O(N*M) where N is the size of the first set and M is the number of sets.";

// SINTER key [key ...] -> the members that are in all sets
struct SInter {
  static constexpr CommandSpec kSpec{
      .name = "SINTER",
      .summary = "Returns the members that all sets have.",
      .since = "1.0.0",
      .group = CommandGroup::kSet,
      .complexity = kIntersectionCost,
      .arity = -2,
      .flags = kReadonlyCommand,
      .categories = kAclSet,
      .keys = {KeyRange(1, -1, 1, kKeyReadOnly | kKeyAccess)},
      .arguments = kKeysArguments,
      .tips = kAnyOrderTips,
  };

  static RunResult Run(CommandContext& context) {
    return ReplyResult(context, Operation::kIntersection);
  }
};

// SUNION key [key ...] -> the members that are in any set
struct SUnion {
  static constexpr CommandSpec kSpec{
      .name = "SUNION",
      .summary = "Returns the members that any of the sets has.",
      .since = "1.0.0",
      .group = CommandGroup::kSet,
      .complexity = kUnionCost,
      .arity = -2,
      .flags = kReadonlyCommand,
      .categories = kAclSet,
      .keys = {KeyRange(1, -1, 1, kKeyReadOnly | kKeyAccess)},
      .arguments = kKeysArguments,
      .tips = kAnyOrderTips,
  };

  static RunResult Run(CommandContext& context) { return ReplyResult(context, Operation::kUnion); }
};

// SDIFF key [key ...] -> the members of the first set that no other has
struct SDiff {
  static constexpr CommandSpec kSpec{
      .name = "SDIFF",
      .summary = "Returns the members of the first set that no other set has.",
      .since = "1.0.0",
      .group = CommandGroup::kSet,
      .complexity = kDifferenceCost,
      .arity = -2,
      .flags = kReadonlyCommand,
      .categories = kAclSet,
      .keys = {KeyRange(1, -1, 1, kKeyReadOnly | kKeyAccess)},
      .arguments = kKeysArguments,
      .tips = kAnyOrderTips,
  };

  static RunResult Run(CommandContext& context) {
    return ReplyResult(context, Operation::kDifference);
  }
};

// SINTERSTORE destination key [key ...] -> how many members were stored
struct SInterStore {
  static constexpr CommandSpec kSpec{
      .name = "SINTERSTORE",
      .summary = "Stores the members that all sets have as a set.",
      .since = "1.0.0",
      .group = CommandGroup::kSet,
      .complexity = kIntersectionCost,
      .arity = -3,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclSet,
      .keys = {OneKey(1, kKeyReadWrite | kKeyUpdate),
               KeyRange(2, -1, 1, kKeyReadOnly | kKeyAccess)},
      .arguments = kStoreArguments,
  };

  static RunResult Run(CommandContext& context) {
    return StoreResult(context, Operation::kIntersection, "sinterstore");
  }
};

// SUNIONSTORE destination key [key ...] -> how many members were stored
struct SUnionStore {
  static constexpr CommandSpec kSpec{
      .name = "SUNIONSTORE",
      .summary = "Stores the members that any of the sets has as a set.",
      .since = "1.0.0",
      .group = CommandGroup::kSet,
      .complexity = kUnionCost,
      .arity = -3,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclSet,
      .keys = {OneKey(1, kKeyOverwrite | kKeyUpdate),
               KeyRange(2, -1, 1, kKeyReadOnly | kKeyAccess)},
      .arguments = kStoreArguments,
  };

  static RunResult Run(CommandContext& context) {
    return StoreResult(context, Operation::kUnion, "sunionstore");
  }
};

// SDIFFSTORE destination key [key ...] -> how many members were stored
struct SDiffStore {
  static constexpr CommandSpec kSpec{
      .name = "SDIFFSTORE",
      .summary = "Stores the members of the first set that no other set has as a set.",
      .since = "1.0.0",
      .group = CommandGroup::kSet,
      .complexity = kDifferenceCost,
      .arity = -3,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclSet,
      .keys = {OneKey(1, kKeyOverwrite | kKeyUpdate),
               KeyRange(2, -1, 1, kKeyReadOnly | kKeyAccess)},
      .arguments = kStoreArguments,
  };

  static RunResult Run(CommandContext& context) {
    return StoreResult(context, Operation::kDifference, "sdiffstore");
  }
};

constexpr Argument kCountArguments[] = {
    {.name = "numkeys", .kind = Argument::Kind::kInteger},
    {.name = "key", .kind = Argument::Kind::kKey, .is_multiple = true},
    {.name = "limit", .kind = Argument::Kind::kInteger, .token = "LIMIT", .is_optional = true}};

// SINTERCARD numkeys key [key ...] [LIMIT limit] -> how many members are in all sets
struct SInterCard {
  static constexpr CommandSpec kSpec{
      .name = "SINTERCARD",
      .summary = "Counts the members that all sets have.",
      .since = "7.0.0",
      .group = CommandGroup::kSet,
      .complexity = kIntersectionCost,
      .arity = -3,
      .flags = kReadonlyCommand,
      .categories = kAclSet,
      .keys = {KeySpec{.begin = KeySpec::Begin::kIndex,
                       .index = 1,
                       .find = KeySpec::Find::kKeyNumber,
                       .number_index = 0,
                       .first_index = 1,
                       .flags = kKeyReadOnly | kKeyAccess}},
      .arguments = kCountArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const auto numkeys = storage::ParseInt64(args.Bytes());
    if (!numkeys || *numkeys < 1) return CommandError::Err("numkeys should be greater than 0");
    auto rest = args.Rest();
    if (static_cast<uint64_t>(*numkeys) > rest.size()) {
      return CommandError::Err("Number of keys can't be greater than number of args");
    }
    const auto keys = rest.first(static_cast<size_t>(*numkeys));
    rest = rest.subspan(keys.size());
    uint64_t limit = 0;
    for (; !rest.empty(); rest = rest.subspan(2)) {
      if (rest.size() < 2 || !storage::EqualsIgnoreCase(rest[0], "LIMIT")) {
        return CommandError::Syntax();
      }
      const auto number = storage::ParseInt64(rest[1]);
      if (!number || *number < 0) return CommandError::Err("LIMIT can't be negative");
      limit = static_cast<uint64_t>(*number);
    }
    const auto sets = FindSets(context, keys, Operation::kIntersection);
    if (!sets) return sets.error();
    uint64_t members = 0;
    Compute(context, Operation::kIntersection, *sets,
            [&](std::string_view) { return ++members != limit; });
    context.reply().Integer(static_cast<int64_t>(members));
    return Replied();
  }
};

constexpr auto kCommands =
    CommandList<SInter, SUnion, SDiff, SInterStore, SUnionStore, SDiffStore, SInterCard>();

}  // namespace

std::span<const CommandEntry> SetAlgebraCommands() {
  return kCommands;
}

}  // namespace server
