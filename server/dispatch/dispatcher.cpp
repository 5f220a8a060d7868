#include "server/dispatch/dispatcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "server/acl/audit.h"
#include "server/acl/denial.h"
#include "server/acl/permissions.h"
#include "server/client/reply_mode.h"
#include "server/config/config.h"
#include "server/dispatch/command_context.h"
#include "server/dispatch/key_positions.h"
#include "server/dispatch/request_memory.h"
#include "server/engine_state.h"
#include "storage/base/check.h"
#include "storage/memory/memory_probe.h"

namespace server {
namespace {

// A request with more keys than this is not asked about each of them.
constexpr size_t kArgumentsLookedAtMax = 1000;
constexpr size_t kEchoedArgumentsMax =
    128;  // bytes of arguments that an "unknown command" error repeats

std::string UnknownCommand(std::span<const std::string_view> arguments) {
  std::string echoed;
  for (const std::string_view argument : arguments.subspan(1)) {
    if (echoed.size() >= kEchoedArgumentsMax) break;
    echoed += fmt::format("'{}' ", EchoedInError(argument, kEchoedArgumentsMax - echoed.size()));
  }
  return fmt::format("ERR unknown command '{}', with args beginning with: {}",
                     EchoedInError(arguments[0]), echoed);
}

std::string UnknownSubcommand(std::span<const std::string_view> arguments,
                              const CommandInTable& container) {
  return fmt::format("ERR unknown subcommand '{}'. Try {} HELP.", EchoedInError(arguments[1]),
                     container.spec->name);
}

std::string NotWhileSubscribed(std::string_view command) {
  return fmt::format(
      "ERR Can't execute '{}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are "
      "allowed in this context",
      command);
}

void NoteDuration(CommandStatistics& statistics, uint64_t ticks, uint64_t ns_scale) {
  statistics.ticks += ticks;
  const uint64_t ns = ticks * ns_scale >> EngineState::kNsScaleBits;
  const size_t bucket = static_cast<size_t>(std::bit_width(ns));
  ++statistics.durations[std::min(bucket, CommandStatistics::kBuckets - 1)];
}

constexpr std::string_view kOutOfMemory = "OOM command not allowed when used memory > 'maxmemory'.";

}  // namespace

DispatchOutcome Dispatcher::Dispatch(Client& client, const CommandInTable* command,
                                     std::span<const std::string_view> arguments, storage::Key key,
                                     uint64_t& ticks) {
  if (command == nullptr || command->entry.run == nullptr || !command->subcommands.empty() ||
      !command->spec->Takes(arguments.size())) [[unlikely]] {
    command = Resolve(client, command, arguments);
    if (command == nullptr) return DispatchOutcome::kDone;
  }
  if ((client.special | engine_.special) != 0) [[unlikely]] {
    DispatchOutcome outcome = DispatchOutcome::kDone;
    if (!PassGates(client, *command, arguments, key, outcome)) return outcome;
  }
  if (command->copies_elements && engine_.keyspace.slab().large_bytes() != 0) [[unlikely]] {
    if (!HasMemoryToCopy(client, *command, arguments, key)) {
      Reject(client, command, CommandError::NoMemoryForRequest().line());
      return DispatchOutcome::kDone;
    }
  }
  if ((engine_.special & kHasMaxmemory) != 0 &&
      (command->spec->flags & (kWriteCommand | kDenyOom)) != 0) {
    DispatchOutcome outcome = DispatchOutcome::kDone;
    const bool needs_room = (command->spec->flags & kDenyOom) != 0;
    if (needs_room && !HasRoom(client, *command, arguments, outcome)) return outcome;
    outcome = Run(client, *command, arguments, key, ticks);
    engine_.room.NoteWrite();
    return outcome;
  }
  return Run(client, *command, arguments, key, ticks);
}

bool Dispatcher::RunAgain(Client& client, const CommandInTable& command,
                          std::span<const std::string_view> arguments) {
  if (!StillHasPermission(client, command, arguments)) return true;
  const bool needs_room =
      (command.spec->flags & kDenyOom) != 0 && (engine_.special & kHasMaxmemory) != 0;
  if (needs_room && engine_.room.MakeFor(arguments) == Room::kNone) {
    ++command.statistics.rejected_calls;
    engine_.statistics.NoteError(kOutOfMemory);
    client.reply.Error(kOutOfMemory);
    return true;
  }
  const uint64_t changes_before = engine_.feed.changes();
  const RunResult::Kind kind = RunHandler(client, command, arguments, storage::Key());
  if (kind == RunResult::Kind::kBlocked) return false;
  if (engine_.feed.FinishCommand(client.database, changes_before, arguments)) {
    engine_.append_log.writer().NoteWriter(client.session);
  }
  return true;
}

// Large elements that a request does not bring, but moves, copies or takes out, are asked for here,
// since no structure could go back half-way. What they take is at most what all of them take, and
// at most what the collections of the request's keys take.
bool Dispatcher::HasMemoryToCopy(const Client& client, const CommandInTable& command,
                                 std::span<const std::string_view> arguments, storage::Key key) {
  const storage::Database& database = engine_.keyspace.database(client.database);
  size_t bytes = 0;
  const auto note = [&](const storage::Key& named) {
    const storage::Structure* structure = database.PeekStructure(named);
    if (structure == nullptr || !structure->may_have_large_elements()) return;
    bytes += structure->memory();
  };
  if (command.names_one_key && key.bytes.data() != nullptr) {
    note(key);
  } else if (arguments.size() <= kArgumentsLookedAtMax) {
    const auto keys = FindKeys(*command.spec, arguments);
    if (!keys) return true;  // the handler says what is wrong
    for (const KeyPosition& position : *keys) {
      note(engine_.keyspace.MakeKey(arguments[position.index]));
    }
  }
  return bytes == 0 ||
         storage::HasMemoryFor(2 * std::min(bytes, engine_.keyspace.slab().large_bytes()));
}

const CommandInTable* Dispatcher::Resolve(Client& client, const CommandInTable* command,
                                          std::span<const std::string_view> arguments) {
  // Without a login a stranger learns nothing but that a login is needed.
  if (client.is(kNotAuthenticated) &&
      (command == nullptr || (command->spec->flags & kNoAuth) == 0)) {
    Reject(client, command, "NOAUTH Authentication required.");
    return nullptr;
  }
  if (command == nullptr) {
    Reject(client, nullptr, UnknownCommand(arguments));
    return nullptr;
  }
  if (!command->subcommands.empty() && arguments.size() > 1) {
    const CommandInTable* subcommand = CommandTable::FindSubcommand(*command, arguments[1]);
    if (subcommand == nullptr) {
      Reject(client, command, UnknownSubcommand(arguments, *command));
      return nullptr;
    }
    command = subcommand;
  }
  if (command->entry.run == nullptr || !command->spec->Takes(arguments.size())) {
    Reject(client, command, CommandError::WrongArguments(command->full_name).line());
    return nullptr;
  }
  return command;
}

// Why the server as it is now does not run such a command; `done_flags`: of all that would be run.
std::optional<std::string_view> Dispatcher::RefusalOfServer(const CommandInTable& command,
                                                            uint32_t done_flags) const {
  if ((engine_.special & kIsLoading) != 0 && (command.spec->flags & kLoading) == 0) {
    return "LOADING Redis is loading the dataset in memory";
  }
  // PING too: whoever watches the server hears of it.
  if ((done_flags & kWriteCommand) == 0 && command.spec->name != "PING") return std::nullopt;
  if ((engine_.special & kLogRefusesWrites) != 0) return engine_.append_log.writer().refusal();
  if ((engine_.special & kRefusesWrites) != 0) return engine_.saver.refusal();
  return std::nullopt;
}

bool Dispatcher::PassGates(Client& client, const CommandInTable& command,
                           std::span<const std::string_view> arguments, const storage::Key& key,
                           DispatchOutcome& outcome) {
  if (client.is(kReplaysLog)) return true;
  const uint32_t flags = command.spec->flags;
  if (client.is(kNotAuthenticated) && (flags & kNoAuth) == 0) {
    Reject(client, &command, "NOAUTH Authentication required.");
    return false;
  }
  if (client.is(kInMulti) && (flags & kNoMulti) != 0) {
    Reject(client, &command, "ERR Command not allowed inside a transaction");
    return false;
  }
  if (const auto lack = LackOfPermission(client, command, arguments)) {
    Reject(client, &command, *lack);
    return false;
  }
  const bool is_listening =
      client.is(kIsSubscriber) && client.reply.version() == protocol::resp::Version::kResp2;
  if (is_listening && (flags & kRunsSubscribed) == 0) {
    Reject(client, &command, NotWhileSubscribed(command.full_name));
    return false;
  }
  const bool runs_queue = client.is(kInMulti) && (flags & kRunsQueue) != 0;
  const uint32_t done_flags = runs_queue ? client.transaction->queue.command_flags() : flags;
  if (const auto refusal = RefusalOfServer(command, done_flags)) {
    Reject(client, &command, *refusal);
    return false;
  }
  if ((engine_.special & kIsPaused) != 0 && engine_.pause.Holds(done_flags)) {
    engine_.pause.Postpone(client);
    outcome = DispatchOutcome::kPostponed;
    return false;
  }
  if ((engine_.special & kLacksMemory) != 0) {
    Reject(client, &command, CommandError::NoMemoryForRequest().line());
    return false;
  }
  return !client.is(kInMulti) || PassQueue(client, command, arguments, key, outcome);
}

std::optional<std::string> Dispatcher::LackOfPermission(
    const Client& client, const CommandInTable& command,
    std::span<const std::string_view> arguments) {
  if (!client.is(kRestricted)) return std::nullopt;
  const Verdict verdict = CheckRequest(client.access, command, arguments);
  if (verdict.is_allowed()) return std::nullopt;
  NoteDenial(engine_, client, verdict, command, arguments);
  if (client.is(kInExec)) return DescribeLateDenial(verdict);
  return "NOPERM " + DescribeDenial(client.access, verdict, command, arguments, DenialText::kShort);
}

bool Dispatcher::StillHasPermission(Client& client, const CommandInTable& command,
                                    std::span<const std::string_view> arguments) {
  const auto lack = LackOfPermission(client, command, arguments);
  if (!lack) return true;
  ++command.statistics.rejected_calls;
  engine_.statistics.NoteError(*lack);
  client.reply.Error(*lack);
  return false;
}

// Under maxmemory a full server queues nothing, and EXEC finds room for all that was queued: what
// it runs is not asked again.
bool Dispatcher::PassQueue(Client& client, const CommandInTable& command,
                           std::span<const std::string_view> arguments, const storage::Key& key,
                           DispatchOutcome& outcome) {
  QueuedRequests& queue = client.transaction->queue;
  const bool has_maxmemory = (engine_.special & kHasMaxmemory) != 0;
  if ((command.spec->flags & kRunsInMulti) != 0) {
    const bool runs_queue = (command.spec->flags & kRunsQueue) != 0;
    if (!has_maxmemory || !runs_queue || (queue.command_flags() & kDenyOom) == 0) return true;
    const std::string_view brought[] = {queue.bytes()};
    return HasRoom(client, command, brought, outcome);
  }
  if (has_maxmemory && !HasRoom(client, command, arguments, outcome)) return false;
  if (!queue.Add(command, arguments, key)) {
    Reject(client, &command, CommandError::NoMemoryForRequest().line());
  } else if (IsMuted(client)) {
    EndMutedRequest(client);
  } else {
    client.reply.Raw("+QUEUED\r\n");
  }
  return false;
}

bool Dispatcher::HasMemoryForQueued(const Client& client, const QueuedRequests::Request& request) {
  const bool is_monitored = (engine_.special & kHasMonitors) != 0;
  const size_t bytes = request.argument_bytes;
  if (bytes >= kLargeRequestBytes &&
      !storage::HasMemoryFor(
          MemoryToRun(request.command, request.arguments, bytes, is_monitored))) {
    return false;
  }
  return !request.command->copies_elements || engine_.keyspace.slab().large_bytes() == 0 ||
         HasMemoryToCopy(client, *request.command, request.arguments, request.key);
}

void Dispatcher::RunQueued(Client& client) {
  const QueuedRequests& queue = client.transaction->queue;
  client.set(kInExec, true);
  client.reply.ArrayHeader(queue.count());
  uint64_t ticks = engine_.clock.Ticks();
  QueuedRequests::Request request;
  for (QueuedRequests::Position position = 0; position < queue.end();) {
    position = queue.Read(position, request);
    if (!StillHasPermission(client, *request.command, request.arguments)) continue;
    if (!HasMemoryForQueued(client, request)) {
      Reject(client, request.command, CommandError::NoMemoryForRequest().line());
      continue;
    }
    const DispatchOutcome outcome =
        Run(client, *request.command, request.arguments, request.key, ticks);
    CHECK_INVARIANT(outcome == DispatchOutcome::kDone);
  }
  client.reply.CountAsOne();
  client.set(kInExec, false);
  const bool has_maxmemory = (engine_.special & kHasMaxmemory) != 0;
  if (has_maxmemory && (queue.command_flags() & kWriteCommand) != 0) engine_.room.NoteWrite();
}

bool Dispatcher::HasRoom(Client& client, const CommandInTable& command,
                         std::span<const std::string_view> arguments, DispatchOutcome& outcome) {
  if (client.is(kReplaysLog)) return true;
  switch (engine_.room.MakeFor(arguments)) {
    case Room::kEnough:
      return true;
    case Room::kLater:
      engine_.pause.Postpone(client);
      outcome = DispatchOutcome::kPostponed;
      return false;
    case Room::kNone:
      break;
  }
  Reject(client, &command, kOutOfMemory);
  return false;
}

RunResult::Kind Dispatcher::RunHandler(Client& client, const CommandInTable& command,
                                       std::span<const std::string_view> arguments,
                                       storage::Key key) {
  protocol::resp::ReplyWriter& reply = client.reply;
  const protocol::OutputBuffer::Mark mark = reply.out().mark();
  reply.ResetCount();
  CommandContext context(engine_, engine_.keyspace, engine_.feed, client, command, arguments, key);
  engine_.feed.EnterCommand();
  const RunResult result = command.entry.run(context);
  engine_.feed.LeaveCommand();
  if (result.kind() == RunResult::Kind::kError) [[unlikely]] {
    // A handler may have replied before it failed: SET with GET, when there is no memory.
    reply.out().Truncate(mark);
    reply.ResetCount();
    reply.Error(result.error_line());
    ++command.statistics.failed_calls;
    engine_.statistics.NoteError(result.error_line());
  }
  return result.kind();
}

DispatchOutcome Dispatcher::Run(Client& client, const CommandInTable& command,
                                std::span<const std::string_view> arguments, storage::Key key,
                                uint64_t& ticks) {
  protocol::resp::ReplyWriter& reply = client.reply;
  const protocol::OutputBuffer::Mark mark = reply.out().mark();
  const int database_before = client.database;
  const uint64_t changes_before = engine_.feed.changes();
  engine_.running_client = client.id;
  const RunResult::Kind kind = RunHandler(client, command, arguments, key);
  const DispatchOutcome outcome =
      kind == RunResult::Kind::kBlocked ? DispatchOutcome::kBlocked : DispatchOutcome::kDone;
  const bool is_silent = kind == RunResult::Kind::kBlocked || kind == RunResult::Kind::kNoReply;
  CHECK_INVARIANT(reply.owed() == 0 && reply.replies() == (is_silent ? 0 : 1));
  if (engine_.feed.FinishCommand(database_before, changes_before, arguments)) {
    engine_.append_log.writer().NoteWriter(client.session);
  }
  const uint64_t now_ticks = engine_.clock.Ticks();
  NoteDuration(command.statistics, now_ticks - ticks, engine_.ns_scale);
  if (now_ticks - ticks >= engine_.slow_ticks) [[unlikely]] {
    engine_.NoteSlow(client, command, arguments, now_ticks - ticks);
  }
  ticks = now_ticks;
  ++engine_.statistics.commands_processed;
  client.last_command = &command;
  // A blocked client's reply is still to come: whoever ends the wait does this.
  // EXEC's reply is taken back as a whole.
  if (IsMuted(client) && outcome != DispatchOutcome::kBlocked && !client.is(kInExec)) [[unlikely]] {
    // Pushes are no replies.
    if (kind != RunResult::Kind::kNoReply) reply.out().Truncate(mark);
    EndMutedRequest(client);
  }
  if (!client.is(kInExec)) {
    engine_.running_client = 0;
    if (engine_.subscriptions.HasOwnMessages()) [[unlikely]]
      engine_.subscriptions.DeliverOwn();
  }
  if ((engine_.special & (kHasMonitors | kAudits)) != 0) [[unlikely]] {
    engine_.monitors.Feed(client, command, arguments);
    Audit(engine_, client, command, arguments);
  }
  return outcome;
}

void Dispatcher::Reject(Client& client, const CommandInTable* command, std::string_view line) {
  if (command != nullptr) ++command->statistics.rejected_calls;
  std::string aborted;
  if (command != nullptr && (command->spec->flags & kRunsQueue) != 0) {
    constexpr std::string_view kPrefix = "ERR ";
    const std::string_view reason = line.starts_with(kPrefix) ? line.substr(kPrefix.size()) : line;
    line = aborted = fmt::format("EXECABORT Transaction discarded because of: {}", reason);
    engine_.DiscardTransaction(client);
  } else if (client.is(kInMulti)) {
    client.set(kAbortsExec, true);
  }
  engine_.statistics.NoteError(line);
  if (IsMuted(client) && !client.is(kInExec)) {
    EndMutedRequest(client);
  } else {
    client.reply.Error(line);
  }
}

}  // namespace server
