// Database, what concerns elements with expiries of their own: fields of hashes.
//
// An index of its own has one item for each collection that has such elements, at the time of its
// first one (Structure::indexed_ms). When the item comes out, the collection removes what is due,
// and gets an item for what is next. An item that comes out before indexed_ms was overtaken by an
// earlier one, and means nothing, unless it may be the one itself, come out too early.

#include <string>
#include <vector>

#include "storage/keyspace/database.h"
#include "storage/keyspace/keyspace.h"

namespace storage {
namespace {

// A collection removes so many at a time; then others come.
constexpr size_t kElementsAtOnce = 16;
constexpr size_t kSweptItemsMax = 2048;

bool IsElementItemFor(int64_t indexed_ms, int64_t now_ms) {
  if (indexed_ms == Structure::kNever) return false;
  return indexed_ms <= now_ms || ExpiryIndex::MayBeEarly(now_ms, indexed_ms);
}

}  // namespace

// A collection was changed, or is new at this key.
void Database::NoteElements(const Key& key, Found found) {
  if (found->encoding() != Encoding::kStructure) return;
  Structure& structure = *found->structure();
  const int64_t next_ms = structure.NextExpiryMs();
  if (next_ms == Structure::kNever) return ForgetElements(structure);
  if (next_ms >= structure.indexed_ms()) return;
  if (!element_expiries_) {
    element_expiries_ = std::make_unique<ExpiryIndex>(keyspace_.slab_, keyspace_.now_ms_);
  }
  if (structure.indexed_ms() == Structure::kNever) ++volatile_collections_;
  element_expiries_->Add(key.hash, next_ms);
  structure.set_indexed_ms(next_ms);
}

// The structure leaves this key, or has no such elements any more.
void Database::ForgetElements(Structure& structure) {
  if (structure.indexed_ms() == Structure::kNever) return;
  --volatile_collections_;
  structure.set_indexed_ms(Structure::kNever);
}

void Database::FireElements(uint64_t hash_prefix) {
  const Found found = FindOfItem(hash_prefix, [this](const Record& record) {
    return record.encoding() == Encoding::kStructure &&
           IsElementItemFor(record.structure()->indexed_ms(), keyspace_.now_ms_);
  });
  if (!found) return;
  const Key key = keyspace_.MakeKey(found->key());
  // The key goes first: its time, too, has come.
  if (IsExpired(*found)) return Expire(key, found);
  Structure& structure = *found->structure();
  std::vector<std::string> expired;
  BeforeChange(*found);
  const size_t memory_before = structure.memory();
  structure.ExpireElements(keyspace_.now_ms_, kElementsAtOnce, expired);
  data_bytes_ += structure.memory() - memory_before;
  ForgetElements(structure);
  NoteElements(key, found);
  if (expired.empty()) return;
  keyspace_.statistics_.expired_elements += expired.size();
  const ElementsLeft left = structure.size() == 0 ? ElementsLeft::kNone : ElementsLeft::kSome;
  keyspace_.listener_.OnElementsExpired(*this, key.bytes, expired, left);
  if (left == ElementsLeft::kNone) Erase(key, found);
}

bool Database::ExpireElementsDue(size_t collections) {
  if (!element_expiries_) return false;
  return element_expiries_->Advance(keyspace_.now_ms_, collections,
                                    [this](uint64_t hash_prefix) { FireElements(hash_prefix); });
}

// Drops items that were overtaken, when there are many of them.
void Database::SweepElements() {
  if (!HasStaleItems(element_expiries_.get(), volatile_collections_)) return;
  element_expiries_->Sweep(
      kSweptItemsMax, [this](uint64_t hash_prefix, int64_t begin_ms, int64_t end_ms) {
        return static_cast<bool>(FindOfItem(hash_prefix, [&](const Record& record) {
          if (record.encoding() != Encoding::kStructure) return false;
          const int64_t indexed_ms = record.structure()->indexed_ms();
          return begin_ms <= indexed_ms && indexed_ms < end_ms;
        }));
      });
}

}  // namespace storage
