// HyperLogLog: the dense and the sparse form, and strings that only look like one.

#include "storage/types/hyperloglog.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <random>
#include <string>

#include "storage/types/hyperloglog_sparse.h"

using storage::HllUpdate;

namespace {

constexpr size_t kUnlimited = 1 << 20;

using Model = std::array<uint8_t, storage::kHllRegisters>;

Model RegistersOf(const std::string& hll) {
  storage::HllRegisters registers;
  REQUIRE(registers.Merge(hll));
  Model model{};
  for (size_t i = 0; i < model.size(); ++i) model[i] = registers[i];
  return model;
}

std::string WithRuns(std::string_view runs) {
  return storage::NewHyperLogLog().substr(0, storage::kHllHeaderBytes) + std::string(runs);
}

std::string RunsAfter(std::initializer_list<HllUpdate> updates) {
  std::string hll = storage::NewHyperLogLog();
  for (const HllUpdate update : updates) {
    // A new editor each: what one remembers of its last walk must not matter.
    storage::HllEditor editor(hll, kUnlimited);
    editor.Raise(update);
  }
  return storage::DescribeRuns(hll);
}

}  // namespace

TEST_CASE("HyperLogLog: an empty one is 18 bytes, and counts 0") {
  const std::string hll = storage::NewHyperLogLog();
  CHECK(hll == std::string("HYLL\x01\0\0\0\0\0\0\0\0\0\0\0\x7f\xff", 18));
  CHECK(storage::IsHyperLogLog(hll));
  CHECK(storage::EstimateOf(hll) == 0);
  CHECK(storage::CachedCount(hll) == 0);
}

TEST_CASE("HyperLogLog: dense registers are 6 bits that leave their neighbours alone") {
  std::mt19937_64 random(7);
  std::string hll = storage::NewHyperLogLog();
  REQUIRE(storage::MakeDense(hll));
  REQUIRE(hll.size() == storage::kHllDenseBytes);
  Model model{};
  for (int i = 0; i < 100'000; ++i) {
    const size_t index = random() % model.size();
    const uint8_t value = static_cast<uint8_t>(random() % 64);
    storage::SetDenseRegister(hll.data(), index, value);
    model[index] = value;
  }
  for (size_t i = 0; i < model.size(); ++i) {
    CAPTURE(i);
    REQUIRE(storage::DenseRegister(hll, i) == model[i]);
  }
  CHECK(RegistersOf(hll) == model);
}

TEST_CASE("HyperLogLog: a run is split around the register that is raised") {
  CHECK(RunsAfter({}) == "Z:16384");
  CHECK(RunsAfter({{0, 3}}) == "v:3,1 Z:16383");
  CHECK(RunsAfter({{64, 3}}) == "z:64 v:3,1 Z:16319");
  CHECK(RunsAfter({{65, 3}}) == "Z:65 v:3,1 Z:16318");
  CHECK(RunsAfter({{16383, 32}}) == "Z:16383 v:32,1");
  CHECK(RunsAfter({{5, 1}, {5, 4}, {5, 2}}) == "z:5 v:4,1 Z:16378");
}

TEST_CASE("HyperLogLog: neighbouring runs of a value are joined, up to four registers") {
  CHECK(RunsAfter({{5, 2}, {7, 2}, {6, 2}}) == "z:5 v:2,3 Z:16376");
  CHECK(RunsAfter({{5, 2}, {6, 2}, {7, 2}, {8, 2}, {9, 2}}) == "z:5 v:2,4 v:2,1 Z:16374");
  CHECK(RunsAfter({{5, 2}, {6, 2}, {7, 2}, {6, 9}}) == "z:5 v:2,1 v:9,1 v:2,1 Z:16376");
}

TEST_CASE("HyperLogLog: becomes dense for a value over 32, and when it grows over the limit") {
  std::string hll = storage::NewHyperLogLog();
  CHECK(storage::HllEditor(hll, kUnlimited).Raise({100, 32}));
  CHECK(storage::IsSparse(hll));
  CHECK(storage::HllEditor(hll, kUnlimited).Raise({100, 33}));
  CHECK_FALSE(storage::IsSparse(hll));
  CHECK(storage::DenseRegister(hll, 100) == 33);

  hll = storage::NewHyperLogLog();
  CHECK(storage::HllEditor(hll, 21).Raise({100, 1}));
  CHECK(storage::IsSparse(hll));
  CHECK(hll.size() == 21);
  CHECK(storage::HllEditor(hll, 21).Raise({100, 2}));  // needs no more room
  CHECK(storage::IsSparse(hll));
  CHECK(storage::HllEditor(hll, 21).Raise({200, 1}));
  CHECK_FALSE(storage::IsSparse(hll));
  CHECK(storage::DenseRegister(hll, 100) == 2);
  CHECK(storage::DenseRegister(hll, 200) == 1);
}

TEST_CASE("HyperLogLog: a sparse one behaves like an array of registers") {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    std::string hll = storage::NewHyperLogLog();
    Model model{};
    const size_t span = seed % 3 == 0 ? 200 : storage::kHllRegisters;
    storage::HllEditor editor(hll, kUnlimited);
    for (int i = 0; i < 1000; ++i) {
      const size_t index = random() % span;
      const uint8_t value = static_cast<uint8_t>(random() % (seed % 2 == 0 ? 3 : 32) + 1);
      const bool raised = value > model[index];
      REQUIRE(editor.Raise({static_cast<uint16_t>(index), value}) == raised);
      if (raised) model[index] = value;
      REQUIRE(storage::IsWellFormed(hll));
    }
    CHECK(RegistersOf(hll) == model);
    std::string dense = hll;
    REQUIRE(storage::MakeDense(dense));
    CHECK(RegistersOf(dense) == model);
    CHECK(storage::EstimateOf(dense) == storage::EstimateOf(hll));
  }
}

// Redis walks from the start for each register; the bytes must not tell the difference.
TEST_CASE("HyperLogLog: raising in ascending order gives the bytes of a walk for each") {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    std::string base = storage::NewHyperLogLog();
    for (int i = 0; i < 300; ++i) {
      storage::HllEditor(base, kUnlimited)
          .Raise({static_cast<uint16_t>(random() % 600), static_cast<uint8_t>(random() % 3 + 1)});
    }
    std::string walked = base;
    std::string swept = base;
    storage::HllEditor editor(swept, kUnlimited);
    for (uint16_t index = 0; index < 700; ++index) {
      if (random() % 2 == 0) continue;
      const uint8_t value = static_cast<uint8_t>(random() % 4 + 1);
      const bool raised = storage::HllEditor(walked, kUnlimited).Raise({index, value});
      REQUIRE(editor.Raise({index, value}) == raised);
      REQUIRE(swept == walked);
    }
  }
}

TEST_CASE("HyperLogLog: the estimate is within three standard errors") {
  std::string hll = storage::NewHyperLogLog();
  storage::HllEditor editor(hll, 3000);
  for (uint64_t i = 1; i <= 200'000; ++i) {
    editor.Raise(storage::UpdateFor(std::to_string(i)));
    if (i != 1 && i != 10 && i != 1000 && i != 30'000 && i != 200'000) continue;
    CAPTURE(i);
    const double estimate = static_cast<double>(storage::EstimateOf(hll).value_or(0));
    CHECK(std::abs(estimate - static_cast<double>(i)) <= 0.0244 * static_cast<double>(i) + 0.5);
  }
}

TEST_CASE("HyperLogLog: a string of another length or beginning is none") {
  std::string dense = storage::NewHyperLogLog();
  REQUIRE(storage::MakeDense(dense));
  CHECK(storage::IsHyperLogLog(dense));
  CHECK_FALSE(storage::IsHyperLogLog(dense + "x"));
  CHECK_FALSE(storage::IsHyperLogLog(dense.substr(0, dense.size() - 1)));
  CHECK_FALSE(storage::IsHyperLogLog(""));
  CHECK_FALSE(storage::IsHyperLogLog("HYLL"));
  CHECK_FALSE(storage::IsHyperLogLog("hyll" + dense.substr(4)));
  dense[4] = 2;
  CHECK_FALSE(storage::IsHyperLogLog(dense));
  CHECK(storage::IsHyperLogLog(WithRuns("")));
}

// CVE-2025-32023: run lengths that add up to more registers than there are, and beyond what an int
// holds, were written behind the end of the registers.
TEST_CASE(
    "HyperLogLog: runs of more or fewer than 16384 registers are corrupt, and touch nothing") {
  std::string overlong;
  for (int i = 0; i < 131'072; ++i) overlong += "\x7f\xff";
  for (const std::string& runs :
       {std::string(), std::string("\x7f\xff\x80", 3), std::string("\x7f\xff\x7f\xff\x80", 5),
        std::string("\x7f\xfe", 2), std::string("\x7f", 1), std::string("\x7f\xff\x7f", 3),
        std::string("\x80", 1), std::string("\x7f\xfd\xff", 3), overlong + "\x80"}) {
    std::string hll = WithRuns(runs);
    CAPTURE(runs.size());
    CHECK_FALSE(storage::IsWellFormed(hll));
    CHECK_FALSE(storage::EstimateOf(hll));
    storage::HllRegisters registers;
    CHECK_FALSE(registers.Merge(hll));
    CHECK(registers.Estimate() == 0);
    CHECK_FALSE(storage::MakeDense(hll));
    CHECK(hll == WithRuns(runs));
  }
  CHECK(storage::IsWellFormed(WithRuns(std::string("\x7f\xfe\xfc", 3))));
}
