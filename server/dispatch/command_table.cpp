#include "server/dispatch/command_table.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "storage/base/check.h"
#include "storage/base/number.h"

namespace server {
namespace {

uint64_t Load(const char* from, size_t bytes) {
  uint64_t word = 0;
  if (bytes == 8) {
    std::memcpy(&word, from, 8);
  } else {
    std::memcpy(&word, from, 4);
  }
  return word;
}

// ASCII lower case letters become upper case, in all eight bytes at once.
uint64_t ToUpper(uint64_t word) {
  constexpr uint64_t kOnes = 0x0101010101010101u;
  const uint64_t low_bits = word & (kOnes * 0x7f);
  const uint64_t at_least_a = low_bits + kOnes * (0x80 - 'a');
  const uint64_t above_z = low_bits + kOnes * (0x7f - 'z');
  const uint64_t is_lower = at_least_a & ~above_z & ~word & (kOnes * 0x80);
  return word ^ (is_lower >> 2);
}

// A name of 1 to 16 bytes in two words, filled up with zero bytes. Loads overlap, so that no byte
// outside is read and no copy of variable length is made.
std::array<uint64_t, 2> Fold(std::string_view name) {
  const char* p = name.data();
  const size_t n = name.size();
  uint64_t first = 0;
  uint64_t second = 0;
  if (n >= 8) {
    first = Load(p, 8);
    if (n > 8) second = Load(p + n - 8, 8) >> 8 * (16 - n);
  } else if (n >= 4) {
    first = Load(p, 4) | Load(p + n - 4, 4) >> 8 * (8 - n) << 32;
  } else {
    for (size_t i = 0; i < n; ++i) first |= uint64_t{static_cast<uint8_t>(p[i])} << 8 * i;
  }
  return {ToUpper(first), ToUpper(second)};
}

std::string ToUpperText(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

// Moves, copies or takes out elements (SMOVE, SUNIONSTORE, SPOP), or may give one that is there
// another form (HEXPIRE). Strings have none.
bool CopiesElements(const CommandSpec& spec) {
  if ((spec.flags & kWriteCommand) == 0) return false;
  if (spec.group == CommandGroup::kString || spec.group == CommandGroup::kBitmap) return false;
  const bool has_destination = spec.keys[1].begin != KeySpec::Begin::kNone;
  const bool returns_elements = (spec.keys[0].flags & kKeyAccess) != 0;
  return (spec.flags & kDenyOom) != 0 || has_destination || returns_elements;
}

}  // namespace

CommandTable::CommandTable(std::span<const CommandEntry> entries) {
  for (const CommandEntry& entry : entries) {
    auto command = std::make_unique<CommandInTable>();
    command->entry = entry;
    command->id = all_.size();
    command->spec = entry.spec;
    command->full_name = storage::ToLower(entry.spec->name);
    command->element = entry.spec->element;
    command->copies_elements = CopiesElements(*entry.spec);
    const KeySpec& keys = entry.spec->keys[0];
    const bool has_more_keys = entry.spec->keys[1].begin != KeySpec::Begin::kNone;
    if (keys.begin == KeySpec::Begin::kIndex && keys.find == KeySpec::Find::kRange) {
      command->first_key = keys.index;
      command->names_one_key = keys.last == 0 && !has_more_keys;
    }
    if (entry.spec->container.empty()) {
      commands_.push_back(command.get());
      names_.emplace_back(ToUpperText(entry.spec->name), command.get());
    }
    all_.push_back(std::move(command));
  }
  for (const auto& command : all_) {
    if (command->spec->container.empty()) continue;
    const auto container = std::find_if(commands_.begin(), commands_.end(), [&](const auto* other) {
      return other->spec->name == command->spec->container;
    });
    CHECK_INVARIANT(container != commands_.end());
    command->container = *container;
    command->full_name = (*container)->full_name + "|" + command->full_name;
    (*container)->subcommands.push_back(command.get());
  }
  Rehash();
}

void CommandTable::Rehash() {
  slots_.assign(std::bit_ceil(names_.size() * 3 + 1), Slot());
  shift_ = 64 - static_cast<unsigned>(std::bit_width(slots_.size()) - 1);
  for (const auto& [name, command] : names_) {
    if (name.size() > kNameMax) continue;
    const auto words = Fold(name);
    size_t index = SlotOf(words);
    while (slots_[index].command != nullptr) {
      CHECK_INVARIANT(slots_[index].name != words && "two commands of one name");
      index = (index + 1) & (slots_.size() - 1);
    }
    slots_[index] = {words, name.size(), command};
  }
}

size_t CommandTable::SlotOf(const std::array<uint64_t, 2>& words) const {
  return (words[0] ^ std::rotl(words[1], 29)) * 0x9e3779b97f4a7c15u >> shift_;
}

const CommandInTable* CommandTable::Find(std::string_view name) const {
  if (name.size() - 1 >= kNameMax) [[unlikely]] {
    for (const auto& [known, command] : names_) {
      if (known.size() > kNameMax && storage::EqualsIgnoreCase(known, name)) return command;
    }
    return nullptr;
  }
  const auto words = Fold(name);
  for (size_t index = SlotOf(words);; index = (index + 1) & (slots_.size() - 1)) {
    const Slot& slot = slots_[index];
    if (slot.command == nullptr) return nullptr;
    // Not operator==, which the library turns into a call of memcmp.
    if (slot.name[0] == words[0] && slot.name[1] == words[1] && slot.size == name.size()) {
      return slot.command;
    }
  }
}

const CommandInTable* CommandTable::FindSubcommand(const CommandInTable& container,
                                                   std::string_view name) {
  for (const CommandInTable* command : container.subcommands) {
    if (storage::EqualsIgnoreCase(command->spec->name, name)) return command;
  }
  return nullptr;
}

const CommandInTable* CommandTable::FindFullName(std::string_view full_name) const {
  const size_t bar = full_name.find('|');
  const CommandInTable* command = Find(full_name.substr(0, bar));
  if (command == nullptr || bar == std::string_view::npos) return command;
  return FindSubcommand(*command, full_name.substr(bar + 1));
}

const CommandInTable* CommandTable::FindOriginalName(std::string_view full_name) const {
  const auto found = std::ranges::find_if(all_, [full_name](const auto& command) {
    return storage::EqualsIgnoreCase(command->full_name, full_name);
  });
  return found == all_.end() ? nullptr : found->get();
}

void CommandTable::ResetStatistics() {
  for (const auto& command : all_) command->statistics = CommandStatistics();
}

bool CommandTable::Rename(std::string_view from, std::string_view to) {
  const std::string from_upper = ToUpperText(from);
  const std::string to_upper = ToUpperText(to);
  const auto named = [this](const std::string& wanted) {
    return std::find_if(names_.begin(), names_.end(),
                        [&](const auto& name) { return name.first == wanted; });
  };
  const auto old_name = named(from_upper);
  if (old_name == names_.end()) return false;
  if (!to_upper.empty() && named(to_upper) != names_.end()) return false;
  if (to_upper.empty()) {
    std::erase(commands_, old_name->second);
    names_.erase(old_name);
  } else {
    old_name->first = to_upper;
  }
  Rehash();
  return true;
}

}  // namespace server
