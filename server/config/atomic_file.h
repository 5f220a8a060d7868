// Replacing a file so that at every moment, and after a power cut too, it holds the old text or the
// new, never a part.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace server {

// Writes a new file beside `path`, syncs it, renames it to `path` and syncs the folder. Keeps the
// file's permissions; follows a symbolic link. On failure gives the system's reason; the old file
// is then untouched, unless only the last sync failed.
std::expected<void, std::string> ReplaceFile(const std::string& path, std::string_view text);

}  // namespace server
