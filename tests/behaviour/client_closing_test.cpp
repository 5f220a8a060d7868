// Any connection may end at any moment: killed from inside any request, closed by its peer, or by a
// limit, while it waits, is paused, monitors, is held back or has half a request.

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/resp/reply_decoder.h"
#include "server/engine_state.h"
#include "storage/base/random.h"
#include "tests/support/blocking_commands.h"
#include "tests/support/in_process_server.h"

using storage::Random;
using tests::Encode;
using tests::InProcessServer;
using tests::TestConnection;

namespace {

// Puts a client into a state in which it must be possible to close it.
struct Situation {
  const char* name;
  void (*enter)(InProcessServer& server, TestConnection& client);
};

constexpr Situation kSituations[] = {
    {"quiet", [](InProcessServer&, TestConnection&) {}},
    {"half a request",
     [](InProcessServer&, TestConnection& client) {
       client.SendRaw("*2\r\n$4\r\nECHO\r\n$100\r\nx");
     }},
    {"a request not yet looked at",
     [](InProcessServer&, TestConnection& client) { client.Push(Encode({"SET", "k", "v"})); }},
    {"many of them",
     [](InProcessServer&, TestConnection& client) {
       std::string pipeline;
       for (int i = 0; i < 500; ++i) pipeline += Encode({"SET", "k", "v"});
       client.Push(pipeline);
     }},
    {"waiting", [](InProcessServer&, TestConnection& client) { client.Run({"WAITFOR", "0"}); }},
    {"waiting for a time, with more to do",
     [](InProcessServer&, TestConnection& client) {
       client.SendRaw(Encode({"WAITFOR", "5"}) + Encode({"SET", "k", "v"}));
     }},
    {"monitoring", [](InProcessServer&, TestConnection& client) { client.Run({"MONITOR"}); }},
    {"held back",
     [](InProcessServer& server, TestConnection& client) {
       client.reads = false;
       std::string pipeline;
       for (int i = 0; i < 30; ++i) pipeline += Encode({"ECHO", std::string(60'000, 'x')});
       while (!pipeline.empty()) {
         const size_t count = client.Push(pipeline);
         if (count == 0) break;
         pipeline.erase(0, count);
         server.RunTurns();
       }
     }},
    {"muted",
     [](InProcessServer&, TestConnection& client) { client.Run({"CLIENT", "REPLY", "OFF"}); }},
    {"about to quit",
     [](InProcessServer&, TestConnection& client) {
       client.Push(Encode({"QUIT"}) + Encode({"SET", "k", "v"}));
     }},
};

}  // namespace

TEST_CASE("sec_CVE_2026_56684: a client in any state is killed from inside a request of another") {
  for (const Situation& situation : kSituations) {
    for (const bool killer_is_older : {true, false}) {
      CAPTURE(situation.name);
      CAPTURE(killer_is_older);
      InProcessServer server({}, 1, tests::BlockingCommands());
      auto& first = server.Connect();
      auto& second = server.Connect();
      TestConnection& killer = killer_is_older ? first : second;
      TestConnection& victim = killer_is_older ? second : first;
      const std::string victim_id = killer_is_older ? "2" : "1";
      const bool is_first_in_turn = killer_is_older;
      if (is_first_in_turn) {
        killer.Push(Encode({"CLIENT", "KILL", "ID", victim_id}) + Encode({"PING"}));
      }
      // Where nothing ran yet, both are worked off in one turn.
      situation.enter(server, victim);
      if (!is_first_in_turn) {
        killer.Push(Encode({"CLIENT", "KILL", "ID", victim_id}) + Encode({"PING"}));
      }
      server.RunTurns();
      CHECK_FALSE(victim.is_open());
      const std::string reply = killer.TakeOutput();
      CHECK(reply.ends_with("+PONG\r\n"));
      server.Advance(200);
      CHECK(killer.Run({"PING"}).ends_with("+PONG\r\n"));
      CHECK(server.engine->state().clients.size() == 1);
      server.engine->state().blocked.CheckInvariants();
    }
  }
}

TEST_CASE("sec_CVE_2026_56684: whole groups are killed, oneself among them, in any state") {
  for (const Situation& situation : kSituations) {
    for (const std::string_view skip_me : {"yes", "no"}) {
      CAPTURE(situation.name);
      CAPTURE(skip_me);
      InProcessServer server({}, 1, tests::BlockingCommands());
      std::vector<TestConnection*> victims;
      for (int i = 0; i < 3; ++i) victims.push_back(&server.Connect());
      auto& killer = server.Connect();
      for (int i = 0; i < 3; ++i) victims.push_back(&server.Connect());
      for (TestConnection* victim : victims) situation.enter(server, *victim);
      killer.Push(Encode({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", std::string(skip_me)}));
      server.RunTurns();
      for (TestConnection* victim : victims) CHECK_FALSE(victim->is_open());
      CHECK(killer.is_open() == (skip_me == "yes"));
      server.Advance(200);
      CHECK(server.engine->state().blocked.size() == 0);
    }
  }
}

namespace {

// Some clients doing at random whatever ends, delays or hides others, and a count of what each is
// owed.
class Crowd {
 public:
  explicit Crowd(uint64_t seed) : random_(seed), server_({}, seed, tests::BlockingCommands()) {
    for (Member& member : members_) Join(member);
  }

  void Step() {
    Member& member = members_[random_.Below(members_.size())];
    if (!member.connection->is_open()) {
      Join(member);
    } else {
      Act(member);
    }
    Pump();
    if (random_.Below(3) == 0) server_.RunTurns();
    if (random_.Below(5) == 0) server_.Advance(static_cast<int64_t>(random_.Below(20)));
    server_.engine->state().blocked.CheckInvariants();
    for (Member& each : members_) Collect(each);
  }

  // Lets everything come to an end; then whoever is still there has been answered completely.
  void Settle() {
    for (Member& member : members_) {
      member.connection->reads = true;
      Send(member, {"PING"});
    }
    for (int round = 0; round < 100; ++round) {
      Pump();
      server_.RunTurns();
      server_.Advance(100);
    }
    for (Member& member : members_) {
      Collect(member);
      if (!member.connection->is_open()) continue;
      ++survivors_;
      CHECK(member.outbox.empty());
      CHECK(member.unread.empty());
      CHECK(member.replies == member.requests);
    }
  }
  int survivors() const { return survivors_; }

 private:
  struct Member {
    TestConnection* connection = nullptr;
    int requests = 0;
    int replies = 0;
    std::string outbox;
    std::string unread;
  };

  void Join(Member& member) {
    member = Member();
    member.connection = &server_.Connect();
  }

  void Send(Member& member, const std::vector<std::string>& request) {
    member.outbox += Encode(request);
    ++member.requests;
  }

  // What the sessions take now; the rest waits, as in the buffers of a socket.
  void Pump() {
    for (Member& member : members_) {
      if (member.outbox.empty() || !member.connection->is_open()) continue;
      member.outbox.erase(0, member.connection->Push(member.outbox));
    }
  }

  std::string RandomId() {
    const Member& member = members_[random_.Below(members_.size())];
    if (!member.connection->is_open()) return "1";
    const auto* session = static_cast<server::RespSession*>(member.connection->session());
    return std::to_string(session->client.id);
  }

  void Act(Member& member) {
    switch (random_.Below(20)) {
      case 0:
      case 1:
        return Send(member, {"CLIENT", "KILL", "ID", RandomId()});
      case 2:
        return Send(member, {"CLIENT", "KILL", "ID", RandomId(), "SKIPME", "no"});
      case 3:
        if (random_.Below(10) > 0) return;
        return Send(member, {"CLIENT", "KILL", "TYPE", "normal"});
      case 4:
      case 5:
        return Send(member, {"WAITFOR", std::to_string(1 + random_.Below(30))});
      case 6:
        return Send(member, {"WAKE", RandomId(), "hello"});
      case 7:
        return Send(member, {"CLIENT", "UNBLOCK", RandomId(), "ERROR"});
      case 8:
        return Send(member, {"CLIENT", "PAUSE", "10", random_.Below(2) == 0 ? "ALL" : "WRITE"});
      case 9:
        return Send(member, {"CLIENT", "UNPAUSE"});
      case 10:
        if (random_.Below(4) > 0) return;
        return Send(member, {"MONITOR"});
      case 11:
        return Send(member, {"RESET"});
      case 12:
        if (random_.Below(5) > 0) return;
        return Send(member, {"QUIT"});
      case 13:
        return member.connection->Close();
      case 14:
        member.connection->reads = !member.connection->reads;
        return;
      case 15:
        return Send(member, {"ECHO", std::string(random_.Below(50'000), 'x')});
      case 16:
        return Send(member, {"CLIENT", "LIST"});
      case 17:
        return Send(member, {"SET", "k", "v"});
      case 18:
        return Send(member, {"NOPE"});
      default:
        return Send(member, {"PING"});
    }
  }

  // Counts the replies; a monitor's lines are none.
  void Collect(Member& member) {
    member.unread += member.connection->TakeOutput();
    for (;;) {
      protocol::resp::ReplyDecoder decoder;
      protocol::resp::Reply reply;
      size_t bytes = 0;
      if (decoder.Decode(member.unread, {}, &reply, &bytes) !=
          protocol::resp::ReplyStatus::kReply) {
        return;
      }
      member.unread.erase(0, bytes);
      if (!reply.text.starts_with("1790")) ++member.replies;
    }
  }

  Random random_;
  InProcessServer server_;
  std::array<Member, 12> members_;
  int survivors_ = 0;
};

}  // namespace

TEST_CASE("Clients: whoever survives any sequence of closing and waiting has all replies, once") {
  int survivors = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    Crowd crowd(seed);
    for (int step = 0; step < 500; ++step) crowd.Step();
    crowd.Settle();
    survivors += crowd.survivors();
  }
  CHECK(survivors > 40);  // or it would have shown nothing
}

TEST_CASE("Log: how connections end, in Redis's words, when it is verbose") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"CLIENT", "SETNAME", "me"});
  client.session()->OnLinkEnd(server::LinkEnd::kPeerClosed, "");
  CHECK(server.log.lines.empty());  // by default it is not

  server.log.BeVerbose();
  client.session()->OnLinkEnd(server::LinkEnd::kPeerClosed, "");
  REQUIRE(server.log.lines.size() == 1);
  CHECK(server.log.lines[0].starts_with(
      "Client closed connection id=1 addr=127.0.0.1:50000 laddr=127.0.0.1:6379 fd=8 name=me "));
  CHECK(server.log.lines[0].ends_with(
      " cmd=client|setname user=default redir=-1 resp=2 lib-name= lib-ver="));
  client.session()->OnLinkEnd(server::LinkEnd::kReadFailed, "Connection reset by peer");
  CHECK(server.log.lines.back() == "Reading from client: Connection reset by peer");
  client.session()->OnLinkEnd(server::LinkEnd::kWriteFailed, "Broken pipe");
  CHECK(server.log.lines.back() == "Error writing to client: Broken pipe");
}

TEST_CASE("Log: a protocol error tells whose, but nothing of what was sent") {
  InProcessServer server;
  server.log.BeVerbose();
  auto& client = server.Connect();
  client.SendRaw("*2\r\n$4\r\nAUTH\r\n$secret\r\n");
  CHECK_FALSE(client.is_open());
  REQUIRE(server.log.lines.size() == 1);
  CHECK(server.log.lines[0].starts_with(
      "Protocol error (invalid bulk length) from client: id=1 addr=127.0.0.1:50000 "));
  CHECK(server.log.lines[0].find("secret") == std::string::npos);
}
