// Directive: one row of the table of everything redis.conf may say.
//
// A row is the only place that knows a directive: its name, what values it takes, its default, who
// may change it and what becomes of it here. From the rows come reading redis.conf and the command
// line, CONFIG GET, SET and REWRITE, the notice at start and the test of redis.conf.example.
//
//   {.name = "timeout", .kind = Kind::kInt, .max = kIntMax, .initial = "0", .store =
//   Into<&Settings::timeout_s>},
//
// A value is kept as the text that CONFIG GET shows (Value::text) and, when code acts on it, in a
// field of Settings.
#pragma once

#include <climits>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "server/config/settings.h"

namespace server {

enum class Kind : uint8_t {
  kBool,             // yes | no
  kInt,              // a whole number from min to max
  kOctal,            // the same, written in octal: file permissions
  kMemory,           // a number of bytes: 100, 1k (1000), 1kb (1024), 5mb, 2g
  kPercentOrMemory,  // 5% or a number of bytes
  kMemoryOrAuto,     // "auto" or a number of bytes
  kString,
  kEnum,     // one of `choices`
  kFlags,    // some of `choices`, which are bits
  kSpecial,  // whatever `parse` makes of it
};

// What becomes of a directive in this version.
enum class Effect : uint8_t {
  kActs,
  kNone,    // accepted, kept and shown; one notice at start names those that were set
  kRefused  // ignoring it would be dangerous: only the default is accepted, `refusal` says why
};

enum DirectiveFlag : uint8_t {
  kImmutable = 1,  // not by CONFIG SET
  kProtected = 2,  // by CONFIG SET only when enable-protected-configs allows it
  kSensitive = 4,  // a secret: kept out of logs, MONITOR and the slow log
  kMultiArg = 8,   // takes several words
  kHidden = 16,    // CONFIG GET shows it only when asked by its exact name
  kAppends = 32,   // further lines of a file add to the value instead of replacing it
};

struct Choice {
  std::string_view name;
  int64_t value;
};

struct Value {
  std::string text;    // as CONFIG GET shows it
  int64_t number = 0;  // of every kind but kString and kSpecial; unsigned ones above INT64_MAX wrap
};

using Words = std::span<const std::string_view>;
// Why a value was refused, in Redis's words.
using Refusal = std::string;

// Makes the text of a kSpecial value from its words. `current` is the value to add to: empty unless
// the directive merges (client-output-buffer-limit) or appends (save, within a file).
using ParseSpecial = std::expected<std::string, Refusal> (*)(Words words, std::string_view current);
// A further rule for a value that its kind accepts; empty when it is fine.
using CheckValue = std::string_view (*)(const Value& value);
using StoreValue = void (*)(Settings& settings, const Value& value);

inline constexpr uint64_t kIntMax = INT_MAX;
inline constexpr uint64_t kLongMax = INT64_MAX;

struct Directive {
  std::string_view name;
  std::string_view alias = {};  // the older name, equally good
  Kind kind = Kind::kString;
  uint8_t flags = 0;
  Effect effect = Effect::kActs;
  int64_t min = 0;
  uint64_t max = kLongMax;
  std::string_view initial = {};  // Redis 7.4's default, as CONFIG GET shows it
  std::span<const Choice> choices = {};
  std::string_view refusal = {};
  ParseSpecial parse = nullptr;
  CheckValue check = nullptr;
  StoreValue store = nullptr;

  bool Has(DirectiveFlag flag) const { return (flags & flag) != 0; }
};

// A StoreValue that fills one field of Settings.
template <auto kField>
void Into(Settings& settings, const Value& value) {
  auto& field = settings.*kField;
  using Field = std::remove_reference_t<decltype(field)>;
  if constexpr (std::is_same_v<Field, std::string>) {
    field = value.text;
  } else {
    field = static_cast<Field>(value.number);
  }
}

inline constexpr Choice kAccessChoices[] = {{"no", 0}, {"yes", 1}, {"local", 2}};

}  // namespace server
