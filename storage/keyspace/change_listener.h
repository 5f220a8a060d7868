// ChangeListener: what storage tells about changes that no command asked for. The server implements
// it.
#pragma once

#include <string_view>

namespace storage {

class Database;

class ChangeListener {
 public:
  virtual ~ChangeListener() = default;
  // The key's time has come; it is about to be removed. `key` lives until the call returns.
  virtual void OnExpired(Database& database, std::string_view key) = 0;
  // The key is about to be removed, so that memory stays within its limit.
  virtual void OnEvicted(Database& database, std::string_view key) = 0;
  // A read found no live key.
  virtual void OnMiss(Database& database, std::string_view key) = 0;
};

}  // namespace storage
