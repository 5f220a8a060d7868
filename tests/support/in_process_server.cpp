#include "tests/support/in_process_server.h"

#include <algorithm>
#include <cstring>

#include "protocol/resp/inline_request.h"
#include "storage/base/check.h"

namespace tests {
namespace {

constexpr int kTurnsMax = 100'000;  // more without an end are an endless loop

}  // namespace

std::string Encode(const std::vector<std::string>& arguments) {
  std::string wire = "*" + std::to_string(arguments.size()) + "\r\n";
  for (const std::string& argument : arguments) {
    wire += "$" + std::to_string(argument.size()) + "\r\n" + argument + "\r\n";
  }
  return wire;
}

std::string TestConnection::Run(std::initializer_list<std::string_view> arguments) {
  return Run(std::vector<std::string>(arguments.begin(), arguments.end()));
}

std::string TestConnection::Run(const std::vector<std::string>& arguments) {
  return SendRaw(Encode(arguments));
}

size_t TestConnection::Push(std::string_view bytes) {
  if (session_ == nullptr) return 0;
  const std::span<char> space = session_->ReadSpace();
  const size_t count = std::min(space.size(), bytes.size());
  if (count == 0) return 0;
  std::memcpy(space.data(), bytes.data(), count);
  session_->OnBytes(count);
  return count;
}

std::string TestConnection::SendRaw(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t count = Push(bytes);
    bytes.remove_prefix(count);
    server_->RunTurns();
    if (count == 0) break;
  }
  server_->RunTurns();
  return TakeOutput();
}

std::string TestConnection::TakeOutput() {
  return std::exchange(output_, std::string());
}

void TestConnection::Close() {
  if (session_ == nullptr) return;
  server_->engine->Closed(std::exchange(session_, nullptr));
}

InProcessServer::InProcessServer(std::initializer_list<std::string_view> directives, uint64_t seed,
                                 std::span<const server::CommandEntry> more_commands,
                                 storage::FileSystem* disk) {
  for (const std::string_view directive : directives) {
    const auto words = protocol::resp::SplitQuoted(directive);
    CHECK_INVARIANT(words.has_value());
    CHECK_INVARIANT(config.LoadDirective(*words).has_value());
  }
  engine = std::make_unique<server::Engine>(server::Engine::Dependencies{
      clock, disk != nullptr ? *disk : own_files, shell, config, log, seed, more_commands});
  engine->Load([this] { is_ready = true; });
}

InProcessServer::~InProcessServer() {
  for (const auto& connection : connections_) connection->Close();
}

TestConnection& InProcessServer::Connect(server::PeerFacts facts) {
  auto connection = std::make_unique<TestConnection>();
  connection->server_ = this;
  if (auto session = engine->Open(std::move(facts))) {
    connection->session_ = *session;
    connection->session_->connection = connection.get();
  } else {
    refusal_ = session.error();
  }
  connections_.push_back(std::move(connection));
  return *connections_.back();
}

// What the real shell does after a turn: everything is written, and wishes to close are granted.
void InProcessServer::Flush() {
  const auto touched = engine->TakeTouched();
  const std::vector<server::Session*> sessions(touched.begin(), touched.end());
  for (server::Session* session : sessions) {
    TestConnection& connection = *static_cast<TestConnection*>(session->connection);
    if (session->close == server::CloseWish::kNow) {
      connection.Close();
      continue;
    }
    protocol::OutputBuffer taken;
    taken.Swap(session->output);
    size_t offset = 0;
    for (const auto& splice : taken.splices()) {
      connection.unsent_ += taken.bytes().substr(offset, splice.offset - offset);
      connection.unsent_.append(splice.slice.data, splice.slice.size);
      offset = splice.offset;
    }
    connection.unsent_ += taken.bytes().substr(offset);
    session->bytes_in_flight = connection.unsent_.size();
  }
  for (const auto& connection : connections_) {
    server::Session* session = connection->session_;
    if (session == nullptr) continue;
    if (connection->reads && !connection->unsent_.empty()) {
      connection->output_ += connection->unsent_;
      connection->unsent_.clear();
      session->bytes_in_flight = 0;
      session->OnWritten();
    }
    const bool is_flushed = session->bytes_in_flight == 0;
    if (session->close == server::CloseWish::kAfterFlush && is_flushed) connection->Close();
  }
}

void InProcessServer::RunTurns() {
  for (int turns = 0; turns < kTurnsMax; ++turns) {
    shell.FinishWorks();
    engine->RunTurn();
    Flush();
    if (!engine->HasReadyWork() && !shell.HasEndedWorks()) return;
  }
  constexpr bool kComesToRest = false;
  CHECK_INVARIANT(kComesToRest);
}

void InProcessServer::Advance(int64_t milliseconds) {
  while (milliseconds > 0) {
    const int64_t step = std::min(milliseconds, engine->MillisecondsToTick());
    clock.AdvanceMs(step);
    milliseconds -= step;
    engine->RunTick();
    RunTurns();
  }
}

}  // namespace tests
