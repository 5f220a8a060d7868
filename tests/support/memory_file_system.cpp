#include "tests/support/memory_file_system.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tests {

using storage::File;
using storage::FileError;
using storage::FileResult;

namespace {

std::unexpected<FileError> Failure(std::string_view operation, const std::string& path, int code) {
  return std::unexpected(FileError{std::string(operation), path, code});
}

}  // namespace

class MemoryFile final : public File {
 public:
  enum class Mode : uint8_t { kRead, kAppend };

  MemoryFile(std::string path, MemoryFileSystem& disk, MemoryFileSystem::InodePtr inode, Mode mode)
      : File(std::move(path)), disk_(disk), inode_(std::move(inode)), mode_(mode) {}

  FileResult<void> Append(std::string_view bytes) override {
    if (mode_ == Mode::kRead) return Failure("write", path(), EBADF);
    size_t count = bytes.size();
    auto error = disk_.Begin("write", path(), bytes.size(), &count);
    if (count > disk_.free_bytes) {
      count = disk_.free_bytes;
      error = FileError{"write", path(), ENOSPC};
    }
    count = std::min(count, bytes.size());
    inode_->bytes += bytes.substr(0, count);
    if (disk_.free_bytes != UINT64_MAX) disk_.free_bytes -= count;
    if (count > 0) disk_.OnAppend(*inode_, bytes.substr(0, count));
    if (error) return std::unexpected(*error);
    return {};
  }

  FileResult<size_t> ReadAt(uint64_t offset, std::span<char> to) override {
    if (auto error = disk_.BeginRead("read", path())) return std::unexpected(*error);
    const std::string& bytes = inode_->bytes;
    if (offset >= bytes.size()) return 0;
    const size_t count = std::min<size_t>(bytes.size() - offset, to.size());
    std::memcpy(to.data(), bytes.data() + offset, count);
    return count;
  }

  FileResult<uint64_t> Size() override {
    if (auto error = disk_.BeginRead("fstat", path())) return std::unexpected(*error);
    return inode_->bytes.size();
  }

  FileResult<void> Sync() override {
    if (auto error = disk_.Begin("fdatasync", path())) return std::unexpected(*error);
    disk_.OnSync(*inode_);
    return {};
  }

  FileResult<void> Truncate(uint64_t bytes) override {
    if (mode_ == Mode::kRead) return Failure("ftruncate", path(), EINVAL);
    if (auto error = disk_.Begin("ftruncate", path())) return std::unexpected(*error);
    const size_t before = inode_->bytes.size();
    inode_->bytes.resize(bytes);
    if (disk_.free_bytes != UINT64_MAX && bytes < before) disk_.free_bytes += before - bytes;
    disk_.OnTruncate(*inode_, bytes);
    return {};
  }

  FileResult<void> Close() override {
    if (auto error = disk_.Begin("close", path())) return std::unexpected(*error);
    return {};
  }

 private:
  MemoryFileSystem& disk_;
  MemoryFileSystem::InodePtr inode_;
  Mode mode_;
};

std::string MemoryFileSystem::Normal(std::string_view path) {
  std::string normal = path.starts_with('/') ? "/" : "";
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (!normal.empty() && normal.back() != '/') normal += '/';
    normal += part;
  }
  return normal;
}

std::optional<FileError> MemoryFileSystem::Begin(std::string_view name, const std::string& path,
                                                 size_t bytes, size_t* bytes_first) {
  ++operations_;
  if (!interfere) return std::nullopt;
  const auto interference = interfere({operations_, name, path, bytes});
  if (!interference) return std::nullopt;
  if (bytes_first != nullptr) *bytes_first = interference->bytes_first;
  return FileError{std::string(name), path, interference->code};
}

std::optional<FileError> MemoryFileSystem::BeginRead(std::string_view name,
                                                     const std::string& path) {
  if (!counts_reads) return std::nullopt;
  return Begin(name, path);
}

FileResult<MemoryFileSystem::InodePtr> MemoryFileSystem::Find(const std::string& path,
                                                              std::string_view operation) const {
  const auto found = names_.find(Normal(path));
  if (found == names_.end()) return Failure(operation, path, ENOENT);
  if (found->second.inode == nullptr) return Failure(operation, path, EISDIR);
  return found->second.inode;
}

FileResult<std::unique_ptr<File>> MemoryFileSystem::Create(const std::string& path) {
  if (auto error = Begin("open", path)) return std::unexpected(*error);
  const std::string folder = Normal(storage::FolderOf(path));
  if (!folder.empty() && folder != "/" && !names_.contains(folder)) {
    return Failure("open", path, ENOENT);
  }
  Entry& entry = names_[Normal(path)];
  entry.inode = MakeInode();
  OnName(Normal(path), entry, false);
  return std::make_unique<MemoryFile>(path, *this, entry.inode, MemoryFile::Mode::kAppend);
}

FileResult<std::unique_ptr<File>> MemoryFileSystem::OpenToAppend(const std::string& path) {
  if (auto error = Begin("open", path)) return std::unexpected(*error);
  auto inode = Find(path, "open");
  if (!inode) return std::unexpected(inode.error());
  return std::make_unique<MemoryFile>(path, *this, *inode, MemoryFile::Mode::kAppend);
}

FileResult<std::unique_ptr<File>> MemoryFileSystem::OpenToRead(const std::string& path) {
  if (auto error = BeginRead("open", path)) return std::unexpected(*error);
  auto inode = Find(path, "open");
  if (!inode) return std::unexpected(inode.error());
  return std::make_unique<MemoryFile>(path, *this, *inode, MemoryFile::Mode::kRead);
}

FileResult<void> MemoryFileSystem::Rename(const std::string& from, const std::string& to) {
  if (auto error = Begin("rename", from)) return std::unexpected(*error);
  const auto found = names_.find(Normal(from));
  if (found == names_.end()) return Failure("rename", from, ENOENT);
  const Entry entry = found->second;
  names_.erase(found);
  names_[Normal(to)] = entry;
  OnRename(Normal(from), Normal(to), entry);
  return {};
}

FileResult<void> MemoryFileSystem::Remove(const std::string& path) {
  if (auto error = Begin("unlink", path)) return std::unexpected(*error);
  const auto inode = Find(path, "unlink");
  if (!inode) return std::unexpected(inode.error());
  if (free_bytes != UINT64_MAX && inode->use_count() <= 2) free_bytes += (*inode)->bytes.size();
  names_.erase(Normal(path));
  OnName(Normal(path), {*inode}, true);
  return {};
}

FileResult<void> MemoryFileSystem::HardLink(const std::string& from, const std::string& to) {
  if (auto error = Begin("link", from)) return std::unexpected(*error);
  const auto inode = Find(from, "link");
  if (!inode) return std::unexpected(inode.error());
  if (names_.contains(Normal(to))) return Failure("link", from, EEXIST);
  names_[Normal(to)] = {*inode};
  OnName(Normal(to), {*inode}, false);
  return {};
}

FileResult<void> MemoryFileSystem::MakeFolder(const std::string& path) {
  if (auto error = Begin("mkdir", path)) return std::unexpected(*error);
  const auto found = names_.find(Normal(path));
  if (found != names_.end()) {
    if (found->second.inode != nullptr) return Failure("mkdir", path, EEXIST);
    return {};
  }
  names_[Normal(path)] = {};
  OnName(Normal(path), {}, false);
  return {};
}

FileResult<std::vector<std::string>> MemoryFileSystem::List(const std::string& folder) {
  if (auto error = BeginRead("opendir", folder)) return std::unexpected(*error);
  const std::string normal = Normal(folder);
  if (!normal.empty() && normal != "/" && !names_.contains(normal)) {
    return Failure("opendir", folder, ENOENT);
  }
  std::vector<std::string> names;
  for (const auto& [path, entry] : names_) {
    if (Normal(storage::FolderOf(path)) == normal) names.emplace_back(storage::NameOf(path));
  }
  return names;
}

FileResult<void> MemoryFileSystem::SyncFolder(const std::string& folder) {
  if (auto error = Begin("fsync", folder)) return std::unexpected(*error);
  OnSyncFolder(Normal(folder));
  return {};
}

bool MemoryFileSystem::Exists(const std::string& path) {
  const std::string normal = Normal(path);
  return normal.empty() || normal == "/" || names_.contains(normal);
}

FileResult<uint64_t> MemoryFileSystem::FreeBytes(const std::string& folder) {
  if (auto error = BeginRead("statvfs", folder)) return std::unexpected(*error);
  return free_bytes;
}

std::string MemoryFileSystem::Contents(const std::string& path) const {
  const auto found = names_.find(Normal(path));
  if (found == names_.end() || found->second.inode == nullptr) return "";
  return found->second.inode->bytes;
}

void MemoryFileSystem::SetContents(const std::string& path, std::string bytes) {
  const std::string folder = Normal(storage::FolderOf(path));
  if (!folder.empty() && folder != "/") names_.try_emplace(folder);
  Entry& entry = names_[Normal(path)];
  entry.inode = MakeInode();
  entry.inode->bytes = std::move(bytes);
}

std::vector<std::string> MemoryFileSystem::Paths() const {
  std::vector<std::string> paths;
  for (const auto& [path, entry] : names_) {
    if (entry.inode != nullptr) paths.push_back(path);
  }
  return paths;
}

MemoryFileSystem::Interfere FailNth(uint64_t nth, int code, size_t bytes_first) {
  return [left = nth, code, bytes_first](const MemoryFileSystem::Operation&) mutable
             -> std::optional<MemoryFileSystem::Interference> {
    if (left == 0 || --left > 0) return std::nullopt;
    return MemoryFileSystem::Interference{code, bytes_first};
  };
}

MemoryFileSystem::Interfere CrashAtNth(uint64_t nth, size_t bytes_first) {
  return [left = nth, bytes_first](const MemoryFileSystem::Operation&) mutable
             -> std::optional<MemoryFileSystem::Interference> {
    if (left > 1) {
      --left;
      return std::nullopt;
    }
    const size_t first = std::exchange(bytes_first, 0);
    return MemoryFileSystem::Interference{EIO, first};
  };
}

}  // namespace tests
