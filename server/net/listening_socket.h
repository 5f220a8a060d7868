// Sockets that listen: made, bound and set up here, so that what may connect when is decided in one
// place. Options of connections that Linux lets them inherit are set once on the listening socket
// instead of by system calls for each connection.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <string>

#include "server/net/bind_address.h"
#include "server/net/descriptor.h"

namespace server {

// Why there is no socket.
struct ListenError {
  enum class Cause : uint8_t {
    kAddressMissing,      // this machine does not have the address
    kFamilyNotSupported,  // a kernel without IPv6, say
    kOther,
  };
  Cause cause = Cause::kOther;
  std::string text;  // "bind: Address already in use"
};

// A TCP socket that listens. An IPv6 one takes IPv6 alone, so that `*` and `::*` do not compete.
std::expected<Descriptor, ListenError> ListenTcp(const SocketAddress& address, int backlog,
                                                 int keepalive_s);

// TCP_NODELAY, and a dead peer noticed after twice `seconds` (0: never), for future connections.
void SetConnectionOptions(int descriptor, int keepalive_s);

// A Unix socket that listens at `path`, with these permissions (0: as the umask says) from the
// first moment on in which anyone could connect. Replaces a socket that a dead server left behind,
// but neither another kind of file nor a socket that somebody listens on.
std::expected<Descriptor, ListenError> ListenUnix(const std::string& path, mode_t permissions,
                                                  int backlog);

// The socket's file, to be removed only while it is still ours and not a successor's.
struct SocketFile {
  std::string path;
  dev_t device = 0;
  ino_t inode = 0;

  static SocketFile At(const std::string& path);
  void RemoveIfUnchanged() const;
};

}  // namespace server
