// Admission: the connections that are kept for the operator when maxclients are there.
//
// Whatever has filled the server, someone must be able to look at it and end it. So a few more
// connections are let in over the Unix socket, and as many from this machine by TCP. They are
// counted apart from each other: an application on this machine that leaks connections takes those
// of its own kind, and leaves the other. Everybody else gets Redis's error.
#pragma once

#include <cstddef>

#include "server/client/client.h"

namespace server {

class Admission {
 public:
  // How many connections are there beyond maxclients, or were when they came.
  size_t reserved() const { return by_unix_socket_ + by_loopback_; }

  // Whether a connection may come beyond maxclients; `each` is how many may of either kind.
  bool HasReserveFor(const PeerFacts& facts, size_t each) const {
    if (facts.is_unix_socket) return by_unix_socket_ < each;
    return facts.is_loopback && by_loopback_ < each;
  }
  void TakeReserve(Client& client) {
    client.holds_reserve = true;
    ++CountFor(client);
  }
  // The client goes.
  void GiveBack(const Client& client) {
    if (client.holds_reserve) --CountFor(client);
  }

 private:
  size_t& CountFor(const Client& client) {
    return client.peer.is_unix_socket ? by_unix_socket_ : by_loopback_;
  }

  size_t by_unix_socket_ = 0;
  size_t by_loopback_ = 0;
};

}  // namespace server
