// The program: reads its command line and configuration, prepares the process, and serves.

#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/command_line.h"
#include "server/config/config_file.h"
#include "server/memory/background_free.h"
#include "server/process/prepare.h"
#include "server/server.h"
#include "server/version.h"
#include "storage/files/posix_file_system.h"

namespace server {
namespace {

std::string ReadStandardInput() {
  std::string text;
  char piece[4096];
  while (const size_t size = std::fread(piece, 1, sizeof piece, stdin)) text.append(piece, size);
  return text;
}

int Fail(Log& log, const std::string& text) {
  log.Warning(text);
  if (!log.options().file.empty()) std::fprintf(stderr, "%s\n", text.c_str());
  return 1;
}

// Until the server ends.
int Serve(Config& config, const std::string& config_file,
          const std::vector<std::string>& warnings) {
  storage::SystemClock clock;
  storage::PosixFileSystem files;
  Log log(clock);
  const ServiceManager manager(config.settings().supervised);
  const ProcessFacts facts = MakeProcessFacts(config_file, manager);
  if (const auto prepared = PrepareProcess(config, log, manager); !prepared) {
    return Fail(log, prepared.error());
  }
  FreeMemoryInBackground();
  LogStart(config, facts.config_file, warnings, log);
  auto loop = EventLoop::Make();
  if (!loop) return Fail(log, loop.error());
  Server server({clock, files, config, log, manager}, std::move(*loop), facts);
  if (const auto started = server.Start(); !started) return Fail(log, started.error());
  return server.Run();
}

int Main(std::span<const std::string_view> arguments) {
  const CommandLine line = ParseCommandLine(arguments, VersionLine());
  if (line.action == CommandLine::Action::kPrintAndEnd) {
    std::fputs(line.message.c_str(), line.exit_status == 0 ? stdout : stderr);
    return line.exit_status;
  }
  ConfigSources sources = {.file = line.file, .options = line.options};
  if (line.reads_standard_input) sources.standard_input = ReadStandardInput();
  Config config;
  const auto warnings = LoadConfig(config, sources, SystemConfigReader());
  if (!warnings) {
    const std::string version = std::string("Cinnabar ") + CinnabarVersion();
    std::fputs(DescribeFatal(warnings.error(), version).c_str(), stderr);
    return 1;
  }
  if (line.action == CommandLine::Action::kRun) {
    return Serve(config, line.file, *warnings);
  }
  for (const std::string& text : *warnings) std::printf("%s\n", text.c_str());
  for (const std::string& text : config.StartNotices()) std::printf("%s\n", text.c_str());
  std::puts("The configuration is good.");
  return 0;
}

}  // namespace
}  // namespace server

int main(int argc, char** argv) {
  return server::Main(std::vector<std::string_view>(argv, argv + argc));
}
