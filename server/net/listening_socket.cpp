#include "server/net/listening_socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace server {
namespace {

ListenError::Cause CauseOf(int error) {
  switch (error) {
    case EADDRNOTAVAIL:
      return ListenError::Cause::kAddressMissing;
    case EAFNOSUPPORT:
    case EPFNOSUPPORT:
    case EPROTONOSUPPORT:
    case ESOCKTNOSUPPORT:
    case ENOPROTOOPT:
      return ListenError::Cause::kFamilyNotSupported;
    default:
      return ListenError::Cause::kOther;
  }
}

std::unexpected<ListenError> Failure(const char* what, int error) {
  return std::unexpected(
      ListenError{CauseOf(error), std::string(what) + ": " + std::strerror(error)});
}

void SetOption(int descriptor, int level, int name, int value) {
  setsockopt(descriptor, level, name, &value, sizeof value);
}

constexpr int kSocketFlags = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;

// Whether somebody listens there. Only a refused connection proves that nobody does.
bool IsListenedOn(const sockaddr_un& address) {
  const Descriptor probe(socket(AF_UNIX, kSocketFlags, 0));
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  const bool is_refused = probe.is_open() &&
                          connect(probe.number(), generic, sizeof address) != 0 &&
                          errno == ECONNREFUSED;
  return !is_refused;
}

// Makes way for a socket at `path`. Returns the errno that stands against it, or 0.
int RemoveStaleSocket(const std::string& path, const sockaddr_un& address) {
  struct stat status;
  if (lstat(path.c_str(), &status) != 0) return errno == ENOENT ? 0 : errno;
  if (!S_ISSOCK(status.st_mode) || IsListenedOn(address)) return EADDRINUSE;
  return unlink(path.c_str()) == 0 ? 0 : errno;
}

}  // namespace

std::expected<Descriptor, ListenError> ListenTcp(const SocketAddress& address, int backlog,
                                                 int keepalive_s) {
  const int family = address.storage.ss_family;
  Descriptor descriptor(socket(family, kSocketFlags, 0));
  if (!descriptor.is_open()) return Failure("socket", errno);
  if (family == AF_INET6) SetOption(descriptor.number(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  // Connections of a former server that linger in TIME_WAIT must not keep us from starting.
  SetOption(descriptor.number(), SOL_SOCKET, SO_REUSEADDR, 1);
  SetConnectionOptions(descriptor.number(), keepalive_s);
  if (bind(descriptor.number(), address.get(), address.size) != 0) return Failure("bind", errno);
  if (listen(descriptor.number(), backlog) != 0) return Failure("listen", errno);
  return descriptor;
}

void SetConnectionOptions(int descriptor, int keepalive_s) {
  SetOption(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  SetOption(descriptor, SOL_SOCKET, SO_KEEPALIVE, keepalive_s > 0 ? 1 : 0);
  if (keepalive_s <= 0) return;
  // The first probe after `keepalive_s` of silence, three more in as much time again.
  SetOption(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, keepalive_s);
  SetOption(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, std::max(keepalive_s / 3, 1));
  SetOption(descriptor, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

std::expected<Descriptor, ListenError> ListenUnix(const std::string& path, mode_t permissions,
                                                  int backlog) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return Failure("bind", ENAMETOOLONG);
  std::memcpy(address.sun_path, path.data(), path.size());
  Descriptor descriptor(socket(AF_UNIX, kSocketFlags, 0));
  if (!descriptor.is_open()) return Failure("socket", errno);
  if (const int error = RemoveStaleSocket(path, address); error != 0) return Failure("bind", error);
  if (bind(descriptor.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return Failure("bind", errno);
  }
  // Until listen() nobody can connect, so the file's first permissions harm no one.
  const bool is_permitted = permissions == 0 || chmod(path.c_str(), permissions) == 0;
  if (!is_permitted || listen(descriptor.number(), backlog) != 0) {
    const int error = errno;
    unlink(path.c_str());
    return Failure(is_permitted ? "listen" : "chmod", error);
  }
  return descriptor;
}

SocketFile SocketFile::At(const std::string& path) {
  struct stat status = {};
  lstat(path.c_str(), &status);
  return {path, status.st_dev, status.st_ino};
}

void SocketFile::RemoveIfUnchanged() const {
  struct stat status;
  if (lstat(path.c_str(), &status) != 0) return;
  if (status.st_dev == device && status.st_ino == inode) unlink(path.c_str());
}

}  // namespace server
