#include "server/introspection/dataset_digest.h"

#include <fmt/format.h>
#include <nettle/sha1.h>

#include <cstdio>
#include <tuple>

#include "storage/base/check.h"
#include "storage/base/hex.h"
#include "storage/types/hash.h"
#include "storage/types/list.h"
#include "storage/types/set.h"
#include "storage/types/sorted_set.h"
#include "storage/types/string.h"

namespace server {
namespace {

// What Redis calls its types; never renumber.
uint32_t TypeNumber(storage::Type type) {
  switch (type) {
    case storage::Type::kString:
      return 0;
    case storage::Type::kList:
      return 1;
    case storage::Type::kSet:
      return 2;
    case storage::Type::kSortedSet:
      return 3;
    case storage::Type::kHash:
      return 4;
    case storage::Type::kStream:
      return 6;
  }
  return 0;
}

DatasetDigest::Bytes Sha1(const void* bytes, size_t size) {
  static_assert(std::tuple_size_v<DatasetDigest::Bytes> == SHA1_DIGEST_SIZE);
  DatasetDigest::Bytes digest;
  sha1_ctx context;
  sha1_init(&context);
  sha1_update(&context, size, static_cast<const uint8_t*>(bytes));
  sha1_digest(&context, digest.size(), digest.data());
  return digest;
}

}  // namespace

void DatasetDigest::AddKeyspace(const storage::Keyspace& keyspace) {
  for (int index = 0; index < keyspace.database_count(); ++index) {
    const storage::Database& database = keyspace.database(index);
    if (database.size() == 0) continue;
    MixNumber(static_cast<uint32_t>(index));
    Bytes sum = digest_;
    uint64_t cursor = 0;
    do {
      cursor = database.Scan(cursor, [&](const storage::Record& record) {
        digest_ = {};
        Mix(record.key());
        AddValue(keyspace, record);
        const Bytes hash = Sha1(digest_.data(), digest_.size());
        for (size_t i = 0; i < sum.size(); ++i) sum[i] ^= hash[i];
      });
    } while (cursor != 0);
    digest_ = sum;
  }
}

void DatasetDigest::AddValue(const storage::Keyspace& keyspace, const storage::Record& record) {
  MixNumber(TypeNumber(record.type()));
  switch (record.type()) {
    case storage::Type::kString: {
      storage::StringScratch scratch;
      Mix(ReadString(record, scratch));
      break;
    }
    case storage::Type::kSet:
      AddSet(record);
      break;
    case storage::Type::kHash:
      AddHash(record);
      break;
    case storage::Type::kList: {
      storage::CollectionHandle handle = keyspace.Read(record);
      const storage::List list(handle);
      list.ForEach(0, list.size(), [this](std::string_view element) { Mix(element); });
      break;
    }
    case storage::Type::kSortedSet:
      AddSortedSet(record);
      break;
    // These types are not built yet, and no record has them.
    case storage::Type::kStream:
      CHECK_INVARIANT(false);
  }
  if (record.has_expiry()) Xor("!!expire!!");
}

void DatasetDigest::AddSet(const storage::Record& record) {
  storage::SetView::Of(record).ForEach([&](std::string_view member) { Xor(member); });
}

void DatasetDigest::AddHash(const storage::Record& record) {
  Bytes sum = digest_;
  // Fields that have expired, but are still there, count.
  storage::HashView::Of(record, -1).ForEach([&](const storage::HashField& field) {
    digest_ = {};
    Mix(field.name);
    Mix(field.value);
    if (field.expiry_ms != storage::FieldEntry::kNoExpiry) Xor("!!hexpire!!");
    const Bytes hash = Sha1(digest_.data(), digest_.size());
    for (size_t i = 0; i < sum.size(); ++i) sum[i] ^= hash[i];
  });
  digest_ = sum;
}

// Each member with its score has a digest of its own.
void DatasetDigest::AddSortedSet(const storage::Record& record) {
  Bytes sum = digest_;
  storage::SortedSetView::Of(record).ForEach([&](double score, std::string_view member) {
    char text[32];
    const int length = std::snprintf(text, sizeof text, "%.17g", score);
    digest_ = {};
    Mix(member);
    Mix({text, static_cast<size_t>(length)});
    const Bytes hash = Sha1(digest_.data(), digest_.size());
    for (size_t i = 0; i < sum.size(); ++i) sum[i] ^= hash[i];
  });
  digest_ = sum;
}

std::string DatasetDigest::Hex() const {
  return storage::Hex(std::as_bytes(std::span(digest_)));
}

void DatasetDigest::Xor(std::string_view bytes) {
  const Bytes hash = Sha1(bytes.data(), bytes.size());
  for (size_t i = 0; i < digest_.size(); ++i) digest_[i] ^= hash[i];
}

void DatasetDigest::Mix(std::string_view bytes) {
  Xor(bytes);
  digest_ = Sha1(digest_.data(), digest_.size());
}

void DatasetDigest::MixNumber(uint32_t number) {
  const char bytes[] = {static_cast<char>(number >> 24), static_cast<char>(number >> 16),
                        static_cast<char>(number >> 8), static_cast<char>(number)};
  Mix({bytes, sizeof bytes});
}

}  // namespace server
