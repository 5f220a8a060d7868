// DEBUG's subcommands, of which the command table knows nothing: they are one command to it, as in
// Redis. Each file of the family has some.
#pragma once

#include <span>
#include <string_view>

#include "server/dispatch/command_context.h"

namespace server {

struct DebugSubcommand {
  std::string_view form;  // as HELP shows it; the first word is its name
  std::string_view text;
  size_t least_arguments;  // behind the name
  size_t most_arguments;
  RunResult (*run)(CommandContext& context, ArgReader& args);
};

// For arguments that make no form of any subcommand.
CommandError UnknownDebugSubcommand(const CommandContext& context);

std::span<const DebugSubcommand> DebugServerSubcommands();    // debug_server.cpp
std::span<const DebugSubcommand> DebugDataSubcommands();      // debug_data.cpp
std::span<const DebugSubcommand> DebugProtocolSubcommands();  // debug_protocol.cpp
std::span<const DebugSubcommand> DebugFileSubcommands();      // debug_files.cpp

}  // namespace server
