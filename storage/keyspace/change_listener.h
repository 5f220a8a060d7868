// ChangeListener: what storage tells about changes that no command asked for. The server implements
// it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace storage {

class Database;

enum class ElementsLeft : uint8_t { kNone, kSome };

class ChangeListener {
 public:
  virtual ~ChangeListener() = default;
  // The key's time has come; it is about to be removed. `key` lives until the call returns.
  virtual void OnExpired(Database& database, std::string_view key) = 0;
  // The key is about to be removed, so that memory stays within its limit.
  virtual void OnEvicted(Database& database, std::string_view key) = 0;
  // The time of these elements (fields) of the key's collection has come: they are removed. When
  // none is left, so is the key, after the call.
  virtual void OnElementsExpired([[maybe_unused]] Database& database,
                                 [[maybe_unused]] std::string_view key,
                                 [[maybe_unused]] std::span<const std::string> elements,
                                 [[maybe_unused]] ElementsLeft left) {}
  // A read found no live key.
  virtual void OnMiss(Database& database, std::string_view key) = 0;
};

}  // namespace storage
