// Security bugs that Redis, Valkey and Dragonfly had, as tests of ours: their names begin with
// "sec_" and say which. Others stand with their subject; tests/README.md lists them all.

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "server/engine_state.h"
#include "server/resp/resp_session.h"
#include "storage/base/random.h"
#include "tests/support/in_process_server.h"

using server::Argument;
using tests::Encode;
using tests::InProcessServer;
using tests::TestConnection;

namespace {

using Request = std::vector<std::string>;

const std::vector<std::string> kExtremes = {"0",
                                            "1",
                                            "-1",
                                            "2147483647",
                                            "-2147483648",
                                            "2147483648",
                                            "4294967295",
                                            "4294967296",
                                            "4611686018427387904",
                                            "-4611686018427387904",
                                            "9223372036854775807",
                                            "-9223372036854775808",
                                            "9223372036854775808",
                                            "18446744073709551615",
                                            "99999999999999999999999999",
                                            "nan",
                                            "-inf",
                                            "1e400",
                                            ""};

// Requests made from a command's argument tree: each leads through one way of the tree, with every
// number in turn at every extreme.
class ExtremeRequests {
 public:
  explicit ExtremeRequests(const server::CommandInTable& command) {
    if (command.container != nullptr) head_.push_back(std::string(command.container->spec->name));
    head_.push_back(std::string(command.spec->name));
  }

  std::vector<Request> Make(std::span<const Argument> arguments) {
    std::vector<Request> made = {head_};
    for (const Argument& argument : arguments) {
      std::vector<Request> longer;
      for (const Request& begin : made) {
        if (argument.is_optional) longer.push_back(begin);
        for (const Request& words : WordsOf(argument)) {
          Request request = begin;
          request.insert(request.end(), words.begin(), words.end());
          longer.push_back(std::move(request));
        }
      }
      Thin(longer);
      made = std::move(longer);
    }
    return made;
  }

 private:
  static constexpr size_t kWaysMax = 600;

  // Every way of a large tree would be too many: an even choice of them.
  static void Thin(std::vector<Request>& requests) {
    if (requests.size() <= kWaysMax) return;
    std::vector<Request> chosen;
    for (size_t i = 0; i < kWaysMax; ++i) {
      chosen.push_back(std::move(requests[i * requests.size() / kWaysMax]));
    }
    requests = std::move(chosen);
  }

  std::vector<Request> WordsOf(const Argument& argument) {
    std::vector<Request> words;
    switch (argument.kind) {
      case Argument::Kind::kInteger:
      case Argument::Kind::kDouble:
      case Argument::Kind::kUnixTime:
        for (const std::string& extreme : kExtremes) words.push_back({extreme});
        break;
      case Argument::Kind::kString:
        words = {{"text"}, {"u8"}, {"i64"}, {"#9223372036854775807"}, {"4294967295"}};
        break;
      case Argument::Kind::kKey:
        words = {{"number"}, {"text"}};
        break;
      case Argument::Kind::kPattern:
        words = {{"*"}};
        break;
      case Argument::Kind::kPureToken:
        return {{std::string(argument.token)}};
      case Argument::Kind::kOneOf:
        for (const Argument& child : argument.children) {
          for (Request& request : WordsOf(child)) words.push_back(std::move(request));
        }
        break;
      case Argument::Kind::kBlock: {
        ExtremeRequests block;
        for (Request& request : block.Make(argument.children)) words.push_back(std::move(request));
        break;
      }
    }
    if (!argument.token.empty()) {
      for (Request& request : words) {
        request.insert(request.begin(), std::string(argument.token));
      }
    }
    return words;
  }

  ExtremeRequests() = default;
  Request head_;
};

// These end the server, the connection or the test's patience; each has tests of its own.
bool IsLeftOut(const server::CommandInTable& command) {
  if ((command.spec->flags & server::kBlockingCommand) != 0) return true;
  constexpr std::string_view kLeftOut[] = {
      "shutdown",     "quit",       "debug",      "monitor",     "client|kill",  "client|pause",
      "client|reply", "wait",       "waitaof",    "hello",       "reset",        "multi",
      "subscribe",    "psubscribe", "ssubscribe", "unsubscribe", "punsubscribe", "sunsubscribe"};
  return std::ranges::find(kLeftOut, command.full_name) != std::end(kLeftOut);
}

template <class Visit>
void ForEachCommand(InProcessServer& server, Visit&& visit) {
  for (const server::CommandInTable* command : server.engine->state().commands.commands()) {
    if (command->subcommands.empty()) visit(*command);
    for (const server::CommandInTable* subcommand : command->subcommands) visit(*subcommand);
  }
}

// Exactly one reply, no more: the next request's answer is its own.
void CheckOneReply(TestConnection& client, const Request& request) {
  const std::string reply = client.SendRaw(Encode(request) + Encode({"ECHO", "end of reply"}));
  CHECK(reply.ends_with("$12\r\nend of reply\r\n"));
  CHECK(reply.size() > 18);
}

}  // namespace

// SCAN COUNT, LSET, BITFIELD and counts of random members overflowed one after the other.
TEST_CASE("sec_redis_14982, sec_CVE_2023_22458: every number of every command at its extremes") {
  InProcessServer server;
  auto& client = server.Connect();
  size_t requests = 0;
  ForEachCommand(server, [&](const server::CommandInTable& command) {
    if (IsLeftOut(command)) return;
    CAPTURE(command.full_name);
    for (const Request& request : ExtremeRequests(command).Make(command.spec->arguments)) {
      client.Run({"SET", "number", "10"});
      client.Run({"SET", "text", "some text"});
      std::string shown;
      for (const std::string& word : request) shown += word + " ";
      CAPTURE(shown);
      CheckOneReply(client, request);
      REQUIRE(client.is_open());
      client.Run({"SELECT", "0"});
      if (++requests % 1000 == 0) client.Run({"FLUSHALL"});
    }
  });
  server.engine->state().keyspace.CheckInvariants();
  CHECK(requests > 5000);
}

TEST_CASE("sec_CVE_2023_36824: COMMAND GETKEYS of every command with every number of arguments") {
  InProcessServer server;
  auto& client = server.Connect();
  ForEachCommand(server, [&](const server::CommandInTable& command) {
    CAPTURE(command.full_name);
    for (const char* way : {"GETKEYS", "GETKEYSANDFLAGS"}) {
      for (const std::string filler : {"1", "-1", "2147483648", "9223372036854775807", "STORE"}) {
        for (size_t count = 0; count < 12; ++count) {
          Request request = {"COMMAND", way};
          if (command.container != nullptr) {
            request.push_back(std::string(command.container->spec->name));
          }
          request.push_back(std::string(command.spec->name));
          request.insert(request.end(), count, filler);
          CheckOneReply(client, request);
        }
      }
    }
  });
}

TEST_CASE("sec_CVE_2023_28425: one key several times in every command that takes several") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::vector<std::pair<Request, std::string>> cases = {
      {{"MSET", "k", "1", "k", "2", "k", "3"}, "+OK\r\n"},
      {{"MGET", "k", "k"}, "*2\r\n$1\r\n3\r\n$1\r\n3\r\n"},
      {{"EXISTS", "k", "k", "k"}, ":3\r\n"},
      {{"TOUCH", "k", "k"}, ":2\r\n"},
      {{"RENAME", "k", "k"}, "+OK\r\n"},
      {{"RENAMENX", "k", "k"}, ":0\r\n"},
      {{"BITOP", "NOT", "k", "k"}, ":1\r\n"},
      {{"BITOP", "XOR", "k", "k", "k"}, ":1\r\n"},
      {{"LCS", "k", "k"}, std::string("$1\r\n\0\r\n", 7)},
      {{"COPY", "k", "k"}, "-ERR source and destination objects are the same\r\n"},
      {{"DEL", "k", "k", "k"}, ":1\r\n"},
      {{"MSETNX", "k", "1", "k", "2"}, ":1\r\n"},
      {{"UNLINK", "k", "k"}, ":1\r\n"},
  };
  for (const auto& [request, reply] : cases) {
    CAPTURE(request[0]);
    CHECK(client.Run(request) == reply);
    server.engine->state().keyspace.CheckInvariants();
  }
}

TEST_CASE("sec_CVE_2026_56684: any client may be killed from inside any turn") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    storage::Random random(seed);
    InProcessServer server({}, seed);
    std::vector<TestConnection*> clients;
    for (int i = 0; i < 20; ++i) clients.push_back(&server.Connect());
    for (size_t i = 0; i < clients.size(); ++i) {
      std::string pipeline;
      for (int n = 0; n < 30; ++n) {
        const std::string victim = std::to_string(random.Below(clients.size()) + 1);
        switch (random.Below(4)) {
          case 0:
            pipeline += Encode({"CLIENT", "KILL", "ID", victim, "SKIPME", "no"});
            break;
          case 1:
            pipeline += Encode({"MONITOR"});
            break;
          case 2:
            pipeline += Encode({"CLIENT", "LIST"});
            break;
          case 3:
            pipeline += Encode({"SET", "k", std::string(random.Below(3000), 'v')});
            break;
        }
      }
      clients[i]->Push(pipeline);
    }
    server.RunTurns();
    auto& witness = server.Connect();
    CHECK(witness.Run({"PING"}) == "+PONG\r\n");
    size_t open = 1;
    for (const TestConnection* client : clients) open += client->is_open() ? 1 : 0;
    CHECK(server.engine->state().clients.size() == open);
  }
}

TEST_CASE("sec_CVE_2025_67733: no error carries line ends or zero bytes of a user") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::string evil("x\r\n+FAKE\r\n\0$3", 13);
  ForEachCommand(server, [&](const server::CommandInTable& command) {
    if (IsLeftOut(command)) return;
    CAPTURE(command.full_name);
    for (size_t count = 0; count < 6; ++count) {
      Request request;
      if (command.container != nullptr) {
        request.push_back(std::string(command.container->spec->name));
      }
      request.push_back(std::string(command.spec->name));
      request.insert(request.end(), count, evil);
      const std::string reply = client.Run(request);
      if (!reply.starts_with("-")) continue;
      CHECK(reply.find('\n') == reply.size() - 1);
      CHECK(reply.find('\r') == reply.size() - 2);
      CHECK(reply.find('\0') == std::string::npos);
    }
  });
  for (const Request& request :
       {Request{evil, evil}, Request{"CLIENT", evil}, Request{"CONFIG", evil}}) {
    const std::string reply = client.Run(request);
    CHECK(reply.starts_with("-"));
    CHECK(reply.find('\n') == reply.size() - 1);
    CHECK(reply.find('\0') == std::string::npos);
  }
}

TEST_CASE("sec_CVE_2023_41056: buffers grow and shrink under replies of every size") {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    storage::Random random(seed);
    InProcessServer server({"client-output-hold-back 200000"}, seed);
    auto& client = server.Connect();
    std::string expected;
    std::string got;
    for (int step = 0; step < 200; ++step) {
      const size_t size = random.Below(size_t{1} << random.Below(18));
      const std::string value(size, static_cast<char>('a' + random.Below(26)));
      expected += "$" + std::to_string(size) + "\r\n" + value + "\r\n";
      got += client.SendRaw(Encode({"ECHO", value}));
      // What is held back takes nothing more in: so a pause comes before a turn that reads.
      client.reads = random.Below(4) > 0 || client.session()->output.wire_size() > 0 ||
                     client.session()->bytes_in_flight > 0;
      if (client.reads) client.session()->OnWritten();
      if (random.Below(5) == 0) server.Advance(static_cast<int64_t>(random.Below(4000)));
      got += client.SendRaw("");
    }
    client.reads = true;
    got += client.SendRaw("");
    CHECK((got == expected));
  }
}

TEST_CASE("sec_redis_15390, sec_redis_15513: every directive at its extremes, by CONFIG SET") {
  const std::vector<std::string> values = {"0",
                                           "1",
                                           "-1",
                                           "2147483647",
                                           "2147483648",
                                           "4294967295",
                                           "9223372036854775807",
                                           "-9223372036854775808",
                                           "9223372036854775808",
                                           "18446744073709551615",
                                           "99999999999999999999gb",
                                           "9007199254740993tb",
                                           "16384pb",
                                           "8589934592gb",
                                           "100%",
                                           "101%",
                                           "-1%",
                                           "yes",
                                           "no",
                                           "",
                                           "a b",
                                           "1 1 1"};
  InProcessServer names;
  std::string listed = names.Connect().Run({"CONFIG", "GET", "*"});
  std::vector<std::string> directives;
  // *n, then for each directive its name and its value as bulk strings.
  size_t at = listed.find("\r\n") + 2;
  for (bool is_name = true; at < listed.size(); is_name = !is_name) {
    const size_t size = std::stoul(listed.substr(at + 1));
    at = listed.find("\r\n", at) + 2;
    if (is_name) directives.push_back(listed.substr(at, size));
    at += size + 2;
  }
  CHECK(directives.size() > 150);
  for (const std::string& directive : directives) {
    CAPTURE(directive);
    InProcessServer server({"enable-protected-configs yes"});
    TestConnection* client = &server.Connect();
    for (const std::string& value : values) {
      CAPTURE(value);
      CHECK(client->Run({"CONFIG", "SET", directive, value}).ends_with("\r\n"));
      server.Advance(1100);
      // Whatever is in force now, the server goes on with it; maybe without this client.
      if (!client->is_open()) client = &server.Connect();
      CHECK(client->Run({"PING"}).ends_with("\r\n"));
    }
  }
}

TEST_CASE("sec_redis_14970: no value that is written to a file may end its line") {
  InProcessServer server({"enable-protected-configs yes"});
  auto& client = server.Connect();
  for (const char* directive : {"dir", "dbfilename", "logfile", "pidfile", "syslog-ident", "bind",
                                "unixsocket", "save", "appendfilename", "appenddirname"}) {
    for (const std::string& evil :
         {std::string("a\nrequirepass x"), std::string("a\rb"), std::string("a\0b", 3)}) {
      CAPTURE(directive);
      CHECK(client.Run({"CONFIG", "SET", directive, evil}).starts_with("-ERR "));
    }
  }
}
