// Where to listen for TCP, as the directive `bind` writes it:
//
//   127.0.0.1   ::1   example.org     an address of this machine, or a name for one
//   *   ::*                           all IPv4 addresses, all IPv6 addresses
//   -::1                              the same, but it may be missing on this machine
//
// And the other way round: addresses as text, as CLIENT LIST shows them.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace server {

struct BindAddress {
  std::string host;  // "" is every address of the family, given in `family`
  int family = AF_UNSPEC;
  bool is_optional = false;  // no error when this machine does not have it
};

BindAddress ParseBindAddress(std::string_view text);

struct SocketAddress {
  sockaddr_storage storage = {};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

// Asks the resolver only when the host is no number. The error is getaddrinfo's text.
std::expected<SocketAddress, std::string> Resolve(const BindAddress& address, uint16_t port);

// "127.0.0.1:6379", "[::1]:6379"; "?:0" for anything else.
std::string FormatAddress(const SocketAddress& address);
// Whether packets to it never leave the machine: 127.0.0.0/8, ::1.
bool IsLoopback(const SocketAddress& address);

}  // namespace server
