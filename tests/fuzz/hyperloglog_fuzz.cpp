// Property: bytes behind a HyperLogLog's header are either well-formed, and then everything that
// is asked of them agrees, or refused by everything; nothing is read or written out of bounds.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/base/check.h"
#include "storage/types/hyperloglog.h"
#include "storage/types/hyperloglog_sparse.h"

namespace {

void CheckCorrupt(std::string hll) {
  const std::string before = hll;
  storage::HllRegisters registers;
  CHECK_INVARIANT(!registers.Merge(hll) && registers.Estimate() == 0);
  CHECK_INVARIANT(!storage::EstimateOf(hll) && !storage::MakeDense(hll) && hll == before);
}

// The update that bytes of the input describe.
storage::HllUpdate UpdateAt(std::string_view input) {
  return {
      .index = static_cast<uint16_t>(
          (static_cast<uint8_t>(input[0]) << 8 | static_cast<uint8_t>(input[1])) %
          storage::kHllRegisters),
      .value = static_cast<uint8_t>(static_cast<uint8_t>(input[2]) % storage::kHllRegisterMax + 1)};
}

void CheckWellFormed(std::string hll, std::string_view updates, size_t sparse_bytes_max) {
  storage::HllEditor editor(hll, sparse_bytes_max);
  storage::HllRegisters model;
  CHECK_INVARIANT(model.Merge(hll));
  for (; updates.size() >= 3; updates.remove_prefix(3)) {
    const storage::HllUpdate update = UpdateAt(updates);
    const uint8_t before = model[update.index];
    CHECK_INVARIANT(editor.Raise(update) == (update.value > before));
    CHECK_INVARIANT(storage::IsHyperLogLog(hll));
    CHECK_INVARIANT(!storage::IsSparse(hll) || storage::IsWellFormed(hll));
    CHECK_INVARIANT(model.Merge(hll));
    CHECK_INVARIANT(model[update.index] == std::max(before, update.value));
  }
  const auto estimate = storage::EstimateOf(hll);
  CHECK_INVARIANT(storage::MakeDense(hll) && storage::EstimateOf(hll) == estimate);
  CHECK_INVARIANT(model.Estimate() == estimate);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  // The first two bytes: how many of the next are updates, and the limit of a sparse one.
  const size_t update_bytes = std::min<size_t>(static_cast<uint8_t>(input[0]), size - 2);
  const size_t sparse_bytes_max = static_cast<uint8_t>(input[1]) * size_t{8};
  const std::string_view updates = input.substr(2, update_bytes);
  std::string hll = storage::NewHyperLogLog();
  // A client's string as it came, and one whose header is right.
  const std::string raw(input.substr(2));
  if (storage::IsHyperLogLog(raw) && storage::IsSparse(raw) && !storage::IsWellFormed(raw)) {
    CheckCorrupt(raw);
  }
  CheckWellFormed(hll, updates, sparse_bytes_max);
  hll.replace(storage::kHllHeaderBytes, std::string::npos, input.substr(2 + update_bytes));
  storage::DescribeRuns(hll);
  if (storage::IsWellFormed(hll)) {
    CheckWellFormed(hll, updates, sparse_bytes_max);
  } else {
    CheckCorrupt(hll);
  }
  return 0;
}
