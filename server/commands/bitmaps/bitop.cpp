// BITOP: strings combined bit by bit.

#include <array>
#include <deque>
#include <vector>

#include "server/commands/bitmaps/bitmaps.h"
#include "server/commands/shared/key_window.h"
#include "server/dispatch/command_context.h"
#include "storage/base/check.h"
#include "storage/memory/memory_probe.h"
#include "storage/types/bitmap.h"
#include "storage/types/string.h"

namespace server {
namespace {

using storage::BitOperation;

constexpr Argument kOperations[] = {
    {.name = "and", .kind = Argument::Kind::kPureToken, .token = "AND"},
    {.name = "or", .kind = Argument::Kind::kPureToken, .token = "OR"},
    {.name = "xor", .kind = Argument::Kind::kPureToken, .token = "XOR"},
    {.name = "not", .kind = Argument::Kind::kPureToken, .token = "NOT"},
};
constexpr Argument kBitOpArguments[] = {
    {.name = "operation", .kind = Argument::Kind::kOneOf, .children = kOperations},
    {.name = "destkey", .kind = Argument::Kind::kKey},
    {.name = "key", .kind = Argument::Kind::kKey, .is_multiple = true, .key_spec = 1},
};

std::optional<BitOperation> ReadOperation(ArgReader& args) {
  if (args.Take("AND")) return BitOperation::kAnd;
  if (args.Take("OR")) return BitOperation::kOr;
  if (args.Take("XOR")) return BitOperation::kXor;
  if (args.Take("NOT")) return BitOperation::kNot;
  return std::nullopt;
}

// The strings at the source keys; a missing one is empty.
struct Sources {
  std::vector<std::string_view> strings;
  std::deque<storage::StringScratch> digits;  // of those that are kept as integers
  size_t longest = 0;
  bool are_strings = true;  // false: one holds another type
};

Sources FindSources(CommandContext& context, std::span<const std::string_view> keys) {
  Sources sources;
  sources.strings.reserve(keys.size());
  // A view stays good while other keys are looked up: that moves no live record.
  VisitKeys(context, keys, 1, [&](const storage::Key& key, size_t) {
    const auto found = context.FindString(key, storage::kRead);
    sources.are_strings = found.has_value();
    if (!found) return false;
    std::string_view bytes;
    if (*found) {
      const bool is_integer = storage::IsInteger((*found)->encoding());
      bytes = is_integer ? storage::ReadString(**found, sources.digits.emplace_back())
                         : (*found)->bytes();
    }
    sources.strings.push_back(bytes);
    sources.longest = std::max(sources.longest, bytes.size());
    return true;
  });
  return sources;
}

// Makes the combination the value of `key`. False: no memory, nothing has changed.
[[nodiscard]] bool StoreCombination(CommandContext& context, const storage::Key& key,
                                    BitOperation operation, const Sources& sources) {
  using storage::Database;
  storage::Database& db = context.db();
  const auto forever = storage::ExpiryChange::Clear();
  const size_t size = sources.longest;
  bool is_new = false;
  if (size > Database::kInlineBytesMax) {
    storage::LargeString* string = storage::LargeString::TryCreate(size, size);
    if (string == nullptr) return false;
    if (!storage::HasMemoryForRecordOf(key.bytes)) {
      storage::LargeString::Destroy(string);
      return false;
    }
    storage::CombineBits(operation, sources.strings, {string->data(), size});
    const storage::Found found = context.Find(key, storage::kWrite);
    is_new = !found;
    db.SetLargeString(key, found, string, forever);
  } else {
    std::array<char, Database::kInlineBytesMax> bytes;
    storage::CombineBits(operation, sources.strings, {bytes.data(), size});
    const storage::Found found = context.Find(key, storage::kWrite);
    is_new = !found;
    const bool fits = db.SetPlainString(key, found, {bytes.data(), size}, forever);
    CHECK_INVARIANT(fits);
  }
  if (is_new) context.NoteNewKey(key);
  context.NoteChange(key, "set", EventClass::kString);
  return true;
}

// BITOP operation destkey key [key ...] -> the length of the result
struct BitOp {
  static constexpr CommandSpec kSpec{
      .name = "BITOP",
      .summary = "Combines strings bit by bit and keeps the result at a key.",
      .since = "2.6.0",
      .group = CommandGroup::kBitmap,
      .complexity = "O(N)",
      .arity = -4,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclBitmap,
      .keys = {OneKey(2, kKeyOverwrite | kKeyUpdate),
               KeyRange(3, -1, 1, kKeyReadOnly | kKeyAccess)},
      .arguments = kBitOpArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const auto operation = ReadOperation(args);
    if (!operation) return CommandError::Syntax();
    const storage::Key target = args.Key();
    const auto keys = args.Rest();
    if (*operation == BitOperation::kNot && keys.size() != 1) {
      return CommandError::Err("BITOP NOT must be called with a single source key.");
    }
    const Sources sources = FindSources(context, keys);
    if (!sources.are_strings) return CommandError::From(storage::Error::kWrongType);
    if (sources.longest > 0) {
      if (!StoreCombination(context, target, *operation, sources)) return CommandError::NoMemory();
    } else if (const storage::Found found = context.Find(target, storage::kWrite)) {
      context.db().Erase(target, found);
      context.NoteChange(target, "del", EventClass::kGeneric);
    }
    context.reply().Integer(static_cast<int64_t>(sources.longest));
    return Replied();
  }
};

constexpr auto kCommands = CommandList<BitOp>();

}  // namespace

std::span<const CommandEntry> BitmapBitOpCommands() {
  return kCommands;
}

}  // namespace server
