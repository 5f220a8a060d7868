// Sorted sets: members and scores, in pairs, a ziplist or a listpack. In pairs, scores are 8 bytes;
// before version 8, a text with its length in one byte, of which the highest are special values.

#include <algorithm>
#include <cmath>
#include <limits>

#include "storage/rdb/codec.h"
#include "storage/types/sorted_set.h"

namespace storage::rdb {
namespace {

double TextScore(ByteReader& reader) {
  constexpr uint8_t kNotANumber = 253;
  constexpr uint8_t kInfinity = 254;
  constexpr uint8_t kMinusInfinity = 255;
  const uint8_t length = reader.Byte();
  if (length == kInfinity) return std::numeric_limits<double>::infinity();
  if (length == kMinusInfinity) return -std::numeric_limits<double>::infinity();
  if (length == kNotANumber) return std::numeric_limits<double>::quiet_NaN();
  const auto score = ParseDouble(reader.Bytes(length));
  return score.value_or(std::numeric_limits<double>::quiet_NaN());
}

void AddScore(ByteReader& reader, double score, DecodedValue& value) {
  if (std::isnan(score)) reader.Fail("a score is no number");
  value.scores.push_back(score);
}

void DecodePairs(ByteReader& reader, ValueType type, DecodedValue& value) {
  const uint64_t count = reader.Count(2);
  for (uint64_t i = 0; i < count && reader.ok(); ++i) {
    value.texts.push_back(reader.String(value.arena));
    AddScore(reader, type == ValueType::kSortedSet ? reader.Double() : TextScore(reader), value);
  }
}

}  // namespace

void DecodeSortedSet(ByteReader& reader, ValueType type, DecodedValue& value) {
  value.type = Type::kSortedSet;
  if (type == ValueType::kSortedSet || type == ValueType::kSortedSetText) {
    return DecodePairs(reader, type, value);
  }
  const std::string_view block = reader.String(value.arena);
  if (!reader.ok()) return;
  Texts pairs;
  const bool is_good = type == ValueType::kSortedSetZiplist
                           ? ReadZiplist(block, pairs, value.arena)
                           : ReadListpack(block, pairs, value.arena);
  if (!is_good || pairs.size() % 2 != 0) return reader.Fail("a listpack or ziplist is damaged");
  for (size_t i = 0; i < pairs.size() && reader.ok(); i += 2) {
    value.texts.push_back(pairs[i]);
    const auto score = ParseDouble(pairs[i + 1]);
    AddScore(reader, score.value_or(std::numeric_limits<double>::quiet_NaN()), value);
  }
}

void ValueWriter::AppendSortedSet(const Record& record, std::string& out) {
  const SortedSetView set = SortedSetView::Of(record);
  if (TypeOf(record) == ValueType::kSortedSetListpack) {
    listpack_.Begin();
    set.ForEach([&](double score, std::string_view member) {
      listpack_.Add(member);
      listpack_.Add(FormatDouble(score));
    });
    listpack_.End();
    return AppendString(listpack_.bytes(), out);
  }
  Progress progress;
  AppendSomeOfSortedSet(record, progress, set.size(), out);
}

// progress.at: members that are left.
void ValueWriter::AppendSomeOfSortedSet(const Record& record, Progress& progress, size_t elements,
                                        std::string& out) {
  const SortedSetView set = SortedSetView::Of(record);
  if (!progress.has_begun) {
    AppendLength(set.size(), out);
    progress.at = set.size();
  }
  // From the highest down, as Redis does: it inserts each at the front when it reads them.
  const size_t count = std::min<size_t>(elements, progress.at);
  progress.at -= count;
  set.Walk({progress.at, count}, Direction::kDown, [&](double score, std::string_view member) {
    AppendString(member, out);
    out.append(reinterpret_cast<const char*>(&score), sizeof score);
  });
}

}  // namespace storage::rdb
