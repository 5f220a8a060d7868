// Taking members out, and waiting for them when there are none.

#include "server/commands/shared/blocking_timeout.h"
#include "server/commands/zsets/argument_trees.h"
#include "server/commands/zsets/taking_out.h"
#include "server/commands/zsets/zsets.h"
#include "server/engine_state.h"

namespace server {
namespace {

RunResult WaitFor(CommandContext& context, std::span<const std::string_view> keys,
                  int64_t deadline_us) {
  return context.engine().key_waiters.Wait(
      context, {.type = storage::Type::kSortedSet,
                .keys = keys,
                .deadline_us = deadline_us,
                .reply_in_vain = [](Client& client) { client.reply.NullArray(); }});
}

// BZPOPMIN and BZPOPMAX.
RunResult PopOrWait(CommandContext& context, End end) {
  ArgReader args = context.args();
  const auto keys = args.Several(args.remaining() - 1);
  const int64_t deadline_us = ReadBlockingDeadline(args, context);
  if (const auto error = args.Finish()) return *error;
  const auto first = FindFirst(context, keys);
  if (!first) return CommandError::From(first.error());
  if (!first->found) return WaitFor(context, keys, deadline_us);
  context.reply().ArrayHeader(3);
  context.reply().Bulk(first->key.bytes);
  TakeOut(context, first->key, first->found, end, 1, TakenForm::kFlat);
  return Replied();
}

constexpr Argument kBlockingPopArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey, .is_multiple = true},
    {.name = "timeout", .kind = Argument::Kind::kDouble},
};

// BZPOPMIN key ... timeout -> the key, the member and its score, or null
struct BZPopMin {
  static constexpr CommandSpec kSpec{
      .name = "BZPOPMIN",
      .summary = "Takes out the member with the lowest score, and waits for one if need be.",
      .since = "5.0.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(log(N))",
      .arity = -3,
      .flags = kWriteCommand | kNoScript | kBlockingCommand | kFast,
      .categories = kAclSortedSet,
      .keys = {KeyRange(1, -2, 1, kKeyReadWrite | kKeyAccess | kKeyDelete)},
      .arguments = kBlockingPopArguments,
  };

  static RunResult Run(CommandContext& context) { return PopOrWait(context, End::kLowest); }
};

// BZPOPMAX key ... timeout -> the key, the member and its score, or null
struct BZPopMax {
  static constexpr CommandSpec kSpec{
      .name = "BZPOPMAX",
      .summary = "Takes out the member with the highest score, and waits for one if need be.",
      .since = "5.0.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(log(N))",
      .arity = -3,
      .flags = kWriteCommand | kNoScript | kBlockingCommand | kFast,
      .categories = kAclSortedSet,
      .keys = {KeyRange(1, -2, 1, kKeyReadWrite | kKeyAccess | kKeyDelete)},
      .arguments = kBlockingPopArguments,
  };

  static RunResult Run(CommandContext& context) { return PopOrWait(context, End::kHighest); }
};

constexpr Argument kBZMPopArguments[] = {
    {.name = "timeout", .kind = Argument::Kind::kDouble},
    {.name = "numkeys", .kind = Argument::Kind::kInteger},
    {.name = "key", .kind = Argument::Kind::kKey, .is_multiple = true},
    {.name = "where", .kind = Argument::Kind::kOneOf, .children = kMinOrMax},
    {.name = "count", .kind = Argument::Kind::kInteger, .token = "COUNT", .is_optional = true},
};

// BZMPOP timeout numkeys key ... MIN | MAX [COUNT n] -> the key, members and scores, or null
struct BZMPop {
  static constexpr CommandSpec kSpec{
      .name = "BZMPOP",
      .summary =
          "Takes members out of the first sorted set that has any, and waits for one if need be.",
      .since = "7.0.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(K)",
      .arity = -5,
      .flags = kWriteCommand | kBlockingCommand,
      .categories = kAclSortedSet,
      .keys = {KeySpec{.begin = KeySpec::Begin::kIndex,
                       .index = 2,
                       .find = KeySpec::Find::kKeyNumber,
                       .number_index = 0,
                       .first_index = 1,
                       .flags = kKeyReadWrite | kKeyAccess | kKeyDelete}},
      .arguments = kBZMPopArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    args.Bytes();  // the timeout: read at last, as Redis does
    const MultiPop pop = ReadMultiPop(args);
    if (const auto error = args.Finish()) return *error;
    ArgReader timeout(context.arguments().subspan(1, 1), 0, context.keyspace(), storage::Key());
    const int64_t deadline_us = ReadBlockingDeadline(timeout, context);
    if (const auto error = timeout.Finish()) return *error;
    const auto first = FindFirst(context, pop.keys);
    if (!first) return CommandError::From(first.error());
    if (!first->found) return WaitFor(context, pop.keys, deadline_us);
    context.reply().ArrayHeader(2);
    context.reply().Bulk(first->key.bytes);
    TakeOut(context, first->key, first->found, pop.end, pop.count, TakenForm::kPairs);
    return Replied();
  }
};

constexpr auto kCommands = CommandList<BZPopMin, BZPopMax, BZMPop>();

}  // namespace

std::span<const CommandEntry> SortedSetBlockingCommands() {
  return kCommands;
}

}  // namespace server
