// PUBLISH, SPUBLISH.

#include "server/commands/pubsub/pubsub.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"

namespace server {
namespace {

constexpr uint32_t kFlags = kPubsubCommand | kLoading | kStale | kFast | kMayReplicate;

constexpr Argument kPublishArguments[] = {{.name = "channel"}, {.name = "message"}};
constexpr Argument kShardPublishArguments[] = {{.name = "shardchannel"}, {.name = "message"}};

RunResult PublishTo(CommandContext& context, SubscriptionKind kind) {
  ArgReader args = context.args();
  const std::string_view name = args.Bytes();
  const std::string_view message = args.Bytes();
  const size_t receivers = context.engine().subscriptions.Publish(kind, name, message);
  context.reply().Integer(static_cast<int64_t>(receivers));
  return Replied();
}

// PUBLISH channel message -> how many clients got it
struct Publish {
  static constexpr CommandSpec kSpec{
      .name = "PUBLISH",
      .summary = "Sends a message to all who subscribed to its channel, or to a pattern of it.",
      .since = "2.0.0",
      .group = CommandGroup::kPubsub,
      .complexity = "O(N+M), N being the subscribers, M the patterns that begin like the channel",
      .arity = 3,
      .flags = kFlags,
      .categories = kAclPubsub,
      .arguments = kPublishArguments,
      .channels = ChannelUse::kPublish,
  };
  static RunResult Run(CommandContext& context) {
    return PublishTo(context, SubscriptionKind::kExact);
  }
};

// SPUBLISH shardchannel message -> how many clients got it
struct ShardPublish {
  static constexpr CommandSpec kSpec{
      .name = "SPUBLISH",
      .summary = "Sends a message to all who subscribed to its shard channel.",
      .since = "7.0.0",
      .group = CommandGroup::kPubsub,
      .complexity = "O(N), N being the subscribers",
      .arity = 3,
      .flags = kFlags,
      .categories = kAclPubsub,
      .keys = {OneKey(1, kKeyNotKey)},
      .arguments = kShardPublishArguments,
      .channels = ChannelUse::kPublish,
  };
  static RunResult Run(CommandContext& context) {
    return PublishTo(context, SubscriptionKind::kShard);
  }
};

constexpr auto kCommands = CommandList<Publish, ShardPublish>();

}  // namespace

std::span<const CommandEntry> PublishCommands() {
  return kCommands;
}

}  // namespace server
