// Hashes: pairs, a zipmap, a ziplist or a listpack; and where fields have expiries, triples.
//
//   7.4        [ first expiry 8 ][ count ] ([ expiry ][ field ][ value ]) ...   expiry: 0 for none,
//              else 1 more than what it is later than the first
//   7.4        [ first expiry 8 ][ listpack of field, value, expiry or 0 ]
//   candidates of 7.4: both without the first expiry, and expiries as they are
//   Valkey 9   [ count ] ([ field ][ value ][ expiry 8, or -1 ]) ...

#include <algorithm>

#include "storage/rdb/codec.h"
#include "storage/types/hash.h"

namespace storage::rdb {
namespace {

void DecodeBlock(ByteReader& reader, ValueType type, DecodedValue& value) {
  const std::string_view block = reader.String(value.arena);
  if (!reader.ok()) return;
  if (type == ValueType::kHashZipmap) {
    if (!ReadZipmap(block, value.texts)) reader.Fail("a zipmap is damaged");
  } else if (type == ValueType::kHashZiplist) {
    if (!ReadZiplist(block, value.texts, value.arena)) reader.Fail("a ziplist is damaged");
  } else if (!ReadListpack(block, value.texts, value.arena)) {
    reader.Fail("a listpack is damaged");
  }
  if (value.texts.size() % 2 != 0) reader.Fail("a field has no value");
}

void AddExpiry(ByteReader& reader, uint64_t expiry_ms, DecodedValue& value) {
  if (expiry_ms > static_cast<uint64_t>(kFieldExpiryMax)) {
    return reader.Fail("the expiry of a field is out of range");
  }
  value.field_expiry.push_back(static_cast<int64_t>(expiry_ms));
}

// An expiry is 1 more than what it is later than `first`; so with 1, it stands as it is.
void DecodeTriples(ByteReader& reader, uint64_t first, DecodedValue& value) {
  const uint64_t count = reader.Count(3);
  for (uint64_t i = 0; i < count && reader.ok(); ++i) {
    const uint64_t expiry = reader.Length();
    if (expiry == 0) {
      value.field_expiry.push_back(DecodedValue::kNoExpiry);
    } else if (expiry > static_cast<uint64_t>(kFieldExpiryMax) + 1) {
      reader.Fail("the expiry of a field is out of range");
    } else {
      AddExpiry(reader, first + expiry - 1, value);
    }
    value.texts.push_back(reader.String(value.arena));
    value.texts.push_back(reader.String(value.arena));
  }
}

void DecodeTripleListpack(ByteReader& reader, DecodedValue& value) {
  const std::string_view block = reader.String(value.arena);
  if (!reader.ok()) return;
  Texts triples;
  if (!ReadListpack(block, triples, value.arena) || triples.size() % 3 != 0) {
    return reader.Fail("a listpack is damaged");
  }
  for (size_t i = 0; i < triples.size(); i += 3) {
    value.texts.push_back(triples[i]);
    value.texts.push_back(triples[i + 1]);
    const auto expiry = ParseUint64(triples[i + 2]);
    if (!expiry) return reader.Fail("the expiry of a field is no number");
    if (*expiry == 0) {
      value.field_expiry.push_back(DecodedValue::kNoExpiry);
    } else {
      AddExpiry(reader, *expiry, value);
    }
  }
}

void DecodeValkey(ByteReader& reader, DecodedValue& value) {
  constexpr uint64_t kNone = UINT64_MAX;
  const uint64_t count = reader.Count(2 + sizeof(uint64_t));
  for (uint64_t i = 0; i < count && reader.ok(); ++i) {
    value.texts.push_back(reader.String(value.arena));
    value.texts.push_back(reader.String(value.arena));
    const uint64_t expiry = reader.U64();
    if (expiry == kNone) {
      value.field_expiry.push_back(DecodedValue::kNoExpiry);
    } else {
      AddExpiry(reader, expiry, value);
    }
  }
}

// A field's first expiry; 0 where none has one.
uint64_t FirstExpiry(ByteReader& reader) {
  const uint64_t first = reader.U64();
  if (first > static_cast<uint64_t>(kFieldExpiryMax)) {
    reader.Fail("the expiry of a field is out of range");
  }
  return first;
}

// The time from which on the expiries of fields are counted. A long hash is not searched for the
// first of them: what it knows of it may be late for fields whose time has come, and they are
// written as if it came then.
int64_t FirstExpiryOf(const Record& record) {
  int64_t first_ms = kFieldExpiryMax;
  if (ValueWriter::IsLong(record)) {
    return std::clamp<int64_t>(record.structure()->NextExpiryMs(), 0, first_ms);
  }
  HashView::Of(record, -1).ForEach([&](const HashField& field) {
    if (field.expiry_ms != FieldEntry::kNoExpiry) first_ms = std::min(first_ms, field.expiry_ms);
  });
  return first_ms;
}

}  // namespace

void DecodeHash(ByteReader& reader, ValueType type, int version, DecodedValue& value) {
  value.type = Type::kHash;
  switch (type) {
    case ValueType::kHash:
      return DecodeTexts(reader, 2 * reader.Count(2), value);
    case ValueType::kHashFieldExpiryTrial:
      return version >= kValkeyVersionMin ? DecodeValkey(reader, value)
                                          : DecodeTriples(reader, 1, value);
    case ValueType::kHashListpackExTrial:
      return DecodeTripleListpack(reader, value);
    case ValueType::kHashFieldExpiry: {
      const uint64_t first = FirstExpiry(reader);
      return DecodeTriples(reader, first, value);
    }
    case ValueType::kHashListpackEx:
      FirstExpiry(reader);
      return DecodeTripleListpack(reader, value);
    default:
      return DecodeBlock(reader, type, value);
  }
}

ValueType ValueWriter::TypeOfHash(const Record& record) const {
  if (record.encoding() == Encoding::kPack) return ValueType::kHashListpack;
  return HashView::Of(record, 0).has_volatile_fields() ? ValueType::kHashFieldExpiry
                                                       : ValueType::kHash;
}

void ValueWriter::AppendHash(const Record& record, std::string& out) {
  // As of before all time: fields whose time has come, but which are still there, are written too.
  const HashView hash = HashView::Of(record, -1);
  switch (TypeOfHash(record)) {
    case ValueType::kHashListpack:
      listpack_.Begin();
      hash.ForEach([&](const HashField& field) {
        listpack_.Add(field.name);
        listpack_.Add(field.value);
      });
      listpack_.End();
      return AppendString(listpack_.bytes(), out);
    default: {
      Progress progress;
      AppendSomeOfHash(record, progress, SIZE_MAX, out);
    }
  }
}

void ValueWriter::AppendHashHead(const Record& record, std::string& out) {
  const HashView hash = HashView::Of(record, -1);
  if (hash.has_volatile_fields()) {
    const int64_t first_ms = FirstExpiryOf(record);
    AppendLittle(static_cast<uint64_t>(first_ms), sizeof first_ms, out);
  }
  AppendLength(hash.size(), out);
}

// progress.at: a cursor.
void ValueWriter::AppendSomeOfHash(const Record& record, Progress& progress, size_t elements,
                                   std::string& out) {
  if (!progress.has_begun) AppendHashHead(record, out);
  const HashView hash = HashView::Of(record, -1);
  const bool has_expiries = hash.has_volatile_fields();
  const int64_t first_ms = has_expiries ? FirstExpiryOf(record) : 0;
  progress.at = hash.Scan(progress.at, elements, [&](const HashField& field) {
    if (has_expiries) {
      const bool expires = field.expiry_ms != FieldEntry::kNoExpiry;
      const int64_t distance_ms = std::max<int64_t>(field.expiry_ms - first_ms, 0);
      AppendLength(expires ? static_cast<uint64_t>(distance_ms) + 1 : 0, out);
    }
    AppendString(field.name, out);
    AppendString(field.value, out);
  });
}

}  // namespace storage::rdb
