// Vhost: a broker's world of names: exchanges, queues and the bindings between them, and what holds
// for them together.
//
//   publish ──> Route: exchange ──matcher──> bindings ──> queues, each once      (breadth first,
//                         |         |──> further exchanges                        visited once)
//                         |──nothing matched──> alternate exchange
//           ──> Push: a reference for each queue ──> watchers (who consumes)
//   queue ──OnDeath──> dead letters wait until SettleDeaths, then are routed like any message
//
// Every queue is bound to the default exchange "" by its name. Names "amq." are the broker's own;
// the exchanges of them that must be there are made at the beginning. An exclusive queue has an
// owner, a number that its declarer gave; whoever gives another may only publish to it.
//
// Dead letters are settled when nothing else is going on: a message that dies while a queue is
// being filled must not change that queue under its feet.
//
// Lifetime: queues and exchanges stay where they are until deleted. The span of Route is good until
// the next call. Cost: publishing to the default exchange is one lookup by name.
//
// Invariants, verified by CheckInvariants():
//   1. a binding stands in its source's table and its matcher, and in `incoming` of its
//      destination;
//   2. a queue with a timer stands in timers_ at that time, and with no other;
//   3. each queue's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/base/key_hash.h"
#include "storage/broker/broker_error.h"
#include "storage/broker/exchange/exchange.h"
#include "storage/broker/properties.h"
#include "storage/broker/queue/queue.h"

namespace storage::broker {

class Vhost final : private DeathSink {
 public:
  struct Surroundings {
    MessageHeap& heap;
    PropertyReader& properties;
    const KeyHasher& hasher;
  };
  // What a binding leads to.
  enum class EndKind : uint8_t { kQueue, kExchange };
  struct End {
    EndKind kind;
    std::string_view name;
  };
  enum class IfUnused : bool { kNo, kYes };
  enum class IfEmpty : bool { kNo, kYes };

  Vhost(const Surroundings& surroundings, std::string name);
  ~Vhost() override;
  Vhost(const Vhost&) = delete;
  Vhost& operator=(const Vhost&) = delete;

  const std::string& name() const { return name_; }

  // --- exchanges ---

  // nullptr: there is none.
  Exchange* FindExchange(std::string_view name);
  // Makes it, or says whether the one that is there is as declared.
  Outcome<Exchange*> DeclareExchange(ExchangeDeclaration declaration);
  // Deleting what is not there is no error.
  Outcome<void> DeleteExchange(std::string_view name, IfUnused if_unused);

  // --- queues ---

  Queue* FindQueue(std::string_view name);
  // For somebody who must have access: kNoQueue, kLocked.
  Outcome<Queue*> GetQueue(std::string_view name, uint64_t asker);
  Outcome<Queue*> DeclareQueue(QueueDeclaration declaration, uint64_t asker, int64_t now_ms);
  // Returns how many messages were ready.
  Outcome<size_t> DeleteQueue(std::string_view name, uint64_t asker, IfUnused if_unused,
                              IfEmpty if_empty);
  // Its exclusive queues go with the owner.
  void DeleteQueuesOf(uint64_t owner);
  // A consumer came or went: a queue that deletes itself goes with its last. Returns whether it
  // went.
  bool OnConsumersChanged(Queue& queue, int64_t now_ms);

  // --- bindings ---

  Outcome<void> Bind(std::string_view source, const End& destination, std::string_view key,
                     Table arguments, uint64_t asker);
  // Undoing what was never done is no error.
  Outcome<void> Unbind(std::string_view source, const End& destination, std::string_view key,
                       const Table& arguments, uint64_t asker);

  // --- messages ---

  // The queues that a message goes to, by any of the keys; good until the next call.
  std::span<Queue* const> Route(Exchange& exchange, std::span<const std::string_view> keys,
                                std::string_view properties);
  // Adds a reference for each. False: a queue was full and refused it.
  bool Push(std::span<Queue* const> queues, Message& message, int64_t now_ms);
  // Routes the dead letters that wait; `wall_seconds` goes into their records.
  void SettleDeaths(int64_t now_ms, int64_t wall_seconds);
  bool has_deaths() const { return !dead_.empty(); }

  // --- time ---

  // No queue has anything to do before; INT64_MAX.
  int64_t NextTimerMs() const { return timers_.empty() ? INT64_MAX : timers_.begin()->first; }
  // Expires messages and unused queues, about `deaths_max` now; more is due when NextTimerMs() is
  // not in the future.
  void RunTimers(int64_t now_ms, size_t deaths_max);

  // --- for a look ---

  size_t queue_count() const { return queues_.size(); }
  size_t exchange_count() const { return exchanges_.size(); }
  template <class Visit>
  void ForEachQueue(Visit visit) {
    for (auto& [name, queue] : queues_) visit(*queue);
  }
  template <class Visit>
  void ForEachExchange(Visit visit) {
    for (auto& [name, exchange] : exchanges_) visit(*exchange);
  }
  void CheckInvariants() const;

 private:
  struct NameHash {
    using is_transparent = void;
    const KeyHasher* hasher;
    size_t operator()(std::string_view name) const { return (*hasher)(name); }
  };
  template <class Thing>
  using Names = std::unordered_map<std::string, std::unique_ptr<Thing>, NameHash, std::equal_to<>>;
  struct DeadLetter {
    Message* message;  // with a reference
    std::string queue;
    std::string exchange;
    std::string routing_key;  // empty with has_key false: the message's own
    bool has_key;
    DeathReason reason;
  };

  void OnDeath(Queue& queue, Message& message, DeathReason reason) override;
  void Settle(const DeadLetter& dead, int64_t now_ms, int64_t wall_seconds);
  Outcome<Binding> FindEnds(std::string_view source, const End& destination, uint64_t asker);
  void RemoveBinding(Binding& binding);
  // Deletes itself for lack of bindings, and with it what led to it alone.
  void DeleteIfUnbound(Exchange& exchange);
  void EraseExchange(Exchange& exchange);
  void EraseQueue(Queue& queue);
  void SetTimer(Queue& queue);
  void Visit(Exchange& exchange);
  void VisitMatches(Exchange& exchange, RouteSubject& subject);

  const Surroundings surroundings_;
  std::string name_;
  Names<Exchange> exchanges_;
  Names<Queue> queues_;
  std::set<std::pair<int64_t, Queue*>> timers_;
  std::deque<DeadLetter> dead_;
  // Of Route, kept for their memory.
  uint64_t route_mark_ = 0;
  std::vector<Queue*> routed_;
  std::vector<Exchange*> visited_;
  std::vector<Binding*> matched_;
};

}  // namespace storage::broker
