// Which texts a client may give itself: they stand in CLIENT LIST's lines between spaces.
#pragma once

#include <algorithm>
#include <string_view>

#include "server/dispatch/command_error.h"

namespace server {

inline bool IsClientText(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char byte) { return byte >= '!' && byte <= '~'; });
}

inline CommandError BadClientName() {
  return CommandError::Err("Client names cannot contain spaces, newlines or special characters.");
}

}  // namespace server
