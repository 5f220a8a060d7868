#include "storage/rdb/store_value.h"

#include <algorithm>

#include "storage/keyspace/opened.h"
#include "storage/memory/memory_probe.h"
#include "storage/types/hash.h"
#include "storage/types/list.h"
#include "storage/types/set.h"
#include "storage/types/sorted_set.h"

namespace storage::rdb {
namespace {

StoreOutcome Fill(List& list, const DecodedValue& value) {
  for (const std::string_view element : value.texts) {
    if (!list.Push(ListEnd::kBack, element)) return StoreOutcome::kNoMemory;
  }
  list.SayByContents();
  return StoreOutcome::kStored;
}

StoreOutcome Fill(Set& set, const DecodedValue& value) {
  if (value.is_set_listpack) set.StartAsPack();
  set.Expect(value.texts.size());
  for (const std::string_view member : value.texts) {
    if (!set.Add(member)) return StoreOutcome::kDuplicate;
  }
  return StoreOutcome::kStored;
}

StoreOutcome Fill(Hash& hash, const DecodedValue& value) {
  hash.Expect(value.texts.size() / 2);
  for (size_t i = 0; i < value.texts.size(); i += 2) {
    if (!hash.Set(value.texts[i], value.texts[i + 1], FieldExpiry::kClear)) {
      return StoreOutcome::kDuplicate;
    }
  }
  // Expiries last: a field whose time has come would not be seen as a duplicate.
  for (size_t i = 0; i < value.field_expiry.size(); ++i) {
    if (value.field_expiry[i] == DecodedValue::kNoExpiry) continue;
    hash.SetExpiry(value.texts[2 * i], value.field_expiry[i]);
  }
  return StoreOutcome::kStored;
}

StoreOutcome Fill(SortedSet& set, const DecodedValue& value) {
  size_t longest = 0;
  for (const std::string_view member : value.texts) longest = std::max(longest, member.size());
  set.Expect(value.texts.size(), longest);
  for (size_t i = 0; i < value.texts.size(); ++i) {
    bool is_new = false;
    const double score = value.scores[i];
    const SortedSet::Outcome outcome =
        set.Update(value.texts[i], [&](std::optional<double> current) {
          is_new = !current;
          return is_new ? std::optional(score) : std::nullopt;
        });
    if (outcome == SortedSet::Outcome::kNoMemory) return StoreOutcome::kNoMemory;
    if (!is_new) return StoreOutcome::kDuplicate;
  }
  return StoreOutcome::kStored;
}

// About what the elements will take, with what a structure adds to each.
size_t MemoryFor(const DecodedValue& value) {
  constexpr size_t kAddedToEach = 32;
  size_t bytes = 0;
  for (const std::string_view text : value.texts) bytes += text.size() + kAddedToEach;
  return bytes;
}

template <class T>
StoreOutcome Build(Database& database, const Key& key, Found found, const DecodedValue& value) {
  if (value.is_empty()) return StoreOutcome::kEmpty;
  if (!HasMemoryFor(MemoryFor(value))) return StoreOutcome::kNoMemory;
  Opened<T> collection(database, key, found, Replacing());
  const StoreOutcome outcome = Fill(*collection, value);
  if (outcome == StoreOutcome::kStored) {
    collection.Close();
  } else {
    collection.Abandon();
  }
  return outcome;
}

}  // namespace

StoreOutcome StoreValue(Database& database, const Key& key, Found found,
                        const DecodedValue& value) {
  switch (value.type) {
    case Type::kString:
      return database.SetString(key, found, value.texts.front(), ExpiryChange::Clear())
                 ? StoreOutcome::kStored
                 : StoreOutcome::kNoMemory;
    case Type::kList:
      return Build<List>(database, key, found, value);
    case Type::kSet:
      return Build<Set>(database, key, found, value);
    case Type::kSortedSet:
      return Build<SortedSet>(database, key, found, value);
    case Type::kHash:
      return Build<Hash>(database, key, found, value);
    case Type::kStream:
      break;  // is never decoded
  }
  CHECK_INVARIANT(false);
  return StoreOutcome::kNoMemory;
}

}  // namespace storage::rdb
