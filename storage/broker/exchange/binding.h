// Binding: "what this exchange gets, and the key or arguments say so, goes there as well".
#pragma once

#include <string>
#include <string_view>

#include "storage/broker/value.h"

namespace storage::broker {

class Exchange;
class Queue;

struct Binding {
  Exchange* source = nullptr;
  Queue* queue = nullptr;  // one of the two is where it leads
  Exchange* exchange = nullptr;
  std::string key;
  Table arguments;

  // Two bindings with the same identity are one: destination, key and arguments.
  std::string Identity() const;
};

}  // namespace storage::broker
