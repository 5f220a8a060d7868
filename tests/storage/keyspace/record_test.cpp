// Records in every encoding, with short and long keys and values, with and without expiry.

#include "storage/keyspace/record.h"

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "storage/types/string.h"

using storage::Encoding;
using storage::IntegerPayload;
using storage::LargeString;
using storage::Record;
using storage::RecordDraft;
using storage::Type;

namespace {

// A record in memory of exactly its size, so that a sanitizer sees every byte too far.
class OwnRecord {
 public:
  explicit OwnRecord(const RecordDraft& draft)
      : memory_(std::make_unique<char[]>(Record::BytesFor(draft))),
        record_(Record::Fill(memory_.get(), draft)) {}
  Record* operator->() { return record_; }
  Record& operator*() { return *record_; }

 private:
  std::unique_ptr<char[]> memory_;
  Record* record_;
};

std::string_view BytesOf(LargeString* const& pointer) {
  return {reinterpret_cast<const char*>(&pointer), sizeof pointer};
}

void CheckEverythingOf(OwnRecord& record, const RecordDraft& draft) {
  CHECK(record->type() == draft.type);
  CHECK(record->encoding() == draft.encoding);
  CHECK(record->key() == draft.key);
  CHECK(record->HasKey(draft.key));
  CHECK_FALSE(record->HasKey(std::string(draft.key) + "x"));
  CHECK(record->access() == draft.access);
  CHECK(record->has_expiry() == (draft.expiry_ms >= 0));
  CHECK(record->expiry_ms() == draft.expiry_ms);
  CHECK_FALSE(record->is_indexed());
  CHECK(record->size() == Record::BytesFor(draft));
  CHECK(record->draft_payload() == draft.payload);
}

}  // namespace

TEST_CASE("Record: a 16-byte key and a 32-byte value take 55 bytes, with an expiry 63") {
  const std::string key(16, 'k');
  const std::string value(32, 'v');
  RecordDraft draft{.key = key, .encoding = Encoding::kShort, .payload = value};
  CHECK(Record::BytesFor(draft) == 55);
  draft.expiry_ms = 1;
  CHECK(Record::BytesFor(draft) == 63);
  draft.payload = std::string_view("\x2a", 1);
  draft.encoding = Encoding::kInt8;
  draft.expiry_ms = -1;
  CHECK(Record::BytesFor(draft) == 5 + 1 + 16 + 1);
}

TEST_CASE("Record: keeps what it was filled with, for every length of key and value") {
  constexpr std::array<size_t, 9> kLengths = {0, 1, 16, 44, 45, 254, 255, 256, 70000};
  for (const size_t key_length : kLengths) {
    for (const size_t value_length : kLengths) {
      for (const int64_t expiry_ms : {int64_t{-1}, int64_t{0}, INT64_MAX}) {
        CAPTURE(key_length);
        CAPTURE(value_length);
        CAPTURE(expiry_ms);
        const std::string key(key_length, 'k');
        const std::string value(value_length, 'v');
        const RecordDraft draft{.key = key,
                                .type = Type::kString,
                                .encoding = Encoding::kPlain,
                                .payload = value,
                                .access = 0xabcdef,
                                .expiry_ms = expiry_ms};
        OwnRecord record(draft);
        CheckEverythingOf(record, draft);
        CHECK(record->bytes() == value);
      }
    }
  }
}

TEST_CASE("Record: keeps integers in the fewest bytes") {
  struct Case {
    int64_t value;
    Encoding encoding;
  };
  constexpr Case kCases[] = {
      {0, Encoding::kInt8},           {-1, Encoding::kInt8},
      {127, Encoding::kInt8},         {-128, Encoding::kInt8},
      {128, Encoding::kInt16},        {-129, Encoding::kInt16},
      {32767, Encoding::kInt16},      {-32768, Encoding::kInt16},
      {32768, Encoding::kInt32},      {-32769, Encoding::kInt32},
      {2147483647, Encoding::kInt32}, {-2147483648LL, Encoding::kInt32},
      {2147483648, Encoding::kInt64}, {INT64_MAX, Encoding::kInt64},
      {INT64_MIN, Encoding::kInt64},
  };
  for (const auto& [value, encoding] : kCases) {
    for (const size_t key_length : {size_t{3}, size_t{300}}) {
      CAPTURE(value);
      const std::string key(key_length, 'k');
      const IntegerPayload payload(value);
      const RecordDraft draft{
          .key = key, .encoding = payload.encoding(), .payload = payload.bytes(), .expiry_ms = 7};
      CHECK(draft.encoding == encoding);
      OwnRecord record(draft);
      CheckEverythingOf(record, draft);
      CHECK(record->integer() == value);
      storage::StringScratch scratch;
      CHECK(ReadString(*record, scratch) == std::to_string(value));
      CHECK(storage::StringSize(*record) == std::to_string(value).size());
    }
  }
}

TEST_CASE("Record: a large value is a pointer, and its bytes are elsewhere") {
  LargeString* large = LargeString::TryCreate(100'000, 100'000);
  REQUIRE(large != nullptr);
  std::fill_n(large->data(), 100'000, 'L');
  const RecordDraft draft{
      .key = "key", .encoding = Encoding::kLarge, .payload = BytesOf(large), .expiry_ms = 12345};
  OwnRecord record(draft);
  CheckEverythingOf(record, draft);
  CHECK(record->size() == 5 + 1 + 8 + 3 + 8);
  CHECK(record->large() == large);
  CHECK(record->bytes() == std::string(100'000, 'L'));
  CHECK(record->mutable_bytes() == large->data());
  REQUIRE(large->DropReference());
  LargeString::Destroy(large);
}

TEST_CASE("Record: expiry, access and index flag change without touching the rest") {
  const std::string key(300, 'k');
  const std::string value(300, 'v');
  const RecordDraft draft{
      .key = key, .encoding = Encoding::kPlain, .payload = value, .access = 5, .expiry_ms = 10};
  OwnRecord record(draft);
  record->set_expiry_ms(INT64_MAX);
  record->set_access(0xffffff);
  record->set_indexed(true);
  CHECK(record->expiry_ms() == INT64_MAX);
  CHECK(record->access() == 0xffffff);
  CHECK(record->is_indexed());
  CHECK(record->key() == key);
  CHECK(record->bytes() == value);
  record->set_indexed(false);
  record->set_access(0);
  CHECK_FALSE(record->is_indexed());
  CHECK(record->has_expiry());
  CHECK(record->key() == key);
  CHECK(record->bytes() == value);
}

// Database writes a new value over an old one when both take as much memory.
TEST_CASE("Record: a payload written over another leaves key, expiry and access alone") {
  const std::string key = "the key";
  std::string text = "0123456789";
  const RecordDraft draft{
      .key = key, .encoding = Encoding::kShort, .payload = text, .access = 77, .expiry_ms = 99};
  OwnRecord record(draft);
  const IntegerPayload number(INT64_MIN);
  record->Rewrite(number.encoding(), number.bytes());
  CHECK(record->integer() == INT64_MIN);
  record->Rewrite(Encoding::kPlain, "abc");
  CHECK(record->bytes() == "abc");
  CHECK(record->encoding() == Encoding::kPlain);
  record->Rewrite(Encoding::kShort, text);
  CHECK(record->bytes() == text);
  // Its own payload again, as when only the expiry changes.
  record->Rewrite(record->encoding(), record->draft_payload());
  CHECK(record->bytes() == text);
  CHECK(record->key() == key);
  CHECK(record->expiry_ms() == 99);
  CHECK(record->access() == 77);
}
