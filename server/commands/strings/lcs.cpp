// LCS: what two strings have in common.

#include <memory>
#include <new>

#include "server/commands/shared/string_limit.h"
#include "server/commands/strings/strings.h"
#include "server/dispatch/command_context.h"
#include "storage/types/common_subsequence.h"
#include "storage/types/string.h"

namespace server {
namespace {

using storage::CommonSubsequence;

struct LcsOptions {
  bool only_length = false;     // LEN
  bool positions = false;       // IDX
  bool with_run_sizes = false;  // WITHMATCHLEN
  int64_t run_size_min = 0;     // MINMATCHLEN
};

std::expected<LcsOptions, CommandError> ParseLcsOptions(ArgReader& args) {
  LcsOptions options;
  while (!args.AtEnd()) {
    if (args.Take("LEN")) {
      options.only_length = true;
    } else if (args.Take("IDX")) {
      options.positions = true;
    } else if (args.Take("WITHMATCHLEN")) {
      options.with_run_sizes = true;
    } else if (args.remaining() > 1 && args.Take("MINMATCHLEN")) {
      options.run_size_min = args.Int64();
    } else {
      args.Fail(CommandError::Syntax());
    }
  }
  if (auto error = args.Finish()) return std::unexpected(*std::move(error));
  if (options.only_length && options.positions) {
    return std::unexpected(
        CommandError::Err("If you want both the length and indexes, please just use IDX."));
  }
  return options;
}

// Redis fills a table of 4 bytes for each pair of bytes and refuses one larger than the largest
// bulk string. Ours is smaller, but the bound on a request's work stays where clients know it.
std::optional<CommandError> RefuseSizes(CommandContext& context, std::string_view a,
                                        std::string_view b) {
  constexpr size_t kSizeMax = UINT32_MAX - 2;
  if (a.size() > kSizeMax || b.size() > kSizeMax) {
    return CommandError::Err("String too long for LCS");
  }
  uint64_t table_bytes = 0;
  if (__builtin_mul_overflow((a.size() + 1) * (b.size() + 1), sizeof(uint32_t), &table_bytes) ||
      ExceedsStringMax(context, table_bytes, 0)) {
    return CommandError::Err(
        "Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
  }
  return std::nullopt;
}

CommandError NoMemoryForLcs() {
  return CommandError::Err("Insufficient memory, failed allocating transient memory for LCS");
}

void ReplyPositions(CommandContext& context, const CommonSubsequence& common,
                    const LcsOptions& options) {
  protocol::resp::ReplyWriter& reply = context.reply();
  const auto reply_range = [&](size_t begin, size_t size) {
    reply.ArrayHeader(2);
    reply.Integer(static_cast<int64_t>(begin));
    reply.Integer(static_cast<int64_t>(begin + size - 1));
  };
  reply.MapHeader(2);
  reply.Bulk("matches");
  size_t runs = 0;
  const auto begin = reply.Begin();
  common.VisitRuns([&](const CommonSubsequence::Run& run) {
    if (static_cast<int64_t>(run.size) < options.run_size_min) return;
    ++runs;
    reply.ArrayHeader(options.with_run_sizes ? 3 : 2);
    reply_range(run.a_begin, run.size);
    reply_range(run.b_begin, run.size);
    if (options.with_run_sizes) reply.Integer(static_cast<int64_t>(run.size));
  });
  reply.EndArray(begin, runs);
  reply.Bulk("len");
  reply.Integer(static_cast<int64_t>(common.length()));
}

constexpr Argument kLcsArguments[] = {
    {.name = "key1", .kind = Argument::Kind::kKey},
    {.name = "key2", .kind = Argument::Kind::kKey},
    {.name = "len", .kind = Argument::Kind::kPureToken, .token = "LEN", .is_optional = true},
    {.name = "idx", .kind = Argument::Kind::kPureToken, .token = "IDX", .is_optional = true},
    {.name = "min-match-len",
     .kind = Argument::Kind::kInteger,
     .token = "MINMATCHLEN",
     .is_optional = true},
    {.name = "withmatchlen",
     .kind = Argument::Kind::kPureToken,
     .token = "WITHMATCHLEN",
     .is_optional = true},
};

// LCS key1 key2 [LEN] [IDX] [MINMATCHLEN bytes] [WITHMATCHLEN]
//   -> the common bytes; with LEN their number; with IDX where they are, last run first
struct Lcs {
  static constexpr CommandSpec kSpec{
      .name = "LCS",
      .summary = "Finds the longest common subsequence of two strings.",
      .since = "7.0.0",
      .group = CommandGroup::kString,
      .complexity = "O(N*M) where N and M are the lengths of the strings, 64 pairs at a time.",
      .arity = -3,
      .flags = kReadonlyCommand,
      .categories = kAclString,
      .keys = {KeyRange(1, 1, 1, kKeyReadOnly | kKeyAccess)},
      .arguments = kLcsArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const auto first = context.FindString(args.Key(), storage::kRead);
    storage::StringScratch first_digits;
    // A view stays good while the other key is looked up: that moves no live record.
    std::string_view a;
    if (first && *first) a = storage::ReadString(**first, first_digits);
    const auto second = context.FindString(args.Key(), storage::kRead);
    storage::StringScratch second_digits;
    std::string_view b;
    if (second && *second) b = storage::ReadString(**second, second_digits);
    if (!first || !second) {
      return CommandError::Err("The specified keys must contain string values");
    }
    const auto options = ParseLcsOptions(args);
    if (!options) return options.error();
    if (auto error = RefuseSizes(context, a, b)) return *error;
    return options->only_length ? ReplyLength(context, a, b) : ReplyRuns(context, a, b, *options);
  }

 private:
  static RunResult ReplyLength(CommandContext& context, std::string_view a, std::string_view b) {
    const auto length = storage::CommonSubsequenceLength(a, b);
    if (!length) return NoMemoryForLcs();
    context.reply().Integer(static_cast<int64_t>(*length));
    return Replied();
  }

  static RunResult ReplyRuns(CommandContext& context, std::string_view a, std::string_view b,
                             const LcsOptions& options) {
    const auto common = CommonSubsequence::Find(a, b);
    if (!common) return NoMemoryForLcs();
    if (options.positions) {
      ReplyPositions(context, *common, options);
      return Replied();
    }
    size_t left = common->length();
    const std::unique_ptr<char[]> bytes(new (std::nothrow) char[left]);
    if (bytes == nullptr) return NoMemoryForLcs();
    common->VisitRuns([&](const CommonSubsequence::Run& run) {
      left -= run.size;
      a.copy(bytes.get() + left, run.size, run.a_begin);
    });
    context.reply().Bulk({bytes.get(), common->length()});
    return Replied();
  }
};

constexpr auto kCommands = CommandList<Lcs>();

}  // namespace

std::span<const CommandEntry> StringLcsCommands() {
  return kCommands;
}

}  // namespace server
