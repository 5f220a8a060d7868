#include "server/config/command_line.h"

#include <algorithm>
#include <string>

#include "protocol/resp/inline_request.h"
#include "storage/base/number.h"

namespace server {
namespace {

constexpr std::string_view kSentinelOption = "--sentinel";
constexpr std::string_view kCheckConfigOption = "--check-config";

CommandLine Print(std::string message, int exit_status = 0) {
  CommandLine line;
  line.action = CommandLine::Action::kPrintAndEnd;
  line.message = std::move(message);
  line.exit_status = exit_status;
  return line;
}

std::string HelpText() {
  return "Usage: cinnabar-server [/path/to/redis.conf] [options] [-]\n"
         "       cinnabar-server -v or --version\n"
         "       cinnabar-server -h or --help\n"
         "       cinnabar-server --check-config [/path/to/redis.conf] [options] [-]\n"
         "\n"
         "Every directive of redis.conf is an option: --directive value. Options are read after "
         "the file, and later\n"
         "ones win. With - as the first or last argument, more directives are read from the "
         "standard input.\n"
         "\n"
         "Examples:\n"
         "       cinnabar-server                              (default settings)\n"
         "       cinnabar-server --port 7000 --save ''\n"
         "       cinnabar-server /etc/redis/redis.conf --loglevel verbose\n"
         "       echo 'maxmemory 128mb' | cinnabar-server -\n"
         "       cinnabar-server --check-config /etc/redis/redis.conf\n"
         "\n"
         "redis.conf.example explains the directives.\n";
}

CommandLine RefuseSentinel() {
  return Print("Sentinel mode is not supported. A redis-sentinel can watch this server.\n", 1);
}

bool IsOption(std::string_view argument) {
  return argument.starts_with("--");
}

// Collects the arguments from the first option on.
class OptionReader {
 public:
  explicit OptionReader(std::span<const std::string_view> arguments) : rest_(arguments) {}

  void ReadAll(CommandLine& line) {
    while (!rest_.empty()) {
      const std::string_view argument = Take();
      const bool may_be_input = is_first_ || rest_.empty();
      is_first_ = false;
      if (argument == "-" && may_be_input) {
        line.reads_standard_input = true;
      } else if (takes_name_ && IsOption(argument)) {
        ReadName(argument, line);
      } else {
        ReadValue(argument, line);
      }
    }
  }

 private:
  std::string_view Take() {
    const std::string_view argument = rest_.front();
    rest_ = rest_.subspan(1);
    return argument;
  }

  void ReadName(std::string_view argument, CommandLine& line) {
    if (storage::EqualsIgnoreCase(argument, kCheckConfigOption)) {
      line.action = CommandLine::Action::kCheckConfig;
      return;
    }
    const std::string_view name = argument.substr(2);
    CommandLineOption option;
    option.text = name;
    // "--port 7000" in one argument is a whole line.
    if (auto words = protocol::resp::SplitQuoted(name)) option.words = std::move(*words);
    if (option.words.empty()) option.words.emplace_back(name);
    takes_name_ = option.words.size() > 1;
    line.options.push_back(std::move(option));
    const bool is_bare_save =
        storage::EqualsIgnoreCase(name, "save") && (rest_.empty() || IsOption(rest_.front()));
    if (is_bare_save) ReadValue("", line);
  }

  void ReadValue(std::string_view argument, CommandLine& line) {
    takes_name_ = true;
    if (line.options.empty())
      line.options.emplace_back();  // a stray word: becomes an unknown directive
    CommandLineOption& option = line.options.back();
    option.words.emplace_back(argument);
    if (!option.text.empty()) option.text += ' ';
    option.text += QuoteConfigValue(argument);
  }

  std::span<const std::string_view> rest_;
  bool is_first_ = true;
  bool takes_name_ = true;  // false: the next argument is a value, whatever it looks like
};

}  // namespace

CommandLine ParseCommandLine(std::span<const std::string_view> arguments,
                             std::string_view version_line) {
  if (arguments.empty()) return {};
  const std::string_view program = arguments[0].substr(arguments[0].rfind('/') + 1);
  arguments = arguments.subspan(1);
  if (program.ends_with("-sentinel") ||
      std::ranges::find(arguments, kSentinelOption) != arguments.end()) {
    return RefuseSentinel();
  }
  CommandLine line;
  if (!arguments.empty() && arguments[0] == kCheckConfigOption) {
    line.action = CommandLine::Action::kCheckConfig;
    arguments = arguments.subspan(1);
  }
  if (arguments.empty()) return line;
  const std::string_view first = arguments[0];
  if (first == "-v" || first == "--version") return Print(std::string(version_line) + "\n");
  if (first == "-h" || first == "--help") return Print(HelpText());
  if (first == "--test-memory")
    return Print("Memory tests are not built in: use memtester or memtest86+.\n", 1);
  if (first == "--check-system") {
    return Print(
        "Nothing to check: this server does not fork and needs no setting of the system.\n");
  }
  if (!first.starts_with('-')) {
    line.file = first;
    arguments = arguments.subspan(1);
  }
  OptionReader(arguments).ReadAll(line);
  return line;
}

}  // namespace server
