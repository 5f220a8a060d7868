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
      {client.is(kBlocked | kPostponed), 'b'},
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

size_t TotalMemory(const RespSession& session) {
  const Client& client = session.client;
  return sizeof session + client.name.capacity() + client.library_name.capacity() +
         client.library_version.capacity() + client.user.capacity() + session.input_memory() +
         session.output.memory() + session.bytes_in_flight;
}

// Bytes of the arguments that it is working on.
size_t ArgumentBytes(const RespSession& session, CommandContext& context) {
  size_t bytes = 0;
  if (&session.client != &context.client()) return bytes;
  for (const std::string_view argument : context.arguments()) bytes += argument.size();
  return bytes;
}

std::string_view LastCommand(const RespSession& session, CommandContext& context) {
  if (&session.client == &context.client()) return context.command().full_name;
  const CommandInTable* command = session.client.last_command;
  return command == nullptr ? "NULL" : std::string_view(command->full_name);
}

}  // namespace

std::string ClientLine(const RespSession& session, CommandContext& context) {
  const Client& client = session.client;
  const int64_t now_us = context.engine().monotonic_us;
  std::string line;
  auto out = std::back_inserter(line);
  fmt::format_to(out, "id={} addr={} laddr={} fd={} name={} age={} idle={} flags={} db={}",
                 client.id, client.peer.remote_address, client.peer.local_address,
                 client.peer.descriptor, client.name, (now_us - client.created_us) / 1'000'000,
                 (now_us - client.last_interaction_us) / 1'000'000, FlagLetters(session),
                 client.database);
  fmt::format_to(out, " sub=0 psub=0 ssub=0 multi=-1 watch=0 qbuf={} qbuf-free={} argv-mem={}",
                 session.input_bytes(), session.pending_free(), ArgumentBytes(session, context));
  fmt::format_to(out, " multi-mem=0 rbs={} rbp={} obl={} oll={} omem={} tot-mem={} events={}",
                 session.output.memory(), session.output.wire_size(), session.output.wire_size(),
                 session.bytes_in_flight > 0 ? 1 : 0, session.bytes_in_flight, TotalMemory(session),
                 session.bytes_in_flight > 0 ? "rw" : "r");
  fmt::format_to(out, " cmd={} user={} redir=-1 resp={} lib-name={} lib-ver={}\n",
                 LastCommand(session, context), client.user,
                 static_cast<int>(client.reply.version()), client.library_name,
                 client.library_version);
  return line;
}

}  // namespace server
