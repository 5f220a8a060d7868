// DEBUG's subcommands on the files that the data is kept in.

#include "server/commands/introspection/debug.h"
#include "server/config/config.h"
#include "server/engine_state.h"
#include "server/persistence/rdb_loader.h"
#include "storage/base/number.h"

namespace server {
namespace {

CommandError CannotLoad() {
  return CommandError::Err("Error trying to load the RDB dump, check server logs");
}

RunResult Reload(CommandContext& context, ArgReader& args) {
  bool saves = true;
  bool flushes = true;
  auto duplicates = RdbLoader::Duplicates::kRefuse;
  while (!args.AtEnd()) {
    if (args.Take("NOSAVE")) {
      saves = false;
    } else if (args.Take("NOFLUSH")) {
      flushes = false;
    } else if (args.Take("MERGE")) {
      duplicates = RdbLoader::Duplicates::kReplace;
    } else {
      return CommandError::Err("DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.");
    }
  }
  EngineState& engine = context.engine();
  if (saves && !engine.saver.SaveNow()) return CommandError::Err("Error trying to save the DB");
  // Opened before anything is given up.
  auto loader = RdbLoader::Open(engine, engine.config.settings().dbfilename, duplicates);
  if (!loader) {
    engine.log.Warning(loader.error());
    return CannotLoad();
  }
  if (flushes) {
    engine.keyspace.Clear();
    engine.function_sources.clear();
  }
  if (const auto loaded = Loading::RunWhole(**loader); !loaded) {
    engine.log.Warning(loaded.error());
    return CannotLoad();
  }
  engine.log.Warning("DB reloaded by DEBUG RELOAD");
  context.reply().Ok();
  return Replied();
}

RunResult SetSkipChecksumValidation(CommandContext& context, ArgReader& args) {
  const auto skips = storage::ParseInt64(args.Bytes());
  if (!skips) return CommandError::NotAnInteger();
  context.engine().skips_checksums = *skips != 0;
  context.reply().Ok();
  return Replied();
}

RunResult LoadAof(CommandContext& context, ArgReader&) {
  if (const auto loaded = context.engine().append_log.Reload(); !loaded) {
    context.engine().log.Warning("DEBUG LOADAOF: " + loaded.error());
    return CommandError::Err("Error trying to load the AOF files, check server logs");
  }
  context.engine().log.Warning("Append Only File loaded by DEBUG LOADAOF");
  context.reply().Ok();
  return Replied();
}

constexpr DebugSubcommand kSubcommands[] = {
    {"LOADAOF", "Forgets the data, and loads it from the append-only file.", 0, 0, LoadAof},
    {"RELOAD [NOSAVE] [NOFLUSH] [MERGE]",
     "Saves the data into the dump file, forgets it, and loads it again; each of it unless told "
     "otherwise. MERGE lets the file's keys replace those that are there.",
     0, 3, Reload},
    {"SET-SKIP-CHECKSUM-VALIDATION (0|1)",
     "Whether checksums of RDB files and of RESTORE's payloads are left unverified.", 1, 1,
     SetSkipChecksumValidation},
};

}  // namespace

std::span<const DebugSubcommand> DebugFileSubcommands() {
  return kSubcommands;
}

}  // namespace server
