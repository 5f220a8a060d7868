// AmqpBroker: the AMQP side of the engine: its sessions, its vhost, and the turn in which they are
// worked off.
//
//   sessions with bytes ──> frames ──> methods ──> vhost: routing, queues
//                                                   |
//   confirms  <── once a turn                       v
//   deliveries <── once a turn <── queues that have something ready, and consumers with credit
//
// It takes part in the engine's turn after the RESP side, whose commands may publish too. Nothing
// is done, and nothing looked at but one flag, while nobody speaks AMQP.
//
// Durability is not here yet: all is in memory. A confirm of a persistent message would wait in
// AmqpChannel::FlushConfirms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/amqp/amqp_session.h"
#include "server/amqp/basic_properties.h"
#include "server/amqp/queue_consumers.h"
#include "server/resp/read_arena.h"
#include "storage/base/key_hash.h"
#include "storage/broker/message.h"
#include "storage/broker/vhost.h"

namespace server {

struct EngineState;

// Who consumes from kReplyQueue gets replies without a queue, at an address with this prefix.
inline constexpr std::string_view kReplyPrefix = "amq.rabbitmq.reply-to.";
inline constexpr std::string_view kReplyQueue = kReplyPrefix.substr(0, kReplyPrefix.size() - 1);

class AmqpBroker {
 public:
  explicit AmqpBroker(EngineState& engine);
  ~AmqpBroker();
  AmqpBroker(const AmqpBroker&) = delete;
  AmqpBroker& operator=(const AmqpBroker&) = delete;

  AmqpSession& Open(PeerFacts facts);
  // The connection is gone: what it had goes back.
  void Closed(AmqpSession& session);

  bool HasWork() const { return !ready_.empty() || !scheduled_.empty() || vhost_.has_deaths(); }
  void RunTurn();
  // Heartbeats, deadlines of messages and queues.
  void RunTick();
  // Milliseconds until RunTick has something to do.
  int64_t MillisecondsToTick() const;

  // --- for the sessions ---

  void MakeReady(AmqpSession& session);
  void Schedule(QueueConsumers& queue) { scheduled_.push_back(&queue); }
  QueueConsumers& ConsumersOf(storage::broker::Queue& queue);
  // The queue is gone.
  void Remove(QueueConsumers& queue);
  // Whether publishers have to wait for memory.
  bool is_short_of_memory() const { return is_short_of_memory_; }

  EngineState& engine() { return engine_; }
  storage::broker::Vhost& vhost() { return vhost_; }
  storage::broker::MessageHeap& heap() { return heap_; }
  ReadArena& arena();
  int64_t now_ms() const;
  size_t session_count() const { return sessions_.size(); }
  // "amq.gen-" and 22 characters that nobody can guess.
  std::string NewName(std::string_view prefix);

  // Who waits for direct replies, by the secret part of its address.
  std::unordered_map<std::string, AmqpChannel*> reply_addresses;

  struct Counters {
    uint64_t published = 0;
    uint64_t confirmed = 0;
    uint64_t delivered = 0;
    uint64_t acknowledged = 0;
    uint64_t redelivered = 0;
    uint64_t returned = 0;
  } counters;

 private:
  void DeliverScheduled();
  void CheckMemory();

  EngineState& engine_;
  storage::KeyHasher hasher_;
  storage::broker::MessageHeap heap_;
  BasicProperties properties_;
  std::unordered_map<const storage::broker::Queue*, std::unique_ptr<QueueConsumers>> consumers_;
  std::unordered_map<AmqpSession*, std::unique_ptr<AmqpSession>> sessions_;
  std::vector<AmqpSession*> ready_;
  std::vector<AmqpSession*> running_;  // this turn's
  std::vector<QueueConsumers*> scheduled_;
  std::vector<QueueConsumers*> delivering_;  // of this turn; nullptr: gone meanwhile
  std::unique_ptr<ReadArena> arena_;         // made for the first session
  uint64_t last_session_ = 0;
  bool is_short_of_memory_ = false;
  storage::broker::Vhost vhost_;  // the last: its queues still tell the others that they go
};

}  // namespace server
