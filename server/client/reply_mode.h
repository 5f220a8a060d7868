// CLIENT REPLY: whether a client gets its replies.
//
//   ON     every request is answered
//   OFF    none is, until ON
//   SKIP   neither this request nor the next one is
//
// A muted reply is written like any other and then taken back, so that handlers need not know.
#pragma once

#include "server/client/client.h"

namespace server {

inline constexpr uint32_t kReplyModes = kReplyOff | kReplySkip | kReplySkipNext;

// Whether the reply to the request that has just run is kept from the client.
inline bool IsMuted(const Client& client) {
  return client.is(kReplyModes);
}

// The request has its reply, or none: a SKIP that it asked for now holds for the next one.
inline void EndMutedRequest(Client& client) {
  client.set(kReplySkip, client.is(kReplySkipNext));
  client.set(kReplySkipNext, false);
}

}  // namespace server
