// BlockingServer: a server whose waits are checked when it ends, and whenever a test asks.
// WaitingTrial: such a server and a WaitingModel, which do the same at random; what the keys hold
// and who puts it there is the test's own.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "server/engine_state.h"
#include "tests/support/contents.h"
#include "tests/support/in_process_server.h"
#include "tests/support/replies.h"
#include "tests/support/waiting_model.h"

namespace tests {

struct BlockingServer : InProcessServer {
  using InProcessServer::InProcessServer;
  ~BlockingServer() { Check(); }
  void Check() {
    server::EngineState& state = engine->state();
    state.blocked.CheckInvariants();
    state.key_waiters.CheckInvariants();
    CheckKeyspace(*this);
  }
  size_t blocked() { return engine->state().blocked.size(); }
};

struct WaitingTrial {
  explicit WaitingTrial(uint64_t seed) : server({}, seed), random(seed) {
    for (int i = 0; i < 7; ++i) clients.push_back(&server.Connect());
    admin = &server.Connect();
  }

  std::string AnyKey() { return std::string(1, static_cast<char>('a' + random() % 4)); }
  std::vector<std::string> AnyKeys() {
    std::vector<std::string> keys(1 + random() % 3);
    for (std::string& key : keys) key = AnyKey();
    return keys;
  }
  // 0: without end.
  int64_t AnyWaitMs() { return random() % 3 == 0 ? 0 : static_cast<int64_t>(1 + random() % 60); }
  static std::string TimeoutOf(int64_t ms) {
    return std::to_string(static_cast<double>(ms) / 1000);
  }
  // The client may send a request that waits.
  bool IsFree(size_t client) { return !model.IsWaiting(client) && clients[client]->is_open(); }
  // The client sends it, and waits for the keys so long.
  template <class Take>
  void Wait(size_t client, const std::vector<std::string>& request,
            const std::vector<std::string>& keys, int64_t ms, Take&& take) {
    model.Add({client, keys, ms == 0 ? 0 : model.now_ms + ms, take});
    clients[client]->Push(Encode(request));
    server.RunTurns();
  }
  void PassTime() {
    const int64_t ms = static_cast<int64_t>(1 + random() % 20);
    server.Advance(ms);
    model.PassTime(ms);
  }
  void Check() {
    for (size_t i = 0; i < clients.size(); ++i) {
      REQUIRE(clients[i]->TakeOutput() == model.replies[i]);
    }
    model.replies.clear();
    server.Check();
    REQUIRE(server.blocked() == model.waiters.size());
  }

  BlockingServer server;
  WaitingModel model;
  std::mt19937_64 random;
  std::vector<TestConnection*> clients;
  TestConnection* admin = nullptr;
};

// Runs a trial derived from WaitingTrial, with its Step(), from several seeds.
template <class Trial>
void RunTrials() {
  for (uint64_t seed = 1; seed <= 25; ++seed) {
    CAPTURE(seed);
    Trial trial(seed);
    for (int step = 0; step < 600; ++step) {
      CAPTURE(step);
      trial.Step();
      trial.Check();
    }
  }
}

}  // namespace tests
