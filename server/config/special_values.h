// Values with a grammar of their own: how their words are read, and how the text goes into
// Settings.
//
// Each Parse function takes the words of a line or of CONFIG SET and gives the text that CONFIG GET
// shows, or the reason for refusing them. Each Store function reads such a text, which is known to
// be well formed.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "server/config/directive.h"

namespace server {

// bind: up to 16 addresses; none at all is a server without TCP.
std::expected<std::string, Refusal> ParseBind(Words words, std::string_view current);
void StoreBind(Settings& settings, const Value& value);

// client-output-buffer-limit: <class> <hard> <soft> <seconds>, once or more; the other classes stay
// as they are.
std::expected<std::string, Refusal> ParseOutputLimits(Words words, std::string_view current);
void StoreOutputLimits(Settings& settings, const Value& value);

// save: <seconds> <changes>, once or more, added to `current`; an empty word takes all points away.
std::expected<std::string, Refusal> ParseSavePoints(Words words, std::string_view current);
void StoreSavePoints(Settings& settings, const Value& value);

// latency-tracking-info-percentiles: numbers from 0 to 100.
std::expected<std::string, Refusal> ParsePercentiles(Words words, std::string_view current);
void StorePercentiles(Settings& settings, const Value& value);

// hz: any number is taken, and brought into 1 to 500.
std::expected<std::string, Refusal> ParseHz(Words words, std::string_view current);
void StoreHz(Settings& settings, const Value& value);

// notify-keyspace-events: letters of event classes, in any order.
std::expected<std::string, Refusal> ParseKeyspaceEvents(Words words, std::string_view current);

// dir: whether it exists is for those to say who go there (Config's apply hook, or the start).
std::expected<std::string, Refusal> ParseDir(Words words, std::string_view current);

// replicaof: <host> <port>, or "no one".
std::expected<std::string, Refusal> ParseReplicaOf(Words words, std::string_view current);

// oom-score-adj-values: three numbers.
std::expected<std::string, Refusal> ParseOomValues(Words words, std::string_view current);

// proc-title-template: text with {variables}, of which only Redis's own exist.
std::string_view CheckTitleTemplate(const Value& value);

// The words of a text that its Parse function made.
std::vector<std::string_view> SplitWords(std::string_view text);

}  // namespace server
