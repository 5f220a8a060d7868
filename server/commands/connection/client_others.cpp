// CLIENT LIST and KILL: all connections, seen and closed.

#include <fmt/format.h>

#include <limits>
#include <optional>
#include <string>

#include "server/client/authentication.h"
#include "server/client/client_type.h"
#include "server/commands/connection/client_lines.h"
#include "server/commands/connection/client_specs.h"
#include "server/commands/connection/connection.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"
#include "storage/base/number.h"

namespace server {
namespace {

using Kind = Argument::Kind;

std::expected<ClientType, CommandError> ReadType(ArgReader& args) {
  const std::string_view name = args.Bytes();
  if (const auto type = ParseClientType(name)) return *type;
  return std::unexpected(
      CommandError::Err(fmt::format("Unknown client type '{}'", EchoedInError(name, name.size()))));
}

constexpr Argument kListTypes[] = {
    {.name = "normal", .kind = Kind::kPureToken, .token = "NORMAL"},
    {.name = "master", .kind = Kind::kPureToken, .token = "MASTER"},
    {.name = "replica", .kind = Kind::kPureToken, .token = "REPLICA"},
    {.name = "pubsub", .kind = Kind::kPureToken, .token = "PUBSUB"},
};
constexpr Argument kListIds[] = {
    {.name = "client-id", .kind = Kind::kInteger, .is_multiple = true}};
constexpr Argument kListArguments[] = {
    {.name = "client-type",
     .kind = Kind::kOneOf,
     .token = "TYPE",
     .is_optional = true,
     .children = kListTypes,
     .since = "5.0.0"},
    {.name = "id",
     .kind = Kind::kBlock,
     .token = "ID",
     .is_optional = true,
     .children = kListIds,
     .since = "6.2.0"},
};
constexpr HistoryEntry kListHistory[] = {
    {"2.8.12", "The field `id`."},
    {"5.0.0", "The filter TYPE."},
    {"6.0.0", "The field `user`."},
    {"6.2.0", "The fields `argv-mem`, `tot-mem`, `laddr` and `redir`, and the filter ID."},
    {"7.0.0", "The fields `resp`, `multi-mem`, `rbs` and `rbp`."},
    {"7.0.3", "The field `ssub`."},
    {"7.2.0", "The fields `lib-name` and `lib-ver`."},
    {"7.4.0", "The field `watch`."},
};

// CLIENT LIST [TYPE type | ID id ...] -> one line for each client
struct ClientListing {
  static constexpr CommandSpec kSpec{
      .container = "CLIENT",
      .name = "LIST",
      .summary = "Describes all connections, or some of them.",
      .since = "2.4.0",
      .group = CommandGroup::kConnection,
      .complexity = "O(N), N being the number of connections",
      .arity = -2,
      .flags = kAnyClientFlags,
      .categories = kAclConnection,
      .arguments = kListArguments,
      .tips = kClientLineTips,
      .history = kListHistory,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    std::optional<ClientType> type;
    if (args.remaining() == 2 && args.Take("TYPE")) {
      const auto wanted = ReadType(args);
      if (!wanted) return wanted.error();
      type = *wanted;
    } else if (args.remaining() >= 2 && args.Take("ID")) {
      return ListIds(context, args);
    }
    if (const auto error = args.Finish()) return *error;
    return ReplyClientLines(context, [&](auto&& visit) {
      for (const auto& [id, session] : context.engine().clients) {
        if (!IsGone(*session) && (!type || TypeOf(session->client) == *type)) visit(*session);
      }
    });
  }

  static RunResult ListIds(CommandContext& context, ArgReader& args) {
    const auto ids = args.Rest();
    for (const std::string_view id : ids) {
      if (!storage::ParseInt64(id)) return CommandError::Err("Invalid client ID");
    }
    return ReplyClientLines(context, [&](auto&& visit) {
      for (const std::string_view id : ids) {
        const auto number = static_cast<ClientId>(*storage::ParseInt64(id));
        const RespSession* session = context.engine().clients.Find(number);
        if (session != nullptr && !IsGone(*session)) visit(*session);
      }
    });
  }
};

// Which clients CLIENT KILL means: those to which all that is given applies.
struct KillFilter {
  std::optional<ClientId> id = {};
  std::optional<ClientType> type = {};
  std::optional<std::string_view> user = {};
  std::optional<std::string_view> remote_address = {};
  std::optional<std::string_view> local_address = {};
  int64_t age_us_min = 0;
  bool skips_me = true;

  bool Matches(const Client& client, const Client& me, int64_t now_us) const {
    return (!id || client.id == *id) && (!type || TypeOf(client) == *type) &&
           (!user || client.user == *user) &&
           (!remote_address || client.peer.remote_address == *remote_address) &&
           (!local_address || client.peer.local_address == *local_address) &&
           now_us - client.created_us >= age_us_min && !(skips_me && &client == &me);
  }
};

constexpr int64_t kAgeSecondsMax = std::numeric_limits<int64_t>::max() / 1'000'000;

// One option and its value. Options may be repeated; the last one counts.
std::optional<CommandError> ReadKillOption(ArgReader& args, const Users& users,
                                           KillFilter& filter) {
  if (args.Take("ID")) {
    const auto id = storage::ParseInt64(args.Bytes());
    if (!id || *id < 1) return CommandError::Err("client-id should be greater than 0");
    filter.id = static_cast<ClientId>(*id);
  } else if (args.Take("TYPE")) {
    const auto type = ReadType(args);
    if (!type) return type.error();
    filter.type = *type;
  } else if (args.Take("USER")) {
    filter.user = args.Bytes();
    if (users.Find(*filter.user) == nullptr) {
      return CommandError::Err(
          fmt::format("No such user '{}'", EchoedInError(*filter.user, filter.user->size())));
    }
  } else if (args.Take("ADDR")) {
    filter.remote_address = args.Bytes();
  } else if (args.Take("LADDR")) {
    filter.local_address = args.Bytes();
  } else if (args.Take("MAXAGE")) {
    const auto seconds = storage::ParseInt64(args.Bytes());
    if (!seconds) return CommandError::Err("maxage is not an integer or out of range");
    if (*seconds <= 0) return CommandError::Err("maxage should be greater than 0");
    filter.age_us_min = std::min(*seconds, kAgeSecondsMax) * 1'000'000;
  } else if (args.Take("SKIPME")) {
    filter.skips_me = args.Take("YES");
    if (!filter.skips_me && !args.Take("NO")) return CommandError::Syntax();
  } else {
    return CommandError::Syntax();
  }
  return std::nullopt;
}

std::expected<KillFilter, CommandError> ReadKillFilter(ArgReader& args, const Users& users) {
  KillFilter filter;
  while (!args.AtEnd()) {
    if (args.remaining() < 2) return std::unexpected(CommandError::Syntax());
    if (auto error = ReadKillOption(args, users, filter)) return std::unexpected(*std::move(error));
  }
  return filter;
}

constexpr Argument kKillTypes[] = {
    {.name = "normal", .kind = Kind::kPureToken, .token = "NORMAL"},
    {.name = "master", .kind = Kind::kPureToken, .token = "MASTER", .since = "3.2.0"},
    {.name = "slave", .kind = Kind::kPureToken, .token = "SLAVE"},
    {.name = "replica", .kind = Kind::kPureToken, .token = "REPLICA", .since = "5.0.0"},
    {.name = "pubsub", .kind = Kind::kPureToken, .token = "PUBSUB"},
};
constexpr Argument kSkipMe[] = {
    {.name = "yes", .kind = Kind::kPureToken, .token = "YES"},
    {.name = "no", .kind = Kind::kPureToken, .token = "NO"},
};
constexpr Argument kKillOptions[] = {
    {.name = "client-id",
     .kind = Kind::kInteger,
     .token = "ID",
     .is_optional = true,
     .since = "2.8.12"},
    {.name = "client-type",
     .kind = Kind::kOneOf,
     .token = "TYPE",
     .is_optional = true,
     .children = kKillTypes,
     .since = "2.8.12"},
    {.name = "username", .token = "USER", .is_optional = true},
    {.name = "addr", .token = "ADDR", .is_optional = true, .display = "ip:port"},
    {.name = "laddr",
     .token = "LADDR",
     .is_optional = true,
     .since = "6.2.0",
     .display = "ip:port"},
    {.name = "skipme",
     .kind = Kind::kOneOf,
     .token = "SKIPME",
     .is_optional = true,
     .children = kSkipMe},
    {.name = "maxage",
     .kind = Kind::kInteger,
     .token = "MAXAGE",
     .is_optional = true,
     .since = "7.4.0"},
};
constexpr Argument kKillForms[] = {
    {.name = "old-format", .deprecated_since = "2.8.12", .display = "ip:port"},
    {.name = "new-format", .kind = Kind::kOneOf, .is_multiple = true, .children = kKillOptions},
};
constexpr Argument kKillArguments[] = {
    {.name = "filter", .kind = Kind::kOneOf, .children = kKillForms}};
constexpr HistoryEntry kKillHistory[] = {
    {"2.8.12", "Filters; the filter ID."},
    {"3.2.0", "The type master."},
    {"5.0.0", "The type replica, for what was slave and still may be called so."},
    {"6.2.0", "The filter LADDR."},
    {"7.4.0", "The filter MAXAGE."},
};

// CLIENT KILL address -> OK, or an error when nobody has that address
// CLIENT KILL option value [option value ...] -> how many were closed
struct ClientKill {
  static constexpr CommandSpec kSpec{
      .container = "CLIENT",
      .name = "KILL",
      .summary = "Closes connections.",
      .since = "2.4.0",
      .group = CommandGroup::kConnection,
      .complexity = "O(N), N being the number of connections",
      .arity = -3,
      .flags = kAnyClientFlags,
      .categories = kAclConnection,
      .arguments = kKillArguments,
      .history = kKillHistory,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    if (args.remaining() == 1) {
      const KillFilter filter{.remote_address = args.Bytes(), .skips_me = false};
      if (Kill(context, filter) == 0) return CommandError::Err("No such client");
      context.reply().Ok();
      return Replied();
    }
    const auto filter = ReadKillFilter(args, context.engine().users);
    if (!filter) return filter.error();
    context.reply().Integer(Kill(context, *filter));
    return Replied();
  }

  static int64_t Kill(CommandContext& context, const KillFilter& filter) {
    EngineState& engine = context.engine();
    int64_t killed = 0;
    for (const auto& [id, session] : engine.clients) {
      Client& client = session->client;
      if (IsGone(*session) || !filter.Matches(client, context.client(), engine.monotonic_us)) {
        continue;
      }
      const bool is_me = &client == &context.client();
      engine.CloseSession(*session, is_me ? CloseWish::kAfterFlush : CloseWish::kNow);
      ++killed;
    }
    return killed;
  }
};

constexpr auto kCommands = CommandList<ClientListing, ClientKill>();

}  // namespace

std::span<const CommandEntry> ClientOthersCommands() {
  return kCommands;
}

}  // namespace server
