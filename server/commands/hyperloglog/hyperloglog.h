// The family of HyperLogLog commands: counting different elements, approximately, in strings.
#pragma once

#include <span>

#include "server/dispatch/command.h"
#include "server/dispatch/command_context.h"
#include "storage/error.h"

namespace server {

std::span<const CommandEntry> HyperLogLogCommands();       // counting.cpp
std::span<const CommandEntry> HyperLogLogDebugCommands();  // debug.cpp

// A key that must hold a HyperLogLog, if anything.
struct FoundHll {
  storage::Found found;
  std::string_view bytes;  // empty: no key

  // A short string that PFADD and its like have had is "raw" to OBJECT ENCODING, as in Redis.
  void MakePlain() const {
    if (found && found->encoding() == storage::Encoding::kShort) {
      found->set_encoding(storage::Encoding::kPlain);
    }
  }
};
std::expected<FoundHll, CommandError> FindHll(CommandContext& context, const storage::Key& key,
                                              storage::Access access);
// What the bytes behind a right header can be.
CommandError CorruptHll();

}  // namespace server
