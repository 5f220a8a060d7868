#include "server/client/client_line.h"

#include <fmt/format.h>

#include <iterator>

#include "server/dispatch/command_context.h"
#include "server/dispatch/command_table.h"
#include "server/engine_state.h"

namespace server {
namespace {

// One letter for each state that is worth knowing; N for none.
std::string FlagLetters(const RespSession& session) {
  const Client& client = session.client;
  const std::pair<bool, char> states[] = {
      {client.is(kMonitoring), 'O'},
      {client.is(kIsSubscriber), 'P'},
      {client.is(kInMulti), 'x'},
      {client.is(kBlocked | kPostponed), 'b'},
      {client.is(kWatchIsBroken), 'd'},
      {session.close == CloseWish::kAfterFlush, 'c'},
      {session.close == CloseWish::kNow, 'A'},
      {client.peer.is_unix_socket, 'U'},
      {client.is_no_evict, 'e'},
      {client.is(kNoTouch), 'T'},
  };
  std::string letters;
  for (const auto& [holds, letter] : states) {
    if (holds) letters += letter;
  }
  return letters.empty() ? "N" : letters;
}

int64_t QueuedCount(const Client& client) {
  return client.is(kInMulti) ? static_cast<int64_t>(client.transaction->queue.count()) : -1;
}

size_t WatchedCount(const Client& client) {
  return client.transaction == nullptr ? 0 : client.transaction->watched.size();
}

size_t TotalMemory(const RespSession& session) {
  const Client& client = session.client;
  return sizeof session + client.name.capacity() + client.library_name.capacity() +
         client.library_version.capacity() + client.user.capacity() + session.input_memory() +
         client.transaction_memory() + client.subscription_memory() + session.output.memory() +
         session.bytes_in_flight;
}

// What a client is doing, or has done last.
struct Doing {
  std::string_view command_name = "NULL";
  size_t argument_bytes = 0;
};

Doing LastDone(const Client& client) {
  if (client.last_command == nullptr) return {};
  return {.command_name = client.last_command->full_name};
}

Doing DoneNow(const CommandContext& context) {
  Doing doing = {.command_name = context.command_name()};
  for (const std::string_view argument : context.arguments()) {
    doing.argument_bytes += argument.size();
  }
  return doing;
}

// Appends the line, with at most so much of each text that the client chose.
void AppendLine(std::string& line, const RespSession& session, int64_t now_us, const Doing& doing,
                size_t text_max = std::string_view::npos) {
  const Client& client = session.client;
  const auto cut = [text_max](std::string_view text) { return text.substr(0, text_max); };
  auto out = std::back_inserter(line);
  fmt::format_to(out, "id={} addr={} laddr={} fd={} name={} age={} idle={} flags={} db={}",
                 client.id, client.peer.remote_address, client.peer.local_address,
                 client.peer.descriptor, cut(client.name), (now_us - client.created_us) / 1'000'000,
                 (now_us - client.last_interaction_us) / 1'000'000, FlagLetters(session),
                 client.database);
  fmt::format_to(out, " sub={} psub={} ssub={} multi={} watch={} qbuf={} qbuf-free={} argv-mem={}",
                 client.SubscriptionCount(SubscriptionKind::kExact),
                 client.SubscriptionCount(SubscriptionKind::kPattern),
                 client.SubscriptionCount(SubscriptionKind::kShard), QueuedCount(client),
                 WatchedCount(client), session.input_bytes(), session.pending_free(),
                 doing.argument_bytes);
  fmt::format_to(out, " multi-mem={} rbs={} rbp={} obl={} oll={} omem={} tot-mem={} events={}",
                 client.transaction_memory(), session.output.memory(), session.output.wire_size(),
                 session.output.wire_size(), session.bytes_in_flight > 0 ? 1 : 0,
                 session.bytes_in_flight, TotalMemory(session),
                 session.bytes_in_flight > 0 ? "rw" : "r");
  fmt::format_to(out, " cmd={} user={} redir=-1 resp={} lib-name={} lib-ver={}", doing.command_name,
                 client.user, static_cast<int>(client.reply.version()), cut(client.library_name),
                 cut(client.library_version));
}

}  // namespace

std::string LoggedClientLine(const RespSession& session, const EngineState& engine) {
  constexpr size_t kTextMax = 256;
  std::string line;
  AppendLine(line, session, engine.monotonic_us, LastDone(session.client), kTextMax);
  return line;
}

size_t ClientLineBytesMax(const RespSession& session) {
  constexpr size_t kNumbersAndNames = 1024;
  const Client& client = session.client;
  return kNumbersAndNames + client.peer.remote_address.size() + client.peer.local_address.size() +
         client.name.size() + client.library_name.size() + client.library_version.size() +
         client.user.size();
}

void AppendClientLine(std::string& lines, const RespSession& session, CommandContext& context) {
  const bool asks_itself = &session.client == &context.client();
  AppendLine(lines, session, context.engine().monotonic_us,
             asks_itself ? DoneNow(context) : LastDone(session.client));
}

}  // namespace server
