// Keyspace: the numbered databases, and what they share: memory, hashing, time, statistics.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "storage/base/key_hash.h"
#include "storage/base/random.h"
#include "storage/keyspace/change_listener.h"
#include "storage/keyspace/database.h"
#include "storage/keyspace/first_images.h"
#include "storage/memory/slab_allocator.h"
#include "storage/types/collection_handle.h"

namespace storage {

class Keyspace {
 public:
  struct Statistics {
    uint64_t hits = 0;
    uint64_t misses = 0;
    uint64_t expired_keys = 0;
    uint64_t expired_elements = 0;  // fields of hashes
    uint64_t evicted_keys = 0;
    uint64_t freed_later = 0;  // records whose memory was given back in slices
  };
  static constexpr uint8_t kLfuInitial = 5;  // a new key is not the first to go

  // How accesses are remembered in a record's 24 bits.
  struct AccessPolicy {
    bool is_lfu = false;
    int log_factor = 10;
    int decay_minutes = 1;
  };

  // `random` and `listener` outlive the keyspace. `secret` seeds the hashes of keys.
  Keyspace(int databases, const KeyHasher::Secret& secret, Random& random,
           ChangeListener& listener);
  ~Keyspace();

  Key MakeKey(std::string_view bytes) const { return {bytes, hasher_(bytes)}; }
  int database_count() const { return static_cast<int>(databases_.size()); }
  Database& database(int index) { return *databases_[static_cast<size_t>(index)]; }
  const Database& database(int index) const { return *databases_[static_cast<size_t>(index)]; }
  void SwapDatabases(int a, int b);
  // Removes everything; the memory comes back in slices (FreeSome).
  void Clear();

  // The wall clock in milliseconds, by which keys expire, and one that nobody sets, by which times
  // since the last access are told; once a turn.
  void SetNow(int64_t now_ms, int64_t monotonic_ms);
  int64_t now_ms() const { return now_ms_; }
  // While false (CLIENT PAUSE), expired keys are hidden but not removed.
  void set_may_expire(bool may) { may_expire_ = may; }
  bool may_expire() const { return may_expire_; }
  void set_access_policy(AccessPolicy policy) { access_policy_ = policy; }
  const AccessPolicy& access_policy() const { return access_policy_; }
  // Seconds since a record was accessed; its LFU counter after decay.
  int64_t IdleSeconds(const Record& record) const;
  // INFO's lru_clock: 24 bits of seconds.
  uint32_t lru_clock() const { return lru_clock_ >> 4; }
  // How long ago a record was used: sixteenths of a second, or of a minute under an LFU policy.
  uint32_t AccessAge(const Record& record) const {
    return access_policy_.is_lfu ? (lfu_clock_ - (record.access() >> 8)) & kLfuClockMask
                                 : (lru_clock_ - record.access()) & Record::kAccessMask;
  }
  // Now in the same units; never before any access, even one that was made up.
  uint64_t access_now() const {
    return static_cast<uint64_t>(monotonic_ms_) * 16 / (access_policy_.is_lfu ? 60'000 : 1000) +
           Record::kAccessMask;
  }
  uint8_t Frequency(const Record& record) const;
  // As if the record had been accessed so long ago, or so often. What the policy does not remember
  // is left as it is.
  void SetIdleSeconds(Record& record, uint64_t idle_seconds) const;
  void SetFrequency(Record& record, uint8_t frequency) const;

  void set_collection_limits(const CollectionLimits& limits) { environment_.limits = limits; }
  // The record's collection, to be read; of an empty Found: one without elements.
  CollectionHandle Read(const Record& record) const;
  CollectionHandle Read(Found found) const {
    return found ? Read(static_cast<const Record&>(*found)) : CollectionHandle(environment_);
  }

  // Bytes that keys, values and their tables take. What waits to be freed is not counted.
  size_t memory() const;
  // What does wait to be freed.
  size_t pending_memory() const;
  size_t pending_objects() const { return pending_objects_; }
  // FreeSome has work: keys, large collections, or only the tables of databases that had become
  // empty.
  bool HasRemains() const { return !remains_.empty() || !structures_.empty(); }
  Statistics& statistics() { return statistics_; }
  SlabAllocator& slab() { return slab_; }
  const KeyHasher& hasher() const { return hasher_; }
  size_t keys() const;
  size_t volatile_keys() const;

  // How memory that is slow to give back (munmap of large buffers) leaves the loop; by default at
  // once.
  void set_free_elsewhere(std::function<void(LargeString*)> free_elsewhere) {
    free_elsewhere_ = std::move(free_elsewhere);
  }
  // Drops a reference to a large string; the last one frees it.
  void ReleaseLarge(LargeString* string);
  // Until the next call, a value that is set may be a part of this buffer; if it is most of it, it
  // takes the buffer over instead of being copied. nullptr: no buffer.
  void OfferBuffer(LargeString* buffer) { offered_ = buffer; }
  // A snapshot begins: from now on `images` hears of each record before it changes for the first
  // time, and new records have the epoch that says "not of this snapshot". All others have the
  // other epoch, so before EndImages the snapshot must have given every one of them the current
  // epoch. One snapshot at a time.
  void BeginImages(FirstImages& images);
  void EndImages();
  bool epoch() const { return epoch_; }
  bool HasImages() const { return images_ != nullptr; }
  // Of what FirstImages::OnClear kept.
  void LetGo(const HashTable& table);

  // Frees a structure: a small one at once, a large one in slices.
  void ReleaseStructure(std::unique_ptr<Structure> structure);

  // Takes apart what Clear and the removal of large collections left, about `segments` segments of
  // 512 keys or elements. Returns whether more is left.
  bool FreeSome(size_t segments);
  // Removes due keys of all databases, in each at most about `keys`; none while expiry is paused.
  // Returns whether more are due.
  bool ExpireDue(size_t keys);
  int64_t NextExpiryMs() const;

  void CheckInvariants() const;

 private:
  friend class Database;
  // What a cleared database leaves behind.
  struct Remains {
    std::unique_ptr<HashTable> table;
    std::unique_ptr<ExpiryIndex> expiries;
    size_t data_bytes = 0;  // of the records that are left
  };
  struct LeftStructure {
    std::unique_ptr<Structure> structure;
    size_t bytes;  // when it was left
  };

  static uint64_t HashOfRecord(const void* record, const void* hasher) {
    return (*static_cast<const KeyHasher*>(hasher))(static_cast<const Record*>(record)->key());
  }
  // Frees what the record points to.
  void ReleaseOutside(Record& record);
  bool FreeSomeOfStructures(size_t budget);
  uint32_t NewAccess() const {
    return access_policy_.is_lfu ? lfu_clock_ << 8 | kLfuInitial : lru_clock_;
  }
  void Touch(Record& record);
  // The offered buffer as the string of these bytes, with a reference for the caller; nullptr when
  // they are no large part of it.
  LargeString* TakeOffered(std::string_view bytes);
  void NoteUsed(int database) { databases_used_ = std::max(databases_used_, database + 1); }

  static constexpr uint32_t kLfuClockMask = 0xfffff;
  static constexpr size_t kFreeElsewhereBytes = 256 * 1024;
  static constexpr size_t kUnusedDivisor =
      4;  // a value leaves at most a quarter of a buffer unused
  static constexpr size_t kFreeAtOnceElements = 64;

  KeyHasher hasher_;
  Random& random_;
  ChangeListener& listener_;
  SlabAllocator slab_;
  // Mutable: a handle that only reads takes it too.
  mutable CollectionEnvironment environment_;
  std::vector<std::unique_ptr<Database>> databases_;
  std::deque<Remains> remains_;
  std::vector<Remains> held_;             // that a snapshot still reads
  std::deque<LeftStructure> structures_;  // to be freed
  size_t structures_bytes_ = 0;           // of these together
  size_t pending_objects_ = 0;
  int databases_used_ = 1;  // those behind never had a key
  int64_t now_ms_ = 0;
  int64_t monotonic_ms_ = 0;
  // A server that does a million requests a second has used a key long ago after half a second, so
  // the clocks are finer than what OBJECT tells.
  uint32_t lru_clock_ = 0;  // 28 bits of sixteenths of a second
  uint32_t lfu_clock_ = 0;  // 20 bits of sixteenths of a minute
  bool may_expire_ = true;
  bool epoch_ = false;  // of records that are new, or that the snapshot has
  FirstImages* images_ = nullptr;
  AccessPolicy access_policy_;
  Statistics statistics_;
  std::function<void(LargeString*)> free_elsewhere_;
  LargeString* offered_ = nullptr;
};

}  // namespace storage
