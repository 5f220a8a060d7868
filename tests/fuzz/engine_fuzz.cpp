// Properties of the whole engine, whatever bytes its clients send and however they are cut:
//   1. no CHECK fails; among them are one reply for each request, and nothing owed in an aggregate;
//   2. what comes back is a sequence of well-formed replies;
//   3. the keyspace's invariants hold, and without its keys it takes as much memory as at first;
//   4. a client that sends the same bytes in other pieces gets the same replies.
//
// An input is a plan, up to the first line feed, and behind it the bytes that the plan deals out.
// Each character of the plan is one step; it repeats until the bytes are used up:
//
//   bits 0-1   which of four clients
//   bits 2-4   how many bytes: 1, 2, 7, 32, 200, the rest of the line, of five lines, all
//   bits 5-7   0 a new connection first    1 the clock moves afterwards    2 a turn afterwards
//              3 no turn, so that more comes in the same    4 the client begins or stops reading
//              5 a day passes    6, 7 as 2
//
// So "T" is a line from client 0, "U" from 1, "t" a line without a turn, "4" a line and then some
// time,
// "\" everything from client 0. With an empty plan the cuts are tried (property 4).

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/resp/reply_decoder.h"
#include "server/engine_state.h"
#include "storage/base/check.h"
#include "tests/support/fixed_secrets.h"
#include "tests/support/in_process_server.h"

using protocol::resp::Reply;
using protocol::resp::ReplyDecoder;
using protocol::resp::ReplyStatus;
using tests::InProcessServer;
using tests::TestConnection;

namespace {

constexpr size_t kClients = 4;
constexpr size_t kPlanMax = 64;
constexpr int64_t kBulkBytesMax = 1 << 20;
constexpr int64_t kDayMs = 86'400'000;

size_t EndOfLines(std::string_view bytes, int lines) {
  size_t end = 0;
  while (lines-- > 0 && end < bytes.size()) {
    end = std::min(bytes.find('\n', end), bytes.size() - 1) + 1;
  }
  return end;
}

size_t BytesOfStep(uint8_t step, std::string_view left) {
  constexpr std::array<size_t, 5> kSizes = {1, 2, 7, 32, 200};
  const size_t choice = step >> 2 & 7;
  if (choice < kSizes.size()) return std::min(kSizes[choice], left.size());
  if (choice == 5) return EndOfLines(left, 1);
  return choice == 6 ? EndOfLines(left, 5) : left.size();
}

void CheckReplies(std::string_view output, bool may_be_cut) {
  ReplyDecoder decoder;
  while (!output.empty()) {
    Reply reply;
    size_t wire_bytes = 0;
    const ReplyStatus status = decoder.Decode(output, {}, &reply, &wire_bytes);
    if (status == ReplyStatus::kIncomplete && may_be_cut) return;
    CHECK_INVARIANT(status == ReplyStatus::kReply);
    output.remove_prefix(wire_bytes);
  }
}

// A server that strings and settings cannot make large.
class BoundedServer {
 public:
  BoundedServer() : server_({"proto-max-bulk-len 1mb", "client-query-buffer-limit 1mb"}) {
    server_.shell.refuse_settings = [this]() -> std::optional<std::string> {
      if (server_.config.settings().proto_max_bulk_len <= kBulkBytesMax) return std::nullopt;
      return "too much for a fuzz target";
    };
    memory_at_first_ = server_.engine->state().keyspace.memory();
    for (TestConnection*& client : clients_) client = &server_.Connect();
  }

  void Send(size_t client, std::string_view bytes, bool runs_turn) {
    TestConnection& connection = *clients_[client];
    while (!bytes.empty() && connection.is_open()) {
      const size_t count = connection.Push(bytes);
      bytes.remove_prefix(count);
      // A client that is held back, or blocked with its input full, takes nothing for now.
      if (count == 0 && !MakeRoom(connection)) break;
    }
    if (runs_turn) server_.RunTurns();
  }
  void Advance(int64_t milliseconds) { server_.Advance(milliseconds); }
  void AdvanceDay() {
    server_.clock.AdvanceMs(kDayMs);
    server_.engine->RunTick();
    server_.RunTurns();
  }
  void ToggleReading(size_t client) { clients_[client]->reads = !clients_[client]->reads; }
  void Reconnect(size_t client) {
    server_.RunTurns();
    CheckOutput(*clients_[client]);
    clients_[client]->Close();
    clients_[client] = &server_.Connect();
  }

  std::string TakeOutput(size_t client) {
    server_.RunTurns();
    return clients_[client]->TakeOutput();
  }
  // Whether all commands that ran answer the same, whenever and in whichever order they run.
  bool WasDeterministic() const {
    const auto commands = server_.engine->state().commands.commands();
    return std::all_of(commands.begin(), commands.end(), [](const auto* command) {
      return IsDeterministic(*command) &&
             std::all_of(command->subcommands.begin(), command->subcommands.end(),
                         [](const auto* subcommand) { return IsDeterministic(*subcommand); });
    });
  }

  // Properties 2 and 3. Nothing can be sent afterwards.
  void Finish() {
    for (TestConnection* client : clients_) client->reads = true;
    server_.RunTurns();
    storage::Keyspace& keyspace = server_.engine->state().keyspace;
    keyspace.CheckInvariants();
    for (TestConnection* client : clients_) {
      CheckOutput(*client);
      client->Close();
    }
    CHECK_INVARIANT(server_.engine->state().clients_memory.total() == 0);
    for (int i = 0; i < keyspace.database_count(); ++i) keyspace.database(i).Clear();
    while (keyspace.FreeSome(1024)) {
    }
    keyspace.CheckInvariants();
    CHECK_INVARIANT(keyspace.memory() == memory_at_first_);
  }

 private:
  static bool IsDeterministic(const server::CommandInTable& command) {
    using server::CommandGroup;
    if (command.statistics.calls() == 0) return true;
    const CommandGroup group = command.spec->group;
    if (group == CommandGroup::kServer || group == CommandGroup::kConnection) {
      return command.full_name == "ping" || command.full_name == "echo";
    }
    return std::none_of(
        command.spec->tips.begin(), command.spec->tips.end(),
        [](std::string_view tip) { return tip.starts_with("nondeterministic_output"); });
  }

  // Lets turns and time pass until the connection takes bytes again.
  bool MakeRoom(TestConnection& connection) {
    server_.RunTurns();
    if (!connection.is_open()) return false;
    if (connection.session()->WantsBytes()) return true;
    connection.reads = true;
    AdvanceDay();
    return connection.is_open() && connection.session()->WantsBytes();
  }

  static void CheckOutput(TestConnection& connection) {
    CheckReplies(connection.TakeOutput(), !connection.is_open() || !connection.reads);
  }

  InProcessServer server_;
  size_t memory_at_first_ = 0;
  std::array<TestConnection*, kClients> clients_ = {};
};

void FollowPlan(std::string_view plan, std::string_view bytes) {
  BoundedServer server;
  for (size_t i = 0; !bytes.empty(); i = (i + 1) % plan.size()) {
    const uint8_t step = static_cast<uint8_t>(plan[i]);
    const size_t client = step & 3;
    const unsigned action = step >> 5;
    if (action == 0) server.Reconnect(client);
    if (action == 4) server.ToggleReading(client);
    const size_t count = BytesOfStep(step, bytes);
    server.Send(client, bytes.substr(0, count), action != 3);
    bytes.remove_prefix(count);
    if (action == 1) server.Advance(1100);
    if (action == 5) server.AdvanceDay();
  }
  server.Finish();
}

void CompareCuts(std::string_view bytes) {
  BoundedServer whole;
  whole.Send(0, bytes, true);
  const std::string expected = whole.TakeOutput(0);
  const bool is_deterministic = whole.WasDeterministic();
  CheckReplies(expected, true);
  whole.Finish();
  if (!is_deterministic) return;
  BoundedServer cut;
  for (size_t i = 0; i < bytes.size(); ++i) cut.Send(0, bytes.substr(i, 1), true);
  CHECK_INVARIANT(cut.TakeOutput(0) == expected);
  cut.Finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  tests::RestartSecrets(size & 3);
  const size_t plan_end = std::min(input.find('\n'), size);
  const std::string_view plan = input.substr(0, std::min(plan_end, kPlanMax));
  const std::string_view bytes = plan_end < size ? input.substr(plan_end + 1) : std::string_view();
  if (plan.empty()) {
    CompareCuts(bytes);
  } else {
    FollowPlan(plan, bytes);
  }
  return 0;
}
