#include "server/config/config_reader.h"

#include <glob.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace server {
namespace {

constexpr size_t kFileBytesMax = 16 << 20;  // keeps `include /dev/zero` from taking all memory

struct CloseFile {
  void operator()(FILE* file) const { fclose(file); }
};

std::expected<std::string, std::string> ReadFile(const std::string& path) {
  const std::unique_ptr<FILE, CloseFile> file(fopen(path.c_str(), "re"));
  if (file == nullptr) return std::unexpected(strerror(errno));
  std::string text;
  char block[16 * 1024];
  while (const size_t bytes = fread(block, 1, sizeof(block), file.get())) {
    if (text.size() + bytes > kFileBytesMax) return std::unexpected(strerror(EFBIG));
    text.append(block, bytes);
  }
  if (ferror(file.get()) != 0) return std::unexpected(strerror(errno));
  return text;
}

std::vector<std::string> ExpandPattern(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  globfree(&found);
  return paths;
}

}  // namespace

ConfigReader SystemConfigReader() {
  return {ReadFile, ExpandPattern};
}

}  // namespace server
