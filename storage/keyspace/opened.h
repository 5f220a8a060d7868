// Opened: the collection at a key, as its type: Hash, List, Set, SortedSet.
//
//   storage::Opened<storage::Hash> hash(database, key, found);   // `found` empty: no element yet
//   hash->Set(field, value);
//   const bool is_erased = hash.Close();
//
// Reading needs no Close. Between the first change and Close nothing else may touch the database;
// so only one collection is written at a time.
#pragma once

#include "storage/base/check.h"
#include "storage/keyspace/database.h"
#include "storage/types/collection_handle.h"

namespace storage {

// The new collection takes the place of whatever the key held, and of its expiry. Until Close, that
// can be read as before.
struct Replacing {};

template <class T>
class Opened {
 public:
  // `found` is the key's, of type T::kType, or empty.
  Opened(Database& database, const Key& key, Found found)
      : database_(database),
        key_(key),
        found_(found),
        handle_(database.Open(found)),
        collection_(handle_) {}
  // `found` is the key's, of any type, or empty.
  Opened(Database& database, const Key& key, Found found, Replacing)
      : database_(database),
        key_(key),
        found_(found),
        replaces_(true),
        handle_(database.Open(Found())),
        collection_(handle_) {}
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  ~Opened() { CHECK_INVARIANT(is_closed_ || !handle_.is_changed()); }

  T& operator*() { return collection_; }
  T* operator->() { return &collection_; }

  // Replacing: drops what was made instead of writing it; the key keeps what it has.
  void Abandon() {
    CHECK_INVARIANT(replaces_);
    is_closed_ = true;
  }
  // Writes back what was changed. A collection without elements does not exist: its key is erased,
  // and true returned. `Replacing`: true when the key held something and now holds nothing.
  bool Close() {
    is_closed_ = true;
    return replaces_ ? database_.CloseReplacing(key_, found_, T::kType, handle_)
                     : database_.Close(key_, found_, T::kType, handle_);
  }

 private:
  Database& database_;
  const Key key_;
  const Found found_;
  bool replaces_ = false;
  bool is_closed_ = false;
  CollectionHandle handle_;
  T collection_;
};

}  // namespace storage
