// Many strings at once.

#include <cstring>
#include <vector>

#include "server/commands/shared/key_window.h"
#include "server/commands/shared/string_reply.h"
#include "server/commands/strings/store_string.h"
#include "server/commands/strings/strings.h"
#include "server/dispatch/command_context.h"
#include "storage/base/check.h"
#include "storage/memory/memory_probe.h"

namespace server {
namespace {

using storage::LargeString;

// The values among key-value pairs that need memory of their own. It is taken before the first key
// changes, so that a request that does not fit changes none.
class LargeValues {
 public:
  LargeValues() = default;
  LargeValues(const LargeValues&) = delete;
  LargeValues& operator=(const LargeValues&) = delete;
  ~LargeValues() {
    while (next_ < strings_.size()) LargeString::Destroy(strings_[next_++]);
  }

  // False: there is not enough memory.
  [[nodiscard]] bool Prepare(std::span<const std::string_view> pairs) {
    size_t key_bytes = 0;
    for (size_t i = 1; i < pairs.size(); i += 2) {
      key_bytes += pairs[i - 1].size();
      const std::string_view value = pairs[i];
      if (!IsLarge(value)) continue;
      LargeString* string = LargeString::TryCreate(value.size(), value.size());
      if (string == nullptr) return false;
      std::memcpy(string->data(), value.data(), value.size());
      strings_.push_back(string);
    }
    // The records come after the values, and then none may be refused any more.
    return strings_.empty() || storage::HasMemoryFor(key_bytes + key_bytes / 4);
  }
  static bool IsLarge(std::string_view value) {
    return value.size() > storage::Database::kInlineBytesMax;
  }
  LargeString* TakeNext() { return strings_[next_++]; }

 private:
  std::vector<LargeString*> strings_;
  size_t next_ = 0;
};

// Sets all pairs; a key that occurs twice keeps its last value. False when there is no memory, and
// then nothing has changed.
[[nodiscard]] bool StorePairs(CommandContext& context, std::span<const std::string_view> pairs) {
  LargeValues large;
  if (!large.Prepare(pairs)) return false;
  VisitKeys(context, pairs, 2, [&](const storage::Key& key, size_t index) {
    const std::string_view value = pairs[index + 1];
    const storage::Found found = context.Find(key, storage::kWrite);
    if (LargeValues::IsLarge(value)) {
      context.db().SetLargeString(key, found, large.TakeNext(), storage::ExpiryChange::Clear());
    } else {
      const bool fits = context.db().SetString(key, found, value, storage::ExpiryChange::Clear());
      CHECK_INVARIANT(fits);
    }
    if (!found) context.NoteNewKey(key);
    context.NoteChange(key, "set", EventClass::kString);
  });
  return true;
}

constexpr Argument kMGetArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey, .is_multiple = true}};
constexpr std::string_view kMGetTips[] = {"request_policy:multi_shard"};

// MGET key [key ...] -> for each key its string, or null when there is none
struct MGet {
  static constexpr CommandSpec kSpec{
      .name = "MGET",
      .summary = "Returns the strings at several keys.",
      .since = "1.0.0",
      .group = CommandGroup::kString,
      .complexity = "O(N) where N is the number of keys.",
      .arity = -2,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclString,
      .keys = {KeyRange(1, -1, 1, kKeyReadOnly | kKeyAccess)},
      .arguments = kMGetArguments,
      .tips = kMGetTips,
  };

  static RunResult Run(CommandContext& context) {
    const auto keys = context.args().Rest();
    context.reply().ArrayHeader(keys.size());
    VisitKeys(context, keys, 1, [&](const storage::Key& key, size_t) {
      const storage::Found found = context.Find(key, storage::kRead);
      if (found && found->type() == storage::Type::kString) {
        ReplyString(context.reply(), context.keyspace(), *found);
      } else {
        context.reply().Null();
      }
    });
    return Replied();
  }
};

constexpr Argument kPair[] = {{.name = "key", .kind = Argument::Kind::kKey}, {.name = "value"}};
constexpr Argument kPairArguments[] = {
    {.name = "data", .kind = Argument::Kind::kBlock, .is_multiple = true, .children = kPair}};
constexpr std::string_view kMSetTips[] = {"request_policy:multi_shard",
                                          "response_policy:all_succeeded"};

// MSET key value [key value ...] -> OK
struct MSet {
  static constexpr CommandSpec kSpec{
      .name = "MSET",
      .summary = "Sets several keys to strings.",
      .since = "1.0.1",
      .group = CommandGroup::kString,
      .complexity = "O(N) where N is the number of keys.",
      .arity = -3,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclString,
      .keys = {KeyRange(1, -1, 2, kKeyOverwrite | kKeyUpdate)},
      .arguments = kPairArguments,
      .tips = kMSetTips,
  };

  static RunResult Run(CommandContext& context) {
    const auto pairs = context.args().Rest();
    if (pairs.size() % 2 != 0) return CommandError::WrongArguments(context.command_name());
    if (!StorePairs(context, pairs)) return CommandError::NoMemory();
    context.reply().Ok();
    return Replied();
  }
};

// MSETNX key value [key value ...] -> 1, or 0 when one of the keys exists
struct MSetNx {
  static constexpr CommandSpec kSpec{
      .name = "MSETNX",
      .summary = "Sets several keys to strings if none of them exists.",
      .since = "1.0.1",
      .group = CommandGroup::kString,
      .complexity = "O(N) where N is the number of keys.",
      .arity = -3,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclString,
      .keys = {KeyRange(1, -1, 2, kKeyOverwrite | kKeyInsert)},
      .arguments = kPairArguments,
  };

  static RunResult Run(CommandContext& context) {
    const auto pairs = context.args().Rest();
    if (pairs.size() % 2 != 0) return CommandError::WrongArguments(context.command_name());
    bool is_free = true;
    VisitKeys(context, pairs, 2, [&](const storage::Key& key, size_t) {
      if (context.Find(key, storage::kWrite)) is_free = false;
      return is_free;
    });
    if (!is_free) {
      context.reply().Integer(0);
      return Replied();
    }
    if (!StorePairs(context, pairs)) return CommandError::NoMemory();
    context.reply().Integer(1);
    return Replied();
  }
};

constexpr auto kCommands = CommandList<MGet, MSet, MSetNx>();

}  // namespace

std::span<const CommandEntry> StringMultiCommands() {
  return kCommands;
}

}  // namespace server
