#include "storage/files/posix_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace storage {
namespace {

// What failed, with the errno of now.
std::unexpected<FileError> Failure(const char* operation, const std::string& path) {
  return std::unexpected(FileError{operation, path, errno});
}

FileResult<void> DoneOr(bool is_done, const char* operation, const std::string& path) {
  if (!is_done) return Failure(operation, path);
  return {};
}

class PosixFile final : public File {
 public:
  PosixFile(std::string path, int descriptor) : File(std::move(path)), descriptor_(descriptor) {}
  ~PosixFile() override {
    if (descriptor_ >= 0) close(descriptor_);
  }

  FileResult<void> Append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return Failure("write", path());
      bytes.remove_prefix(static_cast<size_t>(written));
    }
    return {};
  }

  FileResult<size_t> ReadAt(uint64_t offset, std::span<char> to) override {
    size_t read = 0;
    while (read < to.size()) {
      const ssize_t count =
          pread(descriptor_, to.data() + read, to.size() - read, static_cast<off_t>(offset + read));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return Failure("read", path());
      if (count == 0) break;
      read += static_cast<size_t>(count);
    }
    return read;
  }

  FileResult<uint64_t> Size() override {
    struct stat facts;
    if (fstat(descriptor_, &facts) != 0) return Failure("fstat", path());
    return static_cast<uint64_t>(facts.st_size);
  }

  FileResult<void> Sync() override {
    return DoneOr(fdatasync(descriptor_) == 0, "fdatasync", path());
  }

  FileResult<void> Truncate(uint64_t bytes) override {
    return DoneOr(ftruncate(descriptor_, static_cast<off_t>(bytes)) == 0, "ftruncate", path());
  }

  FileResult<void> Close() override {
    return DoneOr(close(std::exchange(descriptor_, -1)) == 0, "close", path());
  }

 private:
  int descriptor_;
};

FileResult<std::unique_ptr<File>> Open(const std::string& path, int flags) {
  const int descriptor = open(path.c_str(), flags | O_CLOEXEC, 0644);
  if (descriptor < 0) return Failure("open", path);
  return std::make_unique<PosixFile>(path, descriptor);
}

}  // namespace

// O_EXCL after unlink: other names of the old file, and who has it open, keep it as it is.
FileResult<std::unique_ptr<File>> PosixFileSystem::Create(const std::string& path) {
  if (unlink(path.c_str()) != 0 && errno != ENOENT) return Failure("unlink", path);
  return Open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND);
}

FileResult<std::unique_ptr<File>> PosixFileSystem::OpenToAppend(const std::string& path) {
  return Open(path, O_RDWR | O_APPEND);
}

FileResult<std::unique_ptr<File>> PosixFileSystem::OpenToRead(const std::string& path) {
  return Open(path, O_RDONLY);
}

FileResult<void> PosixFileSystem::Rename(const std::string& from, const std::string& to) {
  return DoneOr(rename(from.c_str(), to.c_str()) == 0, "rename", from);
}

FileResult<void> PosixFileSystem::Remove(const std::string& path) {
  return DoneOr(unlink(path.c_str()) == 0, "unlink", path);
}

FileResult<void> PosixFileSystem::HardLink(const std::string& from, const std::string& to) {
  return DoneOr(link(from.c_str(), to.c_str()) == 0, "link", from);
}

FileResult<void> PosixFileSystem::MakeFolder(const std::string& path) {
  if (mkdir(path.c_str(), 0755) == 0) return {};
  const int code = errno;
  struct stat facts;
  if (code == EEXIST && stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode)) return {};
  return std::unexpected(FileError{"mkdir", path, code});
}

FileResult<std::vector<std::string>> PosixFileSystem::List(const std::string& folder) {
  DIR* stream = opendir(folder.c_str());
  if (stream == nullptr) return Failure("opendir", folder);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  const int code = errno;
  closedir(stream);
  if (code != 0) return std::unexpected(FileError{"readdir", folder, code});
  return names;
}

FileResult<void> PosixFileSystem::SyncFolder(const std::string& folder) {
  const auto file = Open(folder, O_RDONLY | O_DIRECTORY);
  if (!file) return std::unexpected(file.error());
  auto synced = (*file)->Sync();
  // Some network file systems know no such thing, and have nothing to lose by it.
  if (!synced && (synced.error().code == EINVAL || synced.error().code == EBADF)) return {};
  return synced;
}

bool PosixFileSystem::Exists(const std::string& path) {
  struct stat facts;
  return stat(path.c_str(), &facts) == 0;
}

FileResult<uint64_t> PosixFileSystem::FreeBytes(const std::string& folder) {
  struct statvfs facts;
  if (statvfs(folder.c_str(), &facts) != 0) return Failure("statvfs", folder);
  return static_cast<uint64_t>(facts.f_bavail) * facts.f_frsize;
}

}  // namespace storage
