#include "server/config/atomic_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace server {
namespace {

std::unexpected<std::string> SystemError() {
  return std::unexpected(std::string(strerror(errno)));
}

// A descriptor that is closed at the end of its block.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() { Close(); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }
  bool Close() {
    const int descriptor = std::exchange(descriptor_, -1);
    return descriptor < 0 || close(descriptor) == 0;
  }

  bool WriteAll(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = write(descriptor_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return false;
      text.remove_prefix(static_cast<size_t>(written));
    }
    return true;
  }

 private:
  int descriptor_;
};

std::string ResolveLink(const std::string& path) {
  char* resolved = realpath(path.c_str(), nullptr);
  if (resolved == nullptr) return path;  // there is no such file yet
  std::string target = resolved;
  free(resolved);
  return target;
}

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// The permissions that the new file is to have. A new one may hold a password.
mode_t ModeOf(const std::string& path) {
  struct stat facts;
  if (stat(path.c_str(), &facts) != 0) return 0600;
  return facts.st_mode & 07777;
}

bool SyncFolder(const std::string& folder) {
  const File file(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return file.is_open() && fsync(file.descriptor()) == 0;
}

}  // namespace

std::expected<void, std::string> ReplaceFile(const std::string& path, std::string_view text) {
  const std::string target = ResolveLink(path);
  std::string temporary = target + ".XXXXXX";
  File file(mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.is_open()) return SystemError();
  const bool is_written = file.WriteAll(text) && fchmod(file.descriptor(), ModeOf(target)) == 0 &&
                          fsync(file.descriptor()) == 0 && file.Close();
  if (!is_written || rename(temporary.c_str(), target.c_str()) != 0) {
    const auto error = SystemError();
    unlink(temporary.c_str());
    return error;
  }
  if (!SyncFolder(FolderOf(target))) return SystemError();
  return {};
}

}  // namespace server
