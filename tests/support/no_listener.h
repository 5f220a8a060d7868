// A listener for tests of storage that do not care what happens to keys.
#pragma once

#include "storage/keyspace/change_listener.h"

namespace tests {

class NoListener final : public storage::ChangeListener {
 public:
  void OnExpired(storage::Database&, std::string_view) override {}
  void OnEvicted(storage::Database&, std::string_view) override {}
  void OnMiss(storage::Database&, std::string_view) override {}
};

}  // namespace tests
