#include "server/process/pid_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace server {

std::expected<PidFile, std::string> PidFile::Write(std::string path) {
  std::FILE* file = std::fopen(path.c_str(), "we");
  if (file == nullptr) return std::unexpected(path + ": " + std::strerror(errno));
  const bool is_printed = std::fprintf(file, "%d\n", static_cast<int>(getpid())) > 0;
  const bool is_closed = std::fclose(file) == 0;
  if (!is_printed || !is_closed) return std::unexpected(path + ": " + std::strerror(errno));
  return PidFile(std::move(path));
}

PidFile::PidFile(PidFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}

void PidFile::Remove() {
  if (path_.empty()) return;
  const std::string path = std::exchange(path_, {});
  std::FILE* file = std::fopen(path.c_str(), "re");
  if (file == nullptr) return;
  int process_id = 0;
  const bool is_ours = std::fscanf(file, "%d", &process_id) == 1 && process_id == getpid();
  std::fclose(file);
  if (is_ours) unlink(path.c_str());
}

}  // namespace server
