// The options of SET and GETEX, and what they say about a key's expiry.
//
// The number behind EX and its kin is kept as text until it is needed: GETEX answers null for a
// missing key before it looks at the number, as Redis does.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "server/dispatch/arg_reader.h"
#include "server/dispatch/command_error.h"

namespace server {

struct Lifetime {
  enum class Kind : uint8_t {
    kNotGiven,
    kSeconds,           // EX
    kMilliseconds,      // PX
    kUnixSeconds,       // EXAT
    kUnixMilliseconds,  // PXAT
    kKeep,              // KEEPTTL
    kPersist,           // PERSIST
  };
  Kind kind = Kind::kNotGiven;
  std::string_view number;  // of the four that have one

  bool HasTime() const { return Kind::kSeconds <= kind && kind <= Kind::kUnixMilliseconds; }
};

struct SetOptions {
  bool if_missing = false;         // NX
  bool if_present = false;         // XX
  bool returns_old_value = false;  // GET
  Lifetime lifetime;
};

std::expected<SetOptions, CommandError> ParseSetOptions(ArgReader& args);
// EX PX EXAT PXAT PERSIST.
std::expected<Lifetime, CommandError> ParseGetExOptions(ArgReader& args);

// The wall clock time in milliseconds at which a lifetime that HasTime() ends. Refuses what is no
// integer, zero and negative numbers, and times beyond 2^63 - 1. `command` is the name in lower
// case.
std::expected<int64_t, CommandError> EndOfLifetime(const Lifetime& lifetime, int64_t now_ms,
                                                   std::string_view command);

}  // namespace server
