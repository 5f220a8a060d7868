#include "server/config/special_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <climits>
#include <iterator>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "storage/base/number.h"

namespace server {
namespace {

constexpr std::array<std::string_view, 3> kClientClasses = {"normal", "slave", "pubsub"};

// The form of "nothing" in a file (save "") and in CONFIG SET.
bool IsEmptied(Words words) {
  return words.empty() || (words.size() == 1 && words[0].empty());
}

// A number of a text that a Parse function made.
template <class Number>
Number ReadNumber(std::string_view word) {
  Number number{};
  std::from_chars(word.data(), word.data() + word.size(), number);
  return number;
}

std::optional<size_t> FindClass(std::string_view word) {
  if (storage::EqualsIgnoreCase(word, "replica")) word = "slave";
  for (size_t i = 0; i < kClientClasses.size(); ++i) {
    if (storage::EqualsIgnoreCase(word, kClientClasses[i])) return i;
  }
  return std::nullopt;
}

using OutputLimits = std::array<OutputLimit, kClientClasses.size()>;

OutputLimits ReadOutputLimits(std::string_view text) {
  OutputLimits limits{};
  const std::vector<std::string_view> words = SplitWords(text);
  for (size_t i = 0; i + 3 < words.size() && i / 4 < limits.size(); i += 4) {
    limits[i / 4] = {ReadNumber<uint64_t>(words[i + 1]), ReadNumber<uint64_t>(words[i + 2]),
                     ReadNumber<int64_t>(words[i + 3])};
  }
  return limits;
}

}  // namespace

std::vector<std::string_view> SplitWords(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::expected<std::string, Refusal> ParseBind(Words words, std::string_view) {
  constexpr size_t kAddressesMax = 16;
  constexpr std::string_view kSeparators(" \t\r\n\0", 5);
  if (IsEmptied(words)) return "";
  if (words.size() > kAddressesMax) return std::unexpected("Too many bind addresses specified.");
  for (const std::string_view word : words) {
    if (word.empty() || word.find_first_of(kSeparators) != std::string_view::npos) {
      return std::unexpected("Invalid bind address");
    }
  }
  return fmt::format("{}", fmt::join(words, " "));
}

void StoreBind(Settings& settings, const Value& value) {
  const std::vector<std::string_view> words = SplitWords(value.text);
  settings.bind.assign(words.begin(), words.end());
}

std::expected<std::string, Refusal> ParseOutputLimits(Words words, std::string_view current) {
  OutputLimits limits = ReadOutputLimits(current);
  if (words.size() % 4 != 0) {
    return std::unexpected("Wrong number of arguments in buffer limit configuration.");
  }
  for (size_t i = 0; i < words.size(); i += 4) {
    const std::optional<size_t> client_class = FindClass(words[i]);
    if (!client_class) {
      return std::unexpected("Invalid client class specified in buffer limit configuration.");
    }
    const std::optional<int64_t> hard = storage::ParseMemorySize(words[i + 1]);
    const std::optional<int64_t> soft = storage::ParseMemorySize(words[i + 2]);
    const std::optional<int64_t> seconds = storage::ParseInt64(words[i + 3]);
    if (!hard || !soft || !seconds || *seconds < 0) {
      return std::unexpected(
          "Error in hard, soft or soft_seconds setting in buffer limit configuration.");
    }
    limits[*client_class] = {static_cast<uint64_t>(*hard), static_cast<uint64_t>(*soft), *seconds};
  }
  std::string text;
  for (size_t i = 0; i < limits.size(); ++i) {
    if (i > 0) text += ' ';
    text += fmt::format("{} {} {} {}", kClientClasses[i], limits[i].hard_bytes,
                        limits[i].soft_bytes, limits[i].soft_seconds);
  }
  return text;
}

void StoreOutputLimits(Settings& settings, const Value& value) {
  settings.client_output_buffer_limit = ReadOutputLimits(value.text);
}

std::expected<std::string, Refusal> ParseSavePoints(Words words, std::string_view current) {
  constexpr std::string_view kInvalid = "Invalid save parameters";
  if (IsEmptied(words)) return "";
  if (words.size() % 2 != 0) return std::unexpected(std::string(kInvalid));
  std::string text(current);
  for (size_t i = 0; i < words.size(); i += 2) {
    const std::optional<int64_t> seconds = storage::ParseInt64(words[i]);
    const std::optional<int64_t> changes = storage::ParseInt64(words[i + 1]);
    if (!seconds || !changes || *seconds < 1 || *changes < 0 || *changes > INT_MAX) {
      return std::unexpected(std::string(kInvalid));
    }
    if (!text.empty()) text += ' ';
    text += fmt::format("{} {}", *seconds, *changes);
  }
  return text;
}

void StoreSavePoints(Settings& settings, const Value& value) {
  const std::vector<std::string_view> words = SplitWords(value.text);
  settings.save.clear();
  for (size_t i = 0; i + 1 < words.size(); i += 2) {
    settings.save.push_back({ReadNumber<int64_t>(words[i]), ReadNumber<int64_t>(words[i + 1])});
  }
}

std::expected<std::string, Refusal> ParsePercentiles(Words words, std::string_view) {
  if (IsEmptied(words)) return "";
  std::string text;
  for (const std::string_view word : words) {
    const std::optional<double> percentile = storage::ParseDouble(word);
    if (!percentile) return std::unexpected("Invalid latency-tracking-info-percentiles parameters");
    if (*percentile < 0 || *percentile > 100) {
      return std::unexpected(
          "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]");
    }
    if (!text.empty()) text += ' ';
    text += fmt::format("{:.10g}", *percentile);
  }
  return text;
}

void StorePercentiles(Settings& settings, const Value& value) {
  settings.latency_tracking_info_percentiles.clear();
  for (const std::string_view word : SplitWords(value.text)) {
    settings.latency_tracking_info_percentiles.push_back(ReadNumber<double>(word));
  }
}

std::expected<std::string, Refusal> ParseHz(Words words, std::string_view) {
  constexpr int64_t kHzMin = 1;
  constexpr int64_t kHzMax = 500;
  const std::optional<int64_t> hz = storage::ParseInt64(words[0]);
  if (!hz) return std::unexpected("argument couldn't be parsed into an integer");
  if (*hz < 0 || *hz > INT_MAX) {
    return std::unexpected(fmt::format("argument must be between 0 and {} inclusive", INT_MAX));
  }
  return std::to_string(std::clamp(*hz, kHzMin, kHzMax));
}

void StoreHz(Settings& settings, const Value& value) {
  settings.hz = ReadNumber<int>(value.text);
}

std::expected<std::string, Refusal> ParseKeyspaceEvents(Words words, std::string_view) {
  constexpr std::string_view kAll = "g$lshzxetd";  // what 'A' stands for
  constexpr std::string_view kOthers = "nKEm";     // in the order in which they are shown
  std::string asked;
  for (const char letter : words[0]) {
    if (letter == 'A') {
      asked += kAll;
    } else if (kAll.find(letter) != std::string_view::npos ||
               kOthers.find(letter) != std::string_view::npos) {
      asked += letter;
    } else {
      return std::unexpected("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
    }
  }
  const auto is_asked = [&](char letter) { return asked.find(letter) != std::string::npos; };
  std::string text;
  if (std::ranges::all_of(kAll, is_asked)) {
    text = "A";
  } else {
    std::ranges::copy_if(kAll, std::back_inserter(text), is_asked);
  }
  std::ranges::copy_if(kOthers, std::back_inserter(text), is_asked);
  return text;
}

std::expected<std::string, Refusal> ParseDir(Words words, std::string_view) {
  constexpr std::string_view kLineEnds("\r\n\0", 3);
  if (words[0].empty() || words[0].find_first_of(kLineEnds) != std::string_view::npos) {
    return std::unexpected("No such file or directory");
  }
  return std::string(words[0]);
}

std::expected<std::string, Refusal> ParseReplicaOf(Words words, std::string_view) {
  constexpr int64_t kPortMax = 65535;
  if (words.size() != 2) return std::unexpected("wrong number of arguments");
  if (storage::EqualsIgnoreCase(words[0], "no") && storage::EqualsIgnoreCase(words[1], "one"))
    return "";
  const std::optional<int64_t> port = storage::ParseInt64(words[1]);
  if (!port || *port < 0 || *port > kPortMax) return std::unexpected("Invalid master port");
  return fmt::format("{} {}", words[0], *port);
}

std::expected<std::string, Refusal> ParseOomValues(Words words, std::string_view) {
  constexpr size_t kValues = 3;
  constexpr int64_t kLimit = 2000;
  if (words.size() != kValues) return std::unexpected("wrong number of arguments");
  std::string text;
  for (const std::string_view word : words) {
    const std::optional<int64_t> value = storage::ParseInt64(word);
    if (!value || *value < -kLimit || *value > kLimit) {
      return std::unexpected(
          "Invalid oom-score-adj-values, elements must be between -2000 and 2000.");
    }
    if (!text.empty()) text += ' ';
    text += std::to_string(*value);
  }
  return text;
}

std::string_view CheckTitleTemplate(const Value& value) {
  constexpr std::string_view kComplaint =
      "template format is invalid or contains unknown variables";
  constexpr std::array<std::string_view, 7> kVariables = {
      "title", "listen-addr", "server-mode", "port", "tls-port", "unixsocket", "config-file"};
  std::string_view rest = value.text;
  if (rest.find_first_not_of(' ') == std::string_view::npos) return kComplaint;
  for (size_t open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
    const size_t close = rest.find('}', open);
    if (close == std::string_view::npos) return kComplaint;
    const std::string_view variable = rest.substr(open + 1, close - open - 1);
    if (std::ranges::find(kVariables, variable) == kVariables.end()) return kComplaint;
    rest.remove_prefix(close + 1);
  }
  return {};
}

}  // namespace server
