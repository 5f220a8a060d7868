// FirstImages: what a snapshot that is being written hears of the data: each record before its
// first change, so that it can write what the record was when the snapshot began
// (Keyspace::BeginImages).
#pragma once

namespace storage {

class Database;
class HashTable;
class Record;

class FirstImages {
 public:
  virtual ~FirstImages() = default;
  // The record of an older epoch is about to change or to go. It must have the current epoch when
  // the call returns.
  virtual void OnChange(const Database& database, Record& record) = 0;
  // The database's records have left it together, with their table. True: they are still needed
  // and stay as they are until Keyspace::LetGo.
  virtual bool OnClear(const Database& database, HashTable& table) = 0;
  // The two have exchanged their records.
  virtual void OnSwap(const Database& a, const Database& b) = 0;
};

}  // namespace storage
