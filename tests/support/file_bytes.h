// Short words for tests that write files: each fails the test if the disk does.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>

#include "storage/files/file_system.h"

namespace tests {

inline std::unique_ptr<storage::File> MakeFile(storage::FileSystem& files, const std::string& path,
                                               std::string_view bytes) {
  auto file = files.Create(path);
  REQUIRE(file.has_value());
  REQUIRE((*file)->Append(bytes).has_value());
  return std::move(*file);
}

inline std::string BytesOf(storage::FileSystem& files, const std::string& path) {
  const auto bytes = storage::ReadWholeFile(files, path);
  REQUIRE(bytes.has_value());
  return *bytes;
}

}  // namespace tests
