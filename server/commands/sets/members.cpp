// Members of sets: SADD, SREM, SMOVE, SISMEMBER, SMISMEMBER, SMEMBERS, SCARD, SSCAN.

#include <string>
#include <vector>

#include "server/commands/sets/sets.h"
#include "server/commands/shared/memory_trial.h"
#include "server/commands/shared/scan_options.h"
#include "storage/keyspace/opened.h"

namespace server {
namespace {

constexpr Argument kKeyArgument[] = {{.name = "key", .kind = Argument::Kind::kKey}};
constexpr Argument kMemberArguments[] = {{.name = "key", .kind = Argument::Kind::kKey},
                                         {.name = "member"}};
constexpr Argument kMembersArguments[] = {{.name = "key", .kind = Argument::Kind::kKey},
                                          {.name = "member", .is_multiple = true}};
constexpr HistoryEntry kMembersHistory[] = {{"2.4.0", "Takes several members."}};

// SADD key member [member ...] -> how many are new
struct SAdd {
  static constexpr CommandSpec kSpec{
      .name = "SADD",
      .summary = "Adds members to a set, which is made if there is none.",
      .since = "1.0.0",
      .group = CommandGroup::kSet,
      .complexity = "O(N) where N is the number of members to be added.",
      .arity = -3,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclSet,
      .keys = {OneKey(1, kKeyReadWrite | kKeyInsert)},
      .element = 2,
      .arguments = kMembersArguments,
      .history = kMembersHistory,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto members = args.Rest();
    const auto found = context.FindTyped(key, storage::Type::kSet, storage::kWrite);
    if (!found) return CommandError::From(found.error());
    if (!HasMemoryFor(members)) return CommandError::NoMemory();
    storage::Opened<storage::Set> set(context.db(), key, *found);
    set->Expect(members.size());
    int64_t added = 0;
    for (const std::string_view member : members) added += set->Add(member);
    set.Close();
    if (added > 0) {
      if (!*found) context.NoteNewKey(key);
      context.NoteChange(key, "sadd", EventClass::kSet);
    }
    context.reply().Integer(added);
    return Replied();
  }
};

// SREM key member [member ...] -> how many there were
struct SRem {
  static constexpr CommandSpec kSpec{
      .name = "SREM",
      .summary = "Removes members from a set, and the set with the last one.",
      .since = "1.0.0",
      .group = CommandGroup::kSet,
      .complexity = "O(N) where N is the number of members to be removed.",
      .arity = -3,
      .flags = kWriteCommand | kFast,
      .categories = kAclSet,
      .keys = {OneKey(1, kKeyReadWrite | kKeyDelete)},
      .element = 2,
      .arguments = kMembersArguments,
      .history = kMembersHistory,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto members = args.Rest();
    const auto found = context.FindTyped(key, storage::Type::kSet, storage::kWrite);
    if (!found) return CommandError::From(found.error());
    int64_t erased = 0;
    bool is_gone = false;
    if (*found) {
      storage::Opened<storage::Set> set(context.db(), key, *found);
      for (const std::string_view member : members) erased += set->Erase(member);
      is_gone = set.Close();
    }
    if (erased > 0) context.NoteChange(key, "srem", EventClass::kSet);
    if (is_gone) context.NoteEvent(key, "del", EventClass::kGeneric);
    context.reply().Integer(erased);
    return Replied();
  }
};

constexpr Argument kMoveArguments[] = {
    {.name = "source", .kind = Argument::Kind::kKey},
    {.name = "destination", .kind = Argument::Kind::kKey, .key_spec = 1},
    {.name = "member"}};

// SMOVE source destination member -> 1, or 0 when the source has no such member
struct SMove {
  static constexpr CommandSpec kSpec{
      .name = "SMOVE",
      .summary = "Moves a member from one set to another.",
      .since = "1.0.0",
      .group = CommandGroup::kSet,
      .complexity = "O(1)",
      .arity = 4,
      .flags = kWriteCommand | kFast,
      .categories = kAclSet,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyDelete),
               OneKey(2, kKeyReadWrite | kKeyInsert)},
      .element = 3,
      .arguments = kMoveArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key source = args.Key();
    const storage::Key destination = args.Key();
    const std::string_view member = args.Bytes();
    // The second look may change the table, so that the first is done again.
    context.Find(source, storage::kWrite);
    const storage::Found target = context.Find(destination, storage::kWrite);
    const storage::Found from = context.db().Find(source, storage::kPeek);
    if (from) {
      if (from->type() != storage::Type::kSet ||
          (target && target->type() != storage::Type::kSet)) {
        return CommandError::From(storage::Error::kWrongType);
      }
    }
    const bool is_member = from && storage::SetView::Of(*from).Contains(member);
    if (is_member && source.bytes != destination.bytes) {
      if (!HasMemoryFor({&member, 1})) return CommandError::NoMemory();
      Move(context, source, destination, member);
    }
    context.reply().Integer(is_member ? 1 : 0);
    return Replied();
  }

  static void Move(CommandContext& context, const storage::Key& source,
                   const storage::Key& destination, std::string_view member) {
    {
      storage::Opened<storage::Set> set(context.db(), source,
                                        context.db().Find(source, storage::kPeek));
      set->Erase(member);
      const bool is_gone = set.Close();
      context.NoteChange(source, "srem", EventClass::kSet);
      if (is_gone) context.NoteEvent(source, "del", EventClass::kGeneric);
    }
    const storage::Found found = context.db().Find(destination, storage::kPeek);
    storage::Opened<storage::Set> set(context.db(), destination, found);
    set->Expect(1);
    const bool is_new = set->Add(member);
    set.Close();
    if (!found) context.NoteNewKey(destination);
    if (is_new) context.NoteChange(destination, "sadd", EventClass::kSet);
  }
};

// SISMEMBER key member -> 1 or 0
struct SIsMember {
  static constexpr CommandSpec kSpec{
      .name = "SISMEMBER",
      .summary = "Tells whether a set has a member.",
      .since = "1.0.0",
      .group = CommandGroup::kSet,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclSet,
      .keys = {OneKey(1, kKeyReadOnly)},
      .element = 2,
      .arguments = kMemberArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto set = ReadSet(context, key);
    if (!set) return set.error();
    context.reply().Integer(set->Contains(args.Bytes()) ? 1 : 0);
    return Replied();
  }
};

// SMISMEMBER key member [member ...] -> for each 1 or 0
struct SMIsMember {
  static constexpr CommandSpec kSpec{
      .name = "SMISMEMBER",
      .summary = "Tells for several members whether a set has them.",
      .since = "6.2.0",
      .group = CommandGroup::kSet,
      .complexity = "O(N) where N is the number of members being asked for.",
      .arity = -3,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclSet,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .element = 2,
      .arguments = kMembersArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto members = args.Rest();
    const auto set = ReadSet(context, key);
    if (!set) return set.error();
    context.reply().ArrayHeader(members.size());
    set->LookUp(members,
                [&](size_t, bool is_member) { context.reply().Integer(is_member ? 1 : 0); });
    return Replied();
  }
};

constexpr std::string_view kAnyOrderTips[] = {"nondeterministic_output_order"};

// SMEMBERS key -> all members, a set in RESP3
struct SMembers {
  static constexpr CommandSpec kSpec{
      .name = "SMEMBERS",
      .summary = "Returns all members of a set.",
      .since = "1.0.0",
      .group = CommandGroup::kSet,
      .complexity = "O(N) where N is the number of members.",
      .arity = 2,
      .flags = kReadonlyCommand,
      .categories = kAclSet,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kKeyArgument,
      .tips = kAnyOrderTips,
  };

  static RunResult Run(CommandContext& context) {
    const auto set = ReadSet(context, context.args().Key());
    if (!set) return set.error();
    context.reply().SetHeader(set->size());
    set->ForEach([&](std::string_view member) { context.reply().Bulk(member); });
    return Replied();
  }
};

// SCARD key -> the number of members
struct SCard {
  static constexpr CommandSpec kSpec{
      .name = "SCARD",
      .summary = "Returns the number of members of a set.",
      .since = "1.0.0",
      .group = CommandGroup::kSet,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclSet,
      .keys = {OneKey(1, kKeyReadOnly)},
      .arguments = kKeyArgument,
  };

  static RunResult Run(CommandContext& context) {
    const auto set = ReadSet(context, context.args().Key());
    if (!set) return set.error();
    context.reply().Integer(static_cast<int64_t>(set->size()));
    return Replied();
  }
};

constexpr std::string_view kScanTips[] = {"nondeterministic_output"};
constexpr Argument kScanArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "cursor", .kind = Argument::Kind::kInteger},
    {.name = "pattern", .kind = Argument::Kind::kPattern, .token = "MATCH", .is_optional = true},
    {.name = "count", .kind = Argument::Kind::kInteger, .token = "COUNT", .is_optional = true}};

// SSCAN key cursor [MATCH pattern] [COUNT count] -> the next cursor and members
struct SScan {
  static constexpr CommandSpec kSpec{
      .name = "SSCAN",
      .summary = "Lists some members of a set, and the cursor with which the next call goes on.",
      .since = "2.8.0",
      .group = CommandGroup::kSet,
      .complexity =
          "O(1) for each call with a fixed COUNT, O(N) for all calls of a whole walk, N "
          "being the number of members.",
      .arity = -3,
      .flags = kReadonlyCommand,
      .categories = kAclSet,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kScanArguments,
      .tips = kScanTips,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const uint64_t cursor = ReadScanCursor(args);
    if (!args.ok()) return *args.Finish();
    const auto found = context.FindTyped(key, storage::Type::kSet, storage::kRead);
    if (!found) return CommandError::From(found.error());
    auto& reply = context.reply();
    if (!*found) {  // whatever the options are
      reply.ArrayHeader(2);
      reply.Bulk("0");
      reply.ArrayHeader(0);
      return Replied();
    }
    const ScanOptions options = ReadScanOptions(args, ScanOf::kSet);
    if (const auto error = args.Finish()) return *error;
    // Members lie where they are until the reply is written; integers have no text of their own.
    const storage::SetView set = storage::SetView::Of(**found);
    const bool is_of_integers = set.encoding() == storage::Encoding::kIntSet;
    if (!HasMemoryToCollect(options.EntriesMax(set.size()))) {
      return CommandError::NoMemoryForRequest();
    }
    std::vector<std::string> digits;
    if (is_of_integers) digits.reserve(set.size());
    std::vector<std::string_view> members;
    const uint64_t next =
        set.Scan(cursor, static_cast<size_t>(options.count), [&](std::string_view member) {
          if (!options.Matches(member)) return;
          members.push_back(is_of_integers ? digits.emplace_back(member) : member);
        });
    reply.ArrayHeader(2);
    reply.BulkInteger(static_cast<int64_t>(next));
    reply.ArrayHeader(members.size());
    for (const std::string_view member : members) reply.Bulk(member);
    return Replied();
  }
};

constexpr auto kCommands =
    CommandList<SAdd, SRem, SMove, SIsMember, SMIsMember, SMembers, SCard, SScan>();

}  // namespace

std::span<const CommandEntry> SetMemberCommands() {
  return kCommands;
}

}  // namespace server
