// DescriptorReserve: how peers are refused when the process has no descriptor left for them.
//
// A connection that cannot be accepted stays in the backlog, and the poll reports it again at once:
// the loop would spin at full speed. One descriptor held in reserve breaks this: it is closed, the
// peer is accepted in its place, told why, and closed; then the reserve is taken again.
#pragma once

#include "server/net/descriptor.h"

namespace server {

class DescriptorReserve {
 public:
  DescriptorReserve() { Take(); }

  // Refuses one peer. False when there is nothing to accept or no reserve: then wait a little.
  bool RefuseOne(int listening_descriptor);

 private:
  void Take();

  Descriptor reserve_;
};

}  // namespace server
