// DEBUG: what concerns the server as a whole, its clock-driven work, its errors and its end.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "server/commands/introspection/debug.h"
#include "server/engine_state.h"
#include "storage/base/number.h"

namespace server {
namespace {

// Of what a client wants to read again, or to see in the log.
constexpr size_t kEchoedBytesMax = 4096;

// The number at the beginning of a text, as C's atoi and strtod find it, by which Redis reads the
// switches of DEBUG and the time to sleep: 0 where there is none.
template <class Number>
Number LeadingNumber(std::string_view text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

bool ReadSwitch(ArgReader& args) {
  return LeadingNumber<int64_t>(args.Bytes()) != 0;
}

RunResult ReplyOk(CommandContext& context) {
  context.reply().Ok();
  return Replied();
}

RunResult ReplyError(CommandContext&, ArgReader& args) {
  return CommandError(std::string(args.Bytes().substr(0, kEchoedBytesMax)));
}

RunResult WriteLog(CommandContext& context, ArgReader& args) {
  context.engine().log.Warning(
      fmt::format("DEBUG LOG: {}", args.Bytes().substr(0, kEchoedBytesMax)));
  return ReplyOk(context);
}

// What is no number is no sleep, as in Redis.
RunResult Sleep(CommandContext& context, ArgReader& args) {
  constexpr double kSecondsMax = 1e9;
  const double seconds = LeadingNumber<double>(args.Bytes());
  const bool is_time = seconds > 0;  // not so for NaN
  const int64_t us = is_time ? std::llround(std::min(seconds, kSecondsMax) * 1e6) : 0;
  if (us > 0) context.engine().shell.SleepMicroseconds(us);
  return ReplyOk(context);
}

RunResult SetActiveExpire(CommandContext& context, ArgReader& args) {
  EngineState& engine = context.engine();
  engine.may_expire_actively = ReadSwitch(args);
  if (!engine.may_expire_actively) engine.has_more_to_expire = false;
  return ReplyOk(context);
}

RunResult PauseCron(CommandContext& context, ArgReader& args) {
  context.engine().is_upkeep_paused = ReadSwitch(args);
  return ReplyOk(context);
}

RunResult ChangeReplId(CommandContext& context, ArgReader&) {
  context.engine().log.Warning("Changing replication IDs after receiving DEBUG change-repl-id");
  context.engine().replication_id = NewRunId();
  return ReplyOk(context);
}

// Buffers of replies shrink by themselves here: the settings are checked, and have no effect.
RunResult ReplyBuffer(CommandContext& context, ArgReader& args) {
  if (args.Take("RESIZING")) return ReplyOk(context);
  if (!args.Take("PEAK-RESET-TIME")) return UnknownDebugSubcommand(context);
  if (!args.Take("NEVER") && !args.Take("RESET")) args.Int64();
  if (const auto error = args.Finish()) return *error;
  return ReplyOk(context);
}

RunResult QuicklistPackedThreshold(CommandContext& context, ArgReader& args) {
  constexpr int64_t kThresholdMax = (int64_t{1} << 32) - (int64_t{1} << 20);
  const auto bytes = storage::ParseMemorySize(args.Bytes());
  if (!bytes || *bytes < 0 || *bytes > kThresholdMax) {
    return CommandError::Err("argument must be a memory value bigger than 1 and smaller than 4gb");
  }
  return ReplyOk(context);
}

// Switches of parts that work differently here, or do not exist: test suites set them in passing.
RunResult AcceptSwitch(CommandContext& context, ArgReader&) {
  return ReplyOk(context);
}

RunResult NeedsPersistence(CommandContext& context, ArgReader&) {
  return CommandError::Err(fmt::format(
      "DEBUG {} comes with persistence, which this version does not have", context.arguments()[1]));
}

// A shell that ends no process (a test's) returns.
RunResult Crash(CommandContext& context, std::string_view how) {
  context.engine().shell.Crash(how);
  return CommandError::Err("this server does not crash on request");
}
RunResult Segfault(CommandContext& context, ArgReader&) {
  return Crash(context, "segfault");
}
RunResult Panic(CommandContext& context, ArgReader&) {
  return Crash(context, "panic");
}

constexpr size_t kAnyNumber = SIZE_MAX;
constexpr DebugSubcommand kSubcommands[] = {
    {"ERROR <string>", "Replies an error with this text.", 1, 1, ReplyError},
    {"LOG <message>", "Writes a line to the log.", 1, 1, WriteLog},
    {"SLEEP <seconds>", "Stops the server for a while; fractions are fine.", 1, 1, Sleep},
    {"SET-ACTIVE-EXPIRE <0|1>", "With 0, keys expire only when they are accessed.", 1, 1,
     SetActiveExpire},
    {"PAUSE-CRON <0|1>", "With 1, the server's periodic work rests.", 1, 1, PauseCron},
    {"CHANGE-REPL-ID", "Gives the server a new replication id.", 0, 0, ChangeReplId},
    {"REPLYBUFFER PEAK-RESET-TIME <NEVER|RESET|milliseconds>", "Accepted, without effect.", 2, 2,
     ReplyBuffer},
    {"REPLYBUFFER RESIZING <0|1>", "Accepted, without effect.", 2, 2, ReplyBuffer},
    {"DICT-RESIZING <0|1>", "Accepted, without effect: tables grow and shrink in small steps.", 1,
     1, AcceptSwitch},
    {"QUICKLIST-PACKED-THRESHOLD <size>", "Accepted, without effect.", 1, 1,
     QuicklistPackedThreshold},
    {"SET-DISABLE-DENY-SCRIPTS <0|1>", "Accepted, without effect.", 1, 1, AcceptSwitch},
    {"RELOAD [option ...]", "Needs persistence.", 0, kAnyNumber, NeedsPersistence},
    {"SEGFAULT", "Ends the server by an invalid access to memory.", 0, 0, Segfault},
    {"PANIC", "Ends the server by a failed assertion.", 0, 0, Panic},
};

}  // namespace

std::span<const DebugSubcommand> DebugServerSubcommands() {
  return kSubcommands;
}

}  // namespace server
