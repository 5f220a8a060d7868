// User: what one user is allowed, as ACL SETUSER has put it together.
//
// A user has a root selector and any number of further ones. A request is allowed when one selector
// allows all of it: command, keys and PubSubChannels. Selectors are never added up.
//
// Commands are bits by CommandInTable::id, so that a rule is read once and a request costs a test
// of a bit. Beside the bits stand the rules that made them, which is what ACL GETUSER shows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace server {

enum KeyPermission : uint8_t { kMayRead = 1, kMayWrite = 2 };

struct KeyPattern {
  std::string glob;
  uint8_t permissions = kMayRead | kMayWrite;
  bool operator==(const KeyPattern&) const = default;
};

struct Selector {
  bool has_all_commands = false;
  bool has_all_keys = false;
  bool has_all_channels = false;
  std::vector<bool> commands;  // by CommandInTable::id
  // +select|0: the command with this first argument alone, by the command's id.
  std::vector<std::pair<size_t, std::string>> first_arguments;
  std::vector<std::string> command_rules = {"-@all"};
  std::vector<KeyPattern> keys;
  std::vector<std::string> channels;  // globs

  bool HasEverything() const { return has_all_commands && has_all_keys && has_all_channels; }
  bool operator==(const Selector&) const = default;
};

struct User {
  std::string name;
  bool is_on = false;
  bool needs_no_password = false;
  bool skips_sanitizing = false;       // kept and shown: payloads are always checked here
  std::vector<std::string> passwords;  // SHA-256 in 64 hexadecimal digits
  Selector root;
  std::vector<Selector> selectors;

  bool HasEverything() const { return root.HasEverything(); }
};

}  // namespace server
