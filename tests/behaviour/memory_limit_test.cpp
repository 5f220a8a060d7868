// Every command of the table when memory runs out, at every step at which it can: the request is
// refused with -OOM and nothing has changed, or it is done in full, or its client is closed since
// there was no memory for the reply; and the server goes on in any case.
//
// Two servers get the same requests. The first has all the memory it wants: it shows at which
// steps memory can run out, and what should come of the request. The second gets the request with
// a limit below each step, and then without one.
//
//   CINNABAR_ROUNDS=1000 CINNABAR_SEED=7 build/debug/cinnabar-behaviour-tests -tc='Memory limit*'

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "server/engine_state.h"
#include "server/introspection/dataset_digest.h"
#include "server/logging/log_line.h"
#include "tests/support/command_generator.h"
#include "tests/support/fixed_secrets.h"
#include "tests/support/in_process_server.h"
#include "tests/support/limited_memory.h"

using tests::CommandGenerator;
using tests::InProcessServer;
using tests::TestConnection;

namespace {

using Request = std::vector<std::string>;

constexpr size_t kLargeBytes = 20'000;
constexpr uint64_t kRequestsOfRound = 300;

// They end, silence or block clients, change settings, or say what is not the same on two servers:
// nothing can be compared. They have a test of their own below.
constexpr std::string_view kIncomparable[] = {
    "auth", "client", "cluster", "config", "debug", "hello", "info", "latency", "lolwut", "memory",
    "monitor", "quit", "reset", "select", "shutdown", "slowlog", "time", "replicaof", "slaveof",
    "role", "object|idletime", "acl|genpass",
    // Their memory runs out after the reply: persistence_save_test.cpp.
    "save", "bgsave", "bgrewriteaof",
    // What they begin goes with the connection, which lack of memory for a reply may end.
    "multi", "exec", "discard", "watch", "unwatch", "subscribe", "psubscribe", "ssubscribe",
    "unsubscribe", "punsubscribe", "sunsubscribe"};

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string Describe(const Request& request) {
  std::string text;
  for (const std::string& argument : request) {
    text += '"' + server::EscapeLogText(argument.substr(0, 40));
    text += argument.size() > 40 ? "\"... " : "\" ";
  }
  return text;
}

bool IsRefusal(const std::string& reply) {
  return reply.starts_with("-OOM ") ||
         reply.starts_with("-ERR Insufficient memory");  // LCS says it as Redis does
}

bool IsRandom(const server::CommandInTable& command) {
  const auto tips = command.spec->tips;
  return std::any_of(tips.begin(), tips.end(), [](std::string_view tip) {
    return tip.starts_with("nondeterministic_output");
  });
}

class ServerUnderTest {
 public:
  explicit ServerUnderTest(uint64_t seed)
      : server_({"enable-debug-command yes", "enable-protected-configs yes"},
                (tests::RestartSecrets(seed), seed)) {}

  // Connects a client that sees all requests.
  std::string Monitor() { return server_.Connect().Run({"MONITOR"}); }

  // The reply to the request. The memory that the engine takes counts; the test's own does not.
  std::string Run(const Request& request) {
    if (client_ == nullptr) client_ = &server_.Connect();
    const std::string wire = tests::Encode(request);
    std::string_view bytes = wire;
    tests::ResumeMemoryLimit();
    while (!bytes.empty()) {
      const size_t count = client_->Push(bytes);
      bytes.remove_prefix(count);
      if (count == 0 && !client_->session()->WantsBytes()) break;
      if (count == 0) server_.engine->RunTurn();
    }
    while (server_.engine->HasReadyWork()) server_.engine->RunTurn();
    tests::PauseMemoryLimit();
    server_.RunTurns();
    std::string reply = client_->TakeOutput();
    was_closed_ = !client_->is_open();
    // One that waits for an element would get it from a later request.
    if (reply.empty()) client_->Close();
    if (!client_->is_open()) client_ = nullptr;
    return reply;
  }
  // The client of the last request was closed by the server.
  bool was_closed() const { return was_closed_; }

  // All keys, values and times, in short.
  std::string Data() const {
    const storage::Keyspace& keyspace = server_.engine->state().keyspace;
    server::DatasetDigest digest;
    digest.AddKeyspace(keyspace);
    size_t expiries = 0;
    for (int i = 0; i < keyspace.database_count(); ++i) {
      uint64_t cursor = 0;
      do {
        cursor = keyspace.database(i).Scan(cursor, [&](const storage::Record& record) {
          const size_t key = std::hash<std::string_view>()(record.key());
          expiries += key * (static_cast<size_t>(record.expiry_ms()) + 2);
        });
      } while (cursor != 0);
    }
    return digest.Hex() + " " + std::to_string(expiries);
  }
  const std::vector<std::string>& log() const { return server_.log.lines; }
  void CheckInvariants() { server_.engine->state().keyspace.CheckInvariants(); }
  const server::CommandTable& commands() const { return server_.engine->state().commands; }

 private:
  InProcessServer server_;
  TestConnection* client_ = nullptr;
  bool was_closed_ = false;
};

class Round {
 public:
  explicit Round(uint64_t seed)
      : random_(seed),
        free_(seed),
        limited_(seed),
        generator_(free_.commands(), seed, kIncomparable) {
    generator_.set_large_bytes(kLargeBytes);
  }

  // Adds the names of the commands that were refused memory.
  void Run(std::set<std::string>& refused) {
    const auto commands = generator_.commands();
    for (uint64_t i = 0; i < kRequestsOfRound; ++i) {
      const server::CommandInTable& command = *commands[random_.Below(commands.size())];
      // What it leaves behind is not the same on both servers.
      const bool is_last = (command.spec->flags & server::kWriteCommand) != 0 && IsRandom(command);
      Try(command, generator_.Make(command));
      if (refusals_ > 0) refused.insert(command.full_name);
      if (is_last) return;
    }
  }
  const CommandGenerator& generator() const { return generator_; }

 private:
  void Try(const server::CommandInTable& command, const Request& request) {
    const std::string described = Describe(request);
    CAPTURE(described);
    refusals_ = 0;
    const std::string before = limited_.Data();
    tests::StartRecording();
    const std::string expected = free_.Run(request);
    const std::vector<int64_t> steps = tests::StopRecording();
    const std::string after = free_.Data();
    for (const int64_t step : steps) {
      if (TryBelow(step, command, request, before, expected, after)) return;
    }
    const std::string reply = limited_.Run(request);
    if (IsRandom(command)) return;
    REQUIRE(reply == expected);
    REQUIRE(limited_.Data() == after);
  }

  // Whether the request was done.
  bool TryBelow(int64_t step, const server::CommandInTable& command, const Request& request,
                const std::string& before, const std::string& expected, const std::string& after) {
    CAPTURE(step);
    tests::StartLimiting(step - 1);
    const std::string reply = limited_.Run(request);
    const tests::Refusals refusals = tests::StopLimiting();
    refusals_ += refusals.count;
    CAPTURE(refusals.count);
    REQUIRE(refusals.unrefusable_bytes == 0);
    limited_.CheckInvariants();
    const std::string data = limited_.Data();
    if (limited_.was_closed()) {
      REQUIRE((data == before || data == after || IsRandom(command)));
      return data != before;
    }
    if (IsRefusal(reply)) {
      REQUIRE(data == before);
      return false;
    }
    if (IsRandom(command)) return true;
    REQUIRE(reply == expected);
    REQUIRE(data == after);
    return true;
  }

  storage::Random random_;
  ServerUnderTest free_;
  ServerUnderTest limited_;
  CommandGenerator generator_;
  uint64_t refusals_ = 0;
};

// Tries the last of the requests, on servers of its own, at each step at which memory can run out.
// Returns how often it was refused.
uint64_t TryAlone(std::span<const Request> requests) {
  const Request& request = requests.back();
  const std::string described = Describe(request);
  CAPTURE(described);
  const auto prepared = [&] {
    auto server = std::make_unique<ServerUnderTest>(1);
    for (const Request& earlier : requests.first(requests.size() - 1)) server->Run(earlier);
    return server;
  };
  uint64_t refused = 0;
  const auto free = prepared();
  tests::StartRecording();
  free->Run(request);
  for (const int64_t step : tests::StopRecording()) {
    CAPTURE(step);
    const auto limited = prepared();
    tests::StartLimiting(step - 1);
    const std::string reply = limited->Run(request);
    const tests::Refusals refusals = tests::StopLimiting();
    CHECK(refusals.unrefusable_bytes == 0);
    limited->CheckInvariants();
    refused += IsRefusal(reply) ? 1 : 0;
  }
  return refused;
}

// Some requests of the commands that cannot be compared. Returns how often they were refused.
uint64_t TryIncomparable(uint64_t seed) {
  constexpr size_t kRequests = 20;
  const ServerUnderTest known(seed);
  std::vector<std::string_view> compared;
  for (const server::CommandInTable* command : known.commands().commands()) {
    if (std::ranges::find(kIncomparable, command->full_name) == std::end(kIncomparable)) {
      compared.push_back(command->full_name);
    }
  }
  CommandGenerator generator(known.commands(), seed, compared);
  generator.set_large_bytes(kLargeBytes);
  uint64_t refused = 0;
  for (size_t i = 0; i < kRequests; ++i) {
    const Request request = generator.Next();
    refused += TryAlone({&request, 1});
  }
  return refused;
}

void FillWithLarge(ServerUnderTest& server) {
  constexpr int kElements = 5000;
  Request list = {"RPUSH", "list"};
  Request same = {"RPUSH", "same"};
  Request set = {"SADD", "set"};
  Request others = {"SADD", "others"};
  Request scored = {"ZADD", "scored"};
  Request places = {"GEOADD", "places"};
  Request hash = {"HSET", "hash"};
  for (int i = 0; i < kElements; ++i) {
    const std::string number = std::to_string(i * 7919 % kElements);
    list.push_back(number);
    same.emplace_back("same");
    set.push_back("member:" + number);
    others.push_back("member:" + std::to_string(i * 2));
    scored.insert(scored.end(), {number, "member:" + number});
    places.insert(places.end(), {"1." + number, "2", number});
    hash.insert(hash.end(), {"field:" + number, number});
    if (i % 10 == 0) server.Run({"SET", "weight:" + number, std::string(100, 'w') + number});
  }
  for (const Request& request : {list, same, set, others, scored, places, hash}) {
    REQUIRE_FALSE(server.Run(request).starts_with("-"));
  }
  server.Run({"RPUSH", "giants", std::string(30'000, 'a'), std::string(50'000, 'b'), "c"});
  server.Run({"DEBUG", "POPULATE", "5000"});
  server.Run({"SET", "of:c", std::string(40'000, 'v')});
}

// Their temporaries grow with the data, not with the request.
const std::vector<Request> kAboutLarge = {
    {"SORT", "list"},
    {"SORT", "list", "STORE", "sorted"},
    {"SORT", "set", "ALPHA", "DESC"},
    {"SORT", "scored", "BY", "nosort"},
    {"SORT", "list", "ALPHA", "BY", "weight:*", "GET", "#", "GET", "weight:*"},
    {"SORT", "list", "BY", "weight:*", "ALPHA", "GET", "weight:*", "STORE", "sorted"},
    {"SORT", "giants", "ALPHA", "STORE", "sorted"},
    {"SORT", "giants", "ALPHA", "BY", "of:*", "GET", "of:*", "STORE", "sorted"},
    {"SORT", "giants", "BY", "none:*", "GET", "of:*"},
    {"SORT_RO", "list", "LIMIT", "0", "10"},
    {"LPOS", "same", "same", "COUNT", "0"},
    {"LPOS", "same", "same", "COUNT", "0", "RANK", "-1"},
    {"SINTER", "set", "others"},
    {"SUNION", "set", "others", "set", "others", "set", "others"},
    {"SDIFF", "set", "others"},
    {"SINTERSTORE", "stored", "set", "others"},
    {"SUNIONSTORE", "stored", "set", "others"},
    {"SDIFFSTORE", "stored", "set", "others"},
    {"ZUNION", "2", "scored", "set", "WITHSCORES"},
    {"ZINTER", "2", "scored", "set"},
    {"ZDIFF", "2", "scored", "others"},
    {"ZUNIONSTORE", "stored", "2", "scored", "set"},
    {"ZINTERSTORE", "stored", "2", "scored", "set"},
    {"ZDIFFSTORE", "stored", "2", "scored", "others"},
    {"ZRANGESTORE", "stored", "scored", "0", "-1"},
    {"ZRANGE", "scored", "0", "-1", "REV", "WITHSCORES"},
    {"ZREMRANGEBYRANK", "scored", "1", "-2"},
    {"ZPOPMIN", "scored", "4000"},
    {"GEOSEARCH", "places", "FROMLONLAT", "1", "2", "BYRADIUS", "20000", "km", "DESC"},
    {"GEOSEARCHSTORE", "stored", "places", "FROMLONLAT", "1", "2", "BYRADIUS", "20000", "km"},
    {"HGETALL", "hash"},
    {"HRANDFIELD", "hash", "4000", "WITHVALUES"},
    {"HRANDFIELD", "hash", "-4000"},
    {"ZRANDMEMBER", "scored", "4000"},
    {"SRANDMEMBER", "set", "4000"},
    {"SPOP", "set", "4000"},
    {"LRANGE", "list", "0", "-1"},
    {"LREM", "same", "0", "same"},
    {"COPY", "scored", "copy"},
    {"DUMP", "hash"},
    {"SCAN", "0", "COUNT", "100000"},
    {"SSCAN", "set", "0", "COUNT", "100000"},
    {"HSCAN", "hash", "0", "COUNT", "100000"},
    {"ZSCAN", "scored", "0", "COUNT", "100000"},
    {"LPOP", "list", "4000"},
    {"LMPOP", "1", "list", "LEFT", "COUNT", "4000"},
    {"ZMPOP", "1", "scored", "MIN", "COUNT", "4000"},
    {"LTRIM", "list", "2000", "3000"},
    {"ZREMRANGEBYSCORE", "scored", "10", "4000"},
    {"SINTERCARD", "2", "set", "others"},
    {"ZINTERCARD", "2", "scored", "set"},
    {"GEORADIUS", "places", "1", "2", "20000", "km", "COUNT", "4000"},
    {"FLUSHALL"},
    {"KEYS", "*"},
};

}  // namespace

TEST_CASE("Memory limit: every command is refused, or done, wherever memory runs out") {
  const uint64_t rounds = FromEnvironment("CINNABAR_ROUNDS", 150);
  const uint64_t first_seed = FromEnvironment("CINNABAR_SEED", 1);
  std::set<std::string> refused;
  std::set<std::string> denied;
  for (uint64_t seed = first_seed; seed < first_seed + rounds; ++seed) {
    CAPTURE(seed);
    Round round(seed);
    round.Run(refused);
    for (const auto* command : round.generator().commands()) {
      if ((command->spec->flags & server::kDenyOom) != 0) denied.insert(command->full_name);
    }
  }
  // Each that may be denied for memory was.
  for (const std::string& name : denied) {
    CAPTURE(name);
    CHECK(refused.contains(name));
  }
}

TEST_CASE("Memory limit: what cannot be compared asks for memory that may be refused") {
  const uint64_t rounds = FromEnvironment("CINNABAR_ROUNDS", 300);
  const uint64_t first_seed = FromEnvironment("CINNABAR_SEED", 1);
  uint64_t refusals = 0;
  for (uint64_t seed = first_seed; seed < first_seed + rounds; ++seed) {
    CAPTURE(seed);
    refusals += TryIncomparable(seed);
  }
  CHECK(refusals > 0);
}

TEST_CASE("Memory limit: names, settings and what DEBUG makes are as large as there is memory") {
  const std::string large(50'000, 'n');
  const std::string words = std::string(20'000, ' ') + "x";
  const Request name = {"CLIENT", "SETNAME", large};
  const Request password = {"CONFIG", "SET", "masterauth", large};
  Request listed = {"CLIENT", "LIST", "ID"};
  for (int i = 0; i < 1000; ++i) listed.emplace_back("1");
  const std::vector<Request> cases[] = {
      {name, {"CLIENT", "LIST"}},
      {name, {"CLIENT", "INFO"}},
      {name, {"CLIENT", "KILL", "ADDR", large}},
      {listed},
      {name},
      {{"CLIENT", "SETINFO", "LIB-NAME", large}},
      {password},
      {password, {"CONFIG", "SET", "masterauth", "short"}},
      {password, {"CONFIG", "GET", "*"}},
      {{"CONFIG", "SET", "save", words}},
      {{"CONFIG", "SET", "save", words, "client-output-buffer-limit", words}},
      {{"DEBUG", "POPULATE", "3", "key", "50000"}},
      {{"DEBUG", "POPULATE", "3", large, "50000"}},
      {{"DEBUG", "ERROR", large}},
      {{"DEBUG", "LOG", large}},
      {{"DEBUG", "DIGEST-VALUE", large}},
      {{"DEBUG", "STRINGMATCH-LEN", large, large}},
      {{"HELLO", "3", "AUTH", large, large, "SETNAME", large}},
      {{"AUTH", large, large}},
  };
  for (const std::vector<Request>& requests : cases) TryAlone(requests);
  const Request populate = {"DEBUG", "POPULATE", "3", "key", "50000"};
  CHECK(TryAlone({&populate, 1}) > 0);
  CHECK(TryAlone({&listed, 1}) > 0);
}

TEST_CASE("Memory limit: requests about large collections are refused, or done") {
  size_t refusable = 0;
  for (const Request& request : kAboutLarge) {
    const std::string described = Describe(request);
    CAPTURE(described);
    ServerUnderTest free(1);
    FillWithLarge(free);
    const std::string before = free.Data();
    tests::StartRecording();
    const std::string expected = free.Run(request);
    const auto steps = tests::StopRecording();
    REQUIRE_FALSE(expected.starts_with("-"));
    refusable += steps.size();
    ServerUnderTest limited(1);
    FillWithLarge(limited);
    for (const int64_t step : steps) {
      CAPTURE(step);
      tests::StartLimiting(step - 1);
      const std::string reply = limited.Run(request);
      const tests::Refusals refusals = tests::StopLimiting();
      CHECK(refusals.unrefusable_bytes == 0);
      limited.CheckInvariants();
      if (limited.was_closed()) continue;
      if (reply.starts_with("-")) {
        CHECK(IsRefusal(reply));
        CHECK(limited.Data() == before);
      }
    }
  }
  CHECK(refusable > kAboutLarge.size());
}

TEST_CASE("Memory limit: requests that a monitor sees are refused, or done") {
  size_t refused = 0;
  for (const Request& request : {Request{"SET", "key", std::string(100'000, '\xff')},
                                 Request{"ECHO", std::string(20'000, 'e')}}) {
    const auto make = [] {
      auto server = std::make_unique<ServerUnderTest>(1);
      REQUIRE(server->Monitor() == "+OK\r\n");
      return server;
    };
    const auto recorded = make();
    tests::StartRecording();
    REQUIRE_FALSE(recorded->Run(request).starts_with("-"));
    for (const int64_t step : tests::StopRecording()) {
      CAPTURE(step);
      const auto server = make();
      tests::StartLimiting(step - 1);
      const std::string reply = server->Run(request);
      CHECK(tests::StopLimiting().unrefusable_bytes == 0);
      refused += reply.starts_with("-OOM ") ? 1 : 0;
      CHECK(server->Run({"PING"}) == "+PONG\r\n");
    }
  }
  CHECK(refused > 0);
}

TEST_CASE("Memory limit: a client whose replies find no memory is closed, and others go on") {
  ServerUnderTest server(1);
  Request read = {"MGET"};
  for (int i = 0; i < 20; ++i) {
    read.push_back("key" + std::to_string(i));
    REQUIRE(server.Run({"SET", read.back(), std::string(10'000, 'v')}) == "+OK\r\n");
  }
  tests::StartLimiting(100'000);
  CHECK(server.Run(read).empty());
  const tests::Refusals refusals = tests::StopLimiting();
  CHECK(refusals.count == 1);
  CHECK(server.was_closed());
  REQUIRE_FALSE(server.log().empty());
  CHECK(server.log().back().starts_with("Closing client whose replies need more memory"));
  CHECK(server.Run(read).size() > 200'000);  // another client, with memory
}

TEST_CASE("Memory limit: a request that finds no memory while it arrives closes its client") {
  ServerUnderTest server(1);
  tests::StartLimiting(40'000);
  CHECK(server.Run({"SET", "key", std::string(300'000, 'v')}).empty());
  CHECK(tests::StopLimiting().count > 0);
  CHECK(server.was_closed());
  REQUIRE_FALSE(server.log().empty());
  CHECK(server.log().back().starts_with("No memory for the request of "));
  CHECK(server.Run({"EXISTS", "key"}) == ":0\r\n");
}

TEST_CASE("Memory limit: a request without memory for the list of its arguments is refused") {
  Request request = {"DEL"};
  for (int i = 0; i < 20'000; ++i) request.push_back("k");
  ServerUnderTest recorded(1);
  tests::StartRecording();
  REQUIRE(recorded.Run(request) == ":0\r\n");
  size_t refused = 0;
  for (const int64_t step : tests::StopRecording()) {
    CAPTURE(step);
    ServerUnderTest server(1);
    tests::StartLimiting(step - 1);
    const std::string reply = server.Run(request);
    CHECK(tests::StopLimiting().unrefusable_bytes == 0);
    if (reply.empty()) {
      CHECK(server.was_closed());  // there was not even memory for its bytes
      continue;
    }
    CHECK(reply == "-OOM not enough memory for this request\r\n");
    refused += server.was_closed() ? 1 : 0;
  }
  CHECK(refused > 0);
}

TEST_CASE("Memory limit: MSET and MSETNX set all keys or none, whatever their sizes") {
  const std::string large_key(20'000, 'k');
  const std::string large_value(30'000, 'v');
  const Request pairs = {"small", "1",         large_key, "2",  "large", large_value,
                         "x",     large_value, "y",       "ok", "small", large_value};
  for (const std::string name : {"MSET", "MSETNX"}) {
    CAPTURE(name);
    Request request = {name};
    request.insert(request.end(), pairs.begin(), pairs.end());
    ServerUnderTest recorded(1);
    const std::string before = recorded.Data();
    tests::StartRecording();
    const std::string expected = recorded.Run(request);
    const auto steps = tests::StopRecording();
    REQUIRE_FALSE(expected.starts_with("-"));
    REQUIRE(recorded.Data() != before);
    CHECK(steps.size() > 3);
    ServerUnderTest server(1);
    for (const int64_t step : steps) {
      CAPTURE(step);
      tests::StartLimiting(step - 1);
      const std::string reply = server.Run(request);
      CHECK(tests::StopLimiting().unrefusable_bytes == 0);
      CHECK((server.was_closed() || reply.starts_with("-OOM not enough memory for this ")));
      CHECK(server.Data() == before);
      server.CheckInvariants();
    }
    CHECK(server.Run(request) == expected);
    CHECK(server.Data() == recorded.Data());
  }
}

TEST_CASE("OutputBuffer: when there is no memory it drops everything and takes what comes") {
  int released = 0;
  const auto release = [](void* owner) { ++*static_cast<int*>(owner); };
  const std::string shared(1000, 's');
  const std::string large(50'000, 'x');
  protocol::OutputBuffer buffer;
  buffer.Append("before");
  buffer.AppendShared({shared.data(), shared.size(), &released, release});
  buffer.Append("between");
  const auto mark = buffer.mark();
  tests::StartLimiting(30'000);
  tests::ResumeMemoryLimit();
  buffer.Append(large);
  CHECK(tests::StopLimiting().count == 1);
  CHECK(buffer.is_lost());
  CHECK(released == 1);
  CHECK(buffer.wire_size() == 0);
  // From here on nothing takes memory, whatever is written.
  for (int i = 0; i < 100'000; ++i) buffer.Append("0123456789");
  buffer.Append(large);
  buffer.Insert(3, "header");
  buffer.AppendShared({shared.data(), shared.size(), &released, release});
  CHECK(released == 2);
  CHECK(buffer.memory() <= 2 * protocol::OutputBuffer::kReserveMax);
  buffer.Truncate(mark);
  CHECK(buffer.is_lost());
  protocol::OutputBuffer taken;
  taken.Swap(buffer);
  CHECK_FALSE(buffer.is_lost());
  CHECK(taken.is_lost());
}
