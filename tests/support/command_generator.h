// CommandGenerator: random requests for the commands of a table, made from the argument trees that
// COMMAND DOCS shows, so that a new command is tried as soon as it is listed.
//
//   valid   follows the tree, with ordinary values
//   edge    follows the tree, with numbers and strings at which parsers and sizes break
//   wrong   a valid or edge one with arguments dropped, doubled, swapped, cut off after an option,
//           or replaced by words of other commands
//
// Keys are few, so that commands meet each other's values; each type has its own, which its
// commands mostly take. The same seed gives the same requests.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/dispatch/command_table.h"
#include "storage/base/random.h"

namespace tests {

class CommandGenerator {
 public:
  // `table` must outlive the generator. Subcommands count as commands; a name in `left_out`
  // ("debug", "config|set") leaves out the command and, of a container, all below.
  CommandGenerator(const server::CommandTable& table, uint64_t seed,
                   std::span<const std::string_view> left_out = {});

  // From now on some strings and keys are of this size.
  void set_large_bytes(size_t bytes) { large_bytes_ = bytes; }

  std::vector<std::string> Next();
  // A request for this command.
  std::vector<std::string> Make(const server::CommandInTable& command);
  // What Next chooses from.
  std::span<const server::CommandInTable* const> commands() const { return commands_; }

 private:
  using Arguments = std::vector<std::string>;

  bool OneIn(uint64_t n) { return random_.Below(n) == 0; }
  template <class Container>
  const auto& OneOf(const Container& container) {
    return container[random_.Below(std::size(container))];
  }

  void AddTree(std::span<const server::Argument> arguments, Arguments& request);
  void AddArgument(const server::Argument& argument, Arguments& request);
  void AddValue(const server::Argument& argument, Arguments& request);
  std::string Value(server::Argument::Kind kind, std::string_view name);
  std::string Key();
  std::string Element();
  std::string String(std::string_view name);
  std::string Number();
  std::string Text();
  void Spoil(Arguments& request, size_t words);

  storage::Random random_;
  std::vector<const server::CommandInTable*> commands_;
  std::vector<std::string> words_;  // the options of all commands
  size_t large_bytes_ = 0;          // 0: no large ones
  // Of the request that is being made:
  bool is_edge_ = false;
  server::CommandGroup group_ = server::CommandGroup::kGeneric;
};

}  // namespace tests
