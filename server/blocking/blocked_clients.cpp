#include "server/blocking/blocked_clients.h"

#include "server/client/reply_mode.h"
#include "server/engine_state.h"
#include "storage/base/check.h"

namespace server {

void BlockedClients::Block(Client& client, Wait wait) {
  CHECK_INVARIANT(!client.is(kBlocked | kClosing));
  CHECK_INVARIANT(wait.reply_in_vain != nullptr);
  client.set(kBlocked, true);
  if (wait.deadline_us != 0) deadlines_.emplace(wait.deadline_us, client.id);
  waits_.emplace(client.id, std::move(wait));
}

const Wait* BlockedClients::Find(ClientId id) const {
  const auto found = waits_.find(id);
  return found == waits_.end() ? nullptr : &found->second;
}

bool BlockedClients::End(ClientId id, const Reply& reply) {
  return TryEnd(id, [&](Client& client) {
    // Whoever keeps the client among waiters must not find it any more.
    Forget(client);
    reply(client);
    return true;
  });
}

bool BlockedClients::TryEnd(ClientId id, const Attempt& attempt) {
  if (!waits_.contains(id)) return false;
  RespSession* session = engine_.clients.Find(id);
  CHECK_INVARIANT(session != nullptr);
  Client& client = session->client;
  const protocol::OutputBuffer::Mark mark = client.reply.out().mark();
  client.reply.ResetCount();
  if (!attempt(client)) return false;
  CHECK_INVARIANT(client.reply.owed() == 0 && client.reply.replies() == 1);
  Forget(client);
  if (IsMuted(client)) {
    client.reply.out().Truncate(mark);
    EndMutedRequest(client);
  }
  client.last_interaction_us = engine_.monotonic_us;
  engine_.Touch(*session);
  engine_.MakeReady(*session);  // its pipeline may have waited
  return true;
}

bool BlockedClients::EndInVain(ClientId id) {
  const Wait* wait = Find(id);
  return wait != nullptr && End(id, wait->reply_in_vain);
}

bool BlockedClients::EndWithError(ClientId id, std::string_view line) {
  const bool ended = End(id, [line](Client& client) { client.reply.Error(line); });
  if (ended) engine_.statistics.NoteError(line);
  return ended;
}

void BlockedClients::Forget(Client& client) {
  const auto found = waits_.find(client.id);
  if (found == waits_.end()) return;
  client.set(kBlocked, false);
  Remove(found);
}

void BlockedClients::EndOverdue(int64_t now_us) {
  // What an ended wait sets off may add and end others, so the earliest is looked up each time.
  while (!deadlines_.empty() && deadlines_.begin()->first <= now_us) {
    EndInVain(deadlines_.begin()->second);
  }
}

int64_t BlockedClients::next_deadline_us() const {
  return deadlines_.empty() ? INT64_MAX : deadlines_.begin()->first;
}

void BlockedClients::Remove(std::map<ClientId, Wait>::iterator found) {
  const auto [id, wait] = std::move(*found);
  waits_.erase(found);
  if (wait.deadline_us != 0) deadlines_.erase({wait.deadline_us, id});
  if (wait.on_end) wait.on_end(id);
}

void BlockedClients::CheckInvariants() const {
  size_t with_deadline = 0;
  for (const auto& [id, wait] : waits_) {
    const RespSession* session = engine_.clients.Find(id);
    CHECK_INVARIANT(session != nullptr && session->client.is(kBlocked));
    if (wait.deadline_us == 0) continue;
    ++with_deadline;
    CHECK_INVARIANT(deadlines_.contains({wait.deadline_us, id}));
  }
  CHECK_INVARIANT(with_deadline == deadlines_.size());
  for (const auto& [id, session] : engine_.clients) {
    CHECK_INVARIANT(!session->client.is(kBlocked) || waits_.contains(id));
  }
}

}  // namespace server
