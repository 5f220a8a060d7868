// Structure: a collection too large for its record, as the keyspace sees it: what it takes, what it
// is called, how it is copied and how it goes.
//
// Lifetime: owned by the record that points to it. It dies in two steps, since freeing millions of
// elements at once would stall a turn: ReleaseSome until nothing is left, then the destructor,
// which frees whatever there still is.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

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
  // An equal structure that shares nothing with this one; nullptr when there is no memory for an
  // element whose size a client chose.
  virtual std::unique_ptr<Structure> Clone() const = 0;
  // Frees elements, up to about `budget` of them, which it subtracts. False: none is left. Once it
  // was called, nothing but it and the destructor may be.
  virtual bool ReleaseSome(size_t& budget) = 0;
  virtual void CheckInvariants() const = 0;

  // Hints for a batch of requests that name an element: first where it is looked up, then the
  // element itself.
  virtual void PrefetchBucket([[maybe_unused]] std::string_view element) const {}
  virtual void PrefetchElement([[maybe_unused]] std::string_view element) const {}
};

}  // namespace storage
