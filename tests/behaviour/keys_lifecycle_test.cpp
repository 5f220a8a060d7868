// DEL, UNLINK, EXISTS, TOUCH and TYPE.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "server/engine_state.h"
#include "tests/support/both_protocols.h"

using tests::BothProtocols;
using tests::InProcessServer;

TEST_CASE("DEL and UNLINK remove keys and count those that there were") {
  for (const char* command : {"DEL", "UNLINK"}) {
    CAPTURE(command);
    BothProtocols both;
    for (const char* key : {"a", "b", "c"}) both.Check({"SET", key, "v"}, "+OK\r\n");
    both.Check({command, "a", "missing", "b", "a"}, ":2\r\n");
    both.CheckEvents("g del@0 a, g del@0 b");
    both.CheckPropagated("0: " + std::string(command) + " a missing b a");
    both.Check({"EXISTS", "a", "b", "c"}, ":1\r\n");
    both.Check({command, "a"}, ":0\r\n");
    both.CheckEvents("");
    both.CheckPropagated("");
  }
}

TEST_CASE("DEL of a key whose time has come finds nothing, and tells that the key expired") {
  BothProtocols both;
  both.Check({"SET", "k", "v"}, "+OK\r\n");
  both.Check({"PEXPIRE", "k", "100"}, ":1\r\n");
  both.resp2.clock.AdvanceMs(100);
  both.resp3.clock.AdvanceMs(100);
  both.Check({"DEL", "k"}, ":0\r\n");
  both.CheckEvents("x expired@0 k");
  both.CheckPropagated("0: DEL k");
}

TEST_CASE("DEL removes thousands of keys at once, those named twice too") {
  InProcessServer server;
  auto& client = server.Connect();
  std::vector<std::string> request = {"DEL"};
  for (int i = 0; i < 5000; ++i) {
    client.Run({"SET", "key:" + std::to_string(i), "v"});
    request.push_back("key:" + std::to_string(i));
    request.push_back("key:" + std::to_string(i / 2));
  }
  CHECK(client.Run(request) == ":5000\r\n");
  CHECK(client.Run({"DBSIZE"}) == ":0\r\n");
  server.engine->state().keyspace.CheckInvariants();
}

TEST_CASE("A large value that is deleted is freed elsewhere, and no longer counts") {
  for (const char* command : {"DEL", "UNLINK", "FLUSHALL"}) {
    CAPTURE(command);
    InProcessServer server;
    auto& client = server.Connect();
    std::vector<size_t> elsewhere;
    storage::Keyspace& keyspace = server.engine->state().keyspace;
    keyspace.set_free_elsewhere([&](storage::LargeString* string) {
      elsewhere.push_back(string->size());
      storage::LargeString::Destroy(string);
    });
    client.Run({"SET", "large", std::string(1 << 20, 'x')});
    client.Run({"SET", "medium", std::string(100 << 10, 'x')});
    CHECK(keyspace.memory() > (1 << 20));
    const std::string flushall = "FLUSHALL";
    client.Run(command == flushall ? std::vector{flushall}
                                   : std::vector<std::string>{command, "large", "medium"});
    CHECK(elsewhere == std::vector<size_t>{1 << 20});
    CHECK(keyspace.database(0).data_bytes() == 0);
    keyspace.set_free_elsewhere({});
  }
}

TEST_CASE("EXISTS and TOUCH count a key as often as it is named") {
  BothProtocols both;
  both.Check({"SET", "a", "1"}, "+OK\r\n");
  both.Check({"EXISTS", "a", "b", "a", "a"}, ":3\r\n");
  both.Check({"TOUCH", "a", "b", "a"}, ":2\r\n");
  both.Check({"EXISTS", "b"}, ":0\r\n");
}

TEST_CASE("TOUCH renews the idle time, EXISTS and TYPE and OBJECT do not") {
  BothProtocols both;
  both.Check({"SET", "k", "v"}, "+OK\r\n");
  both.Advance(10'000);
  both.Check({"EXISTS", "k"}, ":1\r\n");
  both.Check({"TYPE", "k"}, "+string\r\n");
  both.Check({"OBJECT", "ENCODING", "k"}, "$6\r\nembstr\r\n");
  both.Check({"TTL", "k"}, ":-1\r\n");
  both.Check({"OBJECT", "IDLETIME", "k"}, ":10\r\n");
  both.Check({"TOUCH", "k"}, ":1\r\n");
  both.Check({"OBJECT", "IDLETIME", "k"}, ":0\r\n");
}

TEST_CASE("Hits and misses are counted by what reads, not by what writes") {
  InProcessServer server;
  auto& client = server.Connect();
  const auto& statistics = server.engine->state().keyspace.statistics();
  client.Run({"SET", "k", "v"});
  client.Run({"DEL", "missing"});
  client.Run({"EXPIRE", "missing", "10"});
  client.Run({"RENAME", "missing", "other"});
  client.Run({"MOVE", "missing", "1"});
  CHECK(statistics.hits == 0);
  CHECK(statistics.misses == 0);
  client.Run({"EXISTS", "k", "missing"});
  client.Run({"TOUCH", "k", "missing"});
  client.Run({"TYPE", "k"});
  client.Run({"TTL", "missing"});
  client.Run({"OBJECT", "ENCODING", "k"});
  client.Run({"OBJECT", "REFCOUNT", "missing"});
  client.Run({"COPY", "missing", "other"});
  CHECK(statistics.hits == 4);
  CHECK(statistics.misses == 5);
}

TEST_CASE("A miss is told by what reads, and by OBJECT it is not") {
  BothProtocols both;
  both.Check({"EXISTS", "k"}, ":0\r\n");
  both.CheckEvents("m keymiss@0 k");
  both.Check({"TYPE", "k"}, "+none\r\n");
  both.CheckEvents("m keymiss@0 k");
  both.Check({"OBJECT", "ENCODING", "k"}, "$-1\r\n", "_\r\n");
  both.CheckEvents("");
  both.Check({"DEL", "k"}, ":0\r\n");
  both.CheckEvents("");
}

TEST_CASE("TYPE of a missing key is none") {
  BothProtocols both;
  both.Check({"TYPE", "k"}, "+none\r\n");
  both.Check({"SET", "k", "12"}, "+OK\r\n");
  both.Check({"TYPE", "k"}, "+string\r\n");
}

TEST_CASE("The commands about keys refuse a wrong number of arguments") {
  BothProtocols both;
  for (const char* name : {"del",        "unlink",      "exists",   "touch",     "type", "rename",
                           "renamenx",   "copy",        "move",     "swapdb",    "keys", "scan",
                           "expire",     "pexpire",     "expireat", "pexpireat", "ttl",  "pttl",
                           "expiretime", "pexpiretime", "persist",  "object",    "debug"}) {
    both.CheckRefused({name},
                      "ERR wrong number of arguments for '" + std::string(name) + "' command");
  }
  both.CheckRefused({"DBSIZE", "x"}, "ERR wrong number of arguments for 'dbsize' command");
  both.CheckRefused({"RANDOMKEY", "x"}, "ERR wrong number of arguments for 'randomkey' command");
  both.CheckRefused({"TYPE", "a", "b"}, "ERR wrong number of arguments for 'type' command");
  both.CheckRefused({"KEYS", "a", "b"}, "ERR wrong number of arguments for 'keys' command");
}

TEST_CASE("Keys may be empty, hold any byte and be long") {
  BothProtocols both;
  using namespace std::string_view_literals;
  const std::string kLong(100'000, 'k');
  for (const std::string_view key : {""sv, "\0\r\n\xff"sv, std::string_view(kLong)}) {
    both.Check({"SET", key, "v"}, "+OK\r\n");
    both.Check({"EXPIRE", key, "100"}, ":1\r\n");
    both.Check({"RENAME", key, "other"}, "+OK\r\n");
    both.Check({"COPY", "other", key}, ":1\r\n");
    both.Check({"TTL", key}, ":100\r\n");
    both.Check({"DEL", key, "other"}, ":2\r\n");
  }
  both.Check({"DBSIZE"}, ":0\r\n");
}
