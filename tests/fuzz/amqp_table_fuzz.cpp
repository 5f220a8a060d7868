// Property: a table that is valid can be walked to its end without a mistake, and written back as
// the same bytes (a bool other than 1 becomes 1); no depth of nesting breaks the walk.
//
// Input: the content of a field table.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/amqp/field_table.h"
#include "storage/base/check.h"

using namespace protocol::amqp;

namespace {

std::string Rewritten(std::string_view table);

void Rewrite(TableWriter& writer, const FieldValue& value) {
  if (value.type == FieldType::kTable) return writer.Table(Rewritten(value.bytes));
  if (value.type != FieldType::kArray) return writer.Value(value);
  const auto nested = writer.BeginArray();
  ArrayReader reader(value.bytes);
  FieldValue element;
  while (reader.Next(element)) Rewrite(writer, element);
  CHECK_INVARIANT(!reader.has_failed());
  writer.End(nested);
}

std::string Rewritten(std::string_view table) {
  std::string written;
  TableWriter writer(written);
  TableReader reader(table);
  std::string_view name;
  FieldValue value;
  while (reader.Next(name, value)) Rewrite(writer.Name(name), value);
  CHECK_INVARIANT(!reader.has_failed());
  return written;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto copy = std::make_unique<char[]>(size);
  std::copy(data, data + size, copy.get());
  const std::string_view table(copy.get(), size);
  const TableLimits limits{.bytes_max = 4096, .depth_max = 8};
  if (!IsValidTable(table, limits)) return 0;
  const std::string written = Rewritten(table);
  CHECK_INVARIANT(written.size() == table.size());
  CHECK_INVARIANT(IsValidTable(written, limits));
  CHECK_INVARIANT(Rewritten(written) == written);
  return 0;
}
