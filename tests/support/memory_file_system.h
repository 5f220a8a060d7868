// MemoryFileSystem: a disk in memory that does as it is told.
//
//   MemoryFileSystem files;
//   files.interfere = FailNth(7, ENOSPC);       // the 7th operation fails, those after it work
//   files.interfere = CrashAtNth(7);            // from the 7th on nothing happens any more
//   files.free_bytes = 4096;                    // a disk that is nearly full
//
// An operation that is interfered with may still do a part: of an Append, so many bytes.
// Reading and looking (ReadAt, Size, List, Exists, FreeBytes, OpenToRead) is an operation too, but
// none that a crash can fall on: it is not counted unless `counts_reads`.
//
// Threads: one. What runs elsewhere in the server runs at once in tests.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/files/file_system.h"

namespace tests {

class MemoryFileSystem : public storage::FileSystem {
 public:
  struct Operation {
    uint64_t number;  // from 1
    std::string_view name;
    std::string_view path;
    size_t bytes;  // of an Append
  };
  struct Interference {
    int code;                // the errno
    size_t bytes_first = 0;  // so much of an Append is done nevertheless
  };
  // Asked before each operation; nothing: it works.
  using Interfere = std::function<std::optional<Interference>(const Operation&)>;

  storage::FileResult<std::unique_ptr<storage::File>> Create(const std::string& path) override;
  storage::FileResult<std::unique_ptr<storage::File>> OpenToAppend(
      const std::string& path) override;
  storage::FileResult<std::unique_ptr<storage::File>> OpenToRead(const std::string& path) override;
  storage::FileResult<void> Rename(const std::string& from, const std::string& to) override;
  storage::FileResult<void> Remove(const std::string& path) override;
  storage::FileResult<void> HardLink(const std::string& from, const std::string& to) override;
  storage::FileResult<void> MakeFolder(const std::string& path) override;
  storage::FileResult<std::vector<std::string>> List(const std::string& folder) override;
  storage::FileResult<void> SyncFolder(const std::string& folder) override;
  bool Exists(const std::string& path) override;
  storage::FileResult<uint64_t> FreeBytes(const std::string& folder) override;

  // For tests alone: not operations.
  std::string Contents(const std::string& path) const;  // "" when there is none
  void SetContents(const std::string& path, std::string bytes);
  std::vector<std::string> Paths() const;  // of files, in order
  void Erase(const std::string& path) { names_.erase(Normal(path)); }
  uint64_t operations() const { return operations_; }

  Interfere interfere;
  bool counts_reads = false;
  uint64_t free_bytes = UINT64_MAX;  // what may still be appended

 protected:
  friend class MemoryFile;
  struct Inode {
    std::string bytes;
    virtual ~Inode() = default;
  };
  using InodePtr = std::shared_ptr<Inode>;
  struct Entry {
    InodePtr inode;  // null: a folder
  };
  using Names = std::map<std::string, Entry, std::less<>>;

  // What a forgetful disk needs to know. They follow the change.
  virtual InodePtr MakeInode() { return std::make_shared<Inode>(); }
  virtual void OnAppend(Inode&, std::string_view) {}
  virtual void OnTruncate(Inode&, uint64_t) {}
  virtual void OnSync(Inode&) {}
  // `path` now names `inode`, or nothing if `is_gone`.
  virtual void OnName(const std::string&, const Entry&, bool) {}
  // Two names changed at once.
  virtual void OnRename(const std::string&, const std::string&, const Entry&) {}
  virtual void OnSyncFolder(const std::string&) {}

  // "./a//b" -> "a/b"
  static std::string Normal(std::string_view path);
  // The error of an operation that is interfered with.
  std::optional<storage::FileError> Begin(std::string_view name, const std::string& path,
                                          size_t bytes = 0, size_t* bytes_first = nullptr);
  std::optional<storage::FileError> BeginRead(std::string_view name, const std::string& path);
  storage::FileResult<InodePtr> Find(const std::string& path, std::string_view operation) const;

  Names names_;

 private:
  uint64_t operations_ = 0;
};

// The Nth operation from now fails; of an Append, `bytes_first` are written.
MemoryFileSystem::Interfere FailNth(uint64_t nth, int code, size_t bytes_first = 0);
// From the Nth operation from now on all fail, until `interfere` is taken away: the process is
// dead.
MemoryFileSystem::Interfere CrashAtNth(uint64_t nth, size_t bytes_first = 0);

}  // namespace tests
