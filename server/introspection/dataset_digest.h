// DatasetDigest: DEBUG DIGEST, a fingerprint of data that does not depend on the order of keys.
//
// It is Redis's, so that two servers can be compared. With XOR(d, bytes) being d ^= SHA1(bytes),
// and MIX(d, bytes) being XOR(d, bytes) and then d = SHA1(d):
//
//   value    d of a value; MIX(type's number, 32 bits, big-endian), MIX(what the value holds), and
//            XOR("!!expire!!") when the key expires, whenever that is
//   key      zero; MIX(key), then as above
//   dataset  zero; for each database that has keys: MIX(its number, 32 bits, big-endian), then
//            XOR(the digest of a key) for all its keys, in any order
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/keyspace/keyspace.h"

namespace server {

class DatasetDigest {
 public:
  using Bytes = std::array<uint8_t, 20>;

  // All keys of all databases; those whose time has come, but which are still there, count.
  void AddKeyspace(const storage::Keyspace& keyspace);
  // A value and whether its key expires, without the key's name.
  void AddValue(const storage::Keyspace& keyspace, const storage::Record& record);

  std::string Hex() const;

 private:
  void AddSet(const storage::Record& record);
  void AddHash(const storage::Record& record);
  void AddSortedSet(const storage::Record& record);
  void Xor(std::string_view bytes);
  void Mix(std::string_view bytes);
  void MixNumber(uint32_t number);

  Bytes digest_ = {};
};

}  // namespace server
