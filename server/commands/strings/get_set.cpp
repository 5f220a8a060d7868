// GET and SET and their older forms.

#include "server/commands/shared/string_reply.h"
#include "server/commands/strings/strings.h"
#include "server/dispatch/command_context.h"

namespace server {
namespace {

constexpr Argument kKeyArgument[] = {{.name = "key", .kind = Argument::Kind::kKey}};

struct Get {
  static constexpr CommandSpec kSpec{
      .name = "GET",
      .summary = "Returns the string at a key.",
      .since = "1.0.0",
      .group = CommandGroup::kString,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclString,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kKeyArgument,
  };

  static RunResult Run(CommandContext& context) {
    const auto found = context.FindString(context.args().Key(), storage::kRead);
    if (!found) return CommandError::From(found.error());
    if (*found) {
      ReplyString(context.reply(), context.keyspace(), **found);
    } else {
      context.reply().Null();
    }
    return Replied();
  }
};

struct Set {
  static constexpr CommandSpec kSpec{
      .name = "SET",
      .summary = "Sets a key to a string, whatever it held before.",
      .since = "1.0.0",
      .group = CommandGroup::kString,
      .complexity = "O(1)",
      .arity = -3,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclString,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyUpdate | kKeyVariable)},
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const std::string_view value = args.Bytes();
    if (const auto error = args.Finish()) return *error;
    const storage::Found found = context.Find(key, storage::kWrite);
    if (!context.db().SetString(key, found, value, storage::ExpiryChange::Clear())) {
      return CommandError::NoMemory();
    }
    context.NoteChange(key, "set", EventClass::kString);
    context.reply().Ok();
    return Replied();
  }
};

constexpr auto kCommands = CommandList<Get, Set>();

}  // namespace

std::span<const CommandEntry> StringGetSetCommands() {
  return kCommands;
}

}  // namespace server
