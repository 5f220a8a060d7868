// Single bits of strings: setting, reading, counting, finding.

#include <algorithm>

#include "server/commands/bitmaps/bit_offset.h"
#include "server/commands/bitmaps/bitmaps.h"
#include "server/dispatch/command_context.h"
#include "storage/types/bitmap.h"
#include "storage/types/string.h"

namespace server {
namespace {

constexpr Argument kSetBitArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "offset", .kind = Argument::Kind::kInteger},
    {.name = "value", .kind = Argument::Kind::kInteger},
};

uint8_t MaskOfBit(uint64_t offset) {
  return static_cast<uint8_t>(0x80 >> offset % 8);
}

// SETBIT key offset value -> the bit as it was
struct SetBit {
  static constexpr CommandSpec kSpec{
      .name = "SETBIT",
      .summary = "Sets or clears a bit of the string at a key, which grows as needed.",
      .since = "2.2.0",
      .group = CommandGroup::kBitmap,
      .complexity = "O(1)",
      .arity = 4,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclBitmap,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyUpdate)},
      .arguments = kSetBitArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto offset = ParseBitOffset(context, args.Bytes());
    if (!offset) return offset.error();
    const std::string_view bit_text = args.Bytes();
    if (bit_text != "0" && bit_text != "1") {
      return CommandError::Err("bit is not an integer or out of range");
    }
    const auto found = context.FindString(key, storage::kWrite);
    if (!found) return CommandError::From(found.error());
    const size_t old_size = *found ? storage::StringSize(**found) : 0;
    const size_t size = std::max(old_size, static_cast<size_t>(*offset / 8 + 1));
    char* bytes = context.db().GrowString(key, *found, size);
    if (bytes == nullptr) return CommandError::NoMemory();
    char& byte = bytes[*offset / 8];
    const uint8_t mask = MaskOfBit(*offset);
    const bool old_bit = (static_cast<uint8_t>(byte) & mask) != 0;
    const bool new_bit = bit_text == "1";
    if (size != old_size || old_bit != new_bit) {
      byte = static_cast<char>(new_bit ? byte | mask : byte & ~mask);
      if (!*found) context.NoteNewKey(key);
      context.NoteChange(key, "setbit", EventClass::kString);
    }
    context.reply().Integer(old_bit ? 1 : 0);
    return Replied();
  }
};

constexpr Argument kGetBitArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "offset", .kind = Argument::Kind::kInteger},
};

// GETBIT key offset -> the bit, 0 behind the end of the string
struct GetBit {
  static constexpr CommandSpec kSpec{
      .name = "GETBIT",
      .summary = "Returns a bit of the string at a key.",
      .since = "2.2.0",
      .group = CommandGroup::kBitmap,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclBitmap,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kGetBitArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto offset = ParseBitOffset(context, args.Bytes());
    if (!offset) return offset.error();
    const auto found = context.FindString(key, storage::kRead);
    if (!found) return CommandError::From(found.error());
    storage::StringScratch scratch;
    const std::string_view bytes =
        *found ? storage::ReadString(**found, scratch) : std::string_view();
    const size_t byte = *offset / 8;
    const bool bit =
        byte < bytes.size() && (static_cast<uint8_t>(bytes[byte]) & MaskOfBit(*offset)) != 0;
    context.reply().Integer(bit ? 1 : 0);
    return Replied();
  }
};

// The part of a string that BITCOUNT and BITPOS look at.
struct PartArguments {
  int64_t start = 0;
  int64_t end = -1;
  bool end_is_given = false;
  bool is_in_bits = false;
};

void ReadUnit(ArgReader& args, PartArguments& part) {
  if (args.Take("BIT")) {
    part.is_in_bits = true;
  } else if (!args.Take("BYTE")) {
    args.Fail(CommandError::Syntax());
  }
}

// The bits of a string of `size` bytes that the arguments mean; nullopt: none.
std::optional<storage::BitRange> BitsOf(const PartArguments& part, size_t size) {
  const int64_t length = static_cast<int64_t>(part.is_in_bits ? size * 8 : size);
  const auto from_begin = [&](int64_t index) {
    return index < 0 ? std::max<int64_t>(0, length + index) : index;
  };
  const int64_t first = from_begin(part.start);
  const int64_t last = std::min(from_begin(part.end), length - 1);
  if (first > last) return std::nullopt;
  if (part.is_in_bits) {
    return storage::BitRange{static_cast<uint64_t>(first), static_cast<uint64_t>(last)};
  }
  return storage::BitRange{static_cast<uint64_t>(first) * 8, static_cast<uint64_t>(last) * 8 + 7};
}

constexpr Argument kUnits[] = {
    {.name = "byte", .kind = Argument::Kind::kPureToken, .token = "BYTE"},
    {.name = "bit", .kind = Argument::Kind::kPureToken, .token = "BIT"},
};
constexpr Argument kBitCountRange[] = {
    {.name = "start", .kind = Argument::Kind::kInteger},
    {.name = "end", .kind = Argument::Kind::kInteger},
    {.name = "unit",
     .kind = Argument::Kind::kOneOf,
     .is_optional = true,
     .children = kUnits,
     .since = "7.0.0"},
};
constexpr Argument kBitCountArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "range",
     .kind = Argument::Kind::kBlock,
     .is_optional = true,
     .children = kBitCountRange},
};

// BITCOUNT key [start end [BYTE | BIT]] -> the ones
struct BitCount {
  static constexpr CommandSpec kSpec{
      .name = "BITCOUNT",
      .summary = "Counts the ones in the string at a key, or in a part of it.",
      .since = "2.6.0",
      .group = CommandGroup::kBitmap,
      .complexity = "O(N)",
      .arity = -2,
      .flags = kReadonlyCommand,
      .categories = kAclBitmap,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kBitCountArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    PartArguments part;
    if (args.remaining() == 2 || args.remaining() == 3) {
      part.start = args.Int64();
      part.end = args.Int64();
      if (!args.AtEnd()) ReadUnit(args, part);
    }
    if (const auto error = args.Finish()) return *error;
    const auto found = context.FindString(key, storage::kRead);
    if (!found) return CommandError::From(found.error());
    uint64_t ones = 0;
    // Negative numbers in the wrong order are an empty part, even where both are cut to 0.
    const bool is_backwards = part.start < 0 && part.end < 0 && part.start > part.end;
    if (*found && !is_backwards) {
      storage::StringScratch scratch;
      const std::string_view bytes = storage::ReadString(**found, scratch);
      if (const auto range = BitsOf(part, bytes.size())) ones = storage::CountOnes(bytes, *range);
    }
    context.reply().Integer(static_cast<int64_t>(ones));
    return Replied();
  }
};

constexpr Argument kBitPosEnd[] = {
    {.name = "end", .kind = Argument::Kind::kInteger},
    {.name = "unit",
     .kind = Argument::Kind::kOneOf,
     .is_optional = true,
     .children = kUnits,
     .since = "7.0.0"},
};
constexpr Argument kBitPosRange[] = {
    {.name = "start", .kind = Argument::Kind::kInteger},
    {.name = "end-unit-block",
     .kind = Argument::Kind::kBlock,
     .is_optional = true,
     .children = kBitPosEnd},
};
constexpr Argument kBitPosArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "bit", .kind = Argument::Kind::kInteger},
    {.name = "range",
     .kind = Argument::Kind::kBlock,
     .is_optional = true,
     .children = kBitPosRange},
};

// BITPOS key bit [start [end [BYTE | BIT]]] -> where the bit is, or -1
struct BitPos {
  static constexpr CommandSpec kSpec{
      .name = "BITPOS",
      .summary = "Finds the first one or zero in the string at a key, or in a part of it.",
      .since = "2.8.7",
      .group = CommandGroup::kBitmap,
      .complexity = "O(N)",
      .arity = -3,
      .flags = kReadonlyCommand,
      .categories = kAclBitmap,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kBitPosArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const int64_t bit = args.Int64Between(0, 1, "The bit argument must be 1 or 0.");
    const PartArguments part = ReadPart(args);
    if (const auto error = args.Finish()) return *error;
    const auto found = context.FindString(key, storage::kRead);
    if (!found) return CommandError::From(found.error());
    context.reply().Integer(*found ? Position(**found, bit == 1, part) : (bit == 1 ? -1 : 0));
    return Replied();
  }

 private:
  static PartArguments ReadPart(ArgReader& args) {
    PartArguments part;
    const size_t given = args.remaining();
    if (given > 3) args.Fail(CommandError::Syntax());
    if (given >= 1) part.start = args.Int64();
    if (given >= 2) {
      const std::string_view end = args.Bytes();
      // A wrong unit is found before a wrong end.
      if (given == 3) ReadUnit(args, part);
      const auto number = storage::ParseInt64(end);
      if (!number) args.Fail(CommandError::NotAnInteger());
      part.end = number.value_or(0);
      part.end_is_given = true;
    }
    return part;
  }

  static int64_t Position(const storage::Record& record, bool bit, const PartArguments& part) {
    storage::StringScratch scratch;
    const std::string_view bytes = storage::ReadString(record, scratch);
    const auto range = BitsOf(part, bytes.size());
    if (!range) return -1;
    if (const auto position = storage::FindBit(bytes, bit, *range)) {
      return static_cast<int64_t>(*position);
    }
    // Without an end, the string goes on with zeros.
    if (!bit && !part.end_is_given) return static_cast<int64_t>(bytes.size() * 8);
    return -1;
  }
};

constexpr auto kCommands = CommandList<SetBit, GetBit, BitCount, BitPos>();

}  // namespace

std::span<const CommandEntry> BitmapBitCommands() {
  return kCommands;
}

}  // namespace server
