// Taking members out at either end.

#include <algorithm>

#include "server/commands/zsets/argument_trees.h"
#include "server/commands/zsets/taking_out.h"
#include "server/commands/zsets/zsets.h"
#include "storage/base/number.h"
#include "storage/keyspace/opened.h"
#include "storage/types/sorted_set.h"

namespace server {
namespace {

// What is no integer has the same error as one that is too small.
int64_t ReadAtLeast(ArgReader& args, int64_t least, std::string_view error_text) {
  const auto value = storage::ParseInt64(args.Bytes());
  if (value && *value >= least) return *value;
  args.Fail(CommandError::Err(error_text));
  return least;
}

RunResult Pop(CommandContext& context, End end) {
  ArgReader args = context.args();
  const storage::Key key = args.Key();
  const bool has_count = !args.AtEnd();
  if (args.remaining() > 1) return CommandError::Syntax();
  const int64_t count =
      has_count ? ReadAtLeast(args, 0, "value is out of range, must be positive") : 1;
  if (const auto error = args.Finish()) return *error;
  const auto found = context.FindTyped(key, storage::Type::kSortedSet, storage::kWrite);
  if (!found) return CommandError::From(found.error());
  if (!*found || count == 0) {
    context.reply().ArrayHeader(0);
    return Replied();
  }
  const size_t size = storage::SortedSetView::Of(**found).size();
  const size_t taken = std::min(size, static_cast<size_t>(count));
  const bool pairs = has_count && context.reply().version() == protocol::resp::Version::kResp3;
  if (!pairs) context.reply().ArrayHeader(2 * taken);
  TakeOut(context, key, *found, end, taken, pairs ? TakenForm::kPairs : TakenForm::kFlat);
  return Replied();
}

constexpr Argument kPopArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "count", .kind = Argument::Kind::kInteger, .is_optional = true},
};

// ZPOPMIN key [count] -> members and scores
struct ZPopMin {
  static constexpr CommandSpec kSpec{
      .name = "ZPOPMIN",
      .summary = "Takes out the members with the lowest scores.",
      .since = "5.0.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(log(N)*M)",
      .arity = -2,
      .flags = kWriteCommand | kFast,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyDelete)},
      .arguments = kPopArguments,
  };

  static RunResult Run(CommandContext& context) { return Pop(context, End::kLowest); }
};

// ZPOPMAX key [count] -> members and scores
struct ZPopMax {
  static constexpr CommandSpec kSpec{
      .name = "ZPOPMAX",
      .summary = "Takes out the members with the highest scores.",
      .since = "5.0.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(log(N)*M)",
      .arity = -2,
      .flags = kWriteCommand | kFast,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyDelete)},
      .arguments = kPopArguments,
  };

  static RunResult Run(CommandContext& context) { return Pop(context, End::kHighest); }
};

constexpr Argument kZMPopArguments[] = {
    {.name = "numkeys", .kind = Argument::Kind::kInteger},
    {.name = "key", .kind = Argument::Kind::kKey, .is_multiple = true},
    {.name = "where", .kind = Argument::Kind::kOneOf, .children = kMinOrMax},
    {.name = "count", .kind = Argument::Kind::kInteger, .token = "COUNT", .is_optional = true},
};

// ZMPOP numkeys key ... MIN | MAX [COUNT n] -> the key, members and scores, or null
struct ZMPop {
  static constexpr CommandSpec kSpec{
      .name = "ZMPOP",
      .summary = "Takes members out of the first of several sorted sets that has any.",
      .since = "7.0.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(K)",
      .arity = -4,
      .flags = kWriteCommand,
      .categories = kAclSortedSet,
      .keys = {KeySpec{.begin = KeySpec::Begin::kIndex,
                       .index = 1,
                       .find = KeySpec::Find::kKeyNumber,
                       .number_index = 0,
                       .first_index = 1,
                       .flags = kKeyReadWrite | kKeyAccess | kKeyDelete}},
      .arguments = kZMPopArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const MultiPop pop = ReadMultiPop(args);
    if (const auto error = args.Finish()) return *error;
    const auto first = FindFirst(context, pop.keys);
    if (!first) return CommandError::From(first.error());
    if (!first->found) {
      context.reply().NullArray();
      return Replied();
    }
    context.reply().ArrayHeader(2);
    context.reply().Bulk(first->key.bytes);
    TakeOut(context, first->key, first->found, pop.end, pop.count, TakenForm::kPairs);
    return Replied();
  }
};

constexpr auto kCommands = CommandList<ZPopMin, ZPopMax, ZMPop>();

}  // namespace

void TakeOut(CommandContext& context, const storage::Key& key, storage::Found found, End end,
             size_t count, TakenForm form) {
  const auto view = storage::SortedSetView::Of(*found);
  count = std::min(count, view.size());
  const bool is_low = end == End::kLowest;
  const storage::RankRange range{is_low ? 0 : view.size() - count, count};
  if (form == TakenForm::kPairs) context.reply().ArrayHeader(count);
  view.Walk(range, is_low ? storage::Direction::kUp : storage::Direction::kDown,
            [&](double score, std::string_view member) {
              if (form == TakenForm::kPairs) context.reply().ArrayHeader(2);
              context.reply().Bulk(member);
              context.reply().Double(score);
            });
  const bool takes_all = count == view.size();
  if (takes_all) {
    context.db().Erase(key, found);
  } else {
    storage::Opened<storage::SortedSet> set(context.db(), key, found);
    set->Erase(range);
    set.Close();
  }
  context.NoteChange(key, is_low ? "zpopmin" : "zpopmax", EventClass::kSortedSet);
  if (takes_all) context.NoteEvent(key, "del", EventClass::kGeneric);
  if (!context.feed().has_propagation()) return;
  char digits[storage::kInt64TextMax];
  const char* digits_end = storage::FormatInt64(digits, static_cast<int64_t>(count));
  context.feed().PropagateInstead({is_low ? ZPopMin::kSpec.name : ZPopMax::kSpec.name, key.bytes,
                                   std::string_view(digits, digits_end)});
}

storage::Result<FirstKey> FindFirst(CommandContext& context,
                                    std::span<const std::string_view> keys) {
  for (const std::string_view name : keys) {
    const storage::Key key = context.KeyOf(name);
    const auto found = context.FindTyped(key, storage::Type::kSortedSet, storage::kWrite);
    if (!found) return std::unexpected(found.error());
    if (*found) return FirstKey{key, *found};
  }
  return FirstKey{};
}

MultiPop ReadMultiPop(ArgReader& args) {
  MultiPop pop;
  const int64_t keys = ReadAtLeast(args, 1, "numkeys should be greater than 0");
  // Behind the keys there is at least one word.
  if (!args.ok() || static_cast<uint64_t>(keys) >= args.remaining()) {
    args.Fail(CommandError::Syntax());
    return pop;
  }
  pop.keys = args.Several(static_cast<size_t>(keys));
  if (args.Take("MAX")) {
    pop.end = End::kHighest;
  } else if (!args.Take("MIN")) {
    args.Fail(CommandError::Syntax());
  }
  if (args.remaining() > 1 && args.Take("COUNT")) {
    pop.count = static_cast<size_t>(ReadAtLeast(args, 1, "count should be greater than 0"));
  }
  return pop;
}

std::span<const CommandEntry> SortedSetPopCommands() {
  return kCommands;
}

}  // namespace server
