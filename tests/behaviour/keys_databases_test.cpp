// DBSIZE, FLUSHDB, FLUSHALL and SWAPDB.

#include <doctest/doctest.h>

#include <string>

#include "server/engine_state.h"
#include "tests/support/both_protocols.h"

using tests::BothProtocols;
using tests::FeedRecorder;
using tests::InProcessServer;

TEST_CASE("DBSIZE counts the keys of the selected database") {
  BothProtocols both;
  both.Check({"DBSIZE"}, ":0\r\n");
  both.Check({"SET", "a", "1"}, "+OK\r\n");
  both.Check({"SET", "b", "1"}, "+OK\r\n");
  both.Check({"DBSIZE"}, ":2\r\n");
  both.Check({"SELECT", "1"}, "+OK\r\n");
  both.Check({"DBSIZE"}, ":0\r\n");
}

TEST_CASE("FLUSHDB empties the selected database, FLUSHALL all of them") {
  for (const char* mode : {"", "ASYNC", "sync"}) {
    CAPTURE(mode);
    InProcessServer server;
    auto& client = server.Connect();
    const auto run = [&](std::string command) {
      return client.Run(*mode == 0 ? std::vector{command}
                                   : std::vector<std::string>{command, mode});
    };
    for (const char* database : {"0", "1", "2"}) {
      client.Run({"SELECT", database});
      client.Run({"SET", "k", "v"});
      client.Run({"SET", "e", "v", "EX", "10"});
    }
    CHECK(run("FLUSHDB") == "+OK\r\n");
    CHECK(client.Run({"DBSIZE"}) == ":0\r\n");
    CHECK(server.engine->state().keyspace.keys() == 4);
    CHECK(run("FLUSHALL") == "+OK\r\n");
    CHECK(server.engine->state().keyspace.keys() == 0);
    CHECK(server.engine->state().keyspace.NextExpiryMs() == INT64_MAX);
    // Work goes on as in a new server.
    CHECK(client.Run({"SET", "e", "v", "PX", "10"}) == "+OK\r\n");
    server.Advance(10);
    CHECK(client.Run({"DBSIZE"}) == ":0\r\n");
  }
}

TEST_CASE("A flush counts its keys as changes, and is propagated even when there are none") {
  InProcessServer server;
  auto& client = server.Connect();
  server::ChangeFeed& feed = server.engine->state().feed;
  for (int i = 0; i < 7; ++i) client.Run({"SET", std::to_string(i), "v"});
  FeedRecorder recorder(feed);
  const uint64_t before = feed.changes();
  client.Run({"FLUSHDB"});
  CHECK(feed.changes() == before + 7);
  CHECK(recorder.requests() == "0: FLUSHDB");
  CHECK(recorder.watched() == "*@0");
  CHECK(recorder.events() == "");
  recorder.Clear();
  client.Run({"SELECT", "3"});
  client.Run({"FLUSHALL", "ASYNC"});
  CHECK(feed.changes() == before + 7);
  CHECK(recorder.requests() == "3: FLUSHALL ASYNC");
  CHECK(recorder.watched() == "*@all");
}

TEST_CASE("A flush refuses what is no mode") {
  BothProtocols both;
  both.Check({"SET", "k", "v"}, "+OK\r\n");
  for (const char* command : {"FLUSHDB", "FLUSHALL"}) {
    both.CheckRefused({command, "NOW"}, "ERR syntax error");
    both.CheckRefused({command, "ASYNC", "SYNC"}, "ERR syntax error");
    both.CheckRefused({command, ""}, "ERR syntax error");
  }
}

TEST_CASE("FLUSHALL of 100,000 keys is taken apart in slices, and all memory comes back") {
  InProcessServer server({"enable-debug-command yes"});
  auto& client = server.Connect();
  server::EngineState& state = server.engine->state();
  client.Run({"SET", "first", "v"});
  client.Run({"FLUSHALL"});
  const size_t slab_before = state.keyspace.slab().used_bytes();
  const size_t memory_before = state.keyspace.memory();
  CHECK(client.Run({"DEBUG", "POPULATE", "100000", "key", "60"}) == "+OK\r\n");
  client.Run({"SET", "large", std::string(1 << 20, 'x'), "EX", "100"});
  CHECK(state.keyspace.memory() > 100'000 * 80);

  // Each step of the work seems to take 60 microseconds, of a slice's 200.
  server.clock.set_step_us(60);
  client.Push(tests::Encode({"FLUSHALL"}));
  server.engine->RunTurn();
  // The keys are gone at once, most of their memory is not.
  CHECK(state.keyspace.keys() == 0);
  CHECK(state.keyspace.memory() == memory_before);
  CHECK(state.keyspace.pending_objects() > 90'000);
  size_t pending = state.keyspace.pending_objects();
  // Other requests are served between the slices.
  client.Push(tests::Encode({"SET", "new", "v"}));
  int turns = 0;
  while (state.keyspace.HasRemains()) {
    REQUIRE(++turns < 10'000);
    CHECK(server.engine->HasReadyWork());
    server.engine->RunTurn();
    CHECK(pending - state.keyspace.pending_objects() < 10'000);
    pending = state.keyspace.pending_objects();
  }
  CHECK(turns > 10);
  CHECK(pending == 0);
  CHECK_FALSE(server.engine->HasReadyWork());
  CHECK(client.SendRaw("") == "+OK\r\n+OK\r\n");
  CHECK(client.Run({"GET", "new"}) == "$1\r\nv\r\n");
  CHECK(client.Run({"FLUSHALL"}) == "+OK\r\n");
  while (state.keyspace.HasRemains()) server.engine->RunTurn();
  CHECK(state.keyspace.slab().used_bytes() == slab_before);
}

TEST_CASE("Flushing an empty server again and again leaves nothing to do") {
  InProcessServer server;
  auto& client = server.Connect();
  for (int i = 0; i < 100; ++i) CHECK(client.Run({"FLUSHALL"}) == "+OK\r\n");
  CHECK_FALSE(server.engine->state().keyspace.HasRemains());
  CHECK_FALSE(server.engine->HasReadyWork());
}

TEST_CASE("SWAPDB exchanges two databases for all clients, with the expiry of their keys") {
  InProcessServer server;
  auto& client = server.Connect();
  auto& other = server.Connect();
  other.Run({"SELECT", "1"});
  client.Run({"SET", "a", "zero", "EX", "100"});
  other.Run({"SET", "b", "one"});
  FeedRecorder recorder(server.engine->state().feed);
  CHECK(client.Run({"SWAPDB", "0", "1"}) == "+OK\r\n");
  CHECK(recorder.requests() == "0: SWAPDB 0 1");
  CHECK(recorder.watched() == "*@0, *@1");
  CHECK(other.Run({"GET", "a"}) == "$4\r\nzero\r\n");
  CHECK(client.Run({"GET", "b"}) == "$3\r\none\r\n");
  CHECK(other.Run({"TTL", "a"}) == ":100\r\n");
  recorder.Clear();
  server.Advance(100'000);
  CHECK(recorder.events() == "x expired@1 a");
  CHECK(other.Run({"DBSIZE"}) == ":0\r\n");
  server.engine->state().keyspace.CheckInvariants();
}

TEST_CASE("SWAPDB of a database with itself is fine") {
  BothProtocols both;
  both.Check({"SET", "a", "1"}, "+OK\r\n");
  both.Check({"SWAPDB", "0", "0"}, "+OK\r\n");
  both.CheckPropagated("0: SWAPDB 0 0");
  both.Check({"GET", "a"}, "$1\r\n1\r\n");
}

TEST_CASE("SWAPDB refuses what is no database, the first argument first") {
  BothProtocols both({"databases 4"});
  both.Check({"SET", "a", "1"}, "+OK\r\n");
  both.CheckRefused({"SWAPDB", "x", "y"}, "ERR invalid first DB index");
  both.CheckRefused({"SWAPDB", "4294967296", "0"}, "ERR invalid first DB index");
  both.CheckRefused({"SWAPDB", "99", "y"}, "ERR invalid second DB index");
  both.CheckRefused({"SWAPDB", "0", "9223372036854775808"}, "ERR invalid second DB index");
  both.CheckRefused({"SWAPDB", "0", "4"}, "ERR DB index is out of range");
  both.CheckRefused({"SWAPDB", "-1", "0"}, "ERR DB index is out of range");
}
