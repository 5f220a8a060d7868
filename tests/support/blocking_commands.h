// Commands that only wait and wake, for tests of waiting itself.
//
//   WAITFOR milliseconds   waits so long, 0 for ever; null when nothing came
//   WAKE id text           ends the wait of a client, which gets the text; 1 if it waited, else 0
//   WRITEWAIT              waits for ever, and counts as a write
#pragma once

#include <span>
#include <vector>

#include "server/client/client.h"
#include "server/dispatch/command.h"

namespace tests {

std::span<const server::CommandEntry> BlockingCommands();

// The clients whose WAITFOR ended, in order. One test runs at a time; each clears it first.
extern std::vector<server::ClientId> ended_waits;

}  // namespace tests
