#include "storage/files/file_system.h"

#include <cstring>

namespace storage {

std::string FileError::Text() const {
  return operation + " " + path + ": " + strerror(code);
}

std::string FolderOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(slash == 0 ? "/" : path.substr(0, slash));
}

std::string_view NameOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string JoinPath(std::string_view folder, std::string_view name) {
  std::string path(folder);
  if (!path.empty() && path.back() != '/') path += '/';
  path += name;
  return path;
}

FileResult<std::string> ReadWholeFile(FileSystem& files, const std::string& path) {
  const auto file = files.OpenToRead(path);
  if (!file) return std::unexpected(file.error());
  const auto size = (*file)->Size();
  if (!size) return std::unexpected(size.error());
  std::string bytes(*size, '\0');
  const auto read = (*file)->ReadAt(0, bytes);
  if (!read) return std::unexpected(read.error());
  bytes.resize(*read);
  return bytes;
}

FileResult<void> ReplaceFileWith(FileSystem& files, const std::string& path,
                                 std::string_view bytes) {
  const std::string temporary = JoinPath(FolderOf(path), "temp-" + std::string(NameOf(path)));
  const auto written = [&]() -> FileResult<void> {
    const auto file = files.Create(temporary);
    if (!file) return std::unexpected(file.error());
    if (auto done = (*file)->Append(bytes); !done) return done;
    if (auto done = (*file)->Sync(); !done) return done;
    if (auto done = (*file)->Close(); !done) return done;
    return files.Rename(temporary, path);
  }();
  if (!written) {
    (void)files.Remove(temporary);  // best effort; the name says what is left
    return written;
  }
  return files.SyncFolder(FolderOf(path));
}

}  // namespace storage
