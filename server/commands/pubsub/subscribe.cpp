// SUBSCRIBE, PSUBSCRIBE, SSUBSCRIBE and their opposites. Each name is answered by a message of its
// own: a push in RESP3.

#include <span>
#include <string>
#include <vector>

#include "server/commands/pubsub/pubsub.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"
#include "storage/memory/memory_probe.h"

namespace server {
namespace {

constexpr uint32_t kFlags = kPubsubCommand | kNoScript | kLoading | kStale | kRunsSubscribed;

constexpr Argument kChannels[] = {{.name = "channel", .is_multiple = true}};
constexpr Argument kShardChannels[] = {{.name = "shardchannel", .is_multiple = true}};
constexpr Argument kOnePattern[] = {{.name = "pattern", .kind = Argument::Kind::kPattern}};
constexpr Argument kPatterns[] = {{.name = "pattern",
                                   .kind = Argument::Kind::kBlock,
                                   .is_multiple = true,
                                   .children = kOnePattern}};
constexpr Argument kMaybeChannels[] = {
    {.name = "channel", .is_optional = true, .is_multiple = true}};
constexpr Argument kMaybeShardChannels[] = {
    {.name = "shardchannel", .is_optional = true, .is_multiple = true}};
constexpr Argument kMaybePatterns[] = {{.name = "pattern",
                                        .kind = Argument::Kind::kPattern,
                                        .is_optional = true,
                                        .is_multiple = true}};

// What the client is told it has left: of its shard channels, or of all else.
int64_t Left(const Client& client, SubscriptionKind kind) {
  if (kind == SubscriptionKind::kShard) {
    return static_cast<int64_t>(client.SubscriptionCount(SubscriptionKind::kShard));
  }
  return static_cast<int64_t>(client.SubscriptionCount(SubscriptionKind::kExact) +
                              client.SubscriptionCount(SubscriptionKind::kPattern));
}

// Each name is kept twice, by the client and by the list of those who listen to it, and a pattern's
// beginning once more; the tables that they stand in may have to grow for them.
bool HasMemoryFor(std::span<const std::string_view> names) {
  constexpr size_t kCopies = 4;
  constexpr size_t kBytesOfName = 512;
  size_t bytes = 0;
  for (const std::string_view name : names) bytes += kCopies * name.size() + kBytesOfName;
  return storage::HasMemoryFor(bytes);
}

RunResult SubscribeTo(CommandContext& context, SubscriptionKind kind, std::string_view word) {
  Client& client = context.client();
  if (!HasMemoryFor(context.arguments().subspan(1))) return CommandError::NoMemoryForRequest();
  for (const std::string_view name : context.arguments().subspan(1)) {
    context.engine().subscriptions.Add(client, kind, name);
    context.reply().PushHeader(3);
    context.reply().Bulk(word);
    context.reply().Bulk(name);
    context.reply().Integer(Left(client, kind));
  }
  return NoReply();
}

void UnsubscribeFrom(CommandContext& context, SubscriptionKind kind, std::string_view word,
                     std::string_view name) {
  Client& client = context.client();
  context.engine().subscriptions.Remove(client, kind, name);
  context.reply().PushHeader(3);
  context.reply().Bulk(word);
  context.reply().Bulk(name);
  context.reply().Integer(Left(client, kind));
}

RunResult Unsubscribe(CommandContext& context, SubscriptionKind kind, std::string_view word) {
  Client& client = context.client();
  const auto named = context.arguments().subspan(1);
  for (const std::string_view name : named) UnsubscribeFrom(context, kind, word, name);
  if (!named.empty()) return NoReply();
  if (client.SubscriptionCount(kind) == 0) {
    context.reply().PushHeader(3);
    context.reply().Bulk(word);
    context.reply().Null();
    context.reply().Integer(Left(client, kind));
    return NoReply();
  }
  while (client.SubscriptionCount(kind) > 0) {
    const std::string name = client.subscriptions->of(kind).begin()->first;
    UnsubscribeFrom(context, kind, word, name);
  }
  return NoReply();
}

constexpr CommandSpec SpecOf(std::string_view name, std::string_view summary,
                             std::string_view since, int arity, std::span<const Argument> arguments,
                             ChannelUse channels = ChannelUse::kNone) {
  return {.name = name,
          .summary = summary,
          .since = since,
          .group = CommandGroup::kPubsub,
          .complexity = "O(N log M), N being the names given, M those that the client has",
          .arity = arity,
          .flags = kFlags,
          .categories = kAclPubsub,
          .arguments = arguments,
          .channels = channels};
}

// SUBSCRIBE channel [channel ...] -> for each: "subscribe", the channel, how many there are now
struct Subscribe {
  static constexpr CommandSpec kSpec = SpecOf("SUBSCRIBE", "Begins to listen to channels.", "2.0.0",
                                              -2, kChannels, ChannelUse::kSubscribe);
  static RunResult Run(CommandContext& context) {
    return SubscribeTo(context, SubscriptionKind::kExact, "subscribe");
  }
};

// PSUBSCRIBE pattern [pattern ...]
struct PatternSubscribe {
  static constexpr CommandSpec kSpec =
      SpecOf("PSUBSCRIBE", "Begins to listen to all channels whose names match patterns.", "2.0.0",
             -2, kPatterns, ChannelUse::kSubscribePattern);
  static RunResult Run(CommandContext& context) {
    return SubscribeTo(context, SubscriptionKind::kPattern, "psubscribe");
  }
};

constexpr CommandSpec ShardSpecOf(CommandSpec spec) {
  spec.keys = {KeyRange(1, -1, 1, kKeyNotKey)};
  return spec;
}

// SSUBSCRIBE shardchannel [shardchannel ...]
struct ShardSubscribe {
  static constexpr CommandSpec kSpec =
      ShardSpecOf(SpecOf("SSUBSCRIBE", "Begins to listen to shard channels.", "7.0.0", -2,
                         kShardChannels, ChannelUse::kSubscribe));
  static RunResult Run(CommandContext& context) {
    if (context.client().is(kInExec)) {
      return CommandError::Err("SSUBSCRIBE isn't allowed for a DENY BLOCKING client");
    }
    return SubscribeTo(context, SubscriptionKind::kShard, "ssubscribe");
  }
};

// UNSUBSCRIBE [channel ...]: without one, from all
struct UnsubscribeCommand {
  static constexpr CommandSpec kSpec =
      SpecOf("UNSUBSCRIBE", "Stops listening to channels, or to all of them.", "2.0.0", -1,
             kMaybeChannels);
  static RunResult Run(CommandContext& context) {
    return Unsubscribe(context, SubscriptionKind::kExact, "unsubscribe");
  }
};

// PUNSUBSCRIBE [pattern ...]
struct PatternUnsubscribe {
  static constexpr CommandSpec kSpec =
      SpecOf("PUNSUBSCRIBE", "Stops listening to patterns of channels, or to all of them.", "2.0.0",
             -1, kMaybePatterns);
  static RunResult Run(CommandContext& context) {
    return Unsubscribe(context, SubscriptionKind::kPattern, "punsubscribe");
  }
};

// SUNSUBSCRIBE [shardchannel ...]
struct ShardUnsubscribe {
  static constexpr CommandSpec kSpec =
      ShardSpecOf(SpecOf("SUNSUBSCRIBE", "Stops listening to shard channels, or to all of them.",
                         "7.0.0", -1, kMaybeShardChannels));
  static RunResult Run(CommandContext& context) {
    return Unsubscribe(context, SubscriptionKind::kShard, "sunsubscribe");
  }
};

constexpr auto kCommands = CommandList<Subscribe, UnsubscribeCommand, PatternSubscribe,
                                       PatternUnsubscribe, ShardSubscribe, ShardUnsubscribe>();

}  // namespace

std::span<const CommandEntry> SubscribeCommands() {
  return kCommands;
}

}  // namespace server
