// StoredRequest: a request as it stands in a file: strictly *N\r\n, then N times $L\r\n bytes \r\n.
//
// Files hold no inline requests, and a server that wrote them was exact; so what is lenient about
// requests from a socket (request_decoder.h) is damage here. Nothing is reserved for a length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace protocol::resp {

class StoredRequest {
 public:
  enum class Status : uint8_t { kWhole, kIncomplete, kMalformed };

  // Reads the request at the front of the bytes.
  Status Read(std::string_view bytes);

  size_t bytes() const { return bytes_; }  // of the request, when whole
  // Views into the bytes. When it is not whole, those that could be read.
  std::span<const std::string_view> arguments() const { return arguments_; }

 private:
  size_t bytes_ = 0;
  std::vector<std::string_view> arguments_;
};

// Appends it as Read wants it.
void AppendStoredRequest(std::span<const std::string_view> arguments, std::string& out);

}  // namespace protocol::resp
