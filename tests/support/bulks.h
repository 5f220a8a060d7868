// The bulk strings in a reply, in order, whatever aggregates they stand in; nulls are left out.
#pragma once

#include <string>
#include <vector>

namespace tests {

inline std::vector<std::string> BulksIn(const std::string& reply) {
  std::vector<std::string> bulks;
  for (size_t at = 0; at < reply.size();) {
    const size_t end = reply.find("\r\n", at);
    if (reply[at] == '$' && reply[at + 1] != '-') {
      const size_t size = std::stoul(reply.substr(at + 1));
      bulks.push_back(reply.substr(end + 2, size));
      at = end + 2 + size + 2;
    } else {
      at = end + 2;
    }
  }
  return bulks;
}

}  // namespace tests
