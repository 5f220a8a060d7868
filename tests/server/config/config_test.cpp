// CONFIG SET and CONFIG GET: values, refusals, all or nothing.

#include "server/config/config.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "server/config/directive_table.h"

namespace server {
namespace {

using Pairs = std::vector<Config::NameAndValue>;

// The error text, empty for success.
std::string SetText(Config& config, const Pairs& pairs,
                    Config::Caller caller = Config::Caller::kRemote) {
  const auto result = config.Set(pairs, caller);
  return result ? std::string() : result.error().text;
}

std::string GetOne(const Config& config, std::string_view name) {
  const std::vector<std::string_view> names = {name};
  const auto values = config.Get(names);
  return values.size() == 1 ? values[0].second : "<" + std::to_string(values.size()) + " values>";
}

std::string Load(Config& config, std::vector<std::string> words) {
  const auto result = config.LoadDirective(words);
  return result ? std::string() : result.error().reason;
}

std::string Failed(std::string_view name, std::string_view reason) {
  return "CONFIG SET failed (possibly related to argument '" + std::string(name) + "') - " +
         std::string(reason);
}

TEST_CASE("Config: a new one has the settings that Settings itself starts with") {
  CHECK((Config().settings() == Settings()));
}

TEST_CASE("Config: every directive shows its default and takes it back") {
  Config config;
  for (const Directive& directive : AllDirectives()) {
    CAPTURE(directive.name);
    CHECK(GetOne(config, directive.name) == directive.initial);
    if (directive.Has(kImmutable) || directive.Has(kProtected)) continue;
    CHECK(SetText(config, {{directive.name, directive.initial}}) == "");
    CHECK(GetOne(config, directive.name) == directive.initial);
  }
  CHECK((config.settings() == Settings()));
}

TEST_CASE("Config: numbers are taken at their bounds and refused beyond them") {
  for (const Directive& directive : AllDirectives()) {
    const bool is_number = directive.kind == Kind::kInt || directive.kind == Kind::kMemory ||
                           directive.kind == Kind::kOctal;
    if (!is_number || directive.effect == Effect::kRefused) continue;
    CAPTURE(directive.name);
    Config config;
    const bool is_octal = directive.kind == Kind::kOctal;
    const std::string low = std::to_string(directive.min);
    const std::string high = is_octal ? "777" : std::to_string(directive.max);
    const std::string range = "argument must be between " + low + " and " + high + " inclusive";
    const auto load = [&](const std::string& value) {
      return Load(config, {std::string(directive.name), value});
    };
    CHECK(load(low) == "");
    CHECK(GetOne(config, directive.name) == low);
    CHECK(load(high) == "");
    CHECK(GetOne(config, directive.name) == high);
    if (directive.min > INT64_MIN && directive.kind == Kind::kInt)
      CHECK(load(std::to_string(directive.min - 1)) == range);
    if (directive.kind == Kind::kMemory && directive.min > 0)
      CHECK(load(std::to_string(directive.min - 1)) == range);
    if (is_octal) CHECK(load("1000") == range);
    if (!is_octal && directive.max < kLongMax)
      CHECK(load(std::to_string(directive.max + 1)) == range);
    CHECK(GetOne(config, directive.name) == high);
  }
}

TEST_CASE("Config: what is not a value of its kind is refused in Redis's words") {
  Config config;
  CHECK(SetText(config, {{"maxmemory", "abc"}}) ==
        Failed("maxmemory", "argument must be a memory value"));
  CHECK(SetText(config, {{"maxmemory", "-1"}}) ==
        Failed("maxmemory", "argument must be a memory value"));
  CHECK(SetText(config, {{"TimeOut", "1k"}}) ==
        Failed("timeout", "argument couldn't be parsed into an integer"));
  CHECK(SetText(config, {{"protected-mode", "maybe"}}) ==
        Failed("protected-mode", "argument must be 'yes' or 'no'"));
  CHECK(
      SetText(config, {{"loglevel", ""}}) ==
      Failed("loglevel",
             "argument(s) must be one of the following: debug, verbose, notice, warning, nothing"));
  CHECK(SetText(config, {{"maxmemory-clients", "101%"}}) ==
        Failed("maxmemory-clients", "percentage argument must be less or equal to 100"));
  CHECK(SetText(config, {{"save", "900 1 "}}) == Failed("save", "Invalid save parameters"));
  // An error names the directive as it was asked for.
  CHECK(SetText(config, {{"Lua-Time-Limit", "x"}}) ==
        Failed("lua-time-limit", "argument couldn't be parsed into an integer"));
  CHECK(Load(config, {"unixsocketperm", "999"}) ==
        "argument couldn't be parsed as an octal number");
  CHECK((config.settings() == Settings()));
}

TEST_CASE("Config: memory values have units") {
  Config config;
  CHECK(SetText(config, {{"MaxMemory", "3mb"}}) == "");
  CHECK(GetOne(config, "maxmemory") == "3145728");
  CHECK(config.settings().maxmemory == 3145728);
  CHECK(SetText(config, {{"maxmemory", "2G"}}) == "");
  CHECK(config.settings().maxmemory == 2000000000);
  CHECK(SetText(config, {{"maxmemory", "18446744073709551615"}}) == "");
  CHECK(config.settings().maxmemory == UINT64_MAX);
}

TEST_CASE("Config: maxmemory may be automatic, and is shown and kept as that") {
  Config config;
  CHECK(SetText(config, {{"maxmemory", "AUTO"}}) == "");
  CHECK(GetOne(config, "maxmemory") == "auto");
  CHECK(config.settings().is_maxmemory_automatic);
  CHECK(config.settings().maxmemory == 0);
  CHECK(SetText(config, {{"maxmemory", "1mb"}}) == "");
  CHECK_FALSE(config.settings().is_maxmemory_automatic);
  CHECK(config.settings().maxmemory == 1048576);
}

TEST_CASE("Config: several settings are set together or not at all") {
  Config config;
  CHECK(SetText(config, {{"timeout", "5"}, {"hz", "100"}}) == "");
  CHECK(config.settings().timeout_s == 5);
  CHECK(config.settings().hz == 100);
  CHECK(SetText(config, {{"timeout", "6"}, {"maxclients", "0"}}) ==
        Failed("maxclients", "argument must be between 1 and 4294967295 inclusive"));
  CHECK(config.settings().timeout_s == 5);
  CHECK(GetOne(config, "timeout") == "5");
}

TEST_CASE("Config: names are checked before any value") {
  Config config;
  CHECK(SetText(config, {{"timeout", "x"}, {"NoSuch", "1"}}) ==
        "Unknown option or number of arguments for CONFIG SET - 'NoSuch'");
  CHECK(SetText(config, {{"timeout", "1"}, {"TIMEOUT", "2"}}) ==
        Failed("TIMEOUT", "duplicate parameter"));
  CHECK(SetText(config, {{"Databases", "3"}}) == Failed("Databases", "can't set immutable config"));
  CHECK(config.settings().timeout_s == 0);
}

TEST_CASE("Config: protected settings need enable-protected-configs") {
  Config config;
  CHECK(SetText(config, {{"dir", "/tmp"}}) == Failed("dir", "can't set protected config"));
  REQUIRE(Load(config, {"enable-protected-configs", "local"}) == "");
  CHECK(SetText(config, {{"dir", "/tmp"}}) == Failed("dir", "can't set protected config"));
  CHECK(SetText(config, {{"dir", "/tmp"}}, Config::Caller::kLocal) == "");
  CHECK(config.settings().dir == "/tmp");
  REQUIRE(Load(config, {"enable-protected-configs", "yes"}) == "");
  CHECK(SetText(config, {{"dbfilename", "a/b"}}) ==
        Failed("dbfilename", "dbfilename can't be a path, just a filename"));
}

TEST_CASE("Config: what would be dangerous to ignore is refused, its default is not") {
  Config config;
  CHECK(SetText(config, {{"appendonly", "yes"}}) == "");
  CHECK(SetText(config, {{"appendonly", "no"}}) == "");
  CHECK(Load(config, {"replicaof", "127.0.0.1", "6379"}) != "");
  CHECK(Load(config, {"replicaof", "no", "one"}) == "");
  CHECK(Load(config, {"tls-port", "6380"}) != "");
  CHECK(Load(config, {"loadmodule", "/x.so"}) != "");
}

TEST_CASE("Config: the apply hook hears what changed and its refusal undoes everything") {
  Config config;
  std::vector<std::string> heard;
  std::vector<int> timeouts;
  std::optional<std::string> answer;
  config.SetApplyHook([&](std::span<const std::string_view> names) {
    heard.assign(names.begin(), names.end());
    timeouts.push_back(config.settings().timeout_s);
    return answer;
  });
  CHECK(SetText(config, {{"timeout", "0"}, {"hz", "20"}}) == "");
  CHECK(heard == std::vector<std::string>{"hz"});
  answer = "cannot";
  CHECK(SetText(config, {{"timeout", "9"}, {"hz", "30"}}) == Failed("timeout", "cannot"));
  CHECK(heard == std::vector<std::string>{"timeout", "hz"});
  CHECK(timeouts == std::vector<int>{0, 9, 0});
  CHECK(config.settings().hz == 20);
  CHECK(GetOne(config, "timeout") == "0");
}

TEST_CASE("Config: GET answers under the name that was asked") {
  const Config config;
  const auto get = [&](std::vector<std::string_view> globs) { return config.Get(globs); };
  using Expected = Config::NamedValues;
  CHECK(get({"SLAVE-read-only"}) == Expected{{"SLAVE-read-only", "yes"}});
  CHECK(get({"lua-time-limit", "busy-*"}) ==
        Expected{{"lua-time-limit", "5000"}, {"busy-reply-threshold", "5000"}});
  CHECK(get({"*READ-only"}) == Expected{{"replica-read-only", "yes"}, {"slave-read-only", "yes"}});
  CHECK(get({"timeout", "TIMEOUT", "timeou?"}) == Expected{{"timeout", "0"}});
  CHECK(get({"timeou?", "TIMEOUT"}) == Expected{{"timeout", "0"}});
  CHECK(get({"key-load-delay"}) == Expected{{"key-load-delay", "0"}});
  CHECK(get({"key-load*"}).empty());
  CHECK(get({"nosuch"}).empty());
  const auto everything = get({"*"});
  CHECK(everything.size() > 180);
}

TEST_CASE("Config: every alias reads and writes the same value") {
  for (const Directive& directive : AllDirectives()) {
    if (directive.alias.empty() || directive.effect == Effect::kRefused) continue;
    CAPTURE(directive.alias);
    Config config;
    std::string other =
        directive.kind == Kind::kBool ? (directive.initial == "yes" ? "no" : "yes") : "7";
    CHECK(Load(config, {std::string(directive.alias), other}) == "");
    CHECK(GetOne(config, directive.name) == other);
    CHECK(GetOne(config, directive.alias) == other);
  }
}

TEST_CASE("Config: client-output-buffer-limit changes only the classes that are named") {
  Config config;
  CHECK(SetText(config, {{"client-output-buffer-limit", "Normal 1 2 3 pubsub 1kb 1k 1"}}) == "");
  CHECK(GetOne(config, "client-output-buffer-limit") ==
        "normal 1 2 3 slave 268435456 67108864 60 pubsub 1024 1000 1");
  CHECK((config.settings().client_output_buffer_limit[2] == OutputLimit{1024, 1000, 1}));
  CHECK(SetText(config, {{"client-output-buffer-limit", "master 1 2 3"}}) ==
        Failed("client-output-buffer-limit",
               "Invalid client class specified in buffer limit configuration."));
  CHECK(SetText(config, {{"client-output-buffer-limit", "normal 1 2"}}) ==
        Failed("client-output-buffer-limit",
               "Wrong number of arguments in buffer limit configuration."));
  CHECK(SetText(config, {{"client-output-buffer-limit", "replica 1 x 3"}}) ==
        Failed("client-output-buffer-limit",
               "Error in hard, soft or soft_seconds setting in buffer limit configuration."));
}

TEST_CASE("Config: save lines of a file add up, CONFIG SET replaces") {
  Config config;
  CHECK(Load(config, {"save", "900", "1"}) == "");
  CHECK(Load(config, {"save", "60", "10", "5", "6"}) == "");
  CHECK(GetOne(config, "save") == "900 1 60 10 5 6");
  CHECK(SetText(config, {{"save", "7 8"}}) == "");
  CHECK((config.settings().save == std::vector<SavePoint>{{7, 8}}));
  CHECK(SetText(config, {{"save", ""}}) == "");
  CHECK(GetOne(config, "save") == "");
  CHECK(config.settings().save.empty());
}

TEST_CASE("Config: several words may come as one quoted argument") {
  Config config;
  CHECK(Load(config, {"save", "60 1 30 5"}) == "");
  CHECK(GetOne(config, "save") == "60 1 30 5");
  CHECK(Load(config, {"bind", "127.0.0.1 ::1"}) == "");
  CHECK(config.settings().bind.size() == 2);
  CHECK(Load(config, {"requirepass", "a b"}) == "");
  CHECK(config.settings().requirepass == "a b");
}

TEST_CASE("Config: event classes are shown in one order") {
  Config config;
  const auto shown = [&](std::string_view letters) {
    REQUIRE(SetText(config, {{"notify-keyspace-events", letters}}) == "");
    return GetOne(config, "notify-keyspace-events");
  };
  CHECK(shown("KEA") == "AKE");
  CHECK(shown("Egx") == "gxE");
  CHECK(shown("dtexzhsl$g") == "A");
  CHECK(shown("Kgnm") == "gnKm");
  CHECK(shown("mAKE") == "AKEm");
  CHECK(shown("") == "");
  CHECK(SetText(config, {{"notify-keyspace-events", "Q"}}) ==
        Failed("notify-keyspace-events", "Invalid event class character. Use 'Ag$lshzxeKEtmdn'."));
}

TEST_CASE("Config: texts with a form of their own are checked") {
  Config config;
  const std::string title =
      Failed("proc-title-template", "template format is invalid or contains unknown variables");
  for (const std::string_view bad : {"", "  ", "{title", "{nosuch}", "{}"}) {
    CAPTURE(bad);
    CHECK(SetText(config, {{"proc-title-template", bad}}) == title);
  }
  CHECK(SetText(config, {{"proc-title-template", "x {port} {unixsocket}"}}) == "");
  CHECK(SetText(config, {{"cluster-announce-hostname", "a b"}}) ==
        Failed("cluster-announce-hostname",
               "Hostnames may only contain alphanumeric characters, hyphens or dots"));
  CHECK(SetText(config, {{"cluster-announce-hostname", std::string(256, 'a')}}) ==
        Failed("cluster-announce-hostname", "Hostnames must be less than 256 characters"));
  CHECK(SetText(config, {{"oom-score-adj", "relative"}}) == "");
  CHECK(GetOne(config, "oom-score-adj") == "yes");
  CHECK(SetText(config, {{"oom-score-adj-values", "1 2"}}) ==
        Failed("oom-score-adj-values", "wrong number of arguments"));
  CHECK(SetText(config, {{"oom-score-adj-values", "1 2 2001"}}) ==
        Failed("oom-score-adj-values",
               "Invalid oom-score-adj-values, elements must be between -2000 and 2000."));
  CHECK(SetText(config, {{"latency-tracking-info-percentiles", "99.99999 0"}}) == "");
  CHECK((config.settings().latency_tracking_info_percentiles == std::vector<double>{99.99999, 0}));
  CHECK(SetText(config, {{"latency-tracking-info-percentiles", "100.5"}}) ==
        Failed("latency-tracking-info-percentiles",
               "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]"));
  CHECK(SetText(config, {{"bind", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17"}}) ==
        Failed("bind", "Too many bind addresses specified."));
  CHECK(SetText(config, {{"hz", "100000"}}) == "");
  CHECK(GetOne(config, "hz") == "500");
  CHECK(SetText(config, {{"hz", "0"}}) == "");
  CHECK(config.settings().hz == 1);
}

TEST_CASE("Config: shutdown options are flags") {
  Config config;
  CHECK(SetText(config, {{"shutdown-on-sigterm", "now force save"}}) == "");
  CHECK(GetOne(config, "shutdown-on-sigterm") == "save now force");
  CHECK(config.settings().shutdown_on_sigterm == (kShutdownSave | kShutdownNow | kShutdownForce));
  CHECK(SetText(config, {{"shutdown-on-sigterm", "save nosave"}}) ==
        Failed("shutdown-on-sigterm",
               "shutdown options SAVE and NOSAVE can't be used simultaneously"));
  CHECK(SetText(config, {{"shutdown-on-sigterm", ""}}) ==
        Failed("shutdown-on-sigterm",
               "argument(s) must be one of the following: default, save, nosave, now, force"));
}

TEST_CASE("Config: values that would break a line are refused, secrets are free") {
  Config config;
  using std::string_view_literals::operator""sv;
  for (const std::string_view bad : {"a\nrequirepass x"sv, "a\rb"sv, "a\0b"sv}) {
    CAPTURE(bad);
    CHECK(SetText(config, {{"cluster-announce-ip", bad}}) != "");
    CHECK(SetText(config, {{"bind", bad}}) != "");
    CHECK(SetText(config, {{"dir", bad}}, Config::Caller::kLocal) != "");
    CHECK(SetText(config, {{"requirepass", bad}}) == "");
    CHECK(config.settings().requirepass == bad);
  }
  CHECK(Config::IsSensitive("RequirePass"));
  CHECK(Config::IsSensitive("masterauth"));
  CHECK_FALSE(Config::IsSensitive("port"));
  CHECK_FALSE(Config::IsSensitive("nosuch"));
}

TEST_CASE("Config: an unknown directive is told apart from a wrong value") {
  Config config;
  const std::vector<std::string> unknown = {"something-else", "1"};
  const std::vector<std::string> wrong = {"port", "x"};
  CHECK(config.LoadDirective(unknown).error().cause == LoadError::Cause::kUnknownDirective);
  CHECK(Load(config, unknown) == "Bad directive or wrong number of arguments");
  CHECK(config.LoadDirective(wrong).error().cause == LoadError::Cause::kInvalid);
  CHECK(Load(config, {"lua-replicate-commands", "yes"}) == "");
}

TEST_CASE("SuggestDirective: finds the name that was probably meant") {
  CHECK(SuggestDirective("maxmemroy") == "maxmemory");
  CHECK(SuggestDirective("Max-Memory") == "maxmemory");
  CHECK(SuggestDirective("slave-reed-only") == "slave-read-only");
  CHECK(SuggestDirective("rename-comand") == "rename-command");
  CHECK(SuggestDirective("prot") == "port");
  CHECK(SuggestDirective("something-else") == "");
  CHECK(SuggestDirective("include") == "");  // right, but with wrong arguments
  CHECK(SuggestDirective("") == "");
  CHECK(SuggestDirective(std::string(100000, 'p')) == "");
}

TEST_CASE("Config: rename-command collects names and refuses clashes") {
  Config config;
  CHECK(Load(config, {"rename-command", "CONFIG", "Hidden"}) == "");
  CHECK(Load(config, {"rename-command", "FLUSHALL", ""}) == "");
  CHECK(Load(config, {"rename-command", "FLUSHDB", ""}) == "");
  CHECK(Load(config, {"rename-command", "GET", "hidden"}) == "Target command name already exists");
  CHECK(config.settings().rename_command ==
        std::vector<std::pair<std::string, std::string>>{
            {"config", "hidden"}, {"flushall", ""}, {"flushdb", ""}});
}

TEST_CASE("Config: the notices at start name what was given and does nothing") {
  Config config;
  CHECK(config.StartNotices().empty());
  REQUIRE(Load(config, {"io-threads", "4"}) == "");
  REQUIRE(Load(config, {"activedefrag", "no"}) == "");
  REQUIRE(Load(config, {"maxmemory-clients", "5%"}) == "");
  REQUIRE(Load(config, {"timeout", "4"}) == "");
  CHECK(config.StartNotices() ==
        std::vector<std::string>{
            "Directives without effect in this version: maxmemory-clients, io-threads"});
}

TEST_CASE("Directives: the rows are well formed") {
  std::vector<std::string_view> names;
  for (const Directive& directive : AllDirectives()) {
    CAPTURE(directive.name);
    CHECK(std::ranges::find(names, directive.name) == names.end());
    names.push_back(directive.name);
    CHECK((directive.effect != Effect::kRefused || !directive.refusal.empty()));
    CHECK((directive.effect != Effect::kActs || directive.store != nullptr));
    CHECK(((directive.kind == Kind::kEnum || directive.kind == Kind::kFlags) ==
           !directive.choices.empty()));
    CHECK(((directive.kind == Kind::kSpecial) == (directive.parse != nullptr)));
    CHECK(FindDirective(directive.name).has_value());
  }
}

}  // namespace
}  // namespace server
