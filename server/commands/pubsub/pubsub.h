// The family of publishing and subscribing.
#pragma once

#include <span>

#include "server/dispatch/command.h"

namespace server {

std::span<const CommandEntry> SubscribeCommands();   // subscribe.cpp
std::span<const CommandEntry> PublishCommands();     // publish.cpp
std::span<const CommandEntry> PubSubInfoCommands();  // info.cpp

}  // namespace server
