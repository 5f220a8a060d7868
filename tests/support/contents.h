// What a server's first database holds, seen without the commands under test.
#pragma once

#include <string>
#include <string_view>

#include "tests/support/in_process_server.h"

namespace tests {

// Every key with its type, encoding, value and expiry, in the order of the keys. Two equal texts
// mean that nothing has changed.
std::string ContentsOf(InProcessServer& server);
// OBJECT ENCODING's word for the string at the key.
std::string EncodingOf(InProcessServer& server, std::string_view key);
// Makes the key hold a list, as far as commands for strings can see.
void PutList(InProcessServer& server, std::string_view key);
// Checks the invariants of all databases.
void CheckKeyspace(InProcessServer& server);

}  // namespace tests
