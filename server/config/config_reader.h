// How configuration files are reached: a pair of functions, so that tests and the fuzzer have files
// of their own.
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <vector>

namespace server {

struct ConfigReader {
  // The text of a file, or why it cannot be read, as strerror says it.
  std::function<std::expected<std::string, std::string>(const std::string& path)> read;
  // The files that a pattern of `include` means, sorted; none is no error.
  std::function<std::vector<std::string>(const std::string& pattern)> expand;
};

// The file system's own.
ConfigReader SystemConfigReader();

}  // namespace server
