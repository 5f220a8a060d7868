// Configuration files that exist only in a test.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/config/config_reader.h"
#include "storage/base/glob.h"

namespace server {

inline ConfigReader MemoryConfigReader(std::map<std::string, std::string> files) {
  const auto read = [files](const std::string& path) -> std::expected<std::string, std::string> {
    const auto found = files.find(path);
    if (found == files.end()) return std::unexpected("No such file or directory");
    return found->second;
  };
  const auto expand = [files](const std::string& pattern) {
    std::vector<std::string> paths;
    for (const auto& [path, text] : files) {
      if (storage::GlobMatches(pattern, path)) paths.push_back(path);
    }
    return paths;
  };
  return {read, expand};
}

}  // namespace server
