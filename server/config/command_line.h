// The command line, read as redis-server reads its own:
//
//   cinnabar-server [/path/to/redis.conf] [--directive value ...]... [-]
//   cinnabar-server -v | --version | -h | --help | --check-system | --test-memory <megabytes>
//   cinnabar-server --check-config [...]      reads the configuration, says what it thinks of it,
//   and ends
//
// A first argument without dashes is the configuration file. "-", as first or last argument, reads
// more of it from the standard input. The argument behind an option's name is always its value,
// even when it begins with dashes
// (--requirepass --x); only `--save` may have none. Nothing is printed or opened here.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/config_file.h"

namespace server {

struct CommandLine {
  enum class Action : uint8_t {
    kRun,
    kCheckConfig,  // load the sources, report, end
    kPrintAndEnd,  // print `message`, end with `exit_status`
  };
  Action action = Action::kRun;
  std::string file;  // empty: none
  bool reads_standard_input = false;
  std::vector<CommandLineOption> options;
  std::string message;
  int exit_status = 0;
};

// `arguments` as main() gets them: the first is the program's own name. `version_line` is what
// --version prints.
CommandLine ParseCommandLine(std::span<const std::string_view> arguments,
                             std::string_view version_line);

}  // namespace server
