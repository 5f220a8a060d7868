// Transaction: what a client has between WATCH or MULTI and EXEC. Where it stands is in
// Client::special: kInMulti, kAbortsExec, kWatchIsBroken, kInExec.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "server/transactions/queued_requests.h"

namespace server {

struct WatchedKey {
  int database;
  std::string key;
  // A key that was not there counts as unchanged until it is there.
  bool existed;
};

struct Transaction {
  QueuedRequests queue;
  std::vector<WatchedKey> watched;

  size_t memory() const {
    size_t bytes = queue.memory() + watched.capacity() * sizeof(WatchedKey);
    for (const WatchedKey& key : watched) bytes += key.key.capacity();
    return bytes;
  }
};

}  // namespace server
