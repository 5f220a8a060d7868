// Sets: members, an intset, or a listpack.

#include "storage/rdb/codec.h"
#include "storage/structures/int_set.h"
#include "storage/types/set.h"

namespace storage::rdb {

void DecodeSet(ByteReader& reader, ValueType type, DecodedValue& value) {
  value.type = Type::kSet;
  if (type == ValueType::kSet) return DecodeTexts(reader, reader.Count(1), value);
  const std::string_view block = reader.String(value.arena);
  if (!reader.ok()) return;
  if (type == ValueType::kSetIntset) {
    if (!ReadIntset(block, value.texts, value.arena)) reader.Fail("an intset is damaged");
    return;
  }
  value.is_set_listpack = true;
  if (!ReadListpack(block, value.texts, value.arena)) reader.Fail("a listpack is damaged");
}

ValueType ValueWriter::TypeOfSet(const Record& record) const {
  if (record.encoding() == Encoding::kIntSet) return ValueType::kSetIntset;
  const bool is_listpack =
      record.encoding() == Encoding::kPack && options_.version >= kVersionWithSetListpack;
  return is_listpack ? ValueType::kSetListpack : ValueType::kSet;
}

void ValueWriter::AppendSet(const Record& record, std::string& out) {
  const SetView set = SetView::Of(record);
  switch (TypeOfSet(record)) {
    case ValueType::kSetIntset: {
      const IntSet integers(record.pack());
      std::string block;
      AppendLittle(integers.width(), sizeof(uint32_t), block);
      AppendLittle(integers.size(), sizeof(uint32_t), block);
      block += record.pack().substr(IntSet::kHeaderBytes);
      return AppendString(block, out);
    }
    case ValueType::kSetListpack:
      listpack_.Begin();
      set.ForEach([&](std::string_view member) { listpack_.Add(member); });
      listpack_.End();
      return AppendString(listpack_.bytes(), out);
    default: {
      Progress progress;
      AppendSomeOfSet(record, progress, SIZE_MAX, out);
    }
  }
}

// progress.at: a cursor.
void ValueWriter::AppendSomeOfSet(const Record& record, Progress& progress, size_t elements,
                                  std::string& out) {
  const SetView set = SetView::Of(record);
  if (!progress.has_begun) AppendLength(set.size(), out);
  progress.at =
      set.Scan(progress.at, elements, [&](std::string_view member) { AppendString(member, out); });
}

}  // namespace storage::rdb
