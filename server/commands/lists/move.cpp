// An element goes from one list to another, or round in one: LMOVE and its relatives.

#include <string>

#include "server/commands/lists/list_actions.h"
#include "server/commands/lists/lists.h"
#include "server/commands/shared/blocking_timeout.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"

namespace server {
namespace {

using Kind = Argument::Kind;

struct Move {
  storage::Key source;
  storage::Key target;
  ListEnd from = ListEnd::kBack;
  ListEnd to = ListEnd::kFront;
};

// Takes the element away from the source, which the record `found` holds.
void TakeAway(CommandContext& context, const Move& move, storage::Found found) {
  OpenedList source(context.db(), move.source, found);
  source->Pop(move.from);
  CloseAfterRemoval(context, move.source, source, PopEvent(move.from));
}

// Source and target are one list.
RunResult Rotate(CommandContext& context, const Move& move, storage::Found found) {
  OpenedList list(context.db(), move.source, found);
  const std::string element(list->At(move.from));
  list->ExpectGrowth(1, element.size());
  const bool is_pushed = list->Push(move.to, element);
  if (is_pushed) {
    list->Pop(move.from);
    list->NoteShrinking();
  }
  list.Close();
  if (!is_pushed) return CommandError::NoMemory();
  context.NoteChange(move.source, PushEvent(move.to), EventClass::kList);
  context.NoteEvent(move.source, PopEvent(move.from), EventClass::kList);
  context.reply().Bulk(element);
  return Replied();
}

// The source exists.
RunResult MoveElement(CommandContext& context, const Move& move, storage::Found found) {
  if (move.source.bytes == move.target.bytes) return Rotate(context, move, found);
  // The target may make room for itself in the table: the element is copied, the source looked up
  // again.
  std::string element;
  {
    OpenedList source(context.db(), move.source, found);
    element = source->At(move.from);
  }
  const auto target_found = context.FindTyped(move.target, storage::Type::kList, storage::kWrite);
  if (!target_found) return CommandError::From(target_found.error());
  const bool is_new = !*target_found;
  OpenedList target(context.db(), move.target, *target_found);
  target->ExpectGrowth(1, element.size());
  const bool is_pushed = target->Push(move.to, element);
  target.Close();
  if (!is_pushed) return CommandError::NoMemory();
  if (is_new) context.NoteNewKey(move.target);
  context.NoteChange(move.target, PushEvent(move.to), EventClass::kList);
  TakeAway(context, move, context.Find(move.source, storage::kPeek));
  context.reply().Bulk(element);
  return Replied();
}

RunResult MoveOrNull(CommandContext& context, const Move& move) {
  const auto found = context.FindTyped(move.source, storage::Type::kList, storage::kWrite);
  if (!found) return CommandError::From(found.error());
  if (*found) return MoveElement(context, move, *found);
  context.reply().Null();
  return Replied();
}

enum class PropagateAs : uint8_t { kMove, kRPopLPush };

RunResult MoveOrWait(CommandContext& context, const Move& move, int64_t deadline_us,
                     PropagateAs propagate_as) {
  const auto found = context.FindTyped(move.source, storage::Type::kList, storage::kWrite);
  if (!found) return CommandError::From(found.error());
  if (!*found) {
    return context.engine().key_waiters.Wait(
        context, {.type = storage::Type::kList,
                  .keys = std::span(&move.source.bytes, 1),
                  .deadline_us = deadline_us,
                  .reply_in_vain = [](Client& client) { client.reply.NullArray(); },
                  .reply_at_once = [](Client& client) { client.reply.Null(); }});
  }
  RunResult result = MoveElement(context, move, *found);
  if (result.kind() == RunResult::Kind::kError) return result;
  if (propagate_as == PropagateAs::kRPopLPush) {
    context.feed().PropagateInstead({"RPOPLPUSH", move.source.bytes, move.target.bytes});
  } else {
    context.feed().PropagateInstead({"LMOVE", move.source.bytes, move.target.bytes,
                                     move.from == ListEnd::kFront ? "LEFT" : "RIGHT",
                                     move.to == ListEnd::kFront ? "LEFT" : "RIGHT"});
  }
  return result;
}

constexpr Argument kEnds[] = {
    {.name = "left", .kind = Kind::kPureToken, .token = "LEFT"},
    {.name = "right", .kind = Kind::kPureToken, .token = "RIGHT"},
};
constexpr Argument kMoveArguments[] = {
    {.name = "source", .kind = Kind::kKey},
    {.name = "destination", .kind = Kind::kKey, .key_spec = 1},
    {.name = "wherefrom", .kind = Kind::kOneOf, .children = kEnds},
    {.name = "whereto", .kind = Kind::kOneOf, .children = kEnds},
};

// LMOVE source destination LEFT|RIGHT LEFT|RIGHT -> the element, or null
struct LMove {
  static constexpr CommandSpec kSpec{
      .name = "LMOVE",
      .summary = "Moves an element from an end of a list to an end of another and returns it.",
      .since = "6.2.0",
      .group = CommandGroup::kList,
      .complexity = "O(1)",
      .arity = 5,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclList,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyDelete),
               OneKey(2, kKeyReadWrite | kKeyInsert)},
      .arguments = kMoveArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const Move move{args.Key(), args.Key(), ReadListEnd(args), ReadListEnd(args)};
    if (const auto error = args.Finish()) return *error;
    return MoveOrNull(context, move);
  }
};

constexpr Argument kRPopLPushArguments[] = {
    {.name = "source", .kind = Kind::kKey},
    {.name = "destination", .kind = Kind::kKey, .key_spec = 1},
};

// RPOPLPUSH source destination -> the element, or null
struct RPopLPush {
  static constexpr CommandSpec kSpec{
      .name = "RPOPLPUSH",
      .summary = "Moves the last element of a list to the front of another and returns it.",
      .since = "1.2.0",
      .group = CommandGroup::kList,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclList,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyDelete),
               OneKey(2, kKeyReadWrite | kKeyInsert)},
      .arguments = kRPopLPushArguments,
      .deprecated_since = "6.2.0",
      .replaced_by = "`LMOVE` with the `RIGHT` and `LEFT` arguments",
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    return MoveOrNull(context, {.source = args.Key(), .target = args.Key()});
  }
};

constexpr Argument kBlockingMoveArguments[] = {
    {.name = "source", .kind = Kind::kKey},
    {.name = "destination", .kind = Kind::kKey, .key_spec = 1},
    {.name = "wherefrom", .kind = Kind::kOneOf, .children = kEnds},
    {.name = "whereto", .kind = Kind::kOneOf, .children = kEnds},
    {.name = "timeout", .kind = Kind::kDouble},
};

// BLMOVE source destination LEFT|RIGHT LEFT|RIGHT timeout -> the element, or null in the end
struct BLMove {
  static constexpr CommandSpec kSpec{
      .name = "BLMOVE",
      .summary = "Moves an element from a list to another, and waits for one if there is none.",
      .since = "6.2.0",
      .group = CommandGroup::kList,
      .complexity = "O(1)",
      .arity = 6,
      .flags = kWriteCommand | kDenyOom | kBlockingCommand,
      .categories = kAclList,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyDelete),
               OneKey(2, kKeyReadWrite | kKeyInsert)},
      .arguments = kBlockingMoveArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const Move move{args.Key(), args.Key(), ReadListEnd(args), ReadListEnd(args)};
    const int64_t deadline_us = ReadBlockingDeadline(args, context);
    if (const auto error = args.Finish()) return *error;
    return MoveOrWait(context, move, deadline_us, PropagateAs::kMove);
  }
};

constexpr Argument kBRPopLPushArguments[] = {
    {.name = "source", .kind = Kind::kKey},
    {.name = "destination", .kind = Kind::kKey, .key_spec = 1},
    {.name = "timeout", .kind = Kind::kDouble},
};
constexpr HistoryEntry kBRPopLPushHistory[] = {{"6.0.0", "The timeout may have a fraction."}};

// BRPOPLPUSH source destination timeout -> the element, or null in the end
struct BRPopLPush {
  static constexpr CommandSpec kSpec{
      .name = "BRPOPLPUSH",
      .summary = "Moves the last element of a list to the front of another; waits for one.",
      .since = "2.2.0",
      .group = CommandGroup::kList,
      .complexity = "O(1)",
      .arity = 4,
      .flags = kWriteCommand | kDenyOom | kBlockingCommand,
      .categories = kAclList,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyDelete),
               OneKey(2, kKeyReadWrite | kKeyInsert)},
      .arguments = kBRPopLPushArguments,
      .history = kBRPopLPushHistory,
      .deprecated_since = "6.2.0",
      .replaced_by = "`BLMOVE` with the `RIGHT` and `LEFT` arguments",
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const Move move{.source = args.Key(), .target = args.Key()};
    const int64_t deadline_us = ReadBlockingDeadline(args, context);
    if (const auto error = args.Finish()) return *error;
    return MoveOrWait(context, move, deadline_us, PropagateAs::kRPopLPush);
  }
};

constexpr auto kCommands = CommandList<LMove, RPopLPush, BLMove, BRPopLPush>();

}  // namespace

std::span<const CommandEntry> ListMoveCommands() {
  return kCommands;
}

}  // namespace server
