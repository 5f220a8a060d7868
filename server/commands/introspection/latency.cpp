// LATENCY: what held the server up, and how long commands take.

#include "server/introspection/latency.h"

#include <fmt/format.h>

#include "server/commands/introspection/introspection.h"
#include "server/commands/shared/help_reply.h"
#include "server/config/config.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"
#include "server/introspection/durations.h"
#include "server/introspection/latency_report.h"

namespace server {
namespace {

constexpr uint32_t kFlags = kAdmin | kNoScript | kLoading | kStale;
constexpr std::string_view kReportTips[] = {"nondeterministic_output", "request_policy:all_nodes",
                                            "response_policy:special"};
constexpr Argument kEventArguments[] = {{.name = "event"}};

struct Latency {
  static constexpr CommandSpec kSpec{
      .name = "LATENCY",
      .summary = "A container for commands that find out what is slow.",
      .since = "2.8.13",
      .group = CommandGroup::kServer,
      .complexity = "Depends on subcommand.",
      .arity = -2,
  };
};

struct LatencyLatest {
  static constexpr CommandSpec kSpec{
      .container = "LATENCY",
      .name = "LATEST",
      .summary = "Returns the latest spike of each event, and its worst.",
      .since = "2.8.13",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kFlags,
      .tips = kReportTips,
  };

  static RunResult Run(CommandContext& context) {
    const LatencyMonitor::Events& events = context.engine().latency.events();
    protocol::resp::ReplyWriter& reply = context.reply();
    reply.ArrayHeader(events.size());
    for (const auto& [event, series] : events) {
      reply.ArrayHeader(4);
      reply.Bulk(event);
      reply.Integer(series.latest().time_s);
      reply.Integer(series.latest().latency_ms);
      reply.Integer(series.max_ms());
    }
    return Replied();
  }
};

struct LatencyHistory {
  static constexpr CommandSpec kSpec{
      .container = "LATENCY",
      .name = "HISTORY",
      .summary = "Returns the spikes of an event: when, and how long.",
      .since = "2.8.13",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kFlags,
      .arguments = kEventArguments,
      .tips = kReportTips,
  };

  static RunResult Run(CommandContext& context) {
    const LatencySeries* series = context.engine().latency.Find(context.args().Bytes());
    const size_t count = series == nullptr ? 0 : series->size();
    context.reply().ArrayHeader(count);
    for (size_t i = 0; i < count; ++i) {
      context.reply().ArrayHeader(2);
      context.reply().Integer((*series)[i].time_s);
      context.reply().Integer((*series)[i].latency_ms);
    }
    return Replied();
  }
};

constexpr Argument kResetArguments[] = {
    {.name = "event", .is_optional = true, .is_multiple = true}};
constexpr std::string_view kResetTips[] = {"request_policy:all_nodes",
                                           "response_policy:all_succeeded"};

struct LatencyReset {
  static constexpr CommandSpec kSpec{
      .container = "LATENCY",
      .name = "RESET",
      .summary = "Forgets the spikes of the events named, or of all.",
      .since = "2.8.13",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = -2,
      .flags = kFlags,
      .arguments = kResetArguments,
      .tips = kResetTips,
  };

  static RunResult Run(CommandContext& context) {
    LatencyMonitor& latency = context.engine().latency;
    const auto events = context.args().Rest();
    int64_t forgotten = 0;
    if (events.empty()) forgotten = static_cast<int64_t>(latency.ResetAll());
    for (const std::string_view event : events) forgotten += latency.Reset(event) ? 1 : 0;
    context.reply().Integer(forgotten);
    return Replied();
  }
};

struct LatencyGraphCommand {
  static constexpr CommandSpec kSpec{
      .container = "LATENCY",
      .name = "GRAPH",
      .summary = "Draws the spikes of an event.",
      .since = "2.8.13",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kFlags,
      .arguments = kEventArguments,
      .tips = kReportTips,
  };

  static RunResult Run(CommandContext& context) {
    const std::string_view event = context.args().Bytes();
    const LatencySeries* series = context.engine().latency.Find(event);
    if (series == nullptr) {
      return CommandError::Err(fmt::format("No samples available for event '{}'",
                                           EchoedInError(event, std::string_view::npos)));
    }
    const int64_t now_s = context.engine().wall_us / 1'000'000;
    context.reply().Verbatim("txt", LatencyGraph(event, *series, now_s));
    return Replied();
  }
};

struct LatencyDoctor {
  static constexpr CommandSpec kSpec{
      .container = "LATENCY",
      .name = "DOCTOR",
      .summary = "Says what held the server up, and what may help.",
      .since = "2.8.13",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kFlags,
      .tips = kReportTips,
  };

  static RunResult Run(CommandContext& context) {
    const Settings& settings = context.engine().config.settings();
    context.reply().Verbatim(
        "txt", LatencyAdvice(context.engine().latency,
                             {.threshold_ms = settings.latency_monitor_threshold_ms,
                              .slowlog_threshold_us = settings.slowlog_log_slower_than_us}));
    return Replied();
  }
};

constexpr Argument kHistogramArguments[] = {
    {.name = "command", .is_optional = true, .is_multiple = true}};

struct LatencyHistogram {
  static constexpr CommandSpec kSpec{
      .container = "LATENCY",
      .name = "HISTOGRAM",
      .summary = "Returns how the durations of commands are distributed.",
      .since = "7.0.0",
      .group = CommandGroup::kServer,
      .complexity =
          "O(N) where N is the number of commands with latency information being retrieved.",
      .arity = -2,
      .flags = kFlags,
      .arguments = kHistogramArguments,
      .tips = kReportTips,
  };

  static RunResult Run(CommandContext& context) {
    const CommandTable& table = context.engine().commands;
    protocol::resp::ReplyWriter& reply = context.reply();
    const auto names = context.args().Rest();
    const auto begin = reply.Begin();
    size_t count = 0;
    if (names.empty()) {
      for (const CommandInTable* command : table.commands()) count += ReplyFamily(reply, *command);
    }
    for (const std::string_view name : names) {
      if (const CommandInTable* command = table.FindFullName(name)) {
        count += ReplyFamily(reply, *command);
      }
    }
    reply.EndMap(begin, count);
    return Replied();
  }

  // Replies a command and its subcommands, those that were called; returns how many these are.
  static size_t ReplyFamily(protocol::resp::ReplyWriter& reply, const CommandInTable& command) {
    size_t count = 0;
    if (command.statistics.calls() > 0) {
      ReplyDurations(reply, command);
      ++count;
    }
    for (const CommandInTable* subcommand : command.subcommands) {
      count += ReplyFamily(reply, *subcommand);
    }
    return count;
  }

  static void ReplyDurations(protocol::resp::ReplyWriter& reply, const CommandInTable& command) {
    reply.Bulk(command.full_name);
    reply.MapHeader(2);
    reply.Bulk("calls");
    reply.Integer(static_cast<int64_t>(command.statistics.calls()));
    reply.Bulk("histogram_usec");
    const auto begin = reply.Begin();
    size_t pairs = 0;
    int64_t seen = 0;
    int64_t told = 0;
    for (size_t bucket = 0; bucket < CommandStatistics::kBuckets; ++bucket) {
      seen += command.statistics.durations[bucket];
      if (bucket < kFirstNamedBucket || seen == told) continue;
      reply.Integer(BucketNameMicroseconds(bucket));
      reply.Integer(seen);
      told = seen;
      ++pairs;
    }
    reply.EndMap(begin, pairs);
  }
};

struct LatencyHelp {
  static constexpr CommandSpec kSpec{
      .container = "LATENCY",
      .name = "HELP",
      .summary = "Lists the subcommands of LATENCY.",
      .since = "2.8.13",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kLoading | kStale,
  };

  static RunResult Run(CommandContext& context) {
    constexpr HelpEntry kEntries[] = {
        {"DOCTOR", "Says what held the server up, and what may help."},
        {"GRAPH <event>", "Draws the spikes of <event>."},
        {"HISTORY <event>", "Returns the times and durations of the spikes of <event>."},
        {"LATEST", "Returns the latest and the worst spike of each event."},
        {"RESET [<event> ...]", "Forgets the spikes of these events, or of all."},
        {"HISTOGRAM [COMMAND ...]",
         "Returns how many calls of these commands, or of all, took how long at most."},
    };
    ReplyHelp(context.reply(), "LATENCY", kEntries);
    return Replied();
  }
};

constexpr auto kCommands =
    CommandList<Latency, LatencyLatest, LatencyHistory, LatencyReset, LatencyGraphCommand,
                LatencyDoctor, LatencyHistogram, LatencyHelp>();

}  // namespace

std::span<const CommandEntry> LatencyCommands() {
  return kCommands;
}

}  // namespace server
