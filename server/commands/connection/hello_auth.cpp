// HELLO, AUTH, RESET: who talks, in which protocol, and starting over.

#include <fmt/format.h>

#include <optional>

#include "server/client/authentication.h"
#include "server/client/client_text.h"
#include "server/commands/connection/connection.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"
#include "server/version.h"

namespace server {
namespace {

constexpr uint32_t kGreetingFlags = kNoScript | kLoading | kStale | kFast | kNoAuth | kAllowBusy;

constexpr Argument kAuthArguments[] = {
    {.name = "username", .is_optional = true, .since = "6.0.0"},
    {.name = "password"},
};
constexpr HistoryEntry kAuthHistory[] = {{"6.0.0", "Takes a username, for ACL users."}};

// AUTH [username] password -> OK
struct Auth {
  static constexpr CommandSpec kSpec{
      .name = "AUTH",
      .summary = "Logs the connection in.",
      .since = "1.0.0",
      .group = CommandGroup::kConnection,
      .complexity = "O(N), N being the number of passwords of the user",
      .arity = -2,
      .flags = kGreetingFlags,
      .categories = kAclConnection,
      .arguments = kAuthArguments,
      .history = kAuthHistory,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const bool has_user = args.remaining() == 2;
    const std::string_view user = has_user ? args.Bytes() : kDefaultUser;
    const std::string_view password = args.Bytes();
    if (const auto error = args.Finish()) return *error;
    EngineState& engine = context.engine();
    if (!has_user && engine.users.default_user().needs_no_password) {
      return CommandError::Err(
          "AUTH <password> called without any password configured for the default user. Are you "
          "sure your configuration is correct?");
    }
    const auto logged_in = LogIn(engine, context.client(), user, password, context.arguments()[0]);
    if (!logged_in) return logged_in.error();
    context.reply().Ok();
    return Replied();
  }
};

constexpr Argument kHelloAuth[] = {{.name = "username"}, {.name = "password"}};
constexpr Argument kHelloOptions[] = {
    {.name = "protover", .kind = Argument::Kind::kInteger},
    {.name = "auth",
     .kind = Argument::Kind::kBlock,
     .token = "AUTH",
     .is_optional = true,
     .children = kHelloAuth},
    {.name = "clientname", .token = "SETNAME", .is_optional = true},
};
constexpr Argument kHelloArguments[] = {{.name = "arguments",
                                         .kind = Argument::Kind::kBlock,
                                         .is_optional = true,
                                         .children = kHelloOptions}};
constexpr HistoryEntry kHelloHistory[] = {
    {"6.2.0", "The protocol version may be left out, to ask how the connection stands."}};

struct HelloRequest {
  std::optional<int64_t> version;
  bool has_user = false;
  std::string_view user;
  std::string_view password;
  std::optional<std::string_view> name;
};

std::expected<HelloRequest, CommandError> ParseHello(ArgReader& args) {
  HelloRequest hello;
  if (args.AtEnd()) return hello;
  hello.version = args.Int64();
  if (!args.ok()) {
    return std::unexpected(CommandError::Err("Protocol version is not an integer or out of range"));
  }
  if (hello.version != 2 && hello.version != 3) {
    return std::unexpected(CommandError("NOPROTO unsupported protocol version"));
  }
  while (!args.AtEnd()) {
    const std::string_view option = args.Peek();
    if (args.remaining() > 2 && args.Take("AUTH")) {
      hello.has_user = true;
      hello.user = args.Bytes();
      hello.password = args.Bytes();
    } else if (args.remaining() > 1 && args.Take("SETNAME")) {
      hello.name = args.Bytes();
      if (!IsClientText(*hello.name)) return std::unexpected(BadClientName());
    } else {
      return std::unexpected(CommandError::Err(
          fmt::format("Syntax error in HELLO option '{}'", EchoedInError(option, option.size()))));
    }
  }
  return hello;
}

void ReplyGreeting(CommandContext& context) {
  protocol::resp::ReplyWriter& reply = context.reply();
  reply.MapHeader(7);
  reply.Bulk("server");
  reply.Bulk("redis");  // some clients look no further when they read anything else
  reply.Bulk("version");
  reply.Bulk(kRedisVersion);
  reply.Bulk("proto");
  reply.Integer(static_cast<int64_t>(reply.version()));
  reply.Bulk("id");
  reply.Integer(static_cast<int64_t>(context.client().id));
  reply.Bulk("mode");
  reply.Bulk("standalone");
  reply.Bulk("role");
  reply.Bulk("master");
  reply.Bulk("modules");
  reply.ArrayHeader(0);
}

// HELLO [protover [AUTH username password] [SETNAME clientname]] -> what the server is, as a map
struct Hello {
  static constexpr CommandSpec kSpec{
      .name = "HELLO",
      .summary = "Chooses the protocol, may log in and name the connection, and greets.",
      .since = "6.0.0",
      .group = CommandGroup::kConnection,
      .complexity = "O(1)",
      .arity = -1,
      .flags = kGreetingFlags,
      .categories = kAclConnection,
      .arguments = kHelloArguments,
      .history = kHelloHistory,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const auto hello = ParseHello(args);
    if (!hello) return hello.error();
    Client& client = context.client();
    if (hello->has_user) {
      const auto logged_in =
          LogIn(context.engine(), client, hello->user, hello->password, context.arguments()[0]);
      if (!logged_in) return logged_in.error();
    }
    if (client.is(kNotAuthenticated)) {
      return CommandError(
          "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO "
          "<proto> AUTH <user> <pass> option can be used to authenticate the client and select the "
          "RESP protocol version at the same time");
    }
    if (hello->name) client.name = *hello->name;
    if (hello->version) {
      client.reply.set_version(static_cast<protocol::resp::Version>(*hello->version));
    }
    ReplyGreeting(context);
    return Replied();
  }
};

// RESET -> RESET, and the connection is as if it were new; only the library that it named stays
struct Reset {
  static constexpr CommandSpec kSpec{
      .name = "RESET",
      .summary = "Makes the connection as if it were new.",
      .since = "6.2.0",
      .group = CommandGroup::kConnection,
      .complexity = "O(1)",
      .arity = 1,
      .flags = kGreetingFlags | kRunsInMulti | kRunsSubscribed,
      .categories = kAclConnection,
  };

  static RunResult Run(CommandContext& context) {
    EngineState& engine = context.engine();
    Client& client = context.client();
    client.database = 0;
    client.name.clear();
    client.is_no_evict = false;
    client.set(kReplyOff | kReplySkipNext | kNoTouch, false);
    client.reply.set_version(protocol::resp::Version::kResp2);
    engine.monitors.Remove(client);
    engine.DiscardTransaction(client);
    engine.subscriptions.RemoveAll(client);
    LogOut(engine, client);
    context.reply().Simple("RESET");
    return Replied();
  }
};

constexpr auto kCommands = CommandList<Auth, Hello, Reset>();

}  // namespace

std::span<const CommandEntry> ConnectionHelloCommands() {
  return kCommands;
}

}  // namespace server
