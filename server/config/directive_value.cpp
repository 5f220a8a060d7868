#include "server/config/directive_value.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "storage/base/number.h"

namespace server {
namespace {

std::unexpected<Refusal> Refuse(std::string text) {
  return std::unexpected(std::move(text));
}

std::unexpected<Refusal> RefuseRange(const Directive& directive) {
  if (directive.kind == Kind::kOctal) {
    return Refuse(fmt::format("argument must be between {:o} and {:o} inclusive", directive.min,
                              directive.max));
  }
  return Refuse(
      fmt::format("argument must be between {} and {} inclusive", directive.min, directive.max));
}

std::expected<Value, Refusal> ParseBool(std::string_view word) {
  if (storage::EqualsIgnoreCase(word, "yes")) return Value{"yes", 1};
  if (storage::EqualsIgnoreCase(word, "no")) return Value{"no", 0};
  return Refuse("argument must be 'yes' or 'no'");
}

std::expected<Value, Refusal> ParseInt(const Directive& directive, std::string_view word) {
  const std::optional<int64_t> number = storage::ParseInt64(word);
  if (!number) return Refuse("argument couldn't be parsed into an integer");
  if (*number < directive.min || (*number > 0 && static_cast<uint64_t>(*number) > directive.max)) {
    return RefuseRange(directive);
  }
  return Value{std::to_string(*number), *number};
}

std::expected<Value, Refusal> ParseOctal(const Directive& directive, std::string_view word) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number, 8);
  if (error != std::errc() || end != word.data() + word.size()) {
    return Refuse("argument couldn't be parsed as an octal number");
  }
  if (number > directive.max) return RefuseRange(directive);
  return Value{fmt::format("{:o}", number), static_cast<int64_t>(number)};
}

// Plain numbers may use all 64 bits; an empty text is 0, as in Redis, where templates rely on it.
std::optional<uint64_t> ParseBytes(std::string_view word) {
  if (word.empty()) return 0;
  if (const auto size = storage::ParseMemorySize(word)) return static_cast<uint64_t>(*size);
  return storage::ParseUint64(word);
}

std::expected<Value, Refusal> ParseMemory(const Directive& directive, std::string_view word,
                                          std::string_view refusal) {
  const std::optional<uint64_t> bytes = ParseBytes(word);
  if (!bytes) return Refuse(std::string(refusal));
  if (*bytes > directive.max || *bytes < static_cast<uint64_t>(directive.min))
    return RefuseRange(directive);
  return Value{std::to_string(*bytes), static_cast<int64_t>(*bytes)};
}

std::expected<Value, Refusal> ParsePercentOrMemory(const Directive& directive,
                                                   std::string_view word) {
  constexpr std::string_view kNeither = "argument must be a memory or percent value";
  if (!word.ends_with('%')) return ParseMemory(directive, word, kNeither);
  const auto percent = storage::ParseInt64(word.substr(0, word.size() - 1));
  if (!percent || *percent < 0) return Refuse(std::string(kNeither));
  if (*percent > 100) return Refuse("percentage argument must be less or equal to 100");
  return Value{fmt::format("{}%", *percent), -*percent};
}

std::expected<Value, Refusal> ParseMemoryOrAuto(const Directive& directive, std::string_view word) {
  if (storage::EqualsIgnoreCase(word, "auto")) return Value{"auto", 0};
  return ParseMemory(directive, word, "argument must be a memory value");
}

std::unexpected<Refusal> RefuseChoice(const Directive& directive) {
  std::string text = "argument(s) must be one of the following: ";
  for (const Choice& choice : directive.choices) {
    if (&choice != directive.choices.data()) text += ", ";
    text += choice.name;
  }
  return Refuse(std::move(text));
}

const Choice* FindChoice(const Directive& directive, std::string_view word) {
  for (const Choice& choice : directive.choices) {
    if (storage::EqualsIgnoreCase(word, choice.name)) return &choice;
  }
  return nullptr;
}

std::expected<Value, Refusal> ParseEnum(const Directive& directive, std::string_view word) {
  const Choice* choice = FindChoice(directive, word);
  if (choice == nullptr) return RefuseChoice(directive);
  // Two names may mean the same (relative, yes): the first is the one that is shown.
  const auto shown = std::ranges::find(directive.choices, choice->value, &Choice::value);
  return Value{std::string(shown->name), choice->value};
}

// The choice with value 0 is the name of "none of them".
std::expected<Value, Refusal> ParseFlags(const Directive& directive, Words words) {
  if (words.empty()) return RefuseChoice(directive);
  Value value;
  for (const std::string_view word : words) {
    const Choice* choice = FindChoice(directive, word);
    if (choice == nullptr) return RefuseChoice(directive);
    value.number |= choice->value;
  }
  for (const Choice& choice : directive.choices) {
    const bool is_part = value.number == 0 ? choice.value == 0 : (choice.value & value.number) != 0;
    if (!is_part) continue;
    if (!value.text.empty()) value.text += ' ';
    value.text += choice.name;
  }
  return value;
}

// Values go into redis.conf (CONFIG REWRITE), log lines and titles. The file quotes what needs it,
// but only a secret has a reason to hold line ends at all.
std::expected<Value, Refusal> ParseString(const Directive& directive, std::string_view word) {
  constexpr std::string_view kLineEnds("\r\n\0", 3);
  if (!directive.Has(kSensitive) && word.find_first_of(kLineEnds) != std::string_view::npos) {
    return Refuse("argument must not contain line ends or zero bytes");
  }
  return Value{std::string(word), 0};
}

std::expected<Value, Refusal> ParseKind(const Directive& directive, Words words,
                                        std::string_view current) {
  switch (directive.kind) {
    case Kind::kBool:
      return ParseBool(words[0]);
    case Kind::kInt:
      return ParseInt(directive, words[0]);
    case Kind::kOctal:
      return ParseOctal(directive, words[0]);
    case Kind::kMemory:
      return ParseMemory(directive, words[0], "argument must be a memory value");
    case Kind::kPercentOrMemory:
      return ParsePercentOrMemory(directive, words[0]);
    case Kind::kMemoryOrAuto:
      return ParseMemoryOrAuto(directive, words[0]);
    case Kind::kString:
      return ParseString(directive, words[0]);
    case Kind::kEnum:
      return ParseEnum(directive, words[0]);
    case Kind::kFlags:
      return ParseFlags(directive, words);
    case Kind::kSpecial:
      break;
  }
  std::expected<std::string, Refusal> text = directive.parse(words, current);
  if (!text) return std::unexpected(std::move(text.error()));
  return Value{std::move(*text), 0};
}

}  // namespace

std::expected<Value, Refusal> ParseValue(const Directive& directive, Words words,
                                         std::string_view current) {
  std::expected<Value, Refusal> value = ParseKind(directive, words, current);
  if (!value) return value;
  if (directive.check != nullptr) {
    if (const std::string_view complaint = directive.check(*value); !complaint.empty()) {
      return Refuse(std::string(complaint));
    }
  }
  if (directive.effect == Effect::kRefused && value->text != directive.initial) {
    return Refuse(std::string(directive.refusal));
  }
  return value;
}

}  // namespace server
