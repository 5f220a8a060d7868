// PUBSUB: who listens to what.

#include <string>
#include <vector>

#include "server/commands/pubsub/pubsub.h"
#include "server/commands/shared/help_reply.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"
#include "storage/base/glob.h"

namespace server {
namespace {

constexpr uint32_t kFlags = kPubsubCommand | kLoading | kStale;

constexpr Argument kMaybePattern[] = {
    {.name = "pattern", .kind = Argument::Kind::kPattern, .is_optional = true}};
constexpr Argument kMaybeChannels[] = {
    {.name = "channel", .is_optional = true, .is_multiple = true}};
constexpr Argument kMaybeShardChannels[] = {
    {.name = "shardchannel", .is_optional = true, .is_multiple = true}};

constexpr CommandSpec SpecOf(std::string_view name, std::string_view summary,
                             std::string_view since, std::string_view complexity, int arity,
                             std::span<const Argument> arguments) {
  return {.container = "PUBSUB",
          .name = name,
          .summary = summary,
          .since = since,
          .group = CommandGroup::kPubsub,
          .complexity = complexity,
          .arity = arity,
          .flags = kFlags,
          .categories = kAclPubsub,
          .arguments = arguments};
}

RunResult ReplyNames(CommandContext& context, SubscriptionKind kind) {
  ArgReader args = context.args();
  if (args.remaining() > 1) {
    return CommandError::SubcommandSyntax(context.arguments()[1], "PUBSUB");
  }
  const bool has_pattern = args.remaining() == 1;
  const storage::GlobPattern pattern(has_pattern ? args.Bytes() : std::string_view("*"));
  std::vector<std::string_view> names;
  context.engine().subscriptions.ForEachName(kind, [&](std::string_view name) {
    if (!has_pattern || pattern.Matches(name)) names.push_back(name);
  });
  context.reply().ArrayHeader(names.size());
  for (const std::string_view name : names) context.reply().Bulk(name);
  return Replied();
}

RunResult ReplyCounts(CommandContext& context, SubscriptionKind kind) {
  const auto names = context.arguments().subspan(2);
  context.reply().ArrayHeader(2 * names.size());
  for (const std::string_view name : names) {
    const size_t count = context.engine().subscriptions.SubscribersOf(kind, name);
    context.reply().Bulk(name);
    context.reply().Integer(static_cast<int64_t>(count));
  }
  return Replied();
}

struct PubSub {
  static constexpr CommandSpec kSpec{
      .name = "PUBSUB",
      .summary = "Container of the commands about subscriptions.",
      .since = "2.8.0",
      .group = CommandGroup::kPubsub,
      .complexity = "That of the subcommand.",
      .arity = -2,
  };
};

// PUBSUB CHANNELS [pattern] -> the channels that somebody listens to
struct PubSubChannels {
  static constexpr CommandSpec kSpec =
      SpecOf("CHANNELS", "Lists the channels that somebody listens to.", "2.8.0",
             "O(N), N being the channels", -2, kMaybePattern);
  static RunResult Run(CommandContext& context) {
    return ReplyNames(context, SubscriptionKind::kExact);
  }
};

// PUBSUB SHARDCHANNELS [pattern]
struct PubSubShardChannels {
  static constexpr CommandSpec kSpec =
      SpecOf("SHARDCHANNELS", "Lists the shard channels that somebody listens to.", "7.0.0",
             "O(N), N being the shard channels", -2, kMaybePattern);
  static RunResult Run(CommandContext& context) {
    return ReplyNames(context, SubscriptionKind::kShard);
  }
};

// PUBSUB NUMSUB [channel ...] -> each channel with the number of its subscribers
struct PubSubNumSub {
  static constexpr CommandSpec kSpec =
      SpecOf("NUMSUB", "Counts the subscribers of channels.", "2.8.0",
             "O(N), N being the channels given", -2, kMaybeChannels);
  static RunResult Run(CommandContext& context) {
    return ReplyCounts(context, SubscriptionKind::kExact);
  }
};

// PUBSUB SHARDNUMSUB [shardchannel ...]
struct PubSubShardNumSub {
  static constexpr CommandSpec kSpec =
      SpecOf("SHARDNUMSUB", "Counts the subscribers of shard channels.", "7.0.0",
             "O(N), N being the shard channels given", -2, kMaybeShardChannels);
  static RunResult Run(CommandContext& context) {
    return ReplyCounts(context, SubscriptionKind::kShard);
  }
};

// PUBSUB NUMPAT -> how many patterns have a subscriber
struct PubSubNumPat {
  static constexpr CommandSpec kSpec =
      SpecOf("NUMPAT", "Counts the patterns that somebody listens to.", "2.8.0", "O(1)", 2, {});
  static RunResult Run(CommandContext& context) {
    context.reply().Integer(
        static_cast<int64_t>(context.engine().subscriptions.count(SubscriptionKind::kPattern)));
    return Replied();
  }
};

struct PubSubHelp {
  static constexpr CommandSpec kSpec{
      .container = "PUBSUB",
      .name = "HELP",
      .summary = "Lists the subcommands.",
      .since = "6.2.0",
      .group = CommandGroup::kPubsub,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kLoading | kStale,
  };
  static RunResult Run(CommandContext& context) {
    constexpr HelpEntry kEntries[] = {
        {"CHANNELS [<pattern>]", "Channels that somebody listens to."},
        {"NUMPAT", "How many patterns somebody listens to."},
        {"NUMSUB [<channel> ...]", "How many listen to each channel, patterns aside."},
        {"SHARDCHANNELS [<pattern>]", "Shard channels that somebody listens to."},
        {"SHARDNUMSUB [<shardchannel> ...]", "How many listen to each shard channel."},
    };
    ReplyHelp(context.reply(), "PUBSUB", kEntries);
    return Replied();
  }
};

constexpr auto kCommands = CommandList<PubSub, PubSubChannels, PubSubNumSub, PubSubNumPat,
                                       PubSubShardChannels, PubSubShardNumSub, PubSubHelp>();

}  // namespace

std::span<const CommandEntry> PubSubInfoCommands() {
  return kCommands;
}

}  // namespace server
