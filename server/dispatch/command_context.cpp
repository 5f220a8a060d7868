#include "server/dispatch/command_context.h"

#include "server/dispatch/command_table.h"

namespace server {

ArgReader CommandContext::args() const {
  return ArgReader(arguments_, command_.container != nullptr ? 2 : 1, keyspace_, hashed_);
}

std::string_view CommandContext::command_name() const {
  return command_.full_name;
}

}  // namespace server
