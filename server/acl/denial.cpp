#include "server/acl/denial.h"

#include <fmt/format.h>

#include "server/client/client_line.h"
#include "server/config/config.h"
#include "server/engine_state.h"

namespace server {
namespace {

// A name that a stranger chose is kept only so far.
constexpr size_t kKeptBytesMax = 1024;

void AddToLog(EngineState& engine, const Client& client, AclLog::Entry entry) {
  entry.context = client.is(kInMulti | kInExec) ? "multi" : "toplevel";
  entry.client_line = LoggedClientLine(static_cast<const RespSession&>(client.session), engine);
  engine.acl_log.Add(std::move(entry), engine.wall_us / 1000,
                     engine.config.settings().acllog_max_len);
}

}  // namespace

void NoteDenial(EngineState& engine, const Client& client, const Verdict& verdict,
                const CommandInTable& command, std::span<const std::string_view> arguments) {
  Statistics& statistics = engine.statistics;
  AclLog::Entry entry;
  entry.user = client.user;
  switch (verdict.denial) {
    case Denial::kNone:
      return;
    case Denial::kCommand:
      ++statistics.acl_access_denied_command;
      entry.reason = "command";
      entry.object = command.full_name;
      break;
    case Denial::kKey:
      ++statistics.acl_access_denied_key;
      entry.reason = "key";
      entry.object = arguments[verdict.position].substr(0, kKeptBytesMax);
      break;
    case Denial::kChannel:
      ++statistics.acl_access_denied_channel;
      entry.reason = "channel";
      entry.object = arguments[verdict.position].substr(0, kKeptBytesMax);
      break;
  }
  AddToLog(engine, client, std::move(entry));
}

void NoteFailedLogin(EngineState& engine, const Client& client, std::string_view user,
                     std::string_view command) {
  AclLog::Entry entry;
  entry.reason = "auth";
  entry.object = command;
  entry.user = user.substr(0, kKeptBytesMax);
  AddToLog(engine, client, std::move(entry));
}

std::string DescribeLateDenial(const Verdict& verdict) {
  std::string_view reason;
  switch (verdict.denial) {
    case Denial::kNone:
      break;
    case Denial::kCommand:
      reason = "no permission to execute the command or subcommand";
      break;
    case Denial::kKey:
      reason = "no permission to touch the specified keys";
      break;
    case Denial::kChannel:
      reason = "no permission to access one of the channels used as arguments to the command";
      break;
  }
  return fmt::format(
      "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC "
      "call. This command is no longer allowed for the following reason: {}",
      reason);
}

}  // namespace server
