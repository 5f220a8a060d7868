// Lists: elements, a ziplist, or a quicklist: nodes that are ziplists, listpacks or long elements.

#include <algorithm>

#include "storage/rdb/codec.h"
#include "storage/types/list.h"

namespace storage::rdb {
namespace {

// A listpack of Redis's default size; a longer element has one of its own.
constexpr size_t kNodeBytesMax = 8192;
// A listpack has 32 bits for its size; Redis keeps longer elements plain.
constexpr size_t kPackedElementMax = size_t{1} << 30;

// A ziplist, which is a whole list too, or a quicklist's node that says what it is.
void DecodeNode(ByteReader& reader, ValueType type, DecodedValue& value) {
  const uint64_t kind = type == ValueType::kListQuicklist2
                            ? reader.Length()
                            : static_cast<uint64_t>(ListNode::kPacked);
  const std::string_view block = reader.String(value.arena);
  if (!reader.ok()) return;
  if (kind == static_cast<uint64_t>(ListNode::kPlain)) {
    value.texts.push_back(block);
  } else if (kind != static_cast<uint64_t>(ListNode::kPacked)) {
    reader.Fail("a node of a list has no known form");
  } else if (type == ValueType::kListQuicklist2) {
    if (!ReadListpack(block, value.texts, value.arena)) reader.Fail("a listpack is damaged");
  } else if (!ReadZiplist(block, value.texts, value.arena)) {
    reader.Fail("a ziplist is damaged");
  }
}

}  // namespace

void DecodeList(ByteReader& reader, ValueType type, DecodedValue& value) {
  value.type = Type::kList;
  if (type == ValueType::kListZiplist) return DecodeNode(reader, type, value);
  const uint64_t count = reader.Count(1);
  if (type == ValueType::kList) return DecodeTexts(reader, count, value);
  for (uint64_t i = 0; i < count && reader.ok(); ++i) DecodeNode(reader, type, value);
}

void ValueWriter::AppendList(const Keyspace& keyspace, const Record& record, std::string& out) {
  if (IsLong(record)) {
    Progress progress;
    return AppendSomeOfList(keyspace, record, progress, SIZE_MAX, out);
  }
  CollectionHandle handle = keyspace.Read(record);
  AppendNodes(List(handle), out);
}

// Of a long list the nodes would have to be counted first; the older form, elements one by one,
// needs no more than their number. progress.at: elements that were written.
void ValueWriter::AppendSomeOfList(const Keyspace& keyspace, const Record& record,
                                   Progress& progress, size_t elements, std::string& out) {
  CollectionHandle handle = keyspace.Read(record);
  const List list(handle);
  if (!progress.has_begun) AppendLength(list.size(), out);
  const size_t count = std::min<size_t>(elements, list.size() - progress.at);
  list.ForEach(progress.at, count, [&](std::string_view element) { AppendString(element, out); });
  progress.at += count;
  if (progress.at == list.size()) progress.at = 0;
}

void ValueWriter::AppendNodes(const List& list, std::string& out) {
  // The number of nodes comes first, and is known when they are written.
  std::string nodes;
  uint64_t node_count = 0;
  const auto end_node = [&] {
    if (listpack_.count() == 0) return;
    listpack_.End();
    ++node_count;
    AppendLength(static_cast<uint64_t>(ListNode::kPacked), nodes);
    AppendString(listpack_.bytes(), nodes);
    listpack_.Begin();
  };
  listpack_.Begin();
  list.ForEach(0, list.size(), [&](std::string_view element) {
    constexpr size_t kEntryExtraMax = 10;
    if (listpack_.size() + element.size() + kEntryExtraMax > kNodeBytesMax) end_node();
    if (element.size() < kPackedElementMax) return listpack_.Add(element);
    ++node_count;
    AppendLength(static_cast<uint64_t>(ListNode::kPlain), nodes);
    AppendString(element, nodes);
  });
  end_node();
  AppendLength(node_count, out);
  out += nodes;
}

}  // namespace storage::rdb
