#include "server/net/listener.h"

#include <cerrno>
#include <cstring>
#include <utility>

namespace server {
namespace {

constexpr uint64_t kPauseMilliseconds = 100;
constexpr int64_t kComplaintPeriodMilliseconds = 10'000;

std::expected<Descriptor, ListenError> OpenSocket(const Settings& settings,
                                                  const Endpoint& endpoint) {
  if (endpoint.transport == Transport::kUnix) {
    return ListenUnix(endpoint.address, settings.unixsocketperm, settings.tcp_backlog);
  }
  const BindAddress wanted = ParseBindAddress(endpoint.address);
  const auto address = Resolve(wanted, endpoint.port);
  if (!address) return std::unexpected(ListenError{ListenError::Cause::kOther, address.error()});
  auto socket = ListenTcp(*address, settings.tcp_backlog, settings.tcp_keepalive_s);
  if (socket) return socket;
  // An address of a family that this kernel does not have is as good as an optional one.
  const auto cause = socket.error().cause;
  const bool is_excused = cause == ListenError::Cause::kFamilyNotSupported ||
                          (cause == ListenError::Cause::kAddressMissing && wanted.is_optional);
  if (!is_excused) socket.error().cause = ListenError::Cause::kOther;
  return socket;
}

SocketAddress LocalAddress(const Descriptor& socket) {
  SocketAddress local;
  local.size = sizeof local.storage;
  getsockname(socket.number(), local.get(), &local.size);
  return local;
}

}  // namespace

std::string Endpoint::Description() const {
  if (transport == Transport::kUnix) return address;
  return address + ":" + std::to_string(port);
}

std::expected<std::unique_ptr<Listener>, ListenError> Listener::Open(
    const Surroundings& surroundings, const Endpoint& endpoint) {
  auto socket = OpenSocket(surroundings.settings, endpoint);
  if (!socket) return std::unexpected(socket.error());
  auto poll = std::make_unique<uv_poll_t>();
  const int status = uv_poll_init(surroundings.loop.uv(), poll.get(), socket->number());
  if (status != 0) {
    return std::unexpected(ListenError{ListenError::Cause::kOther, uv_strerror(status)});
  }
  return std::unique_ptr<Listener>(
      new Listener(surroundings, endpoint, std::move(*socket), UvPtr<uv_poll_t>(poll.release())));
}

Listener::Listener(const Surroundings& surroundings, Endpoint endpoint, Descriptor socket,
                   UvPtr<uv_poll_t> poll)
    : surroundings_(surroundings),
      endpoint_(std::move(endpoint)),
      socket_(std::move(socket)),
      poll_(std::move(poll)),
      pause_(MakeUvHandle<uv_timer_t>(surroundings.loop.uv(), uv_timer_init, this)),
      complained_ms_(surroundings.loop.NowMilliseconds() - kComplaintPeriodMilliseconds) {
  if (endpoint_.transport == Transport::kUnix) file_ = SocketFile::At(endpoint_.address);
  poll_->data = this;
  Resume();
}

Listener::~Listener() {
  // The poll lets go of the socket in uv_close, so before the socket is closed.
  poll_.reset();
  if (endpoint_.transport == Transport::kUnix) file_.RemoveIfUnchanged();
}

void Listener::SetKeepalive(int seconds) {
  if (endpoint_.transport == Transport::kTcp) SetConnectionOptions(socket_.number(), seconds);
}

void Listener::Resume() {
  uv_poll_start(poll_.get(), UV_READABLE, [](uv_poll_t* handle, int, int) {
    static_cast<Listener*>(handle->data)->OnReadable();
  });
}

void Listener::OnReadable() {
  for (uint32_t i = 0; i < surroundings_.settings.max_new_connections_per_cycle; ++i) {
    switch (AcceptOne()) {
      case Outcome::kAccepted:
      case Outcome::kPeerIsGone:
        break;
      case Outcome::kNobodyWaits:
        return;
      case Outcome::kExhausted:
        RefuseOrPause(errno);
        return;
    }
  }
}

void Listener::LogAccepted(const PeerFacts& facts) const {
  surroundings_.log.Verbose(facts.is_unix_socket ? "Accepted connection to " + endpoint_.address
                                                 : "Accepted " + facts.remote_address);
}

Listener::Outcome Listener::AcceptOne() {
  SocketAddress remote;
  remote.size = sizeof remote.storage;
  Descriptor peer(
      accept4(socket_.number(), remote.get(), &remote.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (peer.is_open()) {
    PeerFacts facts = FactsOf(peer, remote);
    facts.protocol = endpoint_.protocol;
    if (surroundings_.log.IsEnabled(LogLevel::kVerbose)) LogAccepted(facts);
    surroundings_.connections.Accept(std::move(peer), endpoint_.transport, std::move(facts));
    return Outcome::kAccepted;
  }
  switch (errno) {
    case EAGAIN:
      return Outcome::kNobodyWaits;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return Outcome::kExhausted;
    default:
      return Outcome::kPeerIsGone;  // accept(2): errors of the new socket are passed on
  }
}

PeerFacts Listener::FactsOf(const Descriptor& peer, const SocketAddress& remote) const {
  PeerFacts facts;
  facts.descriptor = peer.number();
  if (endpoint_.transport == Transport::kUnix) {
    facts.is_unix_socket = true;
    facts.remote_address = endpoint_.address + ":0";
    facts.local_address = facts.remote_address;
  } else {
    facts.remote_address = FormatAddress(remote);
    facts.local_address = FormatAddress(LocalAddress(peer));
    facts.is_loopback = IsLoopback(remote);
  }
  return facts;
}

void Listener::RefuseOrPause(int error) {
  const int64_t now = surroundings_.loop.NowMilliseconds();
  if (now - complained_ms_ >= kComplaintPeriodMilliseconds) {
    complained_ms_ = now;
    surroundings_.log.Warning(
        "Accepting client connection: accept: " + std::string(std::strerror(error)) + " (" +
        endpoint_.Description() + "); clients are refused until this is over");
  }
  if (surroundings_.reserve.RefuseOne(socket_.number())) return;
  uv_poll_stop(poll_.get());
  uv_timer_start(
      pause_.get(), [](uv_timer_t* handle) { static_cast<Listener*>(handle->data)->Resume(); },
      kPauseMilliseconds, 0);
}

}  // namespace server
