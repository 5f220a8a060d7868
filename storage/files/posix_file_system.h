// PosixFileSystem: the machine's own. Files are made with mode 0644 less the umask, and close
// themselves at exec.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/files/file_system.h"

namespace storage {

class PosixFileSystem final : public FileSystem {
 public:
  FileResult<std::unique_ptr<File>> Create(const std::string& path) override;
  FileResult<std::unique_ptr<File>> OpenToAppend(const std::string& path) override;
  FileResult<std::unique_ptr<File>> OpenToRead(const std::string& path) override;
  FileResult<void> Rename(const std::string& from, const std::string& to) override;
  FileResult<void> Remove(const std::string& path) override;
  FileResult<void> HardLink(const std::string& from, const std::string& to) override;
  FileResult<void> MakeFolder(const std::string& path) override;
  FileResult<std::vector<std::string>> List(const std::string& folder) override;
  FileResult<void> SyncFolder(const std::string& folder) override;
  bool Exists(const std::string& path) override;
  FileResult<uint64_t> FreeBytes(const std::string& folder) override;
};

}  // namespace storage
