#include "server/blocking/key_waiters.h"

#include <utility>

#include "server/client/client_limits.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"
#include "storage/base/check.h"

namespace server {

RunResult KeyWaiters::Wait(CommandContext& context, const KeyWait& wait) {
  Client& client = context.client();
  if (!client.may_block()) {
    (wait.reply_at_once != nullptr ? wait.reply_at_once : wait.reply_in_vain)(client);
    return Replied();
  }
  if (rerun_ == client.id) return Blocked();  // in vain: it waits on as before
  Waiter waiter{.place = next_place_++,
                .type = wait.type,
                .database = client.database,
                .command = &context.command(),
                .arguments = {context.arguments().begin(), context.arguments().end()},
                .keys = {wait.keys.begin(), wait.keys.end()}};
  if (waiters_.empty()) engine_.feed.AddWatcher(this);
  for (const std::string& key : waiter.keys) {
    queues_[KeyName{client.database, key}].clients.emplace(waiter.place, client.id);
  }
  waiters_.emplace(client.id, std::move(waiter));
  engine_.blocked.Block(client, {.what = server::Wait::For::kKeys,
                                 .deadline_us = wait.deadline_us,
                                 .reply_in_vain = wait.reply_in_vain,
                                 .on_end = [this](ClientId id) { Remove(id); }});
  return Blocked();
}

void KeyWaiters::Remove(ClientId id) {
  const auto found = waiters_.find(id);
  CHECK_INVARIANT(found != waiters_.end());
  const Waiter& waiter = found->second;
  for (const std::string& key : waiter.keys) {
    const auto queue = queues_.find(KeyView{waiter.database, key});
    if (queue == queues_.end()) continue;  // the key was named twice
    queue->second.clients.erase(waiter.place);
    if (queue->second.clients.empty()) queues_.erase(queue);
  }
  waiters_.erase(found);
  if (waiters_.empty()) engine_.feed.RemoveWatcher(this);
}

void KeyWaiters::MarkReady(const KeyName& name, Queue& queue) {
  if (std::exchange(queue.is_ready, true)) return;
  ready_.push_back(name);
}

void KeyWaiters::OnKeyChanged(int database, std::string_view key) {
  const auto found = queues_.find(KeyView{database, key});
  if (found != queues_.end()) MarkReady(found->first, found->second);
}

void KeyWaiters::OnDatabaseChanged(int database) {
  for (auto& [name, queue] : queues_) {
    if (database == -1 || name.database == database) MarkReady(name, queue);
  }
}

void KeyWaiters::Serve() {
  // Serving may make more keys ready; they come behind.
  while (!ready_.empty()) {
    for (const KeyName& name : std::exchange(ready_, {})) {
      const auto found = queues_.find(name);
      if (found == queues_.end()) continue;
      found->second.is_ready = false;
      ServeKey(name);
    }
  }
}

// Those who wait for the key now, in order, as long as it holds what they wait for.
void KeyWaiters::ServeKey(const KeyName& name) {
  const Place places_end = next_place_;
  Place from = 0;
  for (;;) {
    const auto queue = queues_.find(name);
    if (queue == queues_.end()) return;
    const auto next = queue->second.clients.lower_bound(from);
    if (next == queue->second.clients.end() || next->first >= places_end) return;
    from = next->first + 1;
    storage::Database& database = engine_.keyspace.database(name.database);
    const storage::Found found = database.Find(engine_.keyspace.MakeKey(name.key), storage::kPeek);
    if (!found) return;
    const ClientId id = next->second;
    const Waiter& waiter = waiters_.at(id);
    if (found->type() == waiter.type) RunAgain(id, waiter);
  }
}

bool KeyWaiters::RunAgain(ClientId id, const Waiter& waiter) {
  // The waiter goes with its wait, but its command and arguments are needed until the run ends.
  const CommandInTable* command = waiter.command;
  const std::vector<std::string> arguments = waiter.arguments;
  const std::vector<std::string_view> views(arguments.begin(), arguments.end());
  const bool is_served = engine_.blocked.TryEnd(id, [&](Client& client) {
    rerun_ = id;
    const bool is_answered = engine_.dispatcher.RunAgain(client, *command, views);
    rerun_ = 0;
    return is_answered;
  });
  // Nobody else looks at output that another client's turn made.
  RespSession* session = engine_.clients.Find(id);
  if (is_served && session != nullptr && session->unsent_bytes() >= engine_.output_limit_min) {
    CheckOutputLimit(engine_, *session);
  }
  return is_served;
}

void KeyWaiters::CheckInvariants() const {
  size_t places = 0;
  for (const auto& [id, waiter] : waiters_) {
    CHECK_INVARIANT(engine_.blocked.Find(id) != nullptr);
    for (const std::string& key : waiter.keys) {
      const auto queue = queues_.find(KeyView{waiter.database, key});
      CHECK_INVARIANT(queue != queues_.end());
      const auto place = queue->second.clients.find(waiter.place);
      CHECK_INVARIANT(place != queue->second.clients.end() && place->second == id);
    }
  }
  for (const auto& [name, queue] : queues_) {
    CHECK_INVARIANT(!queue.clients.empty());
    places += queue.clients.size();
    for (const auto& [place, id] : queue.clients) {
      const auto waiter = waiters_.find(id);
      CHECK_INVARIANT(waiter != waiters_.end() && waiter->second.place == place);
    }
  }
  CHECK_INVARIANT(places >= waiters_.size());
}

}  // namespace server
