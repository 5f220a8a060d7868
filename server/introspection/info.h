// INFO: which sections there are, and the text of those asked for. The sections stand in
// info_sections.cpp and info_statistics.cpp, in Redis's order, with Redis's names.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "server/introspection/info_text.h"

namespace server {

struct EngineState;

// The text for the sections asked for by name ("server", "all", "everything", "default"); no name
// is "default". Unknown names add nothing.
std::string InfoReport(EngineState& engine, std::span<const std::string_view> sections);

// Sections, in info_sections.cpp.
void AppendServerInfo(EngineState& engine, InfoText& text);
void AppendClientsInfo(EngineState& engine, InfoText& text);
void AppendMemoryInfo(EngineState& engine, InfoText& text);
void AppendPersistenceInfo(EngineState& engine, InfoText& text);
void AppendReplicationInfo(EngineState& engine, InfoText& text);
void AppendCpuInfo(EngineState& engine, InfoText& text);
void AppendModulesInfo(EngineState& engine, InfoText& text);
void AppendClusterInfo(EngineState& engine, InfoText& text);
void AppendKeyspaceInfo(EngineState& engine, InfoText& text);
// Sections, in info_statistics.cpp.
void AppendStatsInfo(EngineState& engine, InfoText& text);
void AppendCommandstatsInfo(EngineState& engine, InfoText& text);
void AppendErrorstatsInfo(EngineState& engine, InfoText& text);
void AppendLatencystatsInfo(EngineState& engine, InfoText& text);

}  // namespace server
