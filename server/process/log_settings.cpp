#include "server/process/log_settings.h"

#include "server/process/crash_report.h"

namespace server {

void ApplyLogSettings(const Settings& settings, Log& log) {
  log.Configure({
      .level = settings.loglevel,
      .format = settings.log_format,
      .file = settings.logfile,
      .syslog_enabled = settings.syslog_enabled,
      .syslog_identity = settings.syslog_ident,
      .syslog_facility = settings.syslog_facility,
  });
#ifndef CINNABAR_SANITIZED  // a sanitizer's own report says more
  if (settings.crash_log_enabled) {
    EnableCrashReport(settings.logfile);
  } else {
    DisableCrashReport();
  }
#endif
}

}  // namespace server
