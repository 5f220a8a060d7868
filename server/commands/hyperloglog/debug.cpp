// Looking into a HyperLogLog, and testing the arithmetic.

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "server/commands/hyperloglog/hyperloglog.h"
#include "storage/types/hyperloglog_sparse.h"

namespace server {
namespace {

constexpr Argument kDebugArguments[] = {
    {.name = "subcommand", .kind = Argument::Kind::kString},
    {.name = "key", .kind = Argument::Kind::kKey},
};

// PFDEBUG ENCODING | DECODE | GETREG | TODENSE key
struct PfDebug {
  static constexpr CommandSpec kSpec{
      .name = "PFDEBUG",
      .summary = "Shows the registers of a HyperLogLog and how they are kept.",
      .since = "2.8.9",
      .group = CommandGroup::kHyperLogLog,
      .complexity = "N/A",
      .arity = 3,
      .flags = kWriteCommand | kDenyOom | kAdmin,
      .categories = kAclHyperLogLog,
      .keys = {OneKey(2, kKeyReadWrite | kKeyAccess)},
      .arguments = kDebugArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const std::string_view subcommand = args.Peek();
    const storage::Key key = context.KeyOf(context.arguments()[2]);
    const auto hll = FindHll(context, key, storage::kRead);
    if (!hll) return hll.error();
    if (!hll->found) return CommandError::Err("The specified key does not exist");
    hll->MakePlain();
    const bool is_sparse = storage::IsSparse(hll->bytes);
    if (args.Take("ENCODING")) {
      context.reply().Simple(is_sparse ? "sparse" : "dense");
      return Replied();
    }
    if (args.Take("DECODE")) {
      if (!is_sparse) return CommandError::Err("HLL encoding is not sparse");
      if (!storage::IsWellFormed(hll->bytes)) return CorruptHll();
      context.reply().Bulk(storage::DescribeRuns(hll->bytes));
      return Replied();
    }
    const bool shows_registers = args.Take("GETREG");
    if (!shows_registers && !args.Take("TODENSE")) {
      return CommandError::Err(fmt::format("Unknown PFDEBUG subcommand '{}'",
                                           EchoedInError(subcommand, subcommand.size())));
    }
    std::string dense(hll->bytes);
    if (is_sparse) {
      if (!storage::MakeDense(dense)) return CorruptHll();
      if (!context.db().SetPlainString(key, hll->found, dense, storage::ExpiryChange::Keep())) {
        return CommandError::NoMemory();
      }
      context.feed().NoteSilentChange(context.db(), key.bytes);
    }
    if (shows_registers) {
      context.reply().ArrayHeader(storage::kHllRegisters);
      for (size_t i = 0; i < storage::kHllRegisters; ++i) {
        context.reply().Integer(storage::DenseRegister(dense, i));
      }
    } else {
      context.reply().Integer(is_sparse ? 1 : 0);
    }
    return Replied();
  }
};

// PFSELFTEST -> OK
struct PfSelfTest {
  static constexpr CommandSpec kSpec{
      .name = "PFSELFTEST",
      .summary = "Tests that HyperLogLogs count right in this process.",
      .since = "2.8.9",
      .group = CommandGroup::kHyperLogLog,
      .complexity = "N/A",
      .arity = 1,
      .flags = kAdmin,
      .categories = kAclHyperLogLog,
  };

  // Some milliseconds: the estimate is looked at for up to 100,000 elements.
  static RunResult Run(CommandContext& context) {
    constexpr uint64_t kElements = 100'000;
    // Three times the standard error of 1.04 / sqrt(16384), and a count of 2.
    constexpr double kErrorMax = 3 * 1.04 / 128;
    std::string sparse = storage::NewHyperLogLog();
    std::string dense = sparse;
    if (!storage::MakeDense(dense)) return CommandError("TESTFAILED an empty one is corrupt");
    storage::HllEditor editor(sparse, storage::kHllDenseBytes);
    storage::HllEditor dense_editor(dense, storage::kHllDenseBytes);
    for (uint64_t i = 1; i <= kElements; ++i) {
      const storage::HllUpdate update = storage::UpdateFor("element " + std::to_string(i));
      // A long sparse one costs a walk an element.
      if (i <= 1000 && editor.Raise(update) != dense_editor.Raise(update)) {
        return CommandError("TESTFAILED sparse and dense differ");
      }
      if (i > 1000) dense_editor.Raise(update);
      if (i != 10 && i != 100 && i != 1000 && i != 10'000 && i != kElements) continue;
      const uint64_t estimate = storage::EstimateOf(dense).value_or(0);
      if (i <= 1000 && storage::EstimateOf(sparse) != estimate) {
        return CommandError("TESTFAILED sparse and dense count differently");
      }
      const double error = std::abs(static_cast<double>(estimate) - static_cast<double>(i));
      if (error > kErrorMax * static_cast<double>(i) + 2) {
        return CommandError(fmt::format("TESTFAILED counted {} elements as {}", i, estimate));
      }
    }
    context.reply().Ok();
    return Replied();
  }
};

constexpr auto kCommands = CommandList<PfDebug, PfSelfTest>();

}  // namespace

std::span<const CommandEntry> HyperLogLogDebugCommands() {
  return kCommands;
}

}  // namespace server
