// For every command of the table: the keys that it touches are among those that were checked, and
// those that it changes are checked for writing.
//
// Random requests are made from the command table. What they touch is what the change feed tells:
// changes, and misses of lookups. Half of the servers are always empty, so that every lookup is a
// miss.

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "server/dispatch/key_positions.h"
#include "server/engine_state.h"
#include "tests/support/command_generator.h"
#include "tests/support/in_process_server.h"

using server::KeyPosition;
using tests::InProcessServer;

namespace {

// What a request touched.
class KeysTouched final : public server::KeyspaceEventSink, public server::KeyWatcher {
 public:
  explicit KeysTouched(server::ChangeFeed& feed) : feed_(feed) {
    feed.set_event_sink(this);
    feed.AddWatcher(this);
  }
  ~KeysTouched() override {
    feed_.set_event_sink(nullptr);
    feed_.RemoveWatcher(this);
  }
  void OnEvent(server::EventClass event_class, std::string_view, int,
               std::string_view key) override {
    if (event_class == server::EventClass::kKeyMiss) looked_up.emplace_back(key);
  }
  void OnKeyChanged(int, std::string_view key) override {
    if (!feed_.is_expiring()) changed.emplace_back(key);
  }
  void OnDatabaseChanged(int) override {}

  std::vector<std::string> looked_up;
  std::vector<std::string> changed;

 private:
  server::ChangeFeed& feed_;
};

bool IsAmong(const std::vector<KeyPosition>& keys, const std::vector<std::string>& request,
             std::string_view touched, uint16_t flags) {
  return std::ranges::any_of(keys, [&](const KeyPosition& key) {
    return request[key.index] == touched && (flags == 0 || (key.flags & flags) != 0);
  });
}

const server::CommandInTable* Find(const server::CommandTable& table,
                                   const std::vector<std::string>& request) {
  const server::CommandInTable* command = table.Find(request[0]);
  if (command != nullptr && !command->subcommands.empty() && request.size() > 1) {
    command = server::CommandTable::FindSubcommand(*command, request[1]);
  }
  return command;
}

// BY and GET of SORT read other keys: for those who may read all.
bool ReadsUnknownKeys(const server::CommandInTable& command) {
  return command.full_name.starts_with("sort");
}

void CheckKeys(uint64_t seed, bool stays_empty) {
  constexpr int kRequests = 4000;
  // They stop the server, wait, or look at the server as a whole.
  constexpr std::string_view kLeftOut[] = {
      "debug", "shutdown", "client", "monitor", "config",  "acl",    "auth",    "hello",
      "reset", "quit",     "multi",  "exec",    "discard", "select", "migrate", "wait"};
  constexpr uint16_t kWrites = server::kKeyInsert | server::kKeyUpdate | server::kKeyDelete;
  CAPTURE(seed);
  InProcessServer server({}, seed);
  server::EngineState& engine = server.engine->state();
  tests::CommandGenerator generator(engine.commands, seed, kLeftOut);
  auto* client = &server.Connect();
  for (int i = 0; i < kRequests; ++i) {
    const std::vector<std::string> request = generator.Next();
    const server::CommandInTable* command = Find(engine.commands, request);
    std::string shown;
    for (const std::string& word : request) shown += word.substr(0, 40) + " ";
    CAPTURE(shown);
    std::vector<std::string> looked_up;
    std::vector<std::string> changed;
    {
      KeysTouched touched(engine.feed);
      if (client->Run(request).empty()) {  // it waits
        client->Close();
        client = &server.Connect();
      }
      looked_up = touched.looked_up;
      changed = touched.changed;
    }
    if (stays_empty) server.Connect().Run({"FLUSHALL"});
    if (command == nullptr) continue;
    const std::vector<std::string_view> arguments(request.begin(), request.end());
    const auto checked = server::FindKeysToCheck(*command->spec, arguments);
    for (const std::string& key : looked_up) {
      CAPTURE(key);
      CHECK((ReadsUnknownKeys(*command) || IsAmong(checked, request, key, 0)));
    }
    for (const std::string& key : changed) {
      CAPTURE(key);
      CHECK(IsAmong(checked, request, key, kWrites));
    }
  }
}

}  // namespace

TEST_CASE("ACL, security: every command touches only keys that were checked") {
  for (uint64_t seed = 1; seed <= 4; ++seed) CheckKeys(seed, seed % 2 == 0);
}
