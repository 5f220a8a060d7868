// Keys that change their name or their database, or are copied: RENAME, RENAMENX, COPY, MOVE.

#include <expected>

#include "server/commands/keys/keys.h"
#include "server/dispatch/command_context.h"

namespace server {
namespace {

constexpr Argument kRenameArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "newkey", .kind = Argument::Kind::kKey, .key_spec = 1}};

// A key of one database and what is there; `found` is good until the next lookup that may expire.
struct Place {
  storage::Database& database;
  storage::Key key;
  storage::Found found;
};

void NoteAt(CommandContext& context, const Place& place, std::string_view event) {
  context.feed().NoteChange(place.database, place.key.bytes, event, EventClass::kGeneric);
}

void NoteNewAt(CommandContext& context, const Place& place) {
  context.feed().NoteEvent(place.database, place.key.bytes, "new", EventClass::kNew);
}

CommandError SameObjects() {
  return CommandError::Err("source and destination objects are the same");
}

// The database of this number, as MOVE and COPY name it; nullptr after an error.
storage::Database* ReadDatabase(CommandContext& context, ArgReader& args) {
  const int32_t index = args.Int32();
  if (!args.ok()) return nullptr;
  if (index < 0 || index >= context.keyspace().database_count()) {
    args.Fail(CommandError::Err("DB index is out of range"));
    return nullptr;
  }
  return &context.keyspace().database(index);
}

// Gives the value at `from` to the empty place `to`.
void Transfer(CommandContext& context, const Place& from, const Place& to, std::string_view left,
              std::string_view arrived) {
  from.database.MoveTo(from.key, from.found, to.database, to.key);
  NoteNewAt(context, to);
  NoteAt(context, from, left);
  NoteAt(context, to, arrived);
}

enum class IfTargetExists : uint8_t { kReplace, kRefuse };

// True when the key has its new name; false when that was taken.
std::expected<bool, CommandError> Rename(CommandContext& context, IfTargetExists if_exists) {
  ArgReader args = context.args();
  Place from{context.db(), args.Key(), {}};
  Place to{context.db(), args.Key(), {}};
  if (!context.Find(from.key, storage::kWrite)) return std::unexpected(CommandError::NoSuchKey());
  if (from.key.bytes == to.key.bytes) return if_exists == IfTargetExists::kReplace;
  if (const storage::Found old = context.Find(to.key, storage::kWrite)) {
    if (if_exists == IfTargetExists::kRefuse) return false;
    context.db().Erase(to.key, old);
  }
  from.found = context.db().Find(from.key, storage::kPeek);
  Transfer(context, from, to, "rename_from", "rename_to");
  return true;
}

struct RenameAlways {
  static constexpr CommandSpec kSpec{
      .name = "RENAME",
      .summary = "Gives a key another name, in place of a key that had it.",
      .since = "1.0.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kWriteCommand,
      .categories = kAclKeyspace,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyDelete),
               OneKey(2, kKeyOverwrite | kKeyUpdate)},
      .arguments = kRenameArguments,
  };

  static RunResult Run(CommandContext& context) {
    const auto renamed = Rename(context, IfTargetExists::kReplace);
    if (!renamed) return renamed.error();
    context.reply().Ok();
    return Replied();
  }
};

constexpr HistoryEntry kRenamenxHistory[] = {{"3.2.0", "Two equal names are no error any more."}};

struct RenameNx {
  static constexpr CommandSpec kSpec{
      .name = "RENAMENX",
      .summary = "Gives a key another name, unless a key has it.",
      .since = "1.0.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kWriteCommand | kFast,
      .categories = kAclKeyspace,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyDelete),
               OneKey(2, kKeyOverwrite | kKeyInsert)},
      .arguments = kRenameArguments,
      .history = kRenamenxHistory,
  };

  static RunResult Run(CommandContext& context) {
    const auto renamed = Rename(context, IfTargetExists::kRefuse);
    if (!renamed) return renamed.error();
    context.reply().Integer(*renamed ? 1 : 0);
    return Replied();
  }
};

constexpr Argument kCopyArguments[] = {
    {.name = "source", .kind = Argument::Kind::kKey},
    {.name = "destination", .kind = Argument::Kind::kKey, .key_spec = 1},
    {.name = "destination-db",
     .kind = Argument::Kind::kInteger,
     .token = "DB",
     .is_optional = true},
    {.name = "replace",
     .kind = Argument::Kind::kPureToken,
     .token = "REPLACE",
     .is_optional = true}};

struct Copy {
  static constexpr CommandSpec kSpec{
      .name = "COPY",
      .summary = "Copies the value and the expiry of a key to another one.",
      .since = "6.2.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(N), N being the size of the value.",
      .arity = -3,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclKeyspace,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess), OneKey(2, kKeyOverwrite | kKeyUpdate)},
      .arguments = kCopyArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key source = args.Key();
    const storage::Key destination = args.Key();
    storage::Database* target = &context.db();
    bool replace = false;
    while (!args.AtEnd()) {
      if (args.Take("REPLACE")) {
        replace = true;
      } else if (args.Take("DB")) {
        target = ReadDatabase(context, args);
      } else {
        return CommandError::Syntax();
      }
    }
    if (const auto error = args.Finish()) return *error;
    if (target == &context.db() && source.bytes == destination.bytes) return SameObjects();
    return Run(context, source, {*target, destination, {}}, replace);
  }

  static RunResult Run(CommandContext& context, const storage::Key& source, Place to,
                       bool replace) {
    if (!context.Find(source, storage::kRead)) {
      context.reply().Integer(0);
      return Replied();
    }
    to.found = to.database.Find(to.key, storage::kWrite);
    if (to.found && !replace) {
      context.reply().Integer(0);
      return Replied();
    }
    // Looked up again: the second lookup may have expired its key. This one changes nothing.
    const storage::Found found = context.db().Find(source, storage::kPeek);
    if (!context.db().CopyTo(found, to.database, to.key, to.found)) {
      return CommandError::NoMemory();
    }
    NoteNewAt(context, to);
    NoteAt(context, to, "copy_to");
    context.reply().Integer(1);
    return Replied();
  }
};

constexpr Argument kMoveArguments[] = {{.name = "key", .kind = Argument::Kind::kKey},
                                       {.name = "db", .kind = Argument::Kind::kInteger}};

struct Move {
  static constexpr CommandSpec kSpec{
      .name = "MOVE",
      .summary = "Moves a key to another database, unless it has that key.",
      .since = "1.0.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kWriteCommand | kFast,
      .categories = kAclKeyspace,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyUpdate)},
      .arguments = kMoveArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    storage::Database* target = ReadDatabase(context, args);
    if (const auto error = args.Finish()) return *error;
    if (target == &context.db()) return SameObjects();
    const storage::Found found = context.Find(key, storage::kWrite);
    if (!found || target->Find(key, storage::kWrite)) {
      context.reply().Integer(0);
      return Replied();
    }
    Transfer(context, {context.db(), key, found}, {*target, key, {}}, "move_from", "move_to");
    context.reply().Integer(1);
    return Replied();
  }
};

constexpr auto kCommands = CommandList<RenameAlways, RenameNx, Copy, Move>();

}  // namespace

std::span<const CommandEntry> KeyTransferCommands() {
  return kCommands;
}

}  // namespace server
