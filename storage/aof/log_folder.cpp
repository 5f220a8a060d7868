#include "storage/aof/log_folder.h"

#include <algorithm>

namespace storage::aof {
namespace {

// The name of an increment that no manifest names yet.
std::string UnlistedPath(const LogPaths& paths, uint64_t sequence) {
  return paths.Path("temp-" + IncrementName(paths.name, sequence));
}

// The last step of an install that was interrupted: the file has its name of before.
std::expected<void, std::string> EndInterruptedInstall(FileSystem& files, const LogPaths& paths,
                                                       const Manifest& manifest) {
  for (const ManifestEntry& entry : manifest.increments) {
    const std::string unlisted = UnlistedPath(paths, entry.sequence);
    if (files.Exists(paths.Path(entry.name)) || !files.Exists(unlisted)) continue;
    if (auto renamed = files.Rename(unlisted, paths.Path(entry.name)); !renamed) {
      return std::unexpected(renamed.error().Text());
    }
    if (auto synced = files.SyncFolder(paths.folder); !synced) {
      return std::unexpected(synced.error().Text());
    }
  }
  return {};
}

std::expected<void, std::string> CheckFiles(FileSystem& files, const LogPaths& paths,
                                            const Manifest& manifest) {
  const auto is_missing = [&](const ManifestEntry& entry) {
    return !files.Exists(paths.Path(entry.name));
  };
  if (manifest.base && is_missing(*manifest.base)) {
    return std::unexpected("The base file " + paths.Path(manifest.base->name) +
                           " that the manifest names is missing");
  }
  for (const ManifestEntry& entry : manifest.increments) {
    if (!is_missing(entry)) continue;
    return std::unexpected("The incremental file " + paths.Path(entry.name) +
                           " that the manifest names is missing");
  }
  // A manifest that lost its last lines must not make us forget what they named.
  const auto names = files.List(paths.folder);
  if (!names) return std::unexpected(names.error().Text());
  for (const std::string& name : *names) {
    const auto sequence = SequenceOfIncrement(name, paths.name);
    if (!sequence || *sequence <= manifest.last_increment_sequence()) continue;
    const auto size = SizeOfFile(files, paths.Path(name));
    if (size && *size == 0) continue;
    return std::unexpected("The incremental file " + paths.Path(name) +
                           " holds data, but the manifest does not name it");
  }
  return {};
}

}  // namespace

std::expected<std::optional<Manifest>, std::string> ReadLog(FileSystem& files,
                                                            const LogPaths& paths, Repair repair) {
  if (!files.Exists(paths.ManifestPath())) {
    if (!files.Exists(paths.folder)) return std::nullopt;
    if (const auto checked = CheckFiles(files, paths, Manifest()); !checked) {
      return std::unexpected(checked.error());
    }
    return std::nullopt;
  }
  const auto text = ReadWholeFile(files, paths.ManifestPath());
  if (!text) return std::unexpected(text.error().Text());
  auto manifest = Manifest::Parse(*text);
  if (!manifest) {
    return std::unexpected("The manifest " + paths.ManifestPath() + ": " + manifest.error());
  }
  const bool repairs = repair == Repair::kInterruptedSteps;
  // An adoption that was interrupted: the manifest is there, the file not yet.
  if (repairs && manifest->base && manifest->base->name == paths.name &&
      !files.Exists(paths.Path(paths.name)) && files.Exists(paths.name)) {
    if (const auto moved = files.Rename(paths.name, paths.Path(paths.name)); !moved) {
      return std::unexpected(moved.error().Text());
    }
  }
  if (repairs) {
    if (auto ended = EndInterruptedInstall(files, paths, *manifest); !ended) {
      return std::unexpected(ended.error());
    }
  }
  if (const auto checked = CheckFiles(files, paths, *manifest); !checked) {
    return std::unexpected(checked.error());
  }
  return std::optional(std::move(*manifest));
}

FileResult<void> WriteManifest(FileSystem& files, const LogPaths& paths, const Manifest& manifest) {
  return ReplaceFileWith(files, paths.ManifestPath(), manifest.Format());
}

FileResult<std::optional<Manifest>> AdoptSingleFile(FileSystem& files, const LogPaths& paths) {
  if (!files.Exists(paths.name)) return std::nullopt;
  Manifest manifest;
  manifest.base = ManifestEntry{paths.name, 1};
  if (auto made = files.MakeFolder(paths.folder); !made) return std::unexpected(made.error());
  if (auto synced = files.SyncFolder(FolderOf(paths.folder)); !synced) {
    return std::unexpected(synced.error());
  }
  if (auto written = WriteManifest(files, paths, manifest); !written) {
    return std::unexpected(written.error());
  }
  if (auto moved = files.Rename(paths.name, paths.Path(paths.name)); !moved) {
    return std::unexpected(moved.error());
  }
  if (auto synced = files.SyncFolder(paths.folder); !synced) return std::unexpected(synced.error());
  return std::optional(std::move(manifest));
}

FileResult<AddedIncrement> AddIncrement(FileSystem& files, const LogPaths& paths, Manifest manifest,
                                        Listing listing) {
  if (auto made = files.MakeFolder(paths.folder); !made) return std::unexpected(made.error());
  if (auto synced = files.SyncFolder(FolderOf(paths.folder)); !synced) {
    return std::unexpected(synced.error());
  }
  const uint64_t sequence = manifest.last_increment_sequence() + 1;
  const ManifestEntry entry{IncrementName(paths.name, sequence), sequence};
  const bool is_listed = listing == Listing::kListed;
  auto file = files.Create(is_listed ? paths.Path(entry.name) : UnlistedPath(paths, sequence));
  if (!file) return std::unexpected(file.error());
  if (auto synced = files.SyncFolder(paths.folder); !synced) return std::unexpected(synced.error());
  manifest.increments.push_back(entry);
  if (is_listed) {
    if (auto written = WriteManifest(files, paths, manifest); !written) {
      return std::unexpected(written.error());
    }
  }
  return AddedIncrement{std::move(*file), std::move(manifest)};
}

FileResult<Manifest> InstallBase(FileSystem& files, const LogPaths& paths, Manifest manifest,
                                 const ManifestEntry& base, uint64_t first_increment) {
  if (manifest.base) manifest.history.push_back(*manifest.base);
  manifest.base = base;
  std::vector<ManifestEntry> kept;
  for (ManifestEntry& entry : manifest.increments) {
    (entry.sequence < first_increment ? manifest.history : kept).push_back(std::move(entry));
  }
  manifest.increments = std::move(kept);
  if (auto written = WriteManifest(files, paths, manifest); !written) {
    return std::unexpected(written.error());
  }
  // An increment that was not listed until now.
  const std::string unlisted = UnlistedPath(paths, first_increment);
  if (files.Exists(unlisted)) {
    const std::string path = paths.Path(IncrementName(paths.name, first_increment));
    if (auto renamed = files.Rename(unlisted, path); !renamed) {
      return std::unexpected(renamed.error());
    }
    if (auto synced = files.SyncFolder(paths.folder); !synced) {
      return std::unexpected(synced.error());
    }
  }
  return manifest;
}

FileResult<Manifest> RemoveHistory(FileSystem& files, const LogPaths& paths, Manifest manifest) {
  if (manifest.history.empty()) return manifest;
  for (const ManifestEntry& entry : manifest.history) {
    const std::string path = paths.Path(entry.name);
    if (!files.Exists(path)) continue;
    if (auto removed = files.Remove(path); !removed) return std::unexpected(removed.error());
  }
  manifest.history.clear();
  if (auto written = WriteManifest(files, paths, manifest); !written) {
    return std::unexpected(written.error());
  }
  return manifest;
}

FileResult<std::string> CutTail(FileSystem& files, const std::string& path, uint64_t offset) {
  constexpr size_t kPieceBytes = size_t{1} << 20;
  auto file = files.OpenToAppend(path);
  if (!file) return std::unexpected(file.error());
  std::string aside = path + ".cut-" + std::to_string(offset);
  for (int i = 2; files.Exists(aside); ++i) {
    aside = path + ".cut-" + std::to_string(offset) + "-" + std::to_string(i);
  }
  auto copy = files.Create(aside);
  if (!copy) return std::unexpected(copy.error());
  std::string piece(kPieceBytes, '\0');
  for (uint64_t at = offset;;) {
    const auto read = (*file)->ReadAt(at, piece);
    if (!read) return std::unexpected(read.error());
    if (*read == 0) break;
    at += *read;
    if (auto done = (*copy)->Append(std::string_view(piece).substr(0, *read)); !done) {
      return std::unexpected(done.error());
    }
  }
  // The cut bytes are safe before they go.
  if (auto done = (*copy)->Sync(); !done) return std::unexpected(done.error());
  if (auto done = files.SyncFolder(FolderOf(path)); !done) return std::unexpected(done.error());
  if (auto done = (*file)->Truncate(offset); !done) return std::unexpected(done.error());
  if (auto done = (*file)->Sync(); !done) return std::unexpected(done.error());
  return aside;
}

FileResult<uint64_t> SizeOfFile(FileSystem& files, const std::string& path) {
  const auto file = files.OpenToRead(path);
  if (!file) return std::unexpected(file.error());
  return (*file)->Size();
}

FileResult<uint64_t> SizeOfLog(FileSystem& files, const LogPaths& paths, const Manifest& manifest) {
  std::vector<ManifestEntry> entries = manifest.increments;
  if (manifest.base) entries.push_back(*manifest.base);
  uint64_t total = 0;
  for (const ManifestEntry& entry : entries) {
    const auto size = SizeOfFile(files, paths.Path(entry.name));
    if (!size) return size;
    total += *size;
  }
  return total;
}

}  // namespace storage::aof
