// An OutputBuffer as libuv wants it: the pieces in the order of the wire.
#pragma once

#include <uv.h>

#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string_view>

#include "protocol/output_buffer.h"

namespace server {

// There may be as many pieces as a client asked for values, so their list may be refused memory.
class Pieces {
 public:
  // Of `output` without its first `skipped` bytes. They point into it, so it must stay as it is
  // while they are used. nullopt: there is no memory for them.
  static std::optional<Pieces> Gather(const protocol::OutputBuffer& output, size_t skipped);

  const uv_buf_t* data() const { return pieces_.get(); }
  unsigned size() const { return count_; }
  std::span<const uv_buf_t> all() const { return {pieces_.get(), count_}; }

 private:
  explicit Pieces(size_t most) : pieces_(new(std::nothrow) uv_buf_t[most]) {}
  void Add(std::string_view bytes, size_t& skip);

  std::unique_ptr<uv_buf_t[]> pieces_;
  unsigned count_ = 0;
};

}  // namespace server
