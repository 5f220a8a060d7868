// ReplyCounter: counts the replies in a stream of RESP2 or RESP3 bytes, without keeping them.
//
// Bytes come as the socket delivers them, cut anywhere. Only the first line of a value is looked
// at; the bytes of a bulk string are jumped over. An aggregate of n values owes n more values, so
// nesting needs one number and no stack.
//
// Lifetime: keeps a copy of a line that is cut off, and nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

class ReplyCounter {
 public:
  // Takes the next bytes of the stream; returns how many replies ended in them. Pushes are skipped.
  // Bytes that are no RESP make it broken, and it counts nothing more.
  uint64_t Consume(std::string_view bytes);

  uint64_t errors() const { return errors_; }
  // The text of the first error reply, without '-' and line end.
  const std::string& first_error() const { return first_error_; }
  bool is_broken() const { return is_broken_; }

 private:
  // Counts the value whose first line is `line`, without its line end.
  void TakeLine(std::string_view line);
  // One value has ended: when it was the last that is owed, so has the reply.
  void EndValue();
  void NoteError(std::string_view line);

  uint64_t replies_ = 0;  // ended during this Consume
  uint64_t owed_ = 0;     // values missing in open aggregates
  uint64_t skip_ = 0;     // bytes of a bulk string, and its line end, still to come
  uint64_t errors_ = 0;
  bool is_push_ = false;
  bool is_broken_ = false;
  std::string cut_line_;
  std::string first_error_;
};

}  // namespace bench
