#include "server/introspection/info.h"

#include <algorithm>
#include <array>

#include "storage/base/number.h"

namespace server {
namespace {

struct SectionEntry {
  std::string_view name;
  bool is_default;
  void (*append)(EngineState&, InfoText&);
};

constexpr SectionEntry kSections[] = {
    {"server", true, AppendServerInfo},
    {"clients", true, AppendClientsInfo},
    {"memory", true, AppendMemoryInfo},
    {"persistence", true, AppendPersistenceInfo},
    {"stats", true, AppendStatsInfo},
    {"replication", true, AppendReplicationInfo},
    {"cpu", true, AppendCpuInfo},
    {"modules", true, AppendModulesInfo},
    {"commandstats", false, AppendCommandstatsInfo},
    {"errorstats", true, AppendErrorstatsInfo},
    {"latencystats", false, AppendLatencystatsInfo},
    {"cluster", true, AppendClusterInfo},
    {"keyspace", true, AppendKeyspaceInfo},
};

bool IsAskedFor(const SectionEntry& section, std::string_view wanted) {
  if (storage::EqualsIgnoreCase(wanted, "all") || storage::EqualsIgnoreCase(wanted, "everything")) {
    return true;
  }
  if (storage::EqualsIgnoreCase(wanted, "default")) return section.is_default;
  return storage::EqualsIgnoreCase(wanted, section.name);
}

}  // namespace

std::string InfoReport(EngineState& engine, std::span<const std::string_view> sections) {
  constexpr std::array<std::string_view, 1> kDefault = {"default"};
  if (sections.empty()) sections = kDefault;
  InfoText text;
  for (const SectionEntry& section : kSections) {
    const bool wanted = std::any_of(sections.begin(), sections.end(), [&](std::string_view name) {
      return IsAskedFor(section, name);
    });
    if (wanted) section.append(engine, text);
  }
  return text.Take();
}

std::string InfoText::HumanBytes(uint64_t bytes) {
  constexpr std::array<char, 5> kUnits = {'K', 'M', 'G', 'T', 'P'};
  if (bytes < 1024) return fmt::format("{}B", bytes);
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.2f}{}", value, kUnits[unit]);
}

}  // namespace server
