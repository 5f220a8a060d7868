// The directives about logging, applied to the log and to the crash report, which goes to the same
// place.
#pragma once

#include "server/config/settings.h"
#include "server/logging/log.h"

namespace server {

void ApplyLogSettings(const Settings& settings, Log& log);

}  // namespace server
