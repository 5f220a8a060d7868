#include "server/commands/strings/set_options.h"

#include <limits>

#include "storage/base/number.h"

namespace server {
namespace {

// Reads a word that sets the lifetime, with its number; false when the next argument is none. The
// same word may be repeated, and then the last one counts; two different ones contradict.
bool TakeLifetime(ArgReader& args, std::initializer_list<Lifetime::Kind> allowed,
                  Lifetime& lifetime) {
  using Kind = Lifetime::Kind;
  static constexpr std::string_view kWords[] = {"",     "EX",      "PX",     "EXAT",
                                                "PXAT", "KEEPTTL", "PERSIST"};
  for (const Kind kind : allowed) {
    if (!args.Take(kWords[static_cast<size_t>(kind)])) continue;
    if (lifetime.kind != Kind::kNotGiven && lifetime.kind != kind) {
      args.Fail(CommandError::Syntax());
    }
    lifetime.kind = kind;
    if (lifetime.HasTime()) lifetime.number = args.Bytes();
    return true;
  }
  return false;
}

}  // namespace

std::expected<SetOptions, CommandError> ParseSetOptions(ArgReader& args) {
  using enum Lifetime::Kind;
  SetOptions options;
  while (!args.AtEnd()) {
    if (args.Take("NX")) {
      options.if_missing = true;
    } else if (args.Take("XX")) {
      options.if_present = true;
    } else if (args.Take("GET")) {
      options.returns_old_value = true;
    } else if (!TakeLifetime(args,
                             {kSeconds, kMilliseconds, kUnixSeconds, kUnixMilliseconds, kKeep},
                             options.lifetime)) {
      args.Fail(CommandError::Syntax());
    }
  }
  if (options.if_missing && options.if_present) args.Fail(CommandError::Syntax());
  if (auto error = args.Finish()) return std::unexpected(*std::move(error));
  return options;
}

std::expected<Lifetime, CommandError> ParseGetExOptions(ArgReader& args) {
  using enum Lifetime::Kind;
  Lifetime lifetime;
  while (!args.AtEnd()) {
    if (!TakeLifetime(args, {kSeconds, kMilliseconds, kUnixSeconds, kUnixMilliseconds, kPersist},
                      lifetime)) {
      args.Fail(CommandError::Syntax());
    }
  }
  if (auto error = args.Finish()) return std::unexpected(*std::move(error));
  return lifetime;
}

std::expected<int64_t, CommandError> EndOfLifetime(const Lifetime& lifetime, int64_t now_ms,
                                                   std::string_view command) {
  using enum Lifetime::Kind;
  const auto number = storage::ParseInt64(lifetime.number);
  if (!number) return std::unexpected(CommandError::NotAnInteger());
  const bool is_in_seconds = lifetime.kind == kSeconds || lifetime.kind == kUnixSeconds;
  const bool is_from_now = lifetime.kind == kSeconds || lifetime.kind == kMilliseconds;
  int64_t at_ms = 0;
  if (*number <= 0 || __builtin_mul_overflow(*number, is_in_seconds ? 1000 : 1, &at_ms) ||
      __builtin_add_overflow(at_ms, is_from_now ? now_ms : 0, &at_ms)) {
    return std::unexpected(CommandError::InvalidExpire(command));
  }
  return at_ms;
}

}  // namespace server
