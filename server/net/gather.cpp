#include "server/net/gather.h"

#include <algorithm>
#include <limits>
#include <string_view>

namespace server {
namespace {

// The system writes at most 2 GiB at once, whatever the length says.
constexpr size_t kPieceBytesMax = std::numeric_limits<int>::max();

size_t PiecesOf(size_t bytes) {
  return bytes / kPieceBytesMax + 1;
}

}  // namespace

void Pieces::Add(std::string_view bytes, size_t& skip) {
  const size_t skipped = std::min(skip, bytes.size());
  skip -= skipped;
  bytes.remove_prefix(skipped);
  while (!bytes.empty()) {
    const size_t size = std::min(bytes.size(), kPieceBytesMax);
    pieces_[count_++] = uv_buf_init(const_cast<char*>(bytes.data()), static_cast<unsigned>(size));
    bytes.remove_prefix(size);
  }
}

std::optional<Pieces> Pieces::Gather(const protocol::OutputBuffer& output, size_t skipped) {
  const std::string_view bytes = output.bytes();
  size_t most = PiecesOf(bytes.size());
  for (const protocol::OutputBuffer::Splice& splice : output.splices()) {
    most += 1 + PiecesOf(splice.slice.size);
  }
  Pieces pieces(most);
  if (pieces.pieces_ == nullptr) return std::nullopt;
  size_t at = 0;
  for (const protocol::OutputBuffer::Splice& splice : output.splices()) {
    pieces.Add(bytes.substr(at, splice.offset - at), skipped);
    pieces.Add({splice.slice.data, splice.slice.size}, skipped);
    at = splice.offset;
  }
  pieces.Add(bytes.substr(at), skipped);
  return pieces;
}

}  // namespace server
