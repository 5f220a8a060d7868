// RecordScanner: what a reader of append-only files must know of a record. Records are requests, so
// protocol; who reads a log brings a scanner that knows them (server/persistence, tools/check).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace storage::aof {

struct ScannedRecord {
  enum class Status : uint8_t {
    kWhole,
    kIncomplete,  // good so far, but it goes on behind the bytes
    kMalformed,
  };
  enum class Role : uint8_t {
    kSingle,
    kSelects,  // only says which database the next ones are for
    kOpens,    // what follows counts together,
    kCloses,   // up to here
  };
  Status status = Status::kWhole;
  Role role = Role::kSingle;
  size_t bytes = 0;       // of the record, when whole
  std::string_view name;  // for people: what kind of record; may be empty
};

class RecordScanner {
 public:
  virtual ~RecordScanner() = default;
  // The record at the front of the bytes, which are not empty.
  virtual ScannedRecord Scan(std::string_view bytes) = 0;
};

}  // namespace storage::aof
