// FilePiece: a part of an RDB file on its way from the thread that owns the data to the one that
// writes the file. Small values are bytes already; a large string stays where it is, held by a
// reference, and is compressed on the way.
//
// FileAssembler: makes bytes of the pieces, in their order, and keeps their checksum. It belongs to
// whoever writes, and touches nothing but the pieces.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "storage/rdb/checksum.h"
#include "storage/rdb/codec.h"
#include "storage/types/large_string.h"

namespace storage::rdb {

// The reference is for the owner of the data to drop: it is counted on that thread alone.
struct FilePiece {
  std::string bytes;
  LargeString* string = nullptr;  // behind the bytes, as a value; may be none
};

class FileAssembler {
 public:
  // Takes bytes in the order of the file; what it returns is false when they could not be written.
  using Sink = std::function<bool(std::string_view bytes)>;

  FileAssembler(bool compresses, bool has_checksum)
      : values_({.compresses = compresses}), has_checksum_(has_checksum) {}

  // False: the sink could not take them.
  bool Append(const FilePiece& piece, const Sink& sink) {
    return Pass(piece.bytes, sink) && (piece.string == nullptr || AppendString(piece, sink));
  }
  // What stands behind the last piece.
  bool AppendChecksum(const Sink& sink) {
    const uint64_t checksum = checksum_;
    return sink({reinterpret_cast<const char*>(&checksum), sizeof checksum});
  }

 private:
  bool AppendString(const FilePiece& piece, const Sink& sink) {
    std::string form;
    const std::string_view rest = values_.AppendStringForm(piece.string->view(), form);
    return Pass(form, sink) && Pass(rest, sink);
  }
  bool Pass(std::string_view bytes, const Sink& sink) {
    if (has_checksum_) checksum_ = Checksum(checksum_, bytes);
    return bytes.empty() || sink(bytes);
  }

  ValueWriter values_;
  bool has_checksum_;
  uint64_t checksum_ = 0;  // of all so far; stays 0 without
};

}  // namespace storage::rdb
