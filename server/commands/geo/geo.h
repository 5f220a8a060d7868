// The family of geo commands: places, kept as members of sorted sets whose scores are geohashes.
#pragma once

#include <span>

#include "server/dispatch/command.h"

namespace server {

std::span<const CommandEntry> GeoPlaceCommands();   // places.cpp
std::span<const CommandEntry> GeoSearchCommands();  // search.cpp
std::span<const CommandEntry> GeoRadiusCommands();  // radius.cpp

}  // namespace server
