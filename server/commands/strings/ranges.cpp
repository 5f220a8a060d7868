// Strings as bytes: their length, parts of them, and changes in place.

#include <algorithm>
#include <cstring>

#include "server/commands/shared/string_limit.h"
#include "server/commands/shared/string_reply.h"
#include "server/commands/strings/store_string.h"
#include "server/commands/strings/strings.h"
#include "server/dispatch/command_context.h"
#include "storage/types/string.h"

namespace server {
namespace {

constexpr Argument kKeyArgument[] = {{.name = "key", .kind = Argument::Kind::kKey}};

// STRLEN key -> the length in bytes, 0 when the key is missing
struct StrLen {
  static constexpr CommandSpec kSpec{
      .name = "STRLEN",
      .summary = "Returns the length of the string at a key.",
      .since = "2.2.0",
      .group = CommandGroup::kString,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclString,
      .keys = {OneKey(1, kKeyReadOnly)},
      .arguments = kKeyArgument,
  };

  static RunResult Run(CommandContext& context) {
    const auto found = context.FindString(context.args().Key(), storage::kRead);
    if (!found) return CommandError::From(found.error());
    const size_t size = *found ? storage::StringSize(**found) : 0;
    context.reply().Integer(static_cast<int64_t>(size));
    return Replied();
  }
};

// The part of a string of `size` bytes from `first` to `last`, both included and counted from the
// end when negative: {offset, bytes}.
struct Part {
  size_t offset = 0;
  size_t bytes = 0;
};
Part PartOf(size_t size, int64_t first, int64_t last) {
  const int64_t length = static_cast<int64_t>(size);
  // Negative numbers in the wrong order are an empty part, even where both are cut to 0.
  if (first < 0 && last < 0 && first > last) return {};
  if (first < 0) first = std::max<int64_t>(0, length + first);
  if (last < 0) last = std::max<int64_t>(0, length + last);
  last = std::min(last, length - 1);
  if (first > last) return {};
  return {static_cast<size_t>(first), static_cast<size_t>(last - first + 1)};
}

RunResult ReplyPart(CommandContext& context) {
  ArgReader args = context.args();
  const storage::Key key = args.Key();
  const int64_t first = args.Int64();
  const int64_t last = args.Int64();
  if (const auto error = args.Finish()) return *error;
  const auto found = context.FindString(key, storage::kRead);
  if (!found) return CommandError::From(found.error());
  if (!*found) {
    context.reply().Bulk("");
    return Replied();
  }
  const Part part = PartOf(storage::StringSize(**found), first, last);
  ReplyStringPart(context.reply(), context.keyspace(), **found, part.offset, part.bytes);
  return Replied();
}

constexpr Argument kRangeArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "start", .kind = Argument::Kind::kInteger},
    {.name = "end", .kind = Argument::Kind::kInteger},
};

// GETRANGE key start end -> the part of the string, empty when there is none
struct GetRange {
  static constexpr CommandSpec kSpec{
      .name = "GETRANGE",
      .summary = "Returns a part of the string at a key.",
      .since = "2.4.0",
      .group = CommandGroup::kString,
      .complexity = "O(N) where N is the length of the part; a large part is sent without a copy.",
      .arity = 4,
      .flags = kReadonlyCommand,
      .categories = kAclString,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kRangeArguments,
  };

  static RunResult Run(CommandContext& context) { return ReplyPart(context); }
};

// SUBSTR key start end: GETRANGE's older name
struct Substr {
  static constexpr CommandSpec kSpec{
      .name = "SUBSTR",
      .summary = "Returns a part of the string at a key, as GETRANGE does.",
      .since = "1.0.0",
      .group = CommandGroup::kString,
      .complexity = "O(N) where N is the length of the part; a large part is sent without a copy.",
      .arity = 4,
      .flags = kReadonlyCommand,
      .categories = kAclString,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kRangeArguments,
      .deprecated_since = "2.0.0",
      .replaced_by = "`GETRANGE`",
  };

  static RunResult Run(CommandContext& context) { return ReplyPart(context); }
};

constexpr Argument kSetRangeArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "offset", .kind = Argument::Kind::kInteger},
    {.name = "value"},
};

// SETRANGE key offset value -> the length afterwards
struct SetRange {
  static constexpr CommandSpec kSpec{
      .name = "SETRANGE",
      .summary = "Overwrites a part of the string at a key, which grows with zero bytes as needed.",
      .since = "2.2.0",
      .group = CommandGroup::kString,
      .complexity = "O(M) where M is the length of the value, when the string need not grow.",
      .arity = 4,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclString,
      .keys = {OneKey(1, kKeyReadWrite | kKeyUpdate)},
      .arguments = kSetRangeArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const int64_t offset = args.Int64();
    const std::string_view value = args.Bytes();
    if (const auto error = args.Finish()) return *error;
    if (offset < 0) return CommandError::Err("offset is out of range");
    const auto found = context.FindString(key, storage::kWrite);
    if (!found) return CommandError::From(found.error());
    size_t size = *found ? storage::StringSize(**found) : 0;
    if (!value.empty()) {
      const size_t begin = static_cast<size_t>(offset);
      if (ExceedsStringMax(context, begin, value.size())) {
        return CommandError::From(storage::Error::kTooLong);
      }
      size = std::max(size, begin + value.size());
      char* bytes = context.db().GrowString(key, *found, size);
      if (bytes == nullptr) return CommandError::NoMemory();
      std::memcpy(bytes + begin, value.data(), value.size());
      if (!*found) context.NoteNewKey(key);
      context.NoteChange(key, "setrange", EventClass::kString);
    }
    context.reply().Integer(static_cast<int64_t>(size));
    return Replied();
  }
};

constexpr Argument kAppendArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "value"},
};

// APPEND key value -> the length afterwards
struct Append {
  static constexpr CommandSpec kSpec{
      .name = "APPEND",
      .summary = "Adds bytes to the end of the string at a key, which is empty when it is missing.",
      .since = "2.0.0",
      .group = CommandGroup::kString,
      .complexity = "O(M) where M is the length of the value, averaged over many calls.",
      .arity = 3,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclString,
      .keys = {OneKey(1, kKeyReadWrite | kKeyInsert)},
      .arguments = kAppendArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const std::string_view value = args.Bytes();
    const auto found = context.FindString(key, storage::kWrite);
    if (!found) return CommandError::From(found.error());
    size_t size = value.size();
    if (*found) {
      const size_t old_size = storage::StringSize(**found);
      if (ExceedsStringMax(context, old_size, value.size())) {
        return CommandError::From(storage::Error::kTooLong);
      }
      size += old_size;
      char* bytes = context.db().GrowString(key, *found, size);
      if (bytes == nullptr) return CommandError::NoMemory();
      if (!value.empty()) std::memcpy(bytes + old_size, value.data(), value.size());
    } else {
      if (!context.db().SetString(key, *found, value, storage::ExpiryChange::Clear())) {
        return CommandError::NoMemory();
      }
      context.NoteNewKey(key);
    }
    context.NoteChange(key, "append", EventClass::kString);
    context.reply().Integer(static_cast<int64_t>(size));
    return Replied();
  }
};

constexpr auto kCommands = CommandList<StrLen, GetRange, Substr, SetRange, Append>();

}  // namespace

std::span<const CommandEntry> StringRangeCommands() {
  return kCommands;
}

}  // namespace server
