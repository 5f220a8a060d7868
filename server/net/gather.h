// An OutputBuffer as libuv wants it: the pieces in the order of the wire.
#pragma once

#include <uv.h>

#include <cstddef>
#include <vector>

#include "protocol/output_buffer.h"

namespace server {

// The pieces of `output` without its first `skipped` bytes. They point into it, so it must stay as
// it is while they are used.
std::vector<uv_buf_t> GatherPieces(const protocol::OutputBuffer& output, size_t skipped);

}  // namespace server
