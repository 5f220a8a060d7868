// Adding elements, counting and merging.

#include <algorithm>
#include <memory>

#include "server/commands/hyperloglog/hyperloglog.h"
#include "server/config/config.h"
#include "server/engine_state.h"
#include "storage/types/hyperloglog_sparse.h"

namespace server {

std::expected<FoundHll, CommandError> FindHll(CommandContext& context, const storage::Key& key,
                                              storage::Access access) {
  const auto found = context.FindString(key, access);
  if (!found) return std::unexpected(CommandError::From(found.error()));
  if (!*found) return FoundHll{};
  const storage::Record& record = **found;
  if (storage::IsInteger(record.encoding()) || !storage::IsHyperLogLog(record.bytes())) {
    return std::unexpected(CommandError("WRONGTYPE Key is not a valid HyperLogLog string value."));
  }
  return FoundHll{*found, record.bytes()};
}

CommandError CorruptHll() {
  return CommandError("INVALIDOBJ Corrupted HLL object detected");
}

namespace {

size_t SparseBytesMax(CommandContext& context) {
  return context.engine().config.settings().hll_sparse_max_bytes;
}

constexpr Argument kAddArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "element", .kind = Argument::Kind::kString, .is_optional = true, .is_multiple = true},
};

// PFADD key [element ...] -> 1 when the estimate may have changed
struct PfAdd {
  static constexpr CommandSpec kSpec{
      .name = "PFADD",
      .summary = "Adds elements to the HyperLogLog at a key, which is created when missing.",
      .since = "2.8.9",
      .group = CommandGroup::kHyperLogLog,
      .complexity = "O(1) to add every element.",
      .arity = -2,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclHyperLogLog,
      .keys = {OneKey(1, kKeyReadWrite | kKeyInsert)},
      .arguments = kAddArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const std::span<const std::string_view> elements = args.Rest();
    const auto hll = FindHll(context, key, storage::kWrite);
    if (!hll) return hll.error();
    hll->MakePlain();
    const bool is_dense = hll->found && !storage::IsSparse(hll->bytes);
    const auto changed = is_dense ? AddToDense(context, key, *hll, elements)
                                  : AddToSparse(context, key, *hll, elements);
    if (!changed) return changed.error();
    if (*changed) {
      if (!hll->found) context.NoteNewKey(key);
      context.NoteChange(key, "pfadd", EventClass::kString);
    }
    context.reply().Integer(*changed ? 1 : 0);
    return Replied();
  }

 private:
  using Changed = std::expected<bool, CommandError>;

  // In place: most elements of a large one change nothing.
  static Changed AddToDense(CommandContext& context, const storage::Key& key, const FoundHll& hll,
                            std::span<const std::string_view> elements) {
    char* bytes = nullptr;
    for (const std::string_view element : elements) {
      const storage::HllUpdate update = storage::UpdateFor(element);
      const std::string_view now =
          bytes == nullptr ? hll.bytes : std::string_view(bytes, storage::kHllDenseBytes);
      if (storage::DenseRegister(now, update.index) >= update.value) continue;
      if (bytes == nullptr) {
        bytes = context.db().GrowString(key, hll.found, storage::kHllDenseBytes);
        if (bytes == nullptr) return std::unexpected(CommandError::NoMemory());
        storage::InvalidateCount(bytes);
      }
      storage::SetDenseRegister(bytes, update.index, update.value);
    }
    return bytes != nullptr;
  }

  // In a copy, which is a few hundred bytes, so that a refusal changes nothing.
  static Changed AddToSparse(CommandContext& context, const storage::Key& key, const FoundHll& hll,
                             std::span<const std::string_view> elements) {
    if (hll.found && !storage::IsWellFormed(hll.bytes)) return std::unexpected(CorruptHll());
    std::string copy = hll.found ? std::string(hll.bytes) : storage::NewHyperLogLog();
    bool changed = !hll.found;
    storage::HllEditor editor(copy, SparseBytesMax(context));
    for (const std::string_view element : elements) {
      changed |= editor.Raise(storage::UpdateFor(element));
    }
    if (!changed) return false;
    storage::InvalidateCount(copy.data());
    if (!context.db().SetPlainString(key, hll.found, copy, storage::ExpiryChange::Keep())) {
      return std::unexpected(CommandError::NoMemory());
    }
    return true;
  }
};

constexpr Argument kCountArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey, .is_multiple = true},
};

// PFCOUNT key [key ...] -> how many different elements were added to all of them together
struct PfCount {
  static constexpr CommandSpec kSpec{
      .name = "PFCOUNT",
      .summary = "Estimates how many different elements were added to HyperLogLogs together.",
      .since = "2.8.9",
      .group = CommandGroup::kHyperLogLog,
      .complexity =
          "O(1) with a very small average constant time when called with a single key. "
          "O(N) with N being the number of keys, and much bigger constant times, when "
          "called with multiple keys.",
      .arity = -2,
      .flags = kReadonlyCommand,
      .categories = kAclHyperLogLog,
      .keys = {KeyRange(1, -1, 1, kKeyReadWrite | kKeyAccess)},
      .arguments = kCountArguments,
  };

  static RunResult Run(CommandContext& context) {
    const auto keys = context.args().Rest();
    const auto count =
        keys.size() == 1 ? CountOne(context, context.KeyOf(keys[0])) : CountUnion(context, keys);
    if (!count) return count.error();
    context.reply().Integer(static_cast<int64_t>(*count));
    return Replied();
  }

 private:
  using Count = std::expected<uint64_t, CommandError>;

  // Remembers what it computed in the value itself: a change, if not of what it means.
  static Count CountOne(CommandContext& context, const storage::Key& key) {
    const auto hll = FindHll(context, key, storage::kRead);
    if (!hll) return std::unexpected(hll.error());
    if (!hll->found) return 0;
    hll->MakePlain();
    if (const auto known = storage::CachedCount(hll->bytes)) return *known;
    const auto count = storage::EstimateOf(hll->bytes);
    if (!count) return std::unexpected(CorruptHll());
    char* bytes = context.db().GrowString(key, hll->found, hll->bytes.size());
    if (bytes == nullptr) return *count;
    storage::SetCachedCount(bytes, *count);
    context.feed().NoteSilentChange(context.db(), key.bytes);
    return *count;
  }

  static Count CountUnion(CommandContext& context, std::span<const std::string_view> keys) {
    const auto registers = std::make_unique<storage::HllRegisters>();
    for (const std::string_view name : keys) {
      const auto hll = FindHll(context, context.KeyOf(name), storage::kRead);
      if (!hll) return std::unexpected(hll.error());
      if (hll->found && !registers->Merge(hll->bytes)) return std::unexpected(CorruptHll());
    }
    return registers->Estimate();
  }
};

constexpr Argument kMergeArguments[] = {
    {.name = "destkey", .kind = Argument::Kind::kKey},
    {.name = "sourcekey",
     .kind = Argument::Kind::kKey,
     .is_optional = true,
     .is_multiple = true,
     .key_spec = 1},
};

// PFMERGE destkey [sourcekey ...] -> OK
struct PfMerge {
  static constexpr CommandSpec kSpec{
      .name = "PFMERGE",
      .summary = "Adds to one HyperLogLog all that was added to others.",
      .since = "2.8.9",
      .group = CommandGroup::kHyperLogLog,
      .complexity = "O(N) to merge N HyperLogLogs, but with high constant times.",
      .arity = -2,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclHyperLogLog,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyInsert),
               KeyRange(2, -1, 1, kKeyReadOnly | kKeyAccess)},
      .arguments = kMergeArguments,
  };

  static RunResult Run(CommandContext& context) {
    const storage::Key target_key = context.args().Key();
    const auto registers = std::make_unique<storage::HllRegisters>();
    bool becomes_dense = false;
    for (const std::string_view name : context.args().Rest()) {
      const auto hll = FindHll(context, context.KeyOf(name), storage::kRead);
      if (!hll) return hll.error();
      if (!hll->found) continue;
      if (!registers->Merge(hll->bytes)) return CorruptHll();
      becomes_dense |= !storage::IsSparse(hll->bytes);
    }
    const auto target = FindHll(context, target_key, storage::kWrite);
    if (!target) return target.error();
    std::string merged = target->found ? std::string(target->bytes) : storage::NewHyperLogLog();
    if (becomes_dense && !storage::MakeDense(merged)) return CorruptHll();
    storage::HllEditor editor(merged, SparseBytesMax(context));
    for (size_t i = 0; i < storage::kHllRegisters; ++i) {
      const uint8_t value = (*registers)[i];
      if (value != 0) editor.Raise({.index = static_cast<uint16_t>(i), .value = value});
    }
    storage::InvalidateCount(merged.data());
    if (!context.db().SetPlainString(target_key, target->found, merged,
                                     storage::ExpiryChange::Keep())) {
      return CommandError::NoMemory();
    }
    if (!target->found) context.NoteNewKey(target_key);
    context.NoteChange(target_key, "pfadd", EventClass::kString);
    context.reply().Ok();
    return Replied();
  }
};

constexpr auto kCommands = CommandList<PfAdd, PfCount, PfMerge>();

}  // namespace

std::span<const CommandEntry> HyperLogLogCommands() {
  return kCommands;
}

}  // namespace server
