// Recorder: what the change feed of a server told since the last look: keyspace events, and the
// requests that would go to the log and to replicas.
#pragma once

#include <bit>
#include <string>

#include "server/change_feed.h"
#include "server/engine_state.h"
#include "tests/support/in_process_server.h"

namespace tests {

class Recorder final : public server::KeyspaceEventSink, public server::PropagationSink {
 public:
  explicit Recorder(InProcessServer& server) : feed_(server.engine->state().feed) {
    feed_.set_event_sink(this);
    feed_.set_propagation_sink(this);
  }
  ~Recorder() override {
    feed_.set_event_sink(nullptr);
    feed_.set_propagation_sink(nullptr);
  }

  // "new k, set k"; hits and misses are left out.
  std::string TakeEvents() { return std::exchange(events_, std::string()); }
  // The same events' classes as notify-keyspace-events names them: "n$".
  std::string TakeClasses() { return std::exchange(classes_, std::string()); }
  // "SET k v PXAT 5; DEL k"
  std::string TakeRequests() { return std::exchange(requests_, std::string()); }

  void OnEvent(server::EventClass event_class, std::string_view event, int,
               std::string_view key) override {
    if (event_class == server::EventClass::kKeyMiss) return;
    if (!events_.empty()) events_ += ", ";
    events_ += std::string(event) + " " + std::string(key);
    // The classes are bits, from "g" on the third.
    classes_ += std::string_view("..g$lshzxetm.dn")[static_cast<size_t>(
        std::countr_zero(static_cast<uint32_t>(event_class)))];
  }
  void OnUnitEnd() override {}
  void OnRequest(int, std::span<const std::string_view> arguments) override {
    if (!requests_.empty()) requests_ += "; ";
    for (const std::string_view argument : arguments) {
      if (argument.data() != arguments[0].data()) requests_ += " ";
      requests_ += argument;
    }
  }

 private:
  server::ChangeFeed& feed_;
  std::string events_;
  std::string classes_;
  std::string requests_;
};

}  // namespace tests
