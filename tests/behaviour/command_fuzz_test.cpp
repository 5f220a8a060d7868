// Random commands, made from the command table, against a whole engine: several clients with
// pipelines in one turn, keys that expire, settings that change, clients that come and go. Not part
// of an ordinary run: ctest has it as command_fuzz.
//
//   CINNABAR_COMMANDS=5000000 CINNABAR_SEED=7 build/debug/cinnabar-behaviour-tests --no-skip
//     --test-case='Commands: any*'
//
// CINNABAR_TRACE=1 prints each request, to see what a failing seed did last.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "protocol/resp/reply_decoder.h"
#include "server/engine_state.h"
#include "server/logging/log_line.h"
#include "server/resp/resp_session.h"
#include "tests/support/command_generator.h"
#include "tests/support/fixed_secrets.h"
#include "tests/support/in_process_server.h"

using protocol::resp::Reply;
using protocol::resp::ReplyDecoder;
using protocol::resp::ReplyStatus;
using tests::CommandGenerator;
using tests::InProcessServer;
using tests::TestConnection;

namespace {

constexpr size_t kClients = 4;
constexpr uint64_t kPipelineMax = 16;
constexpr uint64_t kDisruptiveOneIn = 100;
constexpr uint64_t kCalmOneIn = 10;  // rounds
constexpr int64_t kBulkBytesMax = 1 << 20;
// MONITOR shows whole requests, however long.
constexpr protocol::resp::ReplyLimits kLimits{.line_bytes_max = size_t{64} << 20};
constexpr uint64_t kCommandsOfServer = 10'000;  // then invariants are checked, and another begins

using Request = std::vector<std::string>;

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

bool HasTrace() {
  return std::getenv("CINNABAR_TRACE") != nullptr;
}

// After these the replies of a client cannot be counted any more, or not much is left to work on.
constexpr std::string_view kDisruptive[] = {"quit",
                                            "reset",
                                            "auth",
                                            "hello",
                                            "monitor",
                                            "shutdown",
                                            "client|reply",
                                            "client|kill",
                                            "client|pause",
                                            "flushall",
                                            "flushdb",
                                            "config|set",
                                            "config|resetstat",
                                            "select",
                                            "swapdb",
                                            "subscribe",
                                            "psubscribe",
                                            "ssubscribe",
                                            "unsubscribe",
                                            "punsubscribe",
                                            "sunsubscribe"};
// Asked for by name, since it can stop the process or make millions of keys.
constexpr std::string_view kDebug[] = {"debug"};
const std::vector<Request> kDebugRequests = {{"DEBUG", "SLEEP", "0.001"},
                                             {"DEBUG", "OBJECT", "a"},
                                             {"DEBUG", "DIGEST"},
                                             {"DEBUG", "DIGEST-VALUE", "a", "b", "a"},
                                             {"DEBUG", "POPULATE", "20", "k", "9"},
                                             {"DEBUG", "SET-ACTIVE-EXPIRE", "0"},
                                             {"DEBUG", "SET-ACTIVE-EXPIRE", "1"},
                                             {"DEBUG", "STRINGMATCH-LEN", "100", "*a*b"},
                                             {"DEBUG", "LOG", "x\r\ny"},
                                             {"DEBUG", "CHANGE-REPL-ID"},
                                             {"DEBUG", "PROTOCOL", "attrib"},
                                             {"DEBUG", "PROTOCOL", "map"},
                                             {"DEBUG", "HELP"}};
// What random settings may have changed so that hardly anything runs any more.
constexpr std::array<server::Config::NameAndValue, 6> kHarmlessSettings = {
    {{"requirepass", ""},
     {"maxmemory", "0"},
     {"maxclients", "10000"},
     {"timeout", "0"},
     {"client-query-buffer-limit", "1gb"},
     {"maxmemory-clients", "0"}}};

// The others may have reasons to refuse every request: no cluster, no file, no password.
bool IsAboutData(const server::CommandSpec& spec) {
  using server::CommandGroup;
  return spec.group != CommandGroup::kServer && spec.group != CommandGroup::kConnection &&
         spec.group != CommandGroup::kCluster;
}

struct ClientUnderTest {
  TestConnection* connection = nullptr;
  std::vector<Request> pipeline;
  bool is_counted = true;
};

// One server's life under random commands.
class Trial {
 public:
  explicit Trial(uint64_t seed)
      : random_(seed),
        server_({"proto-max-bulk-len 1mb", "enable-debug-command yes", "slowlog-log-slower-than 0"},
                seed),
        common_(server_.engine->state().commands, seed, kDisruptive),
        all_(server_.engine->state().commands, seed, kDebug) {
    server_.shell.refuse_settings = [this]() -> std::optional<std::string> {
      if (server_.config.settings().proto_max_bulk_len <= kBulkBytesMax) return std::nullopt;
      return "too much for this test";
    };
    for (ClientUnderTest& client : clients_) Connect(client);
  }

  void Run() {
    while (ran_ < kCommandsOfServer) {
      for (ClientUnderTest& client : clients_) SendPipeline(client);
      server_.RunTurns();
      for (ClientUnderTest& client : clients_) Receive(client);
      if (random_.Below(20) == 0) server_.Advance(static_cast<int64_t>(random_.Below(3000)));
      if (random_.Below(kCalmOneIn) == 0) Calm();
    }
    server_.engine->state().keyspace.CheckInvariants();
  }

  // Commands that ran, and those of them for which exactly one reply was seen.
  uint64_t ran() const { return ran_; }
  uint64_t counted() const { return counted_; }
  // Enters each command that works on data, and whether it ever did what it was asked.
  void AddSuccess(std::map<std::string, bool>& by_name) const {
    for (const server::CommandInTable* command : all_.commands()) {
      if (!IsAboutData(*command->spec)) continue;
      const server::CommandStatistics& statistics = command->statistics;
      by_name[command->full_name] |= statistics.calls() > statistics.failed_calls;
    }
  }

 private:
  void Connect(ClientUnderTest& client) {
    client.connection = &server_.Connect();
    client.is_counted = true;
  }

  Request NextRequest(ClientUnderTest& client) {
    if (random_.Below(kDisruptiveOneIn) != 0) return common_.Next();
    client.is_counted = false;
    return random_.Below(4) == 0 ? kDebugRequests[random_.Below(kDebugRequests.size())]
                                 : all_.Next();
  }

  void SendPipeline(ClientUnderTest& client) {
    if (!client.connection->is_open()) Connect(client);
    if (HasSpecialState(client)) client.is_counted = false;
    client.pipeline.clear();
    std::string bytes;
    for (uint64_t left = 1 + random_.Below(kPipelineMax); left > 0; --left) {
      client.pipeline.push_back(NextRequest(client));
      bytes += tests::Encode(client.pipeline.back());
      if (trace_) std::fprintf(stderr, "%s\n", Describe(client.pipeline.back()).c_str());
    }
    ran_ += client.pipeline.size();
    std::string_view left = bytes;
    while (!left.empty()) {
      const size_t count = client.connection->Push(left);
      left.remove_prefix(count);
      if (count > 0) continue;
      // The arena is full, or this client has to wait: what is not taken is not sent.
      server_.RunTurns();
      if (!client.connection->is_open() || !client.connection->session()->WantsBytes()) break;
    }
    if (!left.empty()) client.is_counted = false;
  }

  void Receive(ClientUnderTest& client) {
    if (!client.connection->is_open() || HasSpecialState(client)) client.is_counted = false;
    const std::string output = client.connection->TakeOutput();
    size_t replies = 0;
    std::string_view left = output;
    ReplyDecoder decoder;
    while (!left.empty()) {
      Reply reply;
      size_t wire_bytes = 0;
      const ReplyStatus status = decoder.Decode(left, kLimits, &reply, &wire_bytes);
      // A client that is closed while its output waits does not get all of it.
      if (status == ReplyStatus::kIncomplete && !client.connection->is_open()) return;
      const std::string begin = server::EscapeLogText(left.substr(0, 100));
      CAPTURE(begin);
      CAPTURE(decoder.error());
      CAPTURE(Describe(client.pipeline[std::min(replies, client.pipeline.size() - 1)]));
      REQUIRE(status == ReplyStatus::kReply);
      left.remove_prefix(wire_bytes);
      ++replies;
    }
    if (!client.is_counted) return;
    CAPTURE(Describe(client.pipeline.back()));
    REQUIRE(replies == client.pipeline.size());
    counted_ += replies;
  }

  bool HasSpecialState(const ClientUnderTest& client) const {
    const auto& session = static_cast<server::RespSession&>(*client.connection->session());
    return session.client.special != 0 ||
           (server_.engine->state().special & server::kIsPaused) != 0;
  }

  // Back to a server on which commands work, with clients whose replies can be counted.
  void Calm() {
    server::EngineState& state = server_.engine->state();
    REQUIRE(server_.config.Set(kHarmlessSettings, server::Config::Caller::kLocal));
    state.pause.End();
    state.may_expire_actively = true;
    server_.RunTurns();
    for (ClientUnderTest& client : clients_) {
      if (client.is_counted && client.connection->is_open()) continue;
      client.connection->Close();
      Connect(client);
    }
  }

  static std::string Describe(const Request& request) {
    std::string text;
    for (const std::string& argument : request) {
      if (!text.empty()) text += ' ';
      text += '"' + server::EscapeLogText(argument) + '"';
    }
    return text;
  }

  const bool trace_ = HasTrace();
  storage::Random random_;
  InProcessServer server_;
  CommandGenerator common_;
  CommandGenerator all_;
  std::array<ClientUnderTest, kClients> clients_;
  uint64_t ran_ = 0;
  uint64_t counted_ = 0;
};

}  // namespace

TEST_CASE("Commands: any sequence of any commands leaves replies and keyspace in order" *
          doctest::skip()) {
  const uint64_t wanted = FromEnvironment("CINNABAR_COMMANDS", 400'000);
  uint64_t seed = FromEnvironment("CINNABAR_SEED", 1);
  uint64_t ran = 0;
  uint64_t counted = 0;
  std::map<std::string, bool> success;
  // Some command may need more luck to be given arguments that it takes.
  constexpr uint64_t kTriesMax = 4;
  const auto is_enough = [&] {
    const bool all_succeeded =
        std::ranges::all_of(success, [](const auto& command) { return command.second; });
    return ran >= wanted && (all_succeeded || ran >= kTriesMax * wanted);
  };
  for (; !is_enough(); ++seed) {
    CAPTURE(seed);
    if (HasTrace()) std::fprintf(stderr, "seed %llu\n", static_cast<unsigned long long>(seed));
    tests::RestartSecrets(seed);
    Trial trial(seed);
    trial.Run();
    ran += trial.ran();
    counted += trial.counted();
    trial.AddSuccess(success);
  }
  // The test means something only if most replies were counted and requests reach the commands.
  CHECK(counted > ran / 4);
  for (const auto& [name, was_successful] : success) {
    CAPTURE(name);
    CHECK(was_successful);
  }
}
