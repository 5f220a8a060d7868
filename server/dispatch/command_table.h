// CommandTable: from a name to its command. Built once from all families; renamed and removed
// commands (rename-command) are applied here.
//
// Lookup: names are short and ASCII, so their bytes in upper case are two words; a sparse table of
// such words decides with one or two comparisons. Longer names, of which there are few, are
// searched one by one.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/dispatch/command.h"

namespace server {

// What happened to a command so far (INFO commandstats, LATENCY HISTOGRAM).
struct CommandStatistics {
  static constexpr size_t kBuckets = 40;
  uint64_t ticks = 0;  // Clock ticks; see server/introspection
  uint64_t rejected_calls = 0;
  uint64_t failed_calls = 0;
  // Calls by duration: bucket i counts those below 2^i nanoseconds (and not below half of it).
  std::array<uint64_t, kBuckets> durations = {};

  uint64_t calls() const {
    return std::accumulate(durations.begin(), durations.end(), uint64_t{0});
  }
};

struct CommandInTable {
  CommandEntry entry;
  const CommandSpec* spec = nullptr;
  std::string full_name;  // "config|get", lower case
  const CommandInTable* container = nullptr;
  std::vector<CommandInTable*> subcommands;
  size_t id = 0;               // its place among all commands
  int first_key = 0;           // argument index of the first key; 0: none, or not at a fixed place
  int element = 0;             // CommandSpec::element
  bool names_one_key = false;  // first_key, and no other
  // A write that may copy elements of collections that it does not bring.
  bool copies_elements = false;
  mutable CommandStatistics statistics;
};

class CommandTable {
 public:
  // All entries, containers included. A CHECK fails on two commands of one name or a subcommand
  // without container.
  explicit CommandTable(std::span<const CommandEntry> entries);

  // nullptr: unknown. A subcommand is looked up with FindSubcommand.
  const CommandInTable* Find(std::string_view name) const;
  static const CommandInTable* FindSubcommand(const CommandInTable& container,
                                              std::string_view name);
  // "config|get" or "get", in any letter case.
  const CommandInTable* FindFullName(std::string_view full_name) const;

  // By the name that the command was written with, whatever rename-command calls it: "config|get"
  // or "get", in any letter case. Rules of users use these.
  const CommandInTable* FindOriginalName(std::string_view full_name) const;

  // By their ids: containers, subcommands, and what rename-command removed.
  std::span<const std::unique_ptr<CommandInTable>> all() const { return all_; }
  // In the order of the families; subcommands only below their containers.
  std::span<CommandInTable* const> commands() const { return commands_; }
  void ResetStatistics();

  // rename-command: gives the command a new name, or removes it when the name is empty. False: no
  // such command, or the new name is taken.
  bool Rename(std::string_view from, std::string_view to);

 private:
  struct Slot {
    std::array<uint64_t, 2> name = {};
    size_t size = 0;
    const CommandInTable* command = nullptr;
  };
  static constexpr size_t kNameMax = 16;

  void Rehash();
  size_t SlotOf(const std::array<uint64_t, 2>& words) const;

  std::vector<std::unique_ptr<CommandInTable>> all_;
  std::vector<CommandInTable*> commands_;
  std::vector<std::pair<std::string, CommandInTable*>> names_;  // upper case
  std::vector<Slot> slots_;
  unsigned shift_ = 63;
};

}  // namespace server
