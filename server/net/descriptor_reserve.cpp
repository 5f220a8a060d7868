#include "server/net/descriptor_reserve.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <string_view>

namespace server {
namespace {

// The words that clients know for "too many".
constexpr std::string_view kRefusal = "-ERR max number of clients reached\r\n";

}  // namespace

bool DescriptorReserve::RefuseOne(int listening_descriptor) {
  if (!reserve_.is_open()) {
    Take();
    if (!reserve_.is_open()) return false;
  }
  reserve_.Close();
  Descriptor peer(accept4(listening_descriptor, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  const bool is_refused = peer.is_open();
  if (is_refused) {
    send(peer.number(), kRefusal.data(), kRefusal.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    peer.Close();
  }
  Take();
  return is_refused;
}

void DescriptorReserve::Take() {
  reserve_ = Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC));
}

}  // namespace server
