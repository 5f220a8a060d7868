// Publishing and subscribing: who gets what, in which form, and what a subscriber may do.

#include <doctest/doctest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "server/engine_state.h"
#include "storage/base/glob.h"
#include "tests/support/in_process_server.h"
#include "tests/support/replies.h"

using tests::Array;
using tests::Bulk;
using tests::Error;
using tests::InProcessServer;
using tests::Integer;
using tests::kOk;
using tests::TestConnection;

namespace {

std::string Message(std::string_view name, std::string_view message) {
  return Array({Bulk("message"), Bulk(name), Bulk(message)});
}
std::string Told(std::string_view word, std::string_view name, int64_t count) {
  return Array({Bulk(word), Bulk(name), Integer(count)});
}
std::string AsPush(std::string wire) {
  wire[0] = '>';
  return wire;
}

struct PubSubServer : InProcessServer {
  ~PubSubServer() { subscriptions().CheckInvariants(); }
  server::Subscriptions& subscriptions() { return engine->state().subscriptions; }
};

}  // namespace

TEST_CASE("PubSub: a message goes to subscribers of its name and of matching patterns") {
  PubSubServer server;
  auto& exact = server.Connect();
  auto& pattern = server.Connect();
  auto& publisher = server.Connect();
  CHECK(exact.Run({"SUBSCRIBE", "news.art", "x", "x"}) ==
        Told("subscribe", "news.art", 1) + Told("subscribe", "x", 2) + Told("subscribe", "x", 2));
  CHECK(pattern.Run({"PSUBSCRIBE", "news.*", "n*t"}) ==
        Told("psubscribe", "news.*", 1) + Told("psubscribe", "n*t", 2));
  CHECK(publisher.Run({"PUBLISH", "news.art", "hi"}) == Integer(3));
  CHECK(publisher.Run({"PUBLISH", "other", "hi"}) == Integer(0));
  CHECK(publisher.Run({"SPUBLISH", "news.art", "hi"}) == Integer(0));
  CHECK(exact.TakeOutput() == Message("news.art", "hi"));
  const std::string both = pattern.TakeOutput();
  CHECK(both.size() ==
        2 * Array({Bulk("pmessage"), Bulk("news.*"), Bulk("news.art"), Bulk("hi")}).size() - 3);
  CHECK(both.find(Array({Bulk("pmessage"), Bulk("n*t"), Bulk("news.art"), Bulk("hi")})) !=
        std::string::npos);
}

TEST_CASE("PubSub: shard channels are a world of their own") {
  PubSubServer server;
  auto& shard = server.Connect();
  auto& publisher = server.Connect();
  CHECK(shard.Run({"SUBSCRIBE", "a"}) == Told("subscribe", "a", 1));
  CHECK(shard.Run({"SSUBSCRIBE", "s"}) == Told("ssubscribe", "s", 1));
  CHECK(publisher.Run({"PUBLISH", "s", "m"}) == Integer(0));
  CHECK(publisher.Run({"SPUBLISH", "s", "m"}) == Integer(1));
  CHECK(shard.TakeOutput() == Array({Bulk("smessage"), Bulk("s"), Bulk("m")}));
  CHECK(shard.Run({"SUNSUBSCRIBE"}) == Told("sunsubscribe", "s", 0));
  CHECK(shard.Run({"SUNSUBSCRIBE"}) == Array({Bulk("sunsubscribe"), tests::kNull, Integer(0)}));
}

TEST_CASE("PubSub: whoever leaves is told what is left, and null when there was nothing") {
  PubSubServer server;
  auto& client = server.Connect();
  for (const auto& [command, word] : std::vector<std::pair<std::string, std::string>>{
           {"UNSUBSCRIBE", "unsubscribe"}, {"PUNSUBSCRIBE", "punsubscribe"}}) {
    CHECK(client.Run({command}) == Array({Bulk(word), tests::kNull, Integer(0)}));
    CHECK(client.Run({command, "x"}) == Told(word, "x", 0));
  }
  client.Run({"SUBSCRIBE", "a", "b"});
  client.Run({"PSUBSCRIBE", "p*"});
  CHECK(client.Run({"UNSUBSCRIBE"}) == Told("unsubscribe", "a", 2) + Told("unsubscribe", "b", 1));
  CHECK(client.Run({"GET", "k"}).starts_with("-ERR Can't execute"));
  CHECK(client.Run({"PUNSUBSCRIBE"}) == Told("punsubscribe", "p*", 0));
  CHECK(client.Run({"GET", "k"}) == tests::kNull);
}

TEST_CASE("PubSub: a RESP2 subscriber may do little else") {
  PubSubServer server;
  auto& client = server.Connect();
  client.Run({"SUBSCRIBE", "a"});
  CHECK(client.Run({"CONFIG", "GET", "x"}) ==
        Error("ERR Can't execute 'config|get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / "
              "QUIT / RESET are allowed in this context"));
  CHECK(client.Run({"MULTI"}).starts_with("-ERR Can't execute 'multi'"));
  CHECK(client.Run({"PING"}) == Array({Bulk("pong"), Bulk("")}));
  CHECK(client.Run({"PING", "hi"}) == Array({Bulk("pong"), Bulk("hi")}));
  CHECK(client.Run({"RESET"}) == "+RESET\r\n");
  CHECK(server.subscriptions().clients() == 0);
  CHECK(client.Run({"PING"}) == "+PONG\r\n");
  client.Run({"SUBSCRIBE", "a"});
  CHECK(client.Run({"QUIT"}) == kOk);
}

TEST_CASE("PubSub: a RESP3 subscriber goes on as before; messages are pushes") {
  PubSubServer server;
  auto& client = server.Connect();
  auto& other = server.Connect();
  client.Run({"HELLO", "3"});
  CHECK(client.Run({"SUBSCRIBE", "a"}) == AsPush(Told("subscribe", "a", 1)));
  CHECK(client.Run({"PING"}) == "+PONG\r\n");
  CHECK(other.Run({"PUBLISH", "a", "m"}) == Integer(1));
  CHECK(client.TakeOutput() == AsPush(Message("a", "m")));
  // Its own message comes after the reply, as in Redis 7.4.
  CHECK(client.Run({"PUBLISH", "a", "m"}) == Integer(1) + AsPush(Message("a", "m")));
  client.Run({"MULTI"});
  client.Run({"PUBLISH", "a", "1"});
  client.Run({"PUBLISH", "a", "2"});
  CHECK(client.Run({"EXEC"}) ==
        Array({Integer(1), Integer(1)}) + AsPush(Message("a", "1")) + AsPush(Message("a", "2")));
}

TEST_CASE("PubSub: subscriptions work inside MULTI, those of shards do not") {
  PubSubServer server;
  auto& client = server.Connect();
  client.Run({"MULTI"});
  client.Run({"SUBSCRIBE", "ch"});
  client.Run({"UNSUBSCRIBE", "ch"});
  client.Run({"SSUBSCRIBE", "ch"});
  client.Run({"PSUBSCRIBE", "p*"});
  client.Run({"PUNSUBSCRIBE"});
  client.Run({"PING"});
  CHECK(client.Run({"EXEC"}) ==
        Array({Told("subscribe", "ch", 1), Told("unsubscribe", "ch", 0),
               Error("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client"),
               Told("psubscribe", "p*", 1), Told("punsubscribe", "p*", 0), "+PONG\r\n"}));
}

TEST_CASE("PubSub: PUBSUB, CLIENT LIST and INFO tell who listens") {
  PubSubServer server;
  auto& client = server.Connect();
  auto& other = server.Connect();
  client.Run({"SUBSCRIBE", "abc"});
  client.Run({"SSUBSCRIBE", "s"});
  client.Run({"PSUBSCRIBE", "p*"});
  CHECK(other.Run({"PUBSUB", "CHANNELS"}) == Array({Bulk("abc")}));
  CHECK(other.Run({"PUBSUB", "CHANNELS", "x*"}) == "*0\r\n");
  CHECK(other.Run({"PUBSUB", "SHARDCHANNELS", "?"}) == Array({Bulk("s")}));
  CHECK(other.Run({"PUBSUB", "NUMSUB", "abc", "no"}) ==
        Array({Bulk("abc"), Integer(1), Bulk("no"), Integer(0)}));
  CHECK(other.Run({"PUBSUB", "SHARDNUMSUB", "s"}) == Array({Bulk("s"), Integer(1)}));
  CHECK(other.Run({"PUBSUB", "NUMPAT"}) == Integer(1));
  const std::string line = other.Run({"CLIENT", "LIST", "TYPE", "pubsub"});
  CHECK(line.find("flags=P ") != std::string::npos);
  CHECK(line.find("sub=1 psub=1 ssub=1") != std::string::npos);
  CHECK(other.Run({"INFO"}).find("pubsub_clients:1\r\n") != std::string::npos);
  CHECK(other.Run({"INFO"}).find("pubsub_patterns:1\r\n") != std::string::npos);
  client.Close();
  CHECK(other.Run({"PUBSUB", "CHANNELS"}) == "*0\r\n");
  CHECK(other.Run({"PUBLISH", "abc", "m"}) == Integer(0));
}

TEST_CASE("PubSub: a slow subscriber is cut at its limit while the others get every message") {
  PubSubServer server;
  auto& publisher = server.Connect();
  publisher.Run({"CONFIG", "SET", "client-output-buffer-limit", "pubsub 200000 0 0"});
  auto& slow = server.Connect();
  std::vector<TestConnection*> others;
  slow.Run({"SUBSCRIBE", "a"});
  for (int i = 0; i < 20; ++i) {
    others.push_back(&server.Connect());
    others.back()->Run({"SUBSCRIBE", "a"});
  }
  slow.reads = false;
  // Below and above the size from which bytes are shared.
  for (const size_t bytes : {size_t{1000}, size_t{30'000}}) {
    const std::string text(bytes, 'x');
    for (int i = 0; i < 20; ++i) {
      CHECK(publisher.Run({"PUBLISH", "a", text}).starts_with(":2"));
      for (TestConnection* other : others) CHECK(other->TakeOutput() == Message("a", text));
    }
  }
  CHECK_FALSE(slow.is_open());
  CHECK(server.subscriptions().SubscribersOf(server::SubscriptionKind::kExact, "a") == 20);
}

TEST_CASE("PubSub: patterns deliver as trying each one by one would, under any subscriptions") {
  const std::vector<std::string> texts = {"",    "*",  "a*",  "a?c",  "ab[cd]", "\\*a",
                                          "abc", "b*", "ab*", "abcd", "[^a]",   "a*c*",
                                          "??",  "ab", "abd", "bcda", "a"};
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    PubSubServer server;
    std::vector<TestConnection*> clients;
    std::vector<std::set<std::string>> patterns(4);
    for (int i = 0; i < 4; ++i) clients.push_back(&server.Connect());
    auto& publisher = server.Connect();
    for (int step = 0; step < 100; ++step) {
      const size_t who = random() % clients.size();
      const std::string& text = texts[random() % texts.size()];
      if (random() % 3 == 0) {
        clients[who]->Run({"PUNSUBSCRIBE", text});
        patterns[who].erase(text);
      } else {
        clients[who]->Run({"PSUBSCRIBE", text});
        patterns[who].insert(text);
      }
      server.subscriptions().CheckInvariants();
      const std::string& name = texts[random() % texts.size()];
      int64_t expected = 0;
      for (const auto& own : patterns) {
        for (const std::string& pattern : own) expected += storage::GlobMatches(pattern, name);
      }
      CHECK(publisher.Run({"PUBLISH", name, "m"}) == Integer(expected));
    }
  }
}
