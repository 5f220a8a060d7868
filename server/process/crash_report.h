// A report in the log when the process dies of its own fault (SIGSEGV, SIGBUS, SIGFPE, SIGILL,
// SIGABRT): what happened, where, the stack, and which build it was. Then the signal takes its
// usual effect, so that the exit status and the core file are as without us.
//
// The state is the process's and not an object's, since a signal handler belongs to a process.
#pragma once

#include <string>

namespace server {

// From now on crashes are reported to `log_file`, or to standard output when it is empty. May be
// called again.
void EnableCrashReport(const std::string& log_file);
// Crashes are left to the system again.
void DisableCrashReport();

}  // namespace server
