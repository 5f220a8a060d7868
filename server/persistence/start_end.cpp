#include "server/persistence/start_end.h"

#include <utility>

#include "server/config/config.h"
#include "server/engine_state.h"
#include "server/persistence/rdb_loader.h"

namespace server {

void LoadAtStart(EngineState& engine, std::function<void()> then) {
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
  engine.shell.RequestShutdown();
  return {};
}

}  // namespace server
