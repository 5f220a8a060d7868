// What the specs of CLIENT's subcommands share.
#pragma once

#include <string_view>

#include "server/dispatch/command.h"

namespace server {

inline constexpr uint32_t kOwnClientFlags = kNoScript | kLoading | kStale;
inline constexpr uint32_t kAnyClientFlags = kAdmin | kOwnClientFlags;
inline constexpr std::string_view kClientLineTips[] = {"nondeterministic_output"};

}  // namespace server
