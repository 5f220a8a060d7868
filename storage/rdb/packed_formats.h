// The blocks of bytes in which Redis keeps small collections, and which lie in dumps as strings.
//
//   listpack   [ bytes 4 ][ count 2 ] entries [ ff ]     entry: [ encoding, data ][ back-length ]
//   ziplist    [ bytes 4 ][ offset of the last 4 ][ count 2 ] entries [ ff ]
//                                                  entry: [ size of the one before ][ encoding,
//                                                  data ]
//   intset     [ width 4 ][ count 4 ] integers, ascending
//   zipmap     [ count 1 ] [ length ][ field ][ length ][ unused 1 ][ value ][ unused ] ... [ ff ]
//
// All is little-endian but for back-lengths and ziplists' longer string lengths. A listpack's
// back-length is the size of what is before it in groups of 7 bits, so that one can walk backwards.
//
// A block is checked completely: sizes, counts, every length forwards and backwards, the order of
// integers. Its elements are appended to `texts`; integers get their text in the arena.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/rdb/text_arena.h"

namespace storage::rdb {

using Texts = std::vector<std::string_view>;

// False: the block is not well-formed, and what was appended is worthless.
bool ReadListpack(std::string_view block, Texts& texts, TextArena& arena);
bool ReadZiplist(std::string_view block, Texts& texts, TextArena& arena);
bool ReadIntset(std::string_view block, Texts& texts, TextArena& arena);
bool ReadZipmap(std::string_view block, Texts& texts);

// Makes a listpack. Begin, Add for each, End; then bytes().
class ListpackWriter {
 public:
  void Begin();
  // Integers are recognised by their text, as Redis does.
  void Add(std::string_view text);
  void Add(int64_t integer);
  void End();
  // Bytes so far, without the end.
  size_t size() const { return bytes_.size(); }
  uint64_t count() const { return count_; }
  std::string_view bytes() const { return bytes_; }

 private:
  void AddBackLength(size_t entry_bytes);

  std::string bytes_;
  uint64_t count_ = 0;
};

}  // namespace storage::rdb
