// BlockedClients: who waits in a blocking command, and until when.
//
//   a handler: Block(client, wait), `return Blocked();`
//                 |
//              waits ──┬── End: what it waited for is there, and the caller has a reply for it
//                      ├── its deadline passes: `reply_in_vain`
//                      ├── CLIENT UNBLOCK: `reply_in_vain`, or an error
//                      └── the client is closed: no reply
//
// A wait ends once. However it ends, `on_end` is called first, so that whoever keeps the client in
// a list of waiters takes it out before anything else runs. Waits are found by client id: an id is
// never used twice, so what is left of one anywhere finds nobody. A client that is to be closed
// waits no more from that moment, and so is never given an element that would be lost with it.
//
// Cost: O(log n) to block and to end.
//
// Invariants, verified by CheckInvariants(): a client has kBlocked exactly while it has a wait;
// deadlines_ has exactly the waits with a deadline.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "server/client/client.h"

namespace server {

struct EngineState;

struct Wait {
  enum class For : uint8_t {
    kKeys,      // BLPOP and the like
    kReplicas,  // WAIT, WAITAOF
    kWork,      // what takes several turns: MEMORY TOP
  };
  For what = For::kKeys;
  int64_t deadline_us = 0;  // monotonic; 0: none
  // The reply when nothing came.
  void (*reply_in_vain)(Client& client) = nullptr;
  std::function<void(ClientId)> on_end = {};
};

class BlockedClients {
 public:
  explicit BlockedClients(EngineState& engine) : engine_(engine) {}

  // The client's next request waits until the wait is over. `client` is running a request.
  void Block(Client& client, Wait wait);
  // What the client waits for; nullptr when it does not wait. Good until the next call.
  const Wait* Find(ClientId id) const;

  using Reply = std::function<void(Client& client)>;
  // Ends the wait with the one reply that `reply` writes. False: it does not wait (any more).
  bool End(ClientId id, const Reply& reply);
  // Ends the wait if `attempt` writes that one reply; when it returns false, having written
  // nothing, the wait goes on.
  using Attempt = std::function<bool(Client& client)>;
  bool TryEnd(ClientId id, const Attempt& attempt);
  // Ends it with the reply of a wait in vain.
  bool EndInVain(ClientId id);
  // Ends it with this error.
  bool EndWithError(ClientId id, std::string_view line);
  // The client is going: ends its wait, if any, without a reply.
  void Forget(Client& client);

  // Ends in vain what has waited long enough.
  void EndOverdue(int64_t now_us);
  // Monotonic; INT64_MAX: no wait has a deadline.
  int64_t next_deadline_us() const;

  size_t size() const { return waits_.size(); }
  size_t with_deadline() const { return deadlines_.size(); }

  void CheckInvariants() const;

 private:
  // Takes the wait out and tells its owner.
  void Remove(std::map<ClientId, Wait>::iterator found);

  EngineState& engine_;
  std::map<ClientId, Wait> waits_;
  std::set<std::pair<int64_t, ClientId>> deadlines_;
};

}  // namespace server
