#include "server/amqp/amqp_broker.h"

#include <algorithm>
#include <array>

#include "server/amqp/amqp_channel.h"
#include "server/engine_state.h"
#include "server/memory/used_memory.h"
#include "storage/base/random.h"

namespace server {
namespace {

constexpr size_t kDeathsMax = 10'000;  // of one slice of expiry
constexpr int64_t kTickMs = 1000;      // of heartbeats, at least

}  // namespace

AmqpBroker::AmqpBroker(EngineState& engine)
    : engine_(engine),
      hasher_(storage::KeyHasher::NewSecret()),
      heap_(engine.keyspace.slab()),
      vhost_({heap_, properties_, hasher_}, "/") {}

AmqpBroker::~AmqpBroker() {
  while (!sessions_.empty()) Closed(*sessions_.begin()->first);
}

AmqpSession& AmqpBroker::Open(PeerFacts facts) {
  auto session = std::make_unique<AmqpSession>(*this, std::move(facts), ++last_session_);
  AmqpSession& opened = *session;
  sessions_.emplace(&opened, std::move(session));
  return opened;
}

void AmqpBroker::Closed(AmqpSession& session) {
  session.ReleaseAll();
  if (session.is_ready) std::erase(ready_, &session);
  sessions_.erase(&session);
}

ReadArena& AmqpBroker::arena() {
  if (arena_ == nullptr) arena_ = std::make_unique<ReadArena>();
  return *arena_;
}

int64_t AmqpBroker::now_ms() const {
  return engine_.monotonic_us / 1000;
}

void AmqpBroker::MakeReady(AmqpSession& session) {
  if (session.is_ready) return;
  session.is_ready = true;
  ready_.push_back(&session);
}

QueueConsumers& AmqpBroker::ConsumersOf(storage::broker::Queue& queue) {
  auto& consumers = consumers_[&queue];
  if (consumers == nullptr) {
    consumers = std::make_unique<QueueConsumers>(*this, queue);
    queue.watcher = consumers.get();
  }
  return *consumers;
}

void AmqpBroker::Remove(QueueConsumers& queue) {
  for (auto& [session, owned] : sessions_) session->ForgetQueue(queue);
  std::erase(scheduled_, &queue);
  std::replace(delivering_.begin(), delivering_.end(), &queue,
               static_cast<QueueConsumers*>(nullptr));
  consumers_.erase(&queue.queue());
}

void AmqpBroker::RunTurn() {
  CheckMemory();
  running_.swap(ready_);
  for (AmqpSession* session : running_) {
    session->is_ready = false;
    session->Work();
  }
  running_.clear();
  if (arena_ != nullptr && ready_.empty()) arena_->Reset();
  do {
    vhost_.SettleDeaths(now_ms(), engine_.wall_us / 1'000'000);
    DeliverScheduled();
  } while (vhost_.has_deaths());
}

void AmqpBroker::DeliverScheduled() {
  delivering_.swap(scheduled_);
  for (size_t i = 0; i < delivering_.size(); ++i) {
    QueueConsumers* queue = delivering_[i];
    if (queue == nullptr) continue;
    queue->is_scheduled = false;
    queue->Deliver();
  }
  delivering_.clear();
}

void AmqpBroker::RunTick() {
  vhost_.RunTimers(now_ms(), kDeathsMax);
  CheckMemory();
  for (auto& [session, owned] : sessions_) session->RunTick();
  if (HasWork()) RunTurn();
}

int64_t AmqpBroker::MillisecondsToTick() const {
  const int64_t due_ms = vhost_.NextTimerMs();
  if (due_ms == INT64_MAX) return kTickMs;
  const int64_t now = engine_.clock.MonotonicMicroseconds() / 1000;
  return std::clamp<int64_t>(due_ms - now, 1, kTickMs);
}

// Queues are not evicted: who fills them waits.
void AmqpBroker::CheckMemory() {
  const bool is_short = (engine_.special & kHasMaxmemory) != 0 && !sessions_.empty() &&
                        UsedMemory(engine_) > engine_.maxmemory;
  if (is_short == is_short_of_memory_) return;
  is_short_of_memory_ = is_short;
  for (auto& [session, owned] : sessions_) session->OnMemoryChanged();
}

std::string AmqpBroker::NewName(std::string_view prefix) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<std::byte, 22> bytes;
  storage::SecretBytes(bytes);
  std::string name(prefix);
  for (const std::byte byte : bytes) name += kDigits[std::to_integer<size_t>(byte) % 64];
  return name;
}

}  // namespace server
