#include "server/persistence/start_end.h"

#include <utility>

#include "server/config/config.h"
#include "server/engine_state.h"
#include "server/persistence/rdb_loader.h"

namespace server {

namespace {

void LoadDump(EngineState& engine, std::function<void()> then) {
  const std::string& path = engine.config.settings().dbfilename;
  SnapshotFile::RemoveOrphans(engine, storage::FolderOf(path));
  const auto loaded = [&engine, then = std::move(then)] {
    engine.saver.NoteSaved();
    then();
  };
  if (!engine.files.Exists(path)) return loaded();
  auto loader = RdbLoader::Open(engine, path);
  if (!loader) return engine.shell.EndInFailure("Cannot load the data: " + loader.error());
  engine.loading.Begin(std::move(*loader), loaded);
}

// What was executed to load the log is nobody's work.
void ForgetReplay(EngineState& engine) {
  engine.commands.ResetStatistics();
  engine.statistics.commands_processed = 0;
  engine.statistics.error_replies = 0;
  engine.statistics.errors.clear();
}

void StartLog(EngineState& engine, const std::optional<AofLoader::Ending>& ending,
              const std::function<void()>& then) {
  if (const auto started = engine.append_log.Start(ending); !started) {
    return engine.shell.EndInFailure("Cannot begin the append only file: " + started.error());
  }
  then();
}

void LoadLog(EngineState& engine, std::function<void()> then) {
  auto loader = engine.append_log.OpenToLoad();
  if (!loader) {
    return engine.shell.EndInFailure("Cannot load the append only file: " + loader.error());
  }
  // No log yet: what a dump holds is where it begins.
  if (*loader == nullptr) {
    return LoadDump(engine,
                    [&engine, then = std::move(then)] { StartLog(engine, std::nullopt, then); });
  }
  const auto ending = (*loader)->ending();
  engine.loading.Begin(std::move(*loader), [&engine, ending, then = std::move(then)] {
    ForgetReplay(engine);
    engine.saver.NoteSaved();
    StartLog(engine, *ending, then);
  });
}

}  // namespace

void LoadAtStart(EngineState& engine, std::function<void()> then) {
  if (engine.config.settings().appendonly) return LoadLog(engine, std::move(then));
  LoadDump(engine, std::move(then));
}

std::expected<void, std::string> EndServer(EngineState& engine, uint8_t options) {
  engine.log.Notice("User requested shutdown...");
  // What is only partly here must not take the place of the whole.
  if (engine.loading.is_active()) options = kShutdownNosave;
  const bool saves = (options & kShutdownSave) != 0 ||
                     (!engine.config.settings().save.empty() && (options & kShutdownNosave) == 0);
  engine.saver.Cancel();
  if (saves) {
    engine.log.Notice("Saving the final RDB snapshot before exiting.");
    const auto saved = engine.saver.SaveNow();
    if (!saved && (options & kShutdownForce) == 0) {
      engine.log.Warning("Error trying to save the DB, can't exit.");
      return std::unexpected(saved.error().Text());
    }
  }
  engine.append_log.Flush();
  engine.shell.RequestShutdown();
  return {};
}

}  // namespace server
