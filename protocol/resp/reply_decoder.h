// ReplyDecoder: RESP2 and RESP3 replies from a server's bytes, as a small tree of values. For
// tests, tools and the replica link; a server only writes replies (reply_writer.h).
//
//   +OK\r\n          simple     $3\r\nabc\r\n        bulk string   *2\r\n..   array    _\r\n null
//   -ERR no\r\n      error      !6\r\nERR no\r\n     bulk error    ~2\r\n..   set      #t\r\n
//   boolean :42\r\n          integer    =7\r\ntxt:abc\r\n    verbatim      %1\r\n..   map ,1.5\r\n
//   double (123..\r\n       big number $-1\r\n  *-1\r\n     RESP2 nulls   >2\r\n..   push |1\r\n..
//   attribute
//
// Resumable like RequestDecoder: positions are remembered, a call with more bytes goes on where the
// last one stopped, and a byte is understood once. Unlike there the values are copied: who reads
// replies wants to keep them. An announced length or count reserves nothing.
//
// Stricter than clients usually are, since it is used to test servers: CR LF must be whole,
// integers must be canonical (a '+' is allowed), a bulk string must end with CR LF. The streamed
// forms of RESP3 ("$?", "*?"), which no server sends, are refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace protocol::resp {

// The first byte of each type on the wire.
enum class ReplyType : char {
  kSimple = '+',
  kError = '-',
  kInteger = ':',
  kBulk = '$',
  kArray = '*',
  kNull = '_',
  kBoolean = '#',
  kDouble = ',',
  kBigNumber = '(',
  kBulkError = '!',
  kVerbatim = '=',
  kMap = '%',
  kSet = '~',
  kPush = '>',
  kAttribute =
      '|',  // never the type of a finished Reply: it becomes the attributes of the value behind it
};

struct Reply {
  ReplyType type = ReplyType::kNull;
  bool is_null = false;  // _, $-1 and *-1
  int64_t integer = 0;   // kInteger; kBoolean as 0 and 1
  double number = 0;     // kDouble
  std::string text;      // whatever has bytes; a double and a big number as they were written
  std::string format;    // kVerbatim: "txt" or "mkd"
  std::vector<Reply> elements;    // kMap: key, value, key, value, ...
  std::vector<Reply> attributes;  // key, value, ...

  bool is_error() const { return type == ReplyType::kError || type == ReplyType::kBulkError; }
  // Doubles are compared as text, so that a NaN equals itself.
  bool operator==(const Reply& other) const;
};

struct ReplyLimits {
  size_t depth_max = 64;                        // aggregates inside each other
  size_t values_max = 1024 * 1024;              // in one reply, at all depths
  size_t line_bytes_max = 64 * 1024;            // of everything that has no length in front
  size_t bulk_bytes_max = 512 * 1024 * 1024;    // one string
  size_t reply_bytes_max = 1024 * 1024 * 1024;  // a whole reply on the wire
};

enum class ReplyStatus : uint8_t {
  kReply,       // `*reply` is complete
  kIncomplete,  // a good beginning; call again with the same bytes and more of them
  kError,       // error() says what is wrong; nothing that follows can be trusted
};

class ReplyDecoder {
 public:
  // Decodes one reply from the front of `input`. When kReply, `*wire_bytes` says how many bytes it
  // took, and the decoder is new again. When kIncomplete, the next call must see the same bytes at
  // the front.
  ReplyStatus Decode(std::string_view input, const ReplyLimits& limits, Reply* reply,
                     size_t* wire_bytes);

  const std::string& error() const { return error_; }
  void Reset();

 private:
  // An aggregate that still waits for elements.
  struct Open {
    Reply reply;
    size_t elements_left = 0;
    std::vector<Reply> attributes;  // of the next element
  };
  enum class Step : uint8_t { kValue, kOpened, kIncomplete, kError };

  Step DecodeValue(std::string_view input, const ReplyLimits& limits, Reply* value);
  Step DecodeLine(std::string_view line, const ReplyLimits& limits, Reply* value);
  Step DecodeBulk(std::string_view input, std::string_view length_text, const ReplyLimits& limits,
                  Reply* value);
  Step OpenAggregate(std::string_view count_text, const ReplyLimits& limits, Reply* value);
  // Puts a finished value where it belongs. True: it finished the whole reply, which is now
  // `*value`.
  bool Finishes(Reply* value);
  std::vector<Reply>& PendingAttributes() {
    return open_.empty() ? attributes_ : open_.back().attributes;
  }
  Step Fail(std::string_view text);

  size_t position_ = 0;      // everything before is understood
  size_t line_scanned_ = 0;  // so many bytes from position_ on hold no CR
  size_t bytes_wanted_ = 0;  // nothing to do before the input has so many
  size_t values_ = 0;
  std::vector<Open> open_;
  std::vector<Reply> attributes_;  // of the reply itself
  std::string error_;
};

}  // namespace protocol::resp
