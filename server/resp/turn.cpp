#include "server/resp/turn.h"

#include <algorithm>
#include <cstring>

#include "server/client/client_limits.h"
#include "server/client/client_line.h"
#include "server/config/config.h"
#include "server/dispatch/command_table.h"
#include "server/dispatch/request_memory.h"
#include "server/engine_state.h"
#include "storage/memory/memory_probe.h"

namespace server {

using protocol::resp::DecodeStatus;

void Turn::MakeReady(RespSession& session) {
  if (session.is_ready) return;
  session.is_ready = true;
  ready_.push_back(&session);
}

void Turn::Forget(RespSession& session) {
  if (session.is_ready) std::erase(ready_, &session);
}

void Turn::Run() {
  if (ready_.empty()) return;
  running_.swap(ready_);
  requests_ = 0;
  last_name_ = {};
  size_t looked_at = 0;
  for (; looked_at < running_.size() && requests_ < kRequestsMax; ++looked_at) {
    RespSession& session = *running_[looked_at];
    session.is_ready = false;
    session.decoded_bytes = session.executed_bytes = 0;
    while (Decode(session)) {
      Execute();
      if (requests_ < kRequestsOfOneMax) continue;
      MakeReady(session);  // the rest of a very deep pipeline
      break;
    }
  }
  Execute();
  for (size_t i = 0; i < looked_at; ++i) Finish(*running_[i]);
  // The others keep their bytes where they are and come first in the next turn.
  ready_.insert(ready_.begin(), running_.begin() + static_cast<ptrdiff_t>(looked_at),
                running_.end());
  running_.clear();
  if (ready_.empty()) engine_.arena.Reset();
}

bool Turn::Decode(RespSession& session) {
  if (!session.CanRun()) return false;
  // Nothing is executed in here, so these hold for all that is decoded.
  const bool is_authenticated = !session.client.is(kNotAuthenticated);
  const protocol::resp::RequestLimits limits{
      .bulk_bytes_max = engine_.config.settings().proto_max_bulk_len,
      .authenticated = is_authenticated};
  // A client that is about to log in gets other limits with its next request.
  const size_t batch_max = is_authenticated ? kBatchMax : 1;
  const std::span<char> input = session.input();
  for (;;) {
    const std::span<char> rest = input.subspan(session.decoded_bytes);
    if (rest.empty()) return false;
    const bool is_inline = rest.front() != '*';
    if (is_inline) [[unlikely]] {
      // Decoding an inline request may change its bytes: it is run by itself, and kept as it came.
      if (batch_size_ > 0) return true;
      last_name_ = {};
      if ((engine_.special & kIsPaused) != 0) inline_copy_.assign(rest.begin(), rest.end());
    }
    const size_t first_argument = arguments_.size();
    size_t wire_bytes = 0;
    const DecodeStatus status = session.decoder.Decode(rest, limits, arguments_, &wire_bytes);
    if (status == DecodeStatus::kIncomplete) return false;
    if (status != DecodeStatus::kRequest) {
      Execute();  // what came before it is still answered
      if (session.CanRun()) RefuseInput(session, status);
      return false;
    }
    session.decoded_bytes += wire_bytes;
    if (arguments_.size() == first_argument) [[unlikely]] {
      // An empty request is none; it counts as executed when everything before it is.
      if (batch_size_ == 0) session.executed_bytes = session.decoded_bytes;
      continue;
    }
    AddRequest(session, first_argument, wire_bytes);
    if (batch_size_ >= batch_max || is_inline) return true;
  }
}

// Pipelines repeat their commands: the same bytes mean the same command as just before.
const CommandInTable* Turn::FindCommand(std::string_view name) {
  if (!name.empty() && name.size() == last_name_.size() &&
      std::memcmp(name.data(), last_name_.data(), name.size()) == 0) {
    return last_command_;
  }
  last_name_ = name;
  last_command_ = engine_.commands.Find(name);
  return last_command_;
}

void Turn::AddRequest(RespSession& session, size_t first_argument, size_t wire_bytes) {
  Request& request = batch_[batch_size_++];
  request.session = &session;
  request.first_argument = first_argument;
  request.argument_count = arguments_.size() - first_argument;
  request.wire_end = session.decoded_bytes;
  request.wire_bytes = wire_bytes;
  request.command = FindCommand(arguments_[first_argument]);
  request.key = storage::Key();
  if (request.command == nullptr) return;
  const size_t key_index = static_cast<size_t>(request.command->first_key);
  if (key_index == 0 || key_index >= request.argument_count) return;
  names_elements_ |= request.command->element != 0;
  request.key = engine_.keyspace.MakeKey(arguments_[first_argument + key_index]);
  engine_.keyspace.database(session.client.database).table().PrefetchBucket(request.key.hash);
}

void Turn::PrefetchRecords() {
  for (size_t i = 0; i < batch_size_; ++i) {
    const Request& request = batch_[i];
    if (request.key.bytes.data() == nullptr) continue;
    engine_.keyspace.database(request.session->client.database)
        .table()
        .PrefetchEntry(request.key.hash);
  }
}

// An element of a large collection costs as many cache misses as a key: first the buckets, then
// what they point to.
void Turn::PrefetchElements() {
  struct Element {
    const storage::Structure* structure;
    uint64_t hash;
  };
  std::array<Element, kBatchMax> elements;
  size_t count = 0;
  // A batch is often about one large collection: it is not looked up again. (Who has another key
  // of this hash, or another database, gets a useless hint.)
  const storage::Structure* structure = nullptr;
  uint64_t key_hash = 0;
  for (size_t i = 0; i < batch_size_; ++i) {
    const Request& request = batch_[i];
    if (request.key.bytes.data() == nullptr || request.command->element == 0) continue;
    const ptrdiff_t named = request.command->element;
    const ptrdiff_t arguments = static_cast<ptrdiff_t>(request.argument_count);
    const ptrdiff_t index = named < 0 ? arguments + named : named;
    if (index < 0 || index >= arguments) continue;
    if (structure == nullptr || request.key.hash != key_hash) {
      structure =
          engine_.keyspace.database(request.session->client.database).PeekStructure(request.key);
      key_hash = request.key.hash;
    }
    if (structure == nullptr) continue;
    const std::string_view name = arguments_[request.first_argument + static_cast<size_t>(index)];
    elements[count++] = {structure, structure->PrefetchBucket(name)};
  }
  for (size_t i = 0; i < count; ++i) elements[i].structure->PrefetchElement(elements[i].hash);
}

// Runs the batch. Requests of a session that has stopped are left for later.
void Turn::Execute() {
  if (batch_size_ == 0) {
    arguments_.Clear();
    return;
  }
  requests_ += batch_size_;
  PrefetchRecords();
  if (names_elements_ && batch_size_ > 1) PrefetchElements();
  names_elements_ = false;
  uint64_t ticks = engine_.clock.Ticks();
  const uint64_t ticks_before = ticks;
  for (size_t i = 0; i < batch_size_; ++i) {
    const Request& request = batch_[i];
    RespSession& session = *request.session;
    if (!session.CanRun()) continue;
    const std::span<const std::string_view> arguments(arguments_.data() + request.first_argument,
                                                      request.argument_count);
    const bool is_large = request.wire_bytes >= kLargeRequestBytes;
    const bool is_offered =
        is_large && request.wire_end - session.executed_bytes >= RespSession::kLargeBulkBytes;
    if (is_large) [[unlikely]]
      AskForMemory(request);
    if (is_offered) [[unlikely]]
      engine_.keyspace.OfferBuffer(session.OfferInput());
    const DispatchOutcome outcome =
        engine_.dispatcher.Dispatch(session.client, request.command, arguments, request.key, ticks);
    if (is_offered) [[unlikely]]
      engine_.keyspace.OfferBuffer(nullptr);
    if (is_large) [[unlikely]]
      engine_.special &= ~kLacksMemory;
    if (outcome == DispatchOutcome::kPostponed) {
      if (!inline_copy_.empty()) RestoreInline(session);
      continue;
    }
    session.executed_bytes = request.wire_end;
    engine_.Touch(session);
    if (engine_.key_waiters.HasReady()) [[unlikely]]
      engine_.key_waiters.Serve();
  }
  engine_.statistics.command_ticks += ticks - ticks_before;
  batch_size_ = 0;
  arguments_.Clear();
  inline_copy_.clear();
}

// Before anything is changed.
void Turn::AskForMemory(const Request& request) {
  const std::span<const std::string_view> arguments(arguments_.data() + request.first_argument,
                                                    request.argument_count);
  const bool is_monitored = (engine_.special & kHasMonitors) != 0;
  if (!storage::HasMemoryFor(
          MemoryToRun(request.command, arguments, request.wire_bytes, is_monitored))) {
    engine_.special |= kLacksMemory;
  }
}

void Turn::RestoreInline(RespSession& session) {
  const std::span<char> input = session.input();
  std::copy(inline_copy_.begin(), inline_copy_.end(), input.end() - inline_copy_.size());
}

void Turn::RefuseInput(RespSession& session, DecodeStatus status) {
  if (status == DecodeStatus::kError) {
    session.client.reply.Error("ERR " + session.decoder.error());
    engine_.statistics.NoteError("ERR");
    if (engine_.log.IsEnabled(LogLevel::kVerbose)) LogProtocolError(session);
  } else if (status == DecodeStatus::kNoMemory) {
    session.client.reply.Error(CommandError::NoMemoryForRequest().line());
    engine_.statistics.NoteError("OOM");
  } else {
    engine_.log.Warning(
        "Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: "
        "commands "
        "to Cinnabar. This is likely due to an attacker attempting to use Cross Protocol Scripting "
        "to "
        "compromise your instance. Connection from " +
        session.client.peer.remote_address + " aborted.");
  }
  engine_.CloseSession(session, CloseWish::kAfterFlush);
}

// Not with the input, as Redis does: it may hold a password.
void Turn::LogProtocolError(const RespSession& session) {
  std::string_view what = session.decoder.error();
  constexpr std::string_view kPrefix = "Protocol error: ";
  if (what.starts_with(kPrefix)) what.remove_prefix(kPrefix.size());
  engine_.log.Verbose("Protocol error (" + std::string(what) +
                      ") from client: " + LoggedClientLine(session, engine_));
}

void Turn::Finish(RespSession& session) {
  const bool rewound = session.executed_bytes != session.decoded_bytes;
  if (session.executed_bytes > 0) session.client.last_interaction_us = engine_.monotonic_us;
  // What is queued for EXEC has not run either.
  const size_t left =
      session.input().size() - session.executed_bytes + session.client.queued_bytes();
  const size_t input_limit = engine_.config.settings().client_query_buffer_limit;
  session.FinishTurn(session.executed_bytes, rewound);
  engine_.statistics.recent_max_input_buffer =
      std::max(engine_.statistics.recent_max_input_buffer, session.input_memory());
  const size_t unsent = session.unsent_bytes();
  if (unsent > engine_.statistics.recent_max_output_buffer) {
    engine_.statistics.recent_max_output_buffer = unsent;
  }
  if (unsent >= engine_.output_limit_min) [[unlikely]]
    CheckOutputLimit(engine_, session);
  if (left > input_limit && session.close == CloseWish::kStayOpen) {
    ++engine_.statistics.query_buffer_limit_disconnections;
    engine_.log.Warning("Closing client that reached max query buffer length: " +
                        LoggedClientLine(session, engine_));
    engine_.CloseSession(session, CloseWish::kNow);
  }
}

}  // namespace server
