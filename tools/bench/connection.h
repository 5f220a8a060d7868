// Connection: one socket to the server, its pipeline of requests and its count of replies.
//
// Closed loop: a batch is sent, all of its replies are awaited, then the next one goes out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "tools/bench/reply_counter.h"
#include "tools/bench/request_batch.h"

namespace bench {

// Where the server is: a Unix socket when `unix_socket` is not empty, else TCP.
struct Endpoint {
  std::string host = "127.0.0.1";
  uint16_t port = 6379;
  std::string unix_socket;
};

// A connected socket that blocks, or why there is none.
std::expected<int, std::string> ConnectTo(const Endpoint& endpoint);

class Connection {
 public:
  enum class IoResult : uint8_t { kDone, kNotYet, kLost };

  // Owns `socket` from here on.
  Connection(int socket, RequestBatch batch);
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  // Sends `command_line` and waits for its reply; for what precedes the measurement.
  // Precondition: StopBlocking has not been called.
  std::expected<void, std::string> Call(std::string_view command_line);
  void StopBlocking();

  // Begins to send the first `requests` requests of the batch. Precondition: IsIdle().
  IoResult Send(size_t requests, int64_t now_ns);
  // Sends what the socket did not take before.
  IoResult ContinueSending();
  // Reads what is there into `buffer` and counts replies. kDone: all requests have been answered.
  IoResult Receive(std::span<char> buffer, uint64_t& replies);

  bool IsIdle() const { return awaited_ == 0 && unsent_.empty(); }
  bool HasUnsent() const { return !unsent_.empty(); }
  int socket() const { return socket_; }
  int64_t sent_at_ns() const { return sent_at_ns_; }
  RequestBatch& batch() { return batch_; }
  const ReplyCounter& counter() const { return counter_; }

 private:
  int socket_;
  RequestBatch batch_;
  ReplyCounter counter_;
  std::string_view unsent_;  // a part of batch_
  uint64_t awaited_ = 0;
  int64_t sent_at_ns_ = 0;
};

}  // namespace bench
