#include "tools/bench/request_batch.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace bench {
namespace {

constexpr size_t kBatchBytesMax = size_t{64} << 20;
constexpr size_t kDigitsOfGroup = 4;
constexpr uint64_t kGroupValues = 10'000;

using DigitTable = std::array<char, kGroupValues * kDigitsOfGroup>;

constexpr DigitTable MakeDigitTable() {
  DigitTable table{};
  for (size_t value = 0; value < kGroupValues; ++value) {
    size_t rest = value;
    for (size_t digit = kDigitsOfGroup; digit-- > 0; rest /= 10) {
      table[value * kDigitsOfGroup + digit] = static_cast<char>('0' + rest % 10);
    }
  }
  return table;
}

constexpr DigitTable kDigits = MakeDigitTable();

size_t GroupsFor(uint64_t keys) {
  size_t groups = 1;
  for (uint64_t largest = keys - 1; largest >= kGroupValues; largest /= kGroupValues) ++groups;
  return groups;
}

// Writes `number` into the `groups` groups of digits that begin at `to`.
void WriteDigits(char* to, size_t groups, uint64_t number) {
  for (size_t group = groups; group-- > 0; number /= kGroupValues) {
    const size_t value = number % kGroupValues;
    std::memcpy(to + group * kDigitsOfGroup, &kDigits[value * kDigitsOfGroup], kDigitsOfGroup);
  }
}

constexpr size_t kRankDigits = 6;
constexpr uint64_t kRankMin = 100'000;
constexpr uint64_t kRankMax = 999'900;
constexpr uint64_t kRankSpan = 99;

void WriteRank(char* to, uint64_t rank) {
  for (size_t digit = kRankDigits; digit-- > 0; rank /= 10) {
    to[digit] = static_cast<char>('0' + rank % 10);
  }
}

// The high half of the product is uniform below `end`; the bias is below 2^-32.
uint64_t RandomBelow(uint64_t end, storage::Random& random) {
  return static_cast<uint64_t>((static_cast<__uint128_t>(random.Next()) * end) >> 64);
}

// Letters, so that no server stores the value as a number.
std::string MakeValue(size_t bytes) {
  std::string value(bytes, 'x');
  for (size_t i = 0; i < bytes; ++i) value[i] = static_cast<char>('a' + i * 7 % 26);
  return value;
}

std::vector<std::string_view> SplitAtBlanks(std::string_view line) {
  std::vector<std::string_view> parts;
  while (!line.empty()) {
    const size_t end = std::min(line.find(' '), line.size());
    if (end > 0) parts.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return parts;
}

}  // namespace

std::expected<RequestBatch, std::string> RequestBatch::Make(const RequestTemplate& request,
                                                            size_t pipeline) {
  const std::vector<std::string_view> arguments = SplitAtBlanks(request.command_line);
  if (arguments.empty()) return std::unexpected("an empty command");
  if (request.keys == 0) return std::unexpected("at least one key is needed");

  RequestBatch batch;
  batch.keys_ = request.keys;
  batch.digit_groups_ = GroupsFor(request.keys);
  if (batch.digit_groups_ * kDigitsOfGroup > request.digits) {
    return std::unexpected("the key size is too small for so many keys");
  }
  batch.bytes_ = "*" + std::to_string(arguments.size()) + "\r\n";
  for (const std::string_view argument : arguments) batch.AppendArgument(argument, request);
  batch.request_bytes_ = batch.bytes_.size();
  if (batch.request_bytes_ > kBatchBytesMax / pipeline) {
    return std::unexpected("a pipeline of such requests takes more than 64 MiB for a connection");
  }
  const std::string first = batch.bytes_;
  batch.bytes_.reserve(first.size() * pipeline);
  for (size_t i = 1; i < pipeline; ++i) batch.bytes_ += first;
  return batch;
}

void RequestBatch::AppendArgument(std::string_view argument, const RequestTemplate& request) {
  struct Placeholder {
    std::string_view word;
    Source source;
    size_t digits;
    size_t unwritten;  // leading zeros never change: only the last groups are written
  };
  const size_t unwritten = request.digits - digit_groups_ * kDigitsOfGroup;
  const std::array<Placeholder, 4> kinds = {{
      {"__rand__", Source::kRandom, request.digits, unwritten},
      {"__seq__", Source::kSequence, request.digits, unwritten},
      {"__rank__", Source::kRank, kRankDigits, 0},
      {"__rank+99__", Source::kRankEnd, kRankDigits, 0},
  }};
  std::string text(argument);
  std::vector<Slot> slots;  // by their places in `text`
  for (size_t at = 0; (at = text.find("__", at)) != std::string::npos;) {
    const std::string_view rest = std::string_view(text).substr(at);
    const auto kind = std::ranges::find_if(
        kinds, [&](const Placeholder& one) { return rest.starts_with(one.word); });
    if (kind != kinds.end()) {
      text.replace(at, kind->word.size(), std::string(kind->digits, '0'));
      slots.push_back({at + kind->unwritten, kind->source});
      at += kind->digits;
    } else if (rest.starts_with("__value__")) {
      text.replace(at, 9, MakeValue(request.value_bytes));
      at += request.value_bytes;
    } else {
      at += 2;
    }
  }
  bytes_ += "$" + std::to_string(text.size()) + "\r\n";
  for (const Slot& slot : slots) slots_.push_back({bytes_.size() + slot.offset, slot.source});
  bytes_ += text + "\r\n";
}

void RequestBatch::Refresh(size_t requests, storage::Random& random, uint64_t& sequence) {
  char* request = bytes_.data();
  uint64_t rank = kRankMin;
  for (size_t i = 0; i < requests; ++i, request += request_bytes_) {
    for (const Slot& slot : slots_) {
      char* to = request + slot.offset;
      switch (slot.source) {
        case Source::kRandom:
          WriteDigits(to, digit_groups_, RandomBelow(keys_, random));
          break;
        case Source::kSequence:
          WriteDigits(to, digit_groups_, sequence++ % keys_);
          break;
        case Source::kRank:
          rank = kRankMin + RandomBelow(kRankMax - kRankMin + 1, random);
          WriteRank(to, rank);
          break;
        case Source::kRankEnd:
          WriteRank(to, rank + kRankSpan);
          break;
      }
    }
  }
}

}  // namespace bench
