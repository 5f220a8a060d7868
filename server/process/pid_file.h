// PidFile: the file with our process id that init scripts and supervisors read. It is removed when
// the server ends in order, and only if it still holds our id: a successor may have written its
// own.
#pragma once

#include <expected>
#include <string>

namespace server {

class PidFile {
 public:
  // Writes the file; the error says what failed. The server runs on without it, as Redis does.
  static std::expected<PidFile, std::string> Write(std::string path);

  PidFile(PidFile&& other) noexcept;
  PidFile& operator=(PidFile&& other) = delete;
  PidFile(const PidFile&) = delete;
  ~PidFile() { Remove(); }

  // Now instead of at the end of its life.
  void Remove();

 private:
  explicit PidFile(std::string path) : path_(std::move(path)) {}

  std::string path_;  // empty: nothing to remove
};

}  // namespace server
