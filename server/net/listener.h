// Listener: one listening socket in the loop. Accepts a few peers each time the poll reports it and
// hands them to Connections.
//
// accept() fails for reasons of the peer (it is gone again), which say nothing about the next one,
// and for reasons of ours (no descriptor, no memory), which hold for all of them: then peers are
// refused or, where even that fails, left alone for a moment. Neither ever makes the loop spin or
// keeps it from serving those who are connected.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "server/config/settings.h"
#include "server/logging/log.h"
#include "server/net/connections.h"
#include "server/net/descriptor_reserve.h"
#include "server/net/event_loop.h"
#include "server/net/listening_socket.h"
#include "server/net/uv_handle.h"

namespace server {

// Where a listener listens.
struct Endpoint {
  Transport transport = Transport::kTcp;
  std::string address;  // as in `bind`, or the path of a Unix socket
  uint16_t port = 0;
  Protocol protocol = Protocol::kResp;

  bool operator==(const Endpoint&) const = default;
  std::string Description() const;  // "127.0.0.1:6379", "/run/redis.sock"
};

class Listener {
 public:
  // What all listeners share.
  struct Surroundings {
    EventLoop& loop;
    Connections& connections;
    const Settings& settings;
    Log& log;
    DescriptorReserve& reserve;
  };

  static std::expected<std::unique_ptr<Listener>, ListenError> Open(
      const Surroundings& surroundings, const Endpoint& endpoint);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  const Endpoint& endpoint() const { return endpoint_; }
  // For connections from now on.
  void SetKeepalive(int seconds);

 private:
  enum class Outcome : uint8_t { kAccepted, kPeerIsGone, kNobodyWaits, kExhausted };

  Listener(const Surroundings& surroundings, Endpoint endpoint, Descriptor socket,
           UvPtr<uv_poll_t> poll);
  void OnReadable();
  Outcome AcceptOne();
  PeerFacts FactsOf(const Descriptor& peer, const SocketAddress& remote) const;
  void LogAccepted(const PeerFacts& facts) const;
  void RefuseOrPause(int error);
  void Resume();

  Surroundings surroundings_;
  Endpoint endpoint_;
  Descriptor socket_;
  SocketFile file_;  // of a Unix socket
  UvPtr<uv_poll_t> poll_;
  UvPtr<uv_timer_t> pause_;
  int64_t complained_ms_;
};

}  // namespace server
