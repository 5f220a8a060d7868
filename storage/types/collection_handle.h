// CollectionHandle: an opened collection, whatever its form: what the types work on.
//
//   pack        bytes in the record. An edit stays there as long as the record's memory has room
//               for it, and moves to the handle's scratch memory when not:
//
//                 record  [ ... key | size 2 | pack ...... | room ]      scratch_ [ 4096 bytes ]
//                                              ^ bytes_ ───────────────────> ^
//   structure   an object that the record points to, changed in place
//
// Database opens a handle and, when something was changed, puts its outcome into the record
// (Database::Close, which Opened calls). Until then the record's own size field is the old one.
//
// Lifetime: on the stack, within one command. Nothing else may touch the database between the first
// change and Close.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/base/check.h"
#include "storage/base/key_hash.h"
#include "storage/base/random.h"
#include "storage/memory/slab_allocator.h"
#include "storage/types/collection_limits.h"
#include "storage/types/structure.h"
#include "storage/types/value.h"

namespace storage {

// What collections need of the keyspace.
struct CollectionEnvironment {
  SlabAllocator& slab;
  const KeyHasher& hasher;
  Random& random;
  CollectionLimits limits = {};
  int64_t now_ms = 0;  // the wall clock, for what expires
};

class CollectionHandle {
 public:
  static constexpr size_t kPackBytesMax = 4096;

  // A collection that does not exist yet.
  explicit CollectionHandle(CollectionEnvironment& environment)
      : environment_(environment), bytes_(scratch_) {}
  // A pack of `size` bytes in a place with room for `capacity`.
  CollectionHandle(CollectionEnvironment& environment, Encoding encoding, char* pack, size_t size,
                   size_t capacity)
      : environment_(environment),
        encoding_(encoding),
        bytes_(pack),
        size_(size),
        capacity_(capacity) {}
  CollectionHandle(CollectionEnvironment& environment, Structure* structure)
      : environment_(environment),
        encoding_(Encoding::kStructure),
        bytes_(scratch_),
        structure_(structure),
        memory_before_(structure->memory()) {}
  CollectionHandle(const CollectionHandle&) = delete;
  CollectionHandle& operator=(const CollectionHandle&) = delete;

  CollectionEnvironment& environment() const { return environment_; }
  const CollectionLimits& limits() const { return environment_.limits; }

  Encoding encoding() const { return encoding_; }
  bool is_structure() const { return encoding_ == Encoding::kStructure; }
  // kPack, kIntSet; empty when there is no element.
  std::string_view pack() const { return {bytes_, size_}; }
  Structure* structure() const { return structure_; }
  // Elements of either.
  size_t element_count() const {
    if (is_structure()) return structure_->size();
    if (size_ == 0) return 0;
    uint16_t count;
    std::memcpy(&count, bytes_, sizeof count);
    return count;
  }

  // Makes the pack `size` bytes long and gives it to be changed; bytes up to the smaller of both
  // sizes stay as they are, those added are anything. At most kPackBytesMax. The place is good
  // until the next call.
  char* Resize(size_t size) {
    CHECK_INVARIANT(!is_structure() && size <= kPackBytesMax);
    if (size > capacity_ && bytes_ != scratch_) {
      std::memcpy(scratch_, bytes_, size_);
      bytes_ = scratch_;
      capacity_ = kPackBytesMax;
    }
    size_ = size;
    is_changed_ = true;
    return bytes_;
  }
  char* Edit() { return Resize(size_); }
  // kPack or kIntSet.
  void set_encoding(Encoding encoding) {
    CHECK_INVARIANT(IsPacked(encoding) && IsPacked(encoding_));
    encoding_ = encoding;
    is_changed_ = true;
  }
  // From a pack to a structure with the same elements, or to another structure.
  void Become(std::unique_ptr<Structure> structure) {
    made_ = std::move(structure);
    structure_ = made_.get();
    encoding_ = Encoding::kStructure;
    is_changed_ = true;
  }
  // Takes a part of the structure that was cut off it, to be freed later, in pieces.
  void Discard(std::unique_ptr<Structure> part) { discarded_.push_back(std::move(part)); }
  // The structure was changed.
  void NoteChange() { is_changed_ = true; }

  bool is_changed() const { return is_changed_; }

 private:
  friend class Database;

  CollectionEnvironment& environment_;
  Encoding encoding_ = Encoding::kPack;
  bool is_changed_ = false;
  char* bytes_;
  size_t size_ = 0;
  size_t capacity_ = kPackBytesMax;
  Structure* structure_ = nullptr;
  size_t memory_before_ = 0;         // of the record's own structure
  std::unique_ptr<Structure> made_;  // a structure that no record has yet
  std::vector<std::unique_ptr<Structure>> discarded_;
  char scratch_[kPackBytesMax];
};

}  // namespace storage
