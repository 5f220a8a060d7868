// Structure: a collection too large for its record, as the keyspace sees it: what it takes, what it
// is called, how it is copied and how it goes.
//
// Lifetime: owned by the record that points to it. It dies in two steps, since freeing millions of
// elements at once would stall a turn: ReleaseSome until nothing is left, then the destructor,
// which frees whatever there still is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace storage {

class Structure {
 public:
  Structure() = default;
  Structure(const Structure&) = delete;
  Structure& operator=(const Structure&) = delete;
  virtual ~Structure() = default;

  // All bytes that it takes, those of the object included. O(1).
  virtual size_t memory() const = 0;
  // The number of elements.
  virtual size_t size() const = 0;
  // What OBJECT ENCODING replies.
  virtual std::string_view encoding_name() const = 0;
  // Some element may be a large object of the slab allocator, which can be refused. False: none is.
  virtual bool may_have_large_elements() const = 0;
  // An equal structure that shares nothing with this one; nullptr when there is no memory for an
  // element whose size a client chose.
  virtual std::unique_ptr<Structure> Clone() const = 0;
  // Frees elements, up to about `budget` of them, which it subtracts. False: none is left. Once it
  // was called, nothing but it and the destructor may be.
  virtual bool ReleaseSome(size_t& budget) = 0;
  virtual void CheckInvariants() const = 0;

  // Hints for a batch of requests that name an element: first where it is looked up, then, by the
  // hash that this returned, the element itself.
  virtual uint64_t PrefetchBucket([[maybe_unused]] std::string_view element) const { return 0; }
  virtual void PrefetchElement([[maybe_unused]] uint64_t hash) const {}

  // For elements with expiries of their own: when the first of them is due, or a time before that;
  // kNever when none has one.
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
  virtual int64_t NextExpiryMs() const { return kNever; }
  // Removes elements whose time has come, about `elements_max` of them, and appends their names.
  virtual void ExpireElements([[maybe_unused]] int64_t now_ms, [[maybe_unused]] size_t elements_max,
                              [[maybe_unused]] std::vector<std::string>& expired) {}

  // Database's: its index will ask for elements that are due at this time; kNever: not at all.
  int64_t indexed_ms() const { return indexed_ms_; }
  void set_indexed_ms(int64_t at_ms) { indexed_ms_ = at_ms; }

 private:
  int64_t indexed_ms_ = kNever;
};

}  // namespace storage
