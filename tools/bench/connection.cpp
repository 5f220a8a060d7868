#include "tools/bench/connection.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace bench {
namespace {

std::unexpected<std::string> Failure(std::string_view what) {
  return std::unexpected(std::string(what) + ": " + std::strerror(errno));
}

std::expected<int, std::string> ConnectUnix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return std::unexpected(path + ": path too long");
  std::memcpy(address.sun_path, path.data(), path.size());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return Failure("socket");
  if (connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    const auto failure = Failure("cannot connect to " + path);
    close(socket);
    return failure;
  }
  return socket;
}

std::expected<int, std::string> ConnectTcp(const std::string& host, uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int status = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (status != 0) return std::unexpected(host + ": " + gai_strerror(status));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    const int socket = ::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) continue;
    if (connect(socket, address->ai_addr, address->ai_addrlen) == 0) {
      const int on = 1;
      setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      return socket;
    }
    const int reason = errno;
    close(socket);
    errno = reason;
  }
  return Failure("cannot connect to " + host + ":" + std::to_string(port));
}

}  // namespace

std::expected<int, std::string> ConnectTo(const Endpoint& endpoint) {
  if (!endpoint.unix_socket.empty()) return ConnectUnix(endpoint.unix_socket);
  return ConnectTcp(endpoint.host, endpoint.port);
}

Connection::Connection(int socket, RequestBatch batch)
    : socket_(socket), batch_(std::move(batch)) {}

Connection::Connection(Connection&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      batch_(std::move(other.batch_)),
      counter_(std::move(other.counter_)) {}

Connection::~Connection() {
  if (socket_ >= 0) close(socket_);
}

std::expected<void, std::string> Connection::Call(std::string_view command_line) {
  const std::string line = std::string(command_line) + "\r\n";
  if (send(socket_, line.data(), line.size(), MSG_NOSIGNAL) < 0) return Failure("send");
  std::array<char, 4096> buffer;
  for (uint64_t replies = 0; replies == 0;) {
    const ssize_t got = recv(socket_, buffer.data(), buffer.size(), 0);
    if (got == 0) return std::unexpected("the server closed the connection");
    if (got < 0) return Failure("recv");
    replies = counter_.Consume({buffer.data(), static_cast<size_t>(got)});
    if (counter_.is_broken()) return std::unexpected("the server's answer is not RESP");
  }
  if (counter_.errors() > 0) return std::unexpected("refused: " + counter_.first_error());
  return {};
}

void Connection::StopBlocking() {
  fcntl(socket_, F_SETFL, fcntl(socket_, F_GETFL) | O_NONBLOCK);
}

Connection::IoResult Connection::Send(size_t requests, int64_t now_ns) {
  unsent_ = batch_.Bytes(requests);
  awaited_ = requests;
  sent_at_ns_ = now_ns;
  return ContinueSending();
}

Connection::IoResult Connection::ContinueSending() {
  while (!unsent_.empty()) {
    const ssize_t taken = send(socket_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (taken < 0) {
      return errno == EAGAIN || errno == EINTR ? IoResult::kNotYet : IoResult::kLost;
    }
    unsent_.remove_prefix(static_cast<size_t>(taken));
  }
  return IoResult::kDone;
}

Connection::IoResult Connection::Receive(std::span<char> buffer, uint64_t& replies) {
  replies = 0;
  const ssize_t got = recv(socket_, buffer.data(), buffer.size(), 0);
  if (got == 0) return IoResult::kLost;
  if (got < 0) return errno == EAGAIN || errno == EINTR ? IoResult::kNotYet : IoResult::kLost;
  replies = counter_.Consume({buffer.data(), static_cast<size_t>(got)});
  if (counter_.is_broken() || replies > awaited_) return IoResult::kLost;
  awaited_ -= replies;
  return IsIdle() ? IoResult::kDone : IoResult::kNotYet;
}

}  // namespace bench
