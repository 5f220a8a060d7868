// RequestDecoder: RESP requests from a connection's bytes.
//
// A request is an array of bulk strings, or an inline line (inline_request.h):
//
//   *2\r\n $3\r\n GET\r\n $1\r\n k\r\n          GET k\r\n
//
// The arguments are views into the input: no copy and no allocation. An inline line with quotes is
// unescaped in place, which is why the input must be writable; nothing else of it is changed. When
// a request is not there as a whole, the decoder remembers how far it has understood (positions,
// since the buffer may move while it grows), and the next call goes on from there. It keeps no list
// of what it understood: once all is there, the lengths are walked again to collect the arguments.
// So n reads cost two scans and no memory.
//
// A length on the wire is only a claim: nothing is reserved for it. Limits and error texts are
// those of Redis 7.4 (observed behaviour; the protocol:
// https://redis.io/docs/reference/protocol-spec/). As there, the byte behind a CR and the two
// behind a bulk string are skipped without a look.
//
// Lifetime: the views are valid as long as the input's bytes stay where they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "protocol/resp/argument_arena.h"

namespace protocol::resp {

struct RequestLimits {
  int64_t bulk_bytes_max = 512 * 1024 * 1024;  // proto-max-bulk-len
  int64_t arguments_max = 1024 * 1024;
  size_t inline_bytes_max = 64 * 1024;  // also bounds the length lines of a multibulk request
  bool authenticated = true;            // false: 10 arguments of 16 KiB at most
};

enum class DecodeStatus : uint8_t {
  kRequest,     // complete; its arguments were appended to the arena (none for an empty request)
  kIncomplete,  // a good beginning; call again with the same bytes and more of them
  kError,       // error() has the text after "-ERR "; nothing that follows can be trusted
  kNoMemory,    // complete, but there is no memory for the list of its arguments
  kHttp,  // POST or Host: as the first word: a web page tries to reach us; close without a reply
};

class RequestDecoder {
 public:
  // Decodes one request from the front of `input`. When kRequest, `*wire_bytes` says how many bytes
  // it took, and the decoder is new again. When kIncomplete, nothing was appended to `arguments`,
  // and the next call must see the same bytes (maybe elsewhere in memory) at the front of its
  // input.
  DecodeStatus Decode(std::span<char> input, const RequestLimits& limits, ArgumentArena& arguments,
                      size_t* wire_bytes);

  // The text of the protocol error, e.g. "Protocol error: invalid multibulk length".
  const std::string& error() const { return error_; }

  // A request has begun and is not complete.
  bool in_request() const { return stage_ != Stage::kStart; }
  // While incomplete: how many bytes the input must have before it is worth calling again; at least
  // one more than seen. A large bulk is waited for as a whole. It is a claim of the peer: wait,
  // never reserve.
  size_t bytes_wanted() const { return bytes_wanted_; }

  // The announced size of the bulk string that is waited for; 0: it waits for something else.
  size_t awaited_bulk_bytes() const { return stage_ == Stage::kBulkBody ? bulk_bytes_ : 0; }

  // Of the request that has begun: those that have not come as a whole. A claim, like all numbers.
  int64_t arguments_left() const { return arguments_left_; }

  // Forgets an incomplete request or an error.
  void Reset();

 private:
  // What stands at position_: a request, the rest of a line, or a bulk string of bulk_bytes_.
  enum class Stage : uint8_t { kStart, kInline, kArgumentCount, kBulkLength, kBulkBody };
  enum class LineStatus : uint8_t { kLine, kIncomplete, kTooLong };

  DecodeStatus DecodeStepwise(std::span<char> input, const RequestLimits& limits,
                              ArgumentArena& arguments, size_t* wire_bytes);
  DecodeStatus DecodeInline(std::span<char> input, const RequestLimits& limits,
                            ArgumentArena& arguments, size_t* wire_bytes);
  DecodeStatus DecodeArgumentCount(std::string_view input, const RequestLimits& limits);
  DecodeStatus DecodeBulkLength(std::string_view input, const RequestLimits& limits);
  // Finds the line at position_, up to `line_end`.
  LineStatus FindLine(std::string_view input, char line_end, size_t bytes_max,
                      std::string_view* line);
  DecodeStatus Fail(std::string text);

  Stage stage_ = Stage::kStart;
  size_t position_ = 0;      // everything before is understood
  size_t line_scanned_ = 0;  // so many bytes from position_ on hold no line end
  size_t bytes_wanted_ = 1;
  size_t arguments_ = 0;  // of the request
  int64_t arguments_left_ = 0;
  size_t bulk_bytes_ = 0;  // of the bulk string at position_, in kBulkBody
  std::string error_;
};

}  // namespace protocol::resp
