#include "server/net/bind_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <array>
#include <cstring>

namespace server {
namespace {

template <class Address>
SocketAddress FromParts(const Address& address) {
  SocketAddress result;
  std::memcpy(&result.storage, &address, sizeof address);
  result.size = sizeof address;
  return result;
}

SocketAddress MakeV4(in_addr host, uint16_t port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr = host;
  return FromParts(address);
}

SocketAddress MakeV6(const in6_addr& host, uint16_t port) {
  sockaddr_in6 address = {};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = host;
  return FromParts(address);
}

template <class Address>
Address ReadAs(const SocketAddress& address) {
  Address parts;
  std::memcpy(&parts, &address.storage, sizeof parts);
  return parts;
}

std::expected<SocketAddress, std::string> AskResolver(const std::string& host, uint16_t port) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int status = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (status != 0) return std::unexpected(std::string(gai_strerror(status)));
  SocketAddress address;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.size = found->ai_addrlen;
  freeaddrinfo(found);
  return address;
}

}  // namespace

BindAddress ParseBindAddress(std::string_view text) {
  BindAddress address;
  if (text.starts_with('-')) {
    address.is_optional = true;
    text.remove_prefix(1);
  }
  if (text == "*") {
    address.family = AF_INET;
  } else if (text == "::*") {
    address.family = AF_INET6;
  } else {
    address.host = text;
  }
  return address;
}

std::expected<SocketAddress, std::string> Resolve(const BindAddress& address, uint16_t port) {
  if (address.family == AF_INET) return MakeV4({htonl(INADDR_ANY)}, port);
  if (address.family == AF_INET6) return MakeV6(in6addr_any, port);
  in_addr v4;
  if (inet_pton(AF_INET, address.host.c_str(), &v4) == 1) return MakeV4(v4, port);
  in6_addr v6;
  if (inet_pton(AF_INET6, address.host.c_str(), &v6) == 1) return MakeV6(v6, port);
  return AskResolver(address.host, port);
}

std::string FormatAddress(const SocketAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text;
  if (address.storage.ss_family == AF_INET) {
    const auto v4 = ReadAs<sockaddr_in>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return std::string(text.data()) + ":" + std::to_string(ntohs(v4.sin_port));
  }
  if (address.storage.ss_family == AF_INET6) {
    const auto v6 = ReadAs<sockaddr_in6>(address);
    inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    return "[" + std::string(text.data()) + "]:" + std::to_string(ntohs(v6.sin6_port));
  }
  return "?:0";
}

bool IsLoopback(const SocketAddress& address) {
  if (address.storage.ss_family == AF_INET) {
    return ntohl(ReadAs<sockaddr_in>(address).sin_addr.s_addr) >> 24 == 127;
  }
  if (address.storage.ss_family != AF_INET6) return false;
  const auto v6 = ReadAs<sockaddr_in6>(address);
  return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

}  // namespace server
