// Random members of sets: SPOP, SRANDMEMBER.

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "server/commands/sets/sets.h"
#include "server/commands/shared/memory_trial.h"
#include "server/commands/shared/random_count.h"
#include "server/engine_state.h"
#include "storage/keyspace/opened.h"

namespace server {
namespace {

using storage::MemberScratch;
using storage::SetView;

constexpr std::string_view kRandomTips[] = {"nondeterministic_output"};
constexpr Argument kPopArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "count", .kind = Argument::Kind::kInteger, .is_optional = true, .since = "3.2.0"}};
constexpr HistoryEntry kPopHistory[] = {{"3.2.0", "Takes a count."}};

// SPOP key [count] -> a member or null; with a count a set of members
struct SPop {
  static constexpr CommandSpec kSpec{
      .name = "SPOP",
      .summary = "Removes members from a set at random and returns them.",
      .since = "1.0.0",
      .group = CommandGroup::kSet,
      .complexity = "O(N) where N is the number of members removed.",
      .arity = -2,
      .flags = kWriteCommand | kFast,
      .categories = kAclSet,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyDelete)},
      .arguments = kPopArguments,
      .tips = kRandomTips,
      .history = kPopHistory,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    if (args.AtEnd()) return PopOne(context, key);
    if (args.remaining() > 1) return CommandError::Syntax();
    const auto count = storage::ParseInt64(args.Bytes());
    if (!count || *count < 0) {
      return CommandError::Err("value is out of range, must be positive");
    }
    const auto found = context.FindTyped(key, storage::Type::kSet, storage::kWrite);
    if (!found) return CommandError::From(found.error());
    if (!*found || *count == 0) {
      context.reply().SetHeader(0);
    } else if (static_cast<uint64_t>(*count) >= SetView::Of(**found).size()) {
      PopAll(context, key, *found);
    } else if (!HasMemoryToCollect(static_cast<size_t>(*count))) {
      return CommandError::NoMemory();
    } else {
      PopSome(context, key, *found, static_cast<size_t>(*count));
    }
    return Replied();
  }

  static RunResult PopOne(CommandContext& context, const storage::Key& key) {
    const auto found = context.FindTyped(key, storage::Type::kSet, storage::kWrite);
    if (!found) return CommandError::From(found.error());
    if (!*found) {
      context.reply().Null();
      return Replied();
    }
    storage::Opened<storage::Set> set(context.db(), key, *found);
    MemberScratch scratch;
    const std::string member(set->view().RandomMember(context.engine().random, scratch));
    set->Erase(member);
    const bool is_gone = set.Close();
    context.NoteChange(key, "spop", EventClass::kSet);
    if (is_gone) context.NoteEvent(key, "del", EventClass::kGeneric);
    context.feed().PropagateInstead({"SREM", key.bytes, member});
    context.reply().Bulk(member);
    return Replied();
  }

  static void PopAll(CommandContext& context, const storage::Key& key, storage::Found found) {
    const SetView set = SetView::Of(*found);
    context.reply().SetHeader(set.size());
    set.ForEach([&](std::string_view member) { context.reply().Bulk(member); });
    context.db().Erase(key, found);
    context.NoteChange(key, "spop", EventClass::kSet);
    context.NoteEvent(key, "del", EventClass::kGeneric);
    context.feed().PropagateInstead({"DEL", key.bytes});
  }

  static void PopSome(CommandContext& context, const storage::Key& key, storage::Found found,
                      size_t count) {
    storage::Opened<storage::Set> set(context.db(), key, found);
    std::vector<std::string> popped;
    MemberScratch scratch;
    while (popped.size() < count) {
      popped.emplace_back(set->view().RandomMember(context.engine().random, scratch));
      set->Erase(popped.back());
    }
    // Redis moves the few that are left to a new set when most go.
    constexpr size_t kManyTimes = 5;
    if (set->size() * kManyTimes <= count) set->SayAsIfNew();
    set.Close();
    context.NoteChange(key, "spop", EventClass::kSet);
    PropagateRemoval(context, key, popped);
    context.reply().SetHeader(popped.size());
    for (const std::string& member : popped) context.reply().Bulk(member);
  }

  static void PropagateRemoval(CommandContext& context, const storage::Key& key,
                               const std::vector<std::string>& members) {
    if (!context.feed().has_propagation()) return;
    constexpr size_t kMembersMax = 1024;
    std::vector<std::string_view> request;
    for (size_t begin = 0; begin < members.size(); begin += kMembersMax) {
      const size_t end = std::min(members.size(), begin + kMembersMax);
      request.assign({"SREM", key.bytes});
      for (size_t i = begin; i < end; ++i) request.push_back(members[i]);
      context.feed().PropagateInstead(request);
    }
  }
};

constexpr Argument kRandomArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "count", .kind = Argument::Kind::kInteger, .is_optional = true, .since = "2.6.0"}};
constexpr HistoryEntry kRandomHistory[] = {{"2.6.0", "Takes a count."}};

// SRANDMEMBER key [count] -> a member or null; with a count an array of members
struct SRandMember {
  static constexpr CommandSpec kSpec{
      .name = "SRANDMEMBER",
      .summary = "Picks members of a set at random.",
      .since = "1.0.0",
      .group = CommandGroup::kSet,
      .complexity = "O(N) where N is the number of members returned.",
      .arity = -2,
      .flags = kReadonlyCommand,
      .categories = kAclSet,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kRandomArguments,
      .tips = kRandomTips,
      .history = kRandomHistory,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    if (args.AtEnd()) return ReplyOne(context, key);
    if (args.remaining() > 1) return CommandError::Syntax();
    const int64_t count = ReadRandomCount(args);
    if (const auto error = args.Finish()) return *error;
    const auto set = ReadSet(context, key);
    if (!set) return set.error();
    if (set->size() > 0 && count < -kRepeatedElementsMax) {
      return CommandError::Err("value is out of range");
    }
    if (set->size() == 0 || count == 0) {
      context.reply().ArrayHeader(0);
    } else if (count < 0) {
      ReplyRepeated(context, *set, static_cast<size_t>(-count));
    } else if (!HasMemoryToCollect(std::min(static_cast<size_t>(count), set->size()))) {
      return CommandError::NoMemory();
    } else {
      ReplyDistinct(context, *set, static_cast<size_t>(count));
    }
    return Replied();
  }

  static RunResult ReplyOne(CommandContext& context, const storage::Key& key) {
    const auto set = ReadSet(context, key);
    if (!set) return set.error();
    MemberScratch scratch;
    if (set->size() == 0) {
      context.reply().Null();
    } else {
      context.reply().Bulk(set->RandomMember(context.engine().random, scratch));
    }
    return Replied();
  }

  static void ReplyRepeated(CommandContext& context, const SetView& set, size_t count) {
    MemberScratch scratch;
    context.reply().ArrayHeader(count);
    for (size_t i = 0; i < count; ++i) {
      context.reply().Bulk(set.RandomMember(context.engine().random, scratch));
    }
  }

  static void ReplyDistinct(CommandContext& context, const SetView& set, size_t count) {
    storage::Random& random = context.engine().random;
    // A few out of many are drawn, and drawn again when they were met before.
    constexpr size_t kManyTimes = 3;
    if (count <= set.size() / kManyTimes) {
      MemberScratch scratch;
      std::unordered_set<std::string> met;
      context.reply().ArrayHeader(count);
      while (met.size() < count) {
        const auto [place, is_new] = met.emplace(set.RandomMember(random, scratch));
        if (is_new) context.reply().Bulk(*place);
      }
      return;
    }
    // Else one is taken or not as the walk meets it, each with the same chance.
    size_t left = set.size();
    size_t wanted = std::min(count, left);
    context.reply().ArrayHeader(wanted);
    set.ForEach([&](std::string_view member) {
      if (random.Below(left--) >= wanted) return;
      context.reply().Bulk(member);
      --wanted;
    });
  }
};

constexpr auto kCommands = CommandList<SPop, SRandMember>();

}  // namespace

std::span<const CommandEntry> SetRandomCommands() {
  return kCommands;
}

}  // namespace server
