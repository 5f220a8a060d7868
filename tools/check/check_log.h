// What cinnabar-check says of files on the disk, and what it repairs. Texts for people; it changes
// nothing unless asked to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "storage/files/file_system.h"

namespace check {

struct Options {
  bool fixes = false;
  bool is_dry_run = false;
  std::optional<uint64_t> truncate_to_s = {};  // Unix time
};

// Each appends what it found to `report`. False: something is wrong and was not repaired.
bool CheckRdb(storage::FileSystem& files, const std::string& path, std::string& report);
// One file of requests, perhaps with RDB before them.
bool CheckAofFile(storage::FileSystem& files, const std::string& path, const Options& options,
                  std::string& report);
// A folder with a manifest: all its files. Only the last one is repaired.
bool CheckAofFolder(storage::FileSystem& files, const std::string& folder, const Options& options,
                    std::string& report);

}  // namespace check
