// FileSystem and File: everything that must outlive the process goes through these two.
//
// So that a test can put a disk below the server that is full, that fails, that forgets what was
// not synced, or that stops at the Nth operation (tests/support/memory_file_system.h and
// forgetful_file_system.h); the real one is posix_file_system.h. The operations are those whose
// order decides what a crash leaves behind, and no others:
//
//   bytes:  Append ── Sync              appended bytes may vanish, wholly or in part, until Sync
//   names:  Create, Rename, Link, Remove ── SyncFolder      so may a change of names, until this
//
// So a file that is to be there after a power cut needs its own Sync and its folder's.
//
// Paths are as the system takes them: relative ones begin at the working directory.
// Threads: a FileSystem may be used from several at a time, a File from one at a time, but that
// Sync may run beside another operation.
// Errors: values that name the operation, the path and the errno. After a failed Append, part of
// the bytes may be in the file: Size() tells, Truncate() takes them back. After a failed Sync
// nobody knows what is on the disk, and another Sync would not tell: write the data again,
// elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace storage {

struct FileError {
  std::string operation;  // "open", "write", "fdatasync"
  std::string path;
  int code = 0;  // errno

  // "write appendonlydir/x.aof: No space left on device"
  std::string Text() const;
};

template <class T>
using FileResult = std::expected<T, FileError>;

class File {
 public:
  File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  // Closes; who wants to hear of an error calls Close before.
  virtual ~File() = default;

  // All of the bytes at the end of the file, or an error.
  virtual FileResult<void> Append(std::string_view bytes) = 0;
  // How many bytes were read: fewer than asked for at the end of the file alone.
  virtual FileResult<size_t> ReadAt(uint64_t offset, std::span<char> to) = 0;
  virtual FileResult<uint64_t> Size() = 0;
  // The file's bytes and size are on the disk when it returns.
  virtual FileResult<void> Sync() = 0;
  virtual FileResult<void> Truncate(uint64_t bytes) = 0;
  // Nothing but the destructor may follow.
  virtual FileResult<void> Close() = 0;

  const std::string& path() const { return path_; }  // as it was opened

 protected:
  explicit File(std::string path) : path_(std::move(path)) {}

 private:
  std::string path_;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // A new, empty file in the place of whatever has this name.
  virtual FileResult<std::unique_ptr<File>> Create(const std::string& path) = 0;
  virtual FileResult<std::unique_ptr<File>> OpenToAppend(const std::string& path) = 0;
  virtual FileResult<std::unique_ptr<File>> OpenToRead(const std::string& path) = 0;

  // Replaces what is at `to`: whoever looks sees the old file or the new.
  virtual FileResult<void> Rename(const std::string& from, const std::string& to) = 0;
  virtual FileResult<void> Remove(const std::string& path) = 0;
  // A second name for a file; `to` must not exist.
  virtual FileResult<void> HardLink(const std::string& from, const std::string& to) = 0;
  // One level; fine if it is there.
  virtual FileResult<void> MakeFolder(const std::string& path) = 0;
  // The names in it, in no order, without "." and "..".
  virtual FileResult<std::vector<std::string>> List(const std::string& folder) = 0;
  virtual FileResult<void> SyncFolder(const std::string& folder) = 0;

  // Whether a file or folder has this name. False also when nobody can tell.
  virtual bool Exists(const std::string& path) = 0;
  // Bytes that may be written to the disk that the folder is on.
  virtual FileResult<uint64_t> FreeBytes(const std::string& folder) = 0;
};

// "a/b" -> "a", "b" -> "."
std::string FolderOf(std::string_view path);
// "a/b" -> "b"
std::string_view NameOf(std::string_view path);
// "a", "b" -> "a/b"; "", "b" -> "b"
std::string JoinPath(std::string_view folder, std::string_view name);

// The whole of a file.
FileResult<std::string> ReadWholeFile(FileSystem& files, const std::string& path);
// A file that holds `bytes`, wholly or not at all, also after a power cut: written beside `path`,
// synced, renamed, and the folder synced. On an error the old file is untouched, unless only the
// last sync failed.
FileResult<void> ReplaceFileWith(FileSystem& files, const std::string& path,
                                 std::string_view bytes);

}  // namespace storage
