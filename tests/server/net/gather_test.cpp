// Shows that the pieces handed to libuv are the bytes of the wire, wherever writing stopped before.

#include "server/net/gather.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "storage/base/random.h"

namespace server {
namespace {

std::string Joined(const Pieces& pieces) {
  std::string joined;
  for (const uv_buf_t& piece : pieces.all()) {
    CHECK(piece.len > 0);
    joined.append(piece.base, piece.len);
  }
  return joined;
}

TEST_CASE("Pieces: skipping any number of bytes leaves exactly the rest") {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    storage::Random random(seed);
    protocol::OutputBuffer output;
    std::string wire;
    std::vector<std::string> owned(random.Below(6));
    for (std::string& shared : owned) {
      const std::string own(random.Below(10), 'a');
      output.Append(own);
      shared.assign(random.Below(10), 'B');
      output.AppendShared({shared.data(), shared.size()});
      wire += own + shared;
    }
    if (random.Below(2) == 0) {
      output.Append("end");
      wire += "end";
    }
    REQUIRE(wire.size() == output.wire_size());
    for (size_t skipped = 0; skipped <= wire.size(); ++skipped) {
      CHECK(Joined(*Pieces::Gather(output, skipped)) == wire.substr(skipped));
    }
  }
}

TEST_CASE("Pieces: what the buffer shares is not copied") {
  const std::string shared = "shared";
  protocol::OutputBuffer output;
  output.Append("x");
  output.AppendShared({shared.data(), shared.size()});
  const std::optional<Pieces> pieces = Pieces::Gather(output, 0);
  REQUIRE(pieces);
  REQUIRE(pieces->size() == 2);
  CHECK(pieces->data()[1].base == shared.data());
}

}  // namespace
}  // namespace server
