// Property: a payload for RESTORE is refused, or becomes a value that keeps its invariants and
// whose own payload gives the same value again. Only the order of a set that came as a listpack may
// change once, since its own payload says no more that it was one.
//
// Input: a DUMP payload; its checksum is not looked at.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/base/check.h"
#include "storage/rdb/dump_payload.h"
#include "storage/rdb/format.h"
#include "storage/rdb/store_value.h"
#include "tests/support/no_listener.h"

namespace {

using storage::rdb::ChecksumCheck;
using storage::rdb::StoreOutcome;

class OneKey {
 public:
  OneKey() { keyspace_.SetNow(1'790'000'000'000, 1'000'000'000); }

  // What the payload left as the key's value, as a payload; empty: it was refused.
  std::string Restore(std::string_view payload) {
    const auto version = storage::rdb::CheckFooter(payload, ChecksumCheck::kSkip);
    if (!version) return {};
    storage::rdb::DecodedValue value;
    if (!storage::rdb::DecodePayload(payload, *version, value)) return {};
    storage::Database& database = keyspace_.database(0);
    const storage::Key key = keyspace_.MakeKey("key");
    if (storage::rdb::StoreValue(database, key, {}, value) != StoreOutcome::kStored) {
      CHECK_INVARIANT(!database.Find(key, storage::kPeek));
      return {};
    }
    const storage::Found found = database.Find(key, storage::kPeek);
    if (found->encoding() == storage::Encoding::kStructure) found->structure()->CheckInvariants();
    return storage::rdb::MakePayload(keyspace_, *found,
                                     {.version = storage::rdb::VersionFor(*found)});
  }

 private:
  storage::Random random_{1};
  tests::NoListener listener_;
  storage::Keyspace keyspace_{1, storage::KeyHasher::Secret{}, random_, listener_};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string first = OneKey().Restore(input);
  if (first.empty()) return 0;
  CHECK_INVARIANT(storage::rdb::CheckFooter(first, ChecksumCheck::kVerify));
  const std::string second = OneKey().Restore(first);
  const bool is_set = first[0] == static_cast<char>(storage::rdb::ValueType::kSet);
  CHECK_INVARIANT(second == first || (is_set && second.size() == first.size()));
  CHECK_INVARIANT(OneKey().Restore(second) == second);
  return 0;
}
