// BITFIELD: integers of any width at any bit of a string.

#include <algorithm>
#include <expected>
#include <vector>

#include "server/commands/bitmaps/bit_offset.h"
#include "server/commands/bitmaps/bitmaps.h"
#include "server/dispatch/command_context.h"
#include "storage/base/number.h"
#include "storage/types/bitmap.h"
#include "storage/types/string.h"

namespace server {
namespace {

using storage::BitFieldOverflow;
using storage::BitFieldType;

// One GET, SET or INCRBY, with the OVERFLOW that holds for it.
struct FieldOperation {
  enum class Kind : uint8_t { kGet, kSet, kIncrBy };
  Kind kind;
  BitFieldOverflow overflow;
  BitFieldType type;
  uint64_t first_bit;
  int64_t value;  // to set or to add
};

struct FieldRequest {
  std::vector<FieldOperation> operations;
  bool writes = false;
  size_t bytes_needed = 0;  // so long the string must be for all fields that are written
};

std::optional<BitFieldOverflow> ReadOverflow(ArgReader& args) {
  if (args.Take("WRAP")) return BitFieldOverflow::kWrap;
  if (args.Take("SAT")) return BitFieldOverflow::kSaturate;
  if (args.Take("FAIL")) return BitFieldOverflow::kFail;
  return std::nullopt;
}

std::optional<FieldOperation::Kind> ReadKind(ArgReader& args) {
  using enum FieldOperation::Kind;
  if (args.remaining() > 2 && args.Take("GET")) return kGet;
  if (args.remaining() > 3 && args.Take("SET")) return kSet;
  if (args.remaining() > 3 && args.Take("INCRBY")) return kIncrBy;
  return std::nullopt;
}

std::expected<FieldOperation, CommandError> ReadOperation(CommandContext& context, ArgReader& args,
                                                          BitFieldOverflow overflow) {
  const auto kind = ReadKind(args);
  if (!kind) return std::unexpected(CommandError::Syntax());
  const auto type = storage::ParseBitFieldType(args.Bytes());
  if (!type) {
    return std::unexpected(
        CommandError::Err("Invalid bitfield type. Use something like i16 u8. Note that u64 is not "
                          "supported but i64 is."));
  }
  const auto first_bit = ParseFieldOffset(context, args.Bytes(), type->bits);
  if (!first_bit) return std::unexpected(first_bit.error());
  FieldOperation operation{*kind, overflow, *type, *first_bit, 0};
  if (*kind == FieldOperation::Kind::kGet) return operation;
  const auto value = storage::ParseInt64(args.Bytes());
  if (!value) return std::unexpected(CommandError::NotAnInteger());
  operation.value = *value;
  return operation;
}

std::expected<FieldRequest, CommandError> ReadRequest(CommandContext& context, ArgReader& args) {
  FieldRequest request;
  BitFieldOverflow overflow = BitFieldOverflow::kWrap;
  while (!args.AtEnd()) {
    if (args.remaining() > 1 && args.Take("OVERFLOW")) {
      const auto named = ReadOverflow(args);
      if (!named) return std::unexpected(CommandError::Err("Invalid OVERFLOW type specified"));
      overflow = *named;
      continue;
    }
    const auto operation = ReadOperation(context, args, overflow);
    if (!operation) return std::unexpected(operation.error());
    request.operations.push_back(*operation);
    if (operation->kind == FieldOperation::Kind::kGet) continue;
    request.writes = true;
    const uint64_t last_bit = operation->first_bit + operation->type.bits - 1;
    request.bytes_needed = std::max(request.bytes_needed, static_cast<size_t>(last_bit / 8 + 1));
  }
  return request;
}

// The number that SET means, as Redis 7.4 takes it where it does not fit: a negative one for an
// unsigned field is beyond its range, not below; and one so far below a signed field that its
// distance from the field's largest number is no int64_t saturates to the largest, too.
__int128 NumberToSet(const FieldOperation& operation) {
  const BitFieldType type = operation.type;
  if (!type.is_signed) return static_cast<uint64_t>(operation.value);
  const int64_t largest = static_cast<int64_t>((uint64_t{1} << (type.bits - 1)) - 1);
  int64_t distance = 0;
  if (type.bits < 64 && operation.overflow == BitFieldOverflow::kSaturate &&
      __builtin_sub_overflow(largest, operation.value, &distance)) {
    return INT64_MAX;
  }
  return operation.value;
}

// Runs a SET or INCRBY on `bytes` and replies. Returns whether the field changed.
bool RunWrite(CommandContext& context, const FieldOperation& operation, std::span<char> bytes) {
  const std::string_view view(bytes.data(), bytes.size());
  const int64_t old = storage::ReadBitField(view, operation.type, operation.first_bit);
  const bool is_set = operation.kind == FieldOperation::Kind::kSet;
  const __int128 exact =
      is_set ? NumberToSet(operation) : static_cast<__int128>(old) + operation.value;
  const auto value = storage::FitIntoBitField(operation.type, exact, operation.overflow);
  if (!value) {
    context.reply().Null();
    return false;
  }
  context.reply().Integer(is_set ? old : *value);
  if (*value == old) return false;
  storage::WriteBitField(bytes, operation.type, operation.first_bit, *value);
  return true;
}

RunResult RunReads(CommandContext& context, const storage::Key& key, const FieldRequest& request) {
  const auto found = context.FindString(key, storage::kRead);
  if (!found) return CommandError::From(found.error());
  storage::StringScratch scratch;
  const std::string_view bytes =
      *found ? storage::ReadString(**found, scratch) : std::string_view();
  context.reply().ArrayHeader(request.operations.size());
  for (const FieldOperation& operation : request.operations) {
    context.reply().Integer(storage::ReadBitField(bytes, operation.type, operation.first_bit));
  }
  return Replied();
}

RunResult RunReadsAndWrites(CommandContext& context, const storage::Key& key,
                            const FieldRequest& request) {
  const auto found = context.FindString(key, storage::kWrite);
  if (!found) return CommandError::From(found.error());
  const size_t old_size = *found ? storage::StringSize(**found) : 0;
  const size_t size = std::max(old_size, request.bytes_needed);
  char* data = context.db().GrowString(key, *found, size);
  if (data == nullptr) return CommandError::NoMemory();
  const std::span<char> bytes(data, size);
  context.reply().ArrayHeader(request.operations.size());
  // The string has grown even if every write fails, as in Redis: that is a change too.
  bool has_changed = size != old_size;
  for (const FieldOperation& operation : request.operations) {
    if (operation.kind == FieldOperation::Kind::kGet) {
      context.reply().Integer(
          storage::ReadBitField({data, size}, operation.type, operation.first_bit));
    } else if (RunWrite(context, operation, bytes)) {
      has_changed = true;
    }
  }
  if (has_changed) {
    if (!*found) context.NoteNewKey(key);
    context.NoteChange(key, "setbit", EventClass::kString);
  }
  return Replied();
}

constexpr Argument kEncodingAndOffset[] = {
    {.name = "encoding"},
    {.name = "offset", .kind = Argument::Kind::kInteger},
};
constexpr Argument kSetBlock[] = {
    {.name = "encoding"},
    {.name = "offset", .kind = Argument::Kind::kInteger},
    {.name = "value", .kind = Argument::Kind::kInteger},
};
constexpr Argument kIncrByBlock[] = {
    {.name = "encoding"},
    {.name = "offset", .kind = Argument::Kind::kInteger},
    {.name = "increment", .kind = Argument::Kind::kInteger},
};
constexpr Argument kOverflows[] = {
    {.name = "wrap", .kind = Argument::Kind::kPureToken, .token = "WRAP"},
    {.name = "sat", .kind = Argument::Kind::kPureToken, .token = "SAT"},
    {.name = "fail", .kind = Argument::Kind::kPureToken, .token = "FAIL"},
};
constexpr Argument kWriteOperations[] = {
    {.name = "set-block", .kind = Argument::Kind::kBlock, .token = "SET", .children = kSetBlock},
    {.name = "incrby-block",
     .kind = Argument::Kind::kBlock,
     .token = "INCRBY",
     .children = kIncrByBlock},
};
constexpr Argument kWriteBlock[] = {
    {.name = "overflow-block",
     .kind = Argument::Kind::kOneOf,
     .token = "OVERFLOW",
     .is_optional = true,
     .children = kOverflows},
    {.name = "write-operation", .kind = Argument::Kind::kOneOf, .children = kWriteOperations},
};
constexpr Argument kFieldOperations[] = {
    {.name = "get-block",
     .kind = Argument::Kind::kBlock,
     .token = "GET",
     .children = kEncodingAndOffset},
    {.name = "write", .kind = Argument::Kind::kBlock, .children = kWriteBlock},
};
constexpr Argument kBitFieldArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "operation",
     .kind = Argument::Kind::kOneOf,
     .is_optional = true,
     .is_multiple = true,
     .children = kFieldOperations},
};

// Without SET, INCRBY and mistakes nothing is written.
uint16_t BitFieldKeyFlags(std::span<const std::string_view> arguments) {
  for (size_t i = 2; i < arguments.size();) {
    const size_t left = arguments.size() - i;
    if (left > 2 && storage::EqualsIgnoreCase(arguments[i], "GET")) {
      i += 3;
    } else if (left > 1 && storage::EqualsIgnoreCase(arguments[i], "OVERFLOW")) {
      i += 2;
    } else {
      return kKeyReadWrite | kKeyAccess | kKeyUpdate;
    }
  }
  return kKeyReadOnly | kKeyAccess;
}

// BITFIELD key [GET type offset | [OVERFLOW WRAP | SAT | FAIL] SET type offset value |
//   INCRBY type offset increment ...] -> for each operation a number, or null when it failed
struct BitField {
  static constexpr CommandSpec kSpec{
      .name = "BITFIELD",
      .summary = "Reads, sets and adds to integers of any width in the string at a key.",
      .since = "3.2.0",
      .group = CommandGroup::kBitmap,
      .complexity = "O(1) for each operation.",
      .arity = -2,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclBitmap,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyUpdate | kKeyVariable)},
      .arguments = kBitFieldArguments,
      .key_flags_of = BitFieldKeyFlags,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto request = ReadRequest(context, args);
    if (!request) return request.error();
    return request->writes ? RunReadsAndWrites(context, key, *request)
                           : RunReads(context, key, *request);
  }
};

constexpr Argument kBitFieldRoArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "get-block",
     .kind = Argument::Kind::kBlock,
     .token = "GET",
     .is_optional = true,
     .is_multiple = true,
     .is_multiple_token = true,
     .children = kEncodingAndOffset},
};

// BITFIELD_RO key [GET type offset ...] -> for each operation a number
struct BitFieldRo {
  static constexpr CommandSpec kSpec{
      .name = "BITFIELD_RO",
      .summary = "Reads integers of any width in the string at a key.",
      .since = "6.0.0",
      .group = CommandGroup::kBitmap,
      .complexity = "O(1) for each operation.",
      .arity = -2,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclBitmap,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kBitFieldRoArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto request = ReadRequest(context, args);
    if (!request) return request.error();
    if (request->writes) {
      return CommandError::Err("BITFIELD_RO only supports the GET subcommand");
    }
    return RunReads(context, key, *request);
  }
};

constexpr auto kCommands = CommandList<BitField, BitFieldRo>();

}  // namespace

std::span<const CommandEntry> BitmapFieldCommands() {
  return kCommands;
}

}  // namespace server
