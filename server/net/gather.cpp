#include "server/net/gather.h"

#include <algorithm>
#include <limits>
#include <string_view>

namespace server {
namespace {

class Pieces {
 public:
  explicit Pieces(size_t skipped) : skip_(skipped) {}

  void Add(std::string_view bytes) {
    const size_t skipped = std::min(skip_, bytes.size());
    skip_ -= skipped;
    bytes.remove_prefix(skipped);
    while (!bytes.empty()) {
      // The system writes at most 2 GiB at once, whatever the length says.
      const size_t size = std::min<size_t>(bytes.size(), std::numeric_limits<int>::max());
      pieces_.push_back(uv_buf_init(const_cast<char*>(bytes.data()), static_cast<unsigned>(size)));
      bytes.remove_prefix(size);
    }
  }
  std::vector<uv_buf_t> Take() { return std::move(pieces_); }

 private:
  size_t skip_;
  std::vector<uv_buf_t> pieces_;
};

}  // namespace

std::vector<uv_buf_t> GatherPieces(const protocol::OutputBuffer& output, size_t skipped) {
  Pieces pieces(skipped);
  const std::string_view bytes = output.bytes();
  size_t at = 0;
  for (const protocol::OutputBuffer::Splice& splice : output.splices()) {
    pieces.Add(bytes.substr(at, splice.offset - at));
    pieces.Add({splice.slice.data, splice.slice.size});
    at = splice.offset;
  }
  pieces.Add(bytes.substr(at));
  return pieces.Take();
}

}  // namespace server
