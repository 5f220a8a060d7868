#include "storage/types/hyperloglog.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "storage/types/hyperloglog_sparse.h"

namespace storage {
namespace {

constexpr std::string_view kMagic = "HYLL";
constexpr size_t kEncodingAt = 4;
constexpr size_t kCountAt = 8;
constexpr char kDense = 0;
constexpr char kSparse = 1;
constexpr uint64_t kOutOfDate = uint64_t{1} << 63;
constexpr unsigned kIndexBits = 14;
static_assert(std::endian::native == std::endian::little);

// How many registers have which value.
using Histogram = std::array<uint32_t, 64>;

// MurmurHash64A (Austin Appleby, public domain). Part of the format: never change.
uint64_t Murmur64(std::string_view bytes) {
  constexpr uint64_t kFactor = 0xc6a4a7935bd1e995u;
  constexpr uint64_t kSeed = 0xadc83b19u;
  const auto mix = [](uint64_t word) {
    word *= kFactor;
    word ^= word >> 47;
    return word * kFactor;
  };
  uint64_t hash = kSeed ^ (bytes.size() * kFactor);
  for (; bytes.size() >= sizeof hash; bytes.remove_prefix(sizeof hash)) {
    uint64_t word;
    std::memcpy(&word, bytes.data(), sizeof word);
    hash = (hash ^ mix(word)) * kFactor;
  }
  if (!bytes.empty()) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data(), bytes.size());
    hash = (hash ^ word) * kFactor;
  }
  hash ^= hash >> 47;
  hash *= kFactor;
  return hash ^ hash >> 47;
}

// The two sums of Ertl's estimate, for the empty registers and for the full ones.
double Sigma(double x) {
  if (x == 1) return std::numeric_limits<double>::infinity();
  double y = 1;
  double sum = x;
  double before;
  do {
    x *= x;
    before = sum;
    sum += x * y;
    y += y;
  } while (before != sum);
  return sum;
}

double Tau(double x) {
  if (x == 0 || x == 1) return 0;
  double y = 1;
  double sum = 1 - x;
  double before;
  do {
    x = std::sqrt(x);
    before = sum;
    y *= 0.5;
    sum -= std::pow(1 - x, 2) * y;
  } while (before != sum);
  return sum / 3;
}

uint64_t EstimateFrom(const Histogram& histogram) {
  constexpr double kRegisters = kHllRegisters;
  constexpr double kAlpha = 0.721347520444481703680;  // 1 / (2 ln 2)
  double sum = kRegisters * Tau((kRegisters - histogram[kHllRegisterMax]) / kRegisters);
  for (size_t value = kHllRegisterMax - 1; value >= 1; --value) {
    sum += histogram[value];
    sum *= 0.5;
  }
  sum += kRegisters * Sigma(histogram[0] / kRegisters);
  return static_cast<uint64_t>(std::llround(kAlpha * kRegisters * kRegisters / sum));
}

// Calls visit(index, value) for each register of a dense one, four out of three bytes.
template <class Visit>
void ForEachDense(std::string_view hll, Visit&& visit) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(hll.data() + kHllHeaderBytes);
  for (size_t index = 0; index < kHllRegisters; index += 4, bytes += 3) {
    const uint32_t four =
        bytes[0] | static_cast<uint32_t>(bytes[1]) << 8 | static_cast<uint32_t>(bytes[2]) << 16;
    for (unsigned i = 0; i < 4; ++i) {
      visit(index + i, static_cast<uint8_t>(four >> (6 * i) & 63));
    }
  }
}

}  // namespace

bool IsHyperLogLog(std::string_view bytes) {
  if (bytes.size() < kHllHeaderBytes || !bytes.starts_with(kMagic)) return false;
  if (bytes[kEncodingAt] == kDense) return bytes.size() == kHllDenseBytes;
  return bytes[kEncodingAt] == kSparse;
}

bool IsSparse(std::string_view hll) {
  return hll[kEncodingAt] == kSparse;
}

std::string NewHyperLogLog() {
  std::string hll(kMagic);
  hll += kSparse;
  hll.resize(kHllHeaderBytes);
  AppendZeros(hll, kHllRegisters);
  return hll;
}

std::optional<uint64_t> CachedCount(std::string_view hll) {
  uint64_t count;
  std::memcpy(&count, hll.data() + kCountAt, sizeof count);
  if ((count & kOutOfDate) != 0) return std::nullopt;
  return count;
}

void SetCachedCount(char* hll, uint64_t count) {
  std::memcpy(hll + kCountAt, &count, sizeof count);
}

void InvalidateCount(char* hll) {
  uint64_t count;
  std::memcpy(&count, hll + kCountAt, sizeof count);
  SetCachedCount(hll, count | kOutOfDate);
}

HllUpdate UpdateFor(std::string_view element) {
  const uint64_t hash = Murmur64(element);
  // The bit behind the hash's last ends the run of zeros.
  const uint64_t rest = hash >> kIndexBits | uint64_t{1} << (64 - kIndexBits);
  return {.index = static_cast<uint16_t>(hash & (kHllRegisters - 1)),
          .value = static_cast<uint8_t>(std::countr_zero(rest) + 1)};
}

uint8_t DenseRegister(std::string_view hll, size_t index) {
  const auto* bytes =
      reinterpret_cast<const uint8_t*>(hll.data() + kHllHeaderBytes) + index * 6 / 8;
  const unsigned shift = index * 6 % 8;
  unsigned value = static_cast<unsigned>(bytes[0]) >> shift;
  // The last register ends with its byte.
  if (shift > 2) value |= static_cast<unsigned>(bytes[1]) << (8 - shift);
  return value & 63;
}

void SetDenseRegister(char* hll, size_t index, uint8_t value) {
  auto* bytes = reinterpret_cast<uint8_t*>(hll + kHllHeaderBytes) + index * 6 / 8;
  const unsigned shift = index * 6 % 8;
  bytes[0] =
      static_cast<uint8_t>((bytes[0] & ~(63u << shift)) | static_cast<unsigned>(value) << shift);
  if (shift <= 2) return;
  const unsigned rest = 8 - shift;
  bytes[1] =
      static_cast<uint8_t>((bytes[1] & ~(63u >> rest)) | static_cast<unsigned>(value) >> rest);
}

bool HllRegisters::Merge(std::string_view hll) {
  const auto raise = [this](size_t index, uint8_t value) {
    registers_[index] = std::max(registers_[index], value);
  };
  if (!IsSparse(hll)) {
    ForEachDense(hll, raise);
    return true;
  }
  if (!IsWellFormed(hll)) return false;
  for (SparseRuns runs(hll); !runs.AtEnd(); runs.Next()) {
    if (runs.value() == 0) continue;
    for (size_t i = 0; i < runs.length(); ++i) raise(runs.first() + i, runs.value());
  }
  return true;
}

uint64_t HllRegisters::Estimate() const {
  Histogram histogram{};
  for (const uint8_t value : registers_) ++histogram[value & 63];
  return EstimateFrom(histogram);
}

std::optional<uint64_t> EstimateOf(std::string_view hll) {
  if (!IsSparse(hll)) {
    // Neighbours count in histograms of their own: adding to one counter again and again waits for
    // itself.
    std::array<Histogram, 4> histograms{};
    ForEachDense(hll, [&](size_t index, uint8_t value) { ++histograms[index % 4][value]; });
    for (size_t value = 0; value < histograms[0].size(); ++value) {
      histograms[0][value] += histograms[1][value] + histograms[2][value] + histograms[3][value];
    }
    return EstimateFrom(histograms[0]);
  }
  if (!IsWellFormed(hll)) return std::nullopt;
  Histogram histogram{};
  for (SparseRuns runs(hll); !runs.AtEnd(); runs.Next()) {
    histogram[runs.value()] += static_cast<uint32_t>(runs.length());
  }
  return EstimateFrom(histogram);
}

bool MakeDense(std::string& hll) {
  if (!IsSparse(hll)) return true;
  if (!IsWellFormed(hll)) return false;
  std::string dense(hll, 0, kHllHeaderBytes);
  dense[kEncodingAt] = kDense;
  dense.resize(kHllDenseBytes);
  for (SparseRuns runs(hll); !runs.AtEnd(); runs.Next()) {
    if (runs.value() == 0) continue;
    for (size_t i = 0; i < runs.length(); ++i) {
      SetDenseRegister(dense.data(), runs.first() + i, runs.value());
    }
  }
  hll = std::move(dense);
  return true;
}

}  // namespace storage
