// LogFolder: the files of an append-only log on the disk, and the steps that change which they are.
//
// Each step is an order of operations after every one of which a start finds all that was ever
// acknowledged: a file is made, synced and its name synced before the manifest names it, and it is
// removed only when the manifest does so no more. The manifest is replaced as a whole.
//
//   AddIncrement   make incr 3                      manifest: base 1, incr 1 2 [3]
//   InstallBase    (base 2 is there, synced)        manifest: [base 2], history 1, incr [3]
//   RemoveHistory  remove what is history           manifest: base 2, incr 3
//
// Functions, not a class: they run on another thread, on copies.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "storage/aof/manifest.h"
#include "storage/files/file_system.h"

namespace storage::aof {

struct LogPaths {
  std::string folder;  // appenddirname
  std::string name;    // appendfilename

  std::string Path(std::string_view file) const { return JoinPath(folder, file); }
  std::string ManifestPath() const { return Path(ManifestName(name)); }
};

// nullopt: there is none. The error says what is wrong with it, or with the files that it names.
// Steps that were interrupted are ended, unless only a look is wanted.
enum class Repair : uint8_t { kInterruptedSteps, kNothing };
std::expected<std::optional<Manifest>, std::string> ReadLog(
    FileSystem& files, const LogPaths& paths, Repair repair = Repair::kInterruptedSteps);
FileResult<void> WriteManifest(FileSystem& files, const LogPaths& paths, const Manifest& manifest);

// A log of Redis before 7.0: one file beside the folder, which becomes the base. nullopt: there is
// none.
FileResult<std::optional<Manifest>> AdoptSingleFile(FileSystem& files, const LogPaths& paths);

struct AddedIncrement {
  std::unique_ptr<File> file;
  Manifest manifest;  // that names it
};
// A new last increment. Listed: the log goes on in it. Not listed: it goes with a base that is
// still to come (InstallBase), and until then nobody reads it.
enum class Listing : uint8_t { kListed, kNotYet };
FileResult<AddedIncrement> AddIncrement(FileSystem& files, const LogPaths& paths, Manifest manifest,
                                        Listing listing);
// The base, which is on the disk, stands for all before the increment `first`. What it stands for
// becomes history.
FileResult<Manifest> InstallBase(FileSystem& files, const LogPaths& paths, Manifest manifest,
                                 const ManifestEntry& base, uint64_t first_increment);
FileResult<Manifest> RemoveHistory(FileSystem& files, const LogPaths& paths, Manifest manifest);

// Cuts the file at `offset`, and saves what was cut beside it. Gives the path of that.
FileResult<std::string> CutTail(FileSystem& files, const std::string& path, uint64_t offset);
// The total size of the log's files.
FileResult<uint64_t> SizeOfLog(FileSystem& files, const LogPaths& paths, const Manifest& manifest);
FileResult<uint64_t> SizeOfFile(FileSystem& files, const std::string& path);

}  // namespace storage::aof
