// Client: who is talking over RESP: name, user, selected database, protocol version and what is
// special about it. The bytes are the session's (server/resp/resp_session.h).
//
// `special` gathers the rare states in one word, so that the common path of a request tests them
// all at once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "protocol/resp/reply_writer.h"
#include "server/client/buffer_memory.h"
#include "server/pubsub/client_subscriptions.h"
#include "server/session.h"
#include "server/transactions/transaction.h"

namespace server {

struct CommandInTable;
struct User;

// Names a client for good: ids are never used twice, so a stale one finds nobody.
using ClientId = uint64_t;

// Bits of Client::special.
enum ClientSpecial : uint32_t {
  kNotAuthenticated = 1u << 0,
  kReplyOff = 1u << 1,       // CLIENT REPLY OFF
  kReplySkipNext = 1u << 2,  // CLIENT REPLY SKIP is the request that runs; see reply_mode.h
  kReplySkip = 1u << 3,      // it was the one before
  kBlocked = 1u << 4,        // waits in a blocking command
  kPostponed = 1u << 5,      // its next request waits: CLIENT PAUSE, or keys that must go
  kMonitoring = 1u << 6,     // MONITOR
  kNoTouch = 1u << 7,
  kClosing = 1u << 8,         // nothing more is executed
  kInMulti = 1u << 9,         // requests are queued, until EXEC
  kAbortsExec = 1u << 10,     // one of them was refused: EXEC will not run
  kWatchIsBroken = 1u << 11,  // a watched key has changed: likewise
  kInExec = 1u << 12,         // its queue runs right now
  kIsSubscriber = 1u << 13,   // has a subscription
  kReplaysLog = 1u << 14,     // speaks for the append-only file: no gate stops it
  kRestricted = 1u << 15,     // its user may not do everything: each request is checked
};

struct Client {
  Client(Session& s, protocol::OutputBuffer& out)
      : session(s), reply(out, protocol::resp::Version::kResp2) {}

  ClientId id = 0;
  Session& session;
  PeerFacts peer;
  protocol::resp::ReplyWriter reply;

  uint32_t special = 0;
  int database = 0;
  bool is_no_evict = false;
  std::string name;
  std::string library_name;
  std::string library_version;
  std::string user = "default";
  const User* access = nullptr;  // what the user may do; null: nothing, he was deleted

  // All monotonic.
  int64_t created_us = 0;
  int64_t last_interaction_us = 0;
  int64_t stranger_since_us = 0;             // while kNotAuthenticated
  int64_t soft_limit_since_us = 0;           // output above the soft limit since; 0: it is not
  std::unique_ptr<Transaction> transaction;  // null until the first WATCH or MULTI
  std::unique_ptr<ClientSubscriptions> subscriptions;  // null until the first one
  BufferMemory counted_memory;                         // its share of EngineState::clients_memory
  uint64_t input_bytes = 0;
  uint64_t output_bytes = 0;
  const CommandInTable* last_command = nullptr;
  bool holds_reserve = false;  // let in beyond maxclients (Admission)

  Transaction& GetTransaction() {
    if (transaction == nullptr) transaction = std::make_unique<Transaction>();
    return *transaction;
  }
  size_t transaction_memory() const { return transaction == nullptr ? 0 : transaction->memory(); }
  size_t SubscriptionCount(SubscriptionKind kind) const {
    return subscriptions == nullptr ? 0 : subscriptions->of(kind).size();
  }
  size_t subscription_memory() const {
    return subscriptions == nullptr ? 0 : subscriptions->memory;
  }
  size_t queued_bytes() const {
    return transaction == nullptr ? 0 : transaction->queue.bytes().size();
  }
  // A command that would wait answers at once instead, as if it had waited in vain.
  bool may_block() const { return !is(kInExec); }
  bool is(uint32_t bits) const { return (special & bits) != 0; }
  void set(uint32_t bit, bool on) { special = on ? special | bit : special & ~bit; }
};

}  // namespace server
