// OBJECT.

#include <doctest/doctest.h>

#include <string>

#include "server/commands/shared/reference_count.h"
#include "server/engine_state.h"
#include "tests/support/both_protocols.h"
#include "tests/support/read_reply.h"

using tests::BothProtocols;
using tests::InProcessServer;
using tests::ReadReply;

TEST_CASE("OBJECT ENCODING names the three forms of a string") {
  BothProtocols both;
  const std::string forty_four(44, 'x');
  const std::string forty_five(45, 'x');
  both.Check({"SET", "k", "-9223372036854775808"}, "+OK\r\n");
  both.Check({"OBJECT", "ENCODING", "k"}, "$3\r\nint\r\n");
  both.Check({"SET", "k", "9223372036854775808"}, "+OK\r\n");
  both.Check({"OBJECT", "encoding", "k"}, "$6\r\nembstr\r\n");
  both.Check({"SET", "k", forty_four}, "+OK\r\n");
  both.Check({"OBJECT", "ENCODING", "k"}, "$6\r\nembstr\r\n");
  both.Check({"SET", "k", forty_five}, "+OK\r\n");
  both.Check({"OBJECT", "ENCODING", "k"}, "$3\r\nraw\r\n");
  both.Check({"SET", "k", "01"}, "+OK\r\n");
  both.Check({"OBJECT", "ENCODING", "k"}, "$6\r\nembstr\r\n");
  both.Check({"APPEND", "k", "2"}, ":3\r\n");
  both.Check({"OBJECT", "ENCODING", "k"}, "$3\r\nraw\r\n");
  both.Check({"SET", "k", std::string(100'000, 'x')}, "+OK\r\n");
  both.Check({"OBJECT", "ENCODING", "k"}, "$3\r\nraw\r\n");
}

TEST_CASE("OBJECT of a missing key is null") {
  BothProtocols both;
  for (const char* subcommand : {"ENCODING", "FREQ", "IDLETIME", "REFCOUNT"}) {
    both.Check({"OBJECT", subcommand, "missing"}, "$-1\r\n", "_\r\n");
  }
}

TEST_CASE("OBJECT REFCOUNT shows small integers as shared, as Redis does") {
  BothProtocols both;
  const std::string shared = ":2147483647\r\n";
  for (const auto& [value, count] : {std::pair<std::string, std::string>{"0", shared},
                                     {"9999", shared},
                                     {"10000", ":1\r\n"},
                                     {"-1", ":1\r\n"},
                                     {"text", ":1\r\n"}}) {
    both.Check({"SET", "k", value}, "+OK\r\n");
    both.Check({"OBJECT", "REFCOUNT", "k"}, count);
  }
}

TEST_CASE("A policy that needs the access time of each key leaves no integer shared") {
  InProcessServer server;
  server.Connect().Run({"SET", "k", "7"});
  storage::Keyspace& keyspace = server.engine->state().keyspace;
  const storage::Found found = keyspace.database(0).Find(keyspace.MakeKey("k"), storage::kPeek);
  server::Settings settings;
  settings.maxmemory_policy = server::MaxmemoryPolicy::kAllkeysLru;
  CHECK(server::ReferenceCount(*found, settings) == INT32_MAX);
  settings.maxmemory = 1;
  CHECK(server::ReferenceCount(*found, settings) == 1);
  settings.maxmemory_policy = server::MaxmemoryPolicy::kVolatileTtl;
  CHECK(server::ReferenceCount(*found, settings) == INT32_MAX);
}

TEST_CASE("OBJECT IDLETIME counts the seconds since the last access") {
  BothProtocols both;
  both.Check({"SET", "k", "v"}, "+OK\r\n");
  both.Advance(5000);
  both.Check({"OBJECT", "IDLETIME", "k"}, ":5\r\n");
  both.Check({"GET", "k"}, "$1\r\nv\r\n");
  both.Check({"OBJECT", "IDLETIME", "k"}, ":0\r\n");
  both.Advance(3000);
  both.Check({"RENAME", "k", "other"}, "+OK\r\n");
  both.Check({"OBJECT", "IDLETIME", "other"}, ":0\r\n");
}

TEST_CASE("OBJECT FREQ needs an LFU policy, IDLETIME another") {
  BothProtocols lru;
  lru.Check({"SET", "k", "v"}, "+OK\r\n");
  lru.CheckRefused(
      {"OBJECT", "FREQ", "k"},
      "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that "
      "when switching between policies at runtime LRU and LFU data will take some time to adjust.");
  BothProtocols lfu;
  // As CONFIG SET maxmemory-policy allkeys-lfu will.
  lfu.resp2.engine->state().keyspace.set_access_policy({.is_lfu = true});
  lfu.resp3.engine->state().keyspace.set_access_policy({.is_lfu = true});
  lfu.Check({"SET", "k", "v"}, "+OK\r\n");
  lfu.CheckRefused(
      {"OBJECT", "IDLETIME", "k"},
      "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when "
      "switching between policies at runtime LRU and LFU data will take some time to adjust.");
  lfu.Check({"OBJECT", "FREQ", "k"}, ":5\r\n");
}

TEST_CASE("OBJECT FREQ grows with accesses ever more slowly, and decays by the minute") {
  InProcessServer server;
  auto& client = server.Connect();
  server.engine->state().keyspace.set_access_policy({.is_lfu = true});
  client.Run({"SET", "k", "v"});
  const auto frequency = [&] { return ReadReply(client.Run({"OBJECT", "FREQ", "k"})).integer; };
  CHECK(frequency() == 5);
  for (int i = 0; i < 100; ++i) client.Run({"GET", "k"});
  const int64_t after_100 = frequency();
  CHECK(after_100 > 6);
  CHECK(after_100 < 30);
  for (int i = 0; i < 10'000; ++i) client.Run({"GET", "k"});
  const int64_t after_10000 = frequency();
  CHECK(after_10000 > after_100);
  CHECK(after_10000 < 200);
  server.clock.AdvanceMs(5 * 60'000);
  CHECK(frequency() == after_10000 - 5);
  server.clock.AdvanceMs(300 * 60'000);
  CHECK(frequency() == 0);
}

TEST_CASE("OBJECT HELP lists the subcommands as simple strings") {
  BothProtocols both;
  const auto help = ReadReply(both.client2.Run({"OBJECT", "help"}));
  REQUIRE(help.elements.size() == 11);
  CHECK(help.elements[0].text == "OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
  const char* forms[] = {"ENCODING <key>", "FREQ <key>", "IDLETIME <key>", "REFCOUNT <key>",
                         "HELP"};
  for (size_t i = 0; i < 5; ++i) {
    CHECK(help.elements[1 + 2 * i].text == forms[i]);
    CHECK(help.elements[2 + 2 * i].text.starts_with("    "));
    CHECK(help.elements[1 + 2 * i].type == protocol::resp::ReplyType::kSimple);
  }
}

TEST_CASE("OBJECT refuses what it does not know in Redis's words") {
  BothProtocols both;
  both.CheckRefused({"OBJECT", "FOO"}, "ERR unknown subcommand 'FOO'. Try OBJECT HELP.");
  both.CheckRefused({"OBJECT", "FOO", "k"}, "ERR unknown subcommand 'FOO'. Try OBJECT HELP.");
  for (const char* name : {"encoding", "freq", "idletime", "refcount"}) {
    both.CheckRefused({"OBJECT", name}, "ERR wrong number of arguments for 'object|" +
                                            std::string(name) + "' command");
    both.CheckRefused({"OBJECT", name, "a", "b"}, "ERR wrong number of arguments for 'object|" +
                                                      std::string(name) + "' command");
  }
  both.CheckRefused({"OBJECT", "HELP", "x"},
                    "ERR wrong number of arguments for 'object|help' command");
}
