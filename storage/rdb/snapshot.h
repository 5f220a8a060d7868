// Snapshot: all data of one moment, as an RDB file, while the data goes on changing.
//
// A copy of the process (fork) stalls for as long as its page tables are large, and may double the
// memory. Here the table is walked in slices, between requests; a record that changes before the
// walk has come to it is written first, as it was (FirstImages). Each record carries one bit that
// says whether it has been written, so it is written once, however the table grows meanwhile.
//
//   databases   0 ──────────────> n        records in the order of the file:
//   table       [ written | ... not yet ]    walk, walk, image of a changed one, walk, ...
//                          ^ cursor
//
// A long collection is written in pieces too; images of others that change meanwhile wait for its
// end, and when it is itself about to change, the rest of it is written at once. Large strings are
// not copied: a reference keeps them as they are.
//
//   Snapshot snapshot(keyspace, options);          // this is the moment
//   while (snapshot.Step(512)) for (FilePiece& piece : snapshot.TakePieces()) ...
//   for (FilePiece& piece : snapshot.TakePieces()) ...     // the last ones
//
// Cost: about 0.1 us a record of 50 bytes. Memory: what was not taken yet. Lifetime: one snapshot
// at a time; it ends before its keyspace. The strings of pieces are references of the snapshot's
// owner, who drops them (Keyspace::ReleaseLarge).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "storage/keyspace/first_images.h"
#include "storage/keyspace/keyspace.h"
#include "storage/rdb/file_piece.h"
#include "storage/rdb/file_writer.h"

namespace storage::rdb {

class Snapshot final : private FirstImages {
 public:
  struct Progress {
    uint64_t records_total = 0;
    uint64_t records_done = 0;
  };

  // Begins the file, up to where Aux and Function may follow.
  Snapshot(Keyspace& keyspace, const FileWriter::Options& options);
  // When the walk is not at its end: Discard, and the rest of the walk at once.
  ~Snapshot() override;
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  // Before the first step.
  void Aux(std::string_view name, std::string_view value);
  void Function(std::string_view source);

  // Writes about so many records or elements. False: that was all; the checksum is the caller's.
  bool Step(size_t records);
  bool is_done() const { return is_done_; }
  // What was written since the last call, and how much that is; large strings are counted.
  std::vector<FilePiece> TakePieces();
  size_t pending_bytes() const { return out_.bytes() + images_.bytes(); }

  // Nobody wants the file any more: what is left of the walk only tells the records so.
  void Discard();
  // There was no memory for something: the file is not whole, and the snapshot is discarded.
  bool has_failed() const { return has_failed_; }
  const Progress& progress() const { return progress_; }

 private:
  // Where the records of a database of the moment are now.
  struct Source {
    Database* database;  // nullptr: they were cleared, and
    HashTable* cleared;  // are here, or nowhere any more
  };
  // A stream of records, with the database that they are of.
  struct Stream {
    std::vector<FilePiece> closed;
    size_t closed_bytes = 0;
    std::string open;
    int database = -1;

    size_t bytes() const { return closed_bytes + open.size(); }
    // Whether so many more bytes can be appended.
    bool Reserve(size_t more);
    bool empty() const { return closed.empty() && open.empty(); }
    void Close(LargeString* string);
  };
  struct LongRecord {
    Record* record;
    int database;
    ValueWriter::Progress progress;
    bool has_head = false;
  };

  void OnChange(const Database& database, Record& record) override;
  bool OnClear(const Database& database, HashTable& table) override;
  void OnSwap(const Database& a, const Database& b) override;

  int MomentOf(const Database& database) const;
  void BeginDatabase();
  // One step of the table's walk; false: it is at the end.
  bool WalkSome(size_t& records);
  // When the table and its long records are written. False: it was the last.
  bool NextDatabase();
  void Visit(Record& record, int database);
  void Write(Record& record, int database, Stream& stream);
  void Select(int database, Stream& stream);
  // Goes on with the first of the long records.
  void WriteSomeOfLong(size_t& elements);
  void TakeImages();
  void Fail();
  void Finish();

  static constexpr size_t kOpenBytesMax = 256 * 1024;   // of a piece, but for large records
  static constexpr size_t kSharedBytesMin = 64 * 1024;  // strings that are not copied

  Keyspace& keyspace_;
  FileWriter writer_;
  std::vector<Source> sources_;  // by the numbers of the moment
  struct Sizes {
    uint64_t keys;
    uint64_t volatile_keys;
  };
  std::vector<Sizes> sizes_;
  std::vector<Record*> batch_;
  std::vector<LongRecord> long_;  // of the walk, to be written in pieces
  Stream out_;
  Stream images_;  // while a long record is being written
  Progress progress_;
  int database_ = 0;
  uint64_t cursor_ = 0;
  bool is_table_done_ = false;
  bool is_discarded_ = false;
  bool has_failed_ = false;
  bool is_done_ = false;
};

}  // namespace storage::rdb
