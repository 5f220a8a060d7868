// Errors of storage: few and general. server/dispatch/command_error turns them into the client's
// text.
#pragma once

#include <cstdint>
#include <expected>

namespace storage {

enum class Error : uint8_t {
  kWrongType,  // the key holds another type
  kNotAnInteger,
  kNotAFloat,
  kOverflow,     // the result does not fit
  kTooLong,      // beyond proto-max-bulk-len
  kOutOfMemory,  // the allocator refused a size that came from a client
};

template <class T>
using Result = std::expected<T, Error>;

}  // namespace storage
