// Turn: works off what all sessions received, as one batch.
//
//   decode ──> look up ──> prefetch ──> execute
//
// Requests of all ready sessions are decoded into a batch of kBatchMax; each names its command and
// its first key, whose bucket is prefetched at once. When the batch is full, the records that the
// buckets point to are prefetched, and then the requests run in order. A million-key GET costs
// cache misses, not instructions: side by side they cost a tenth. What is prefetched is only a
// hint: each run looks up again.
//
// Decoding runs ahead of executing, so a session that stops in the middle (it blocked, was closed,
// or has too much unsent output) keeps the bytes from its first request that did not run.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "protocol/resp/request_decoder.h"
#include "server/resp/resp_session.h"
#include "storage/keyspace/database.h"

namespace server {

struct CommandInTable;
struct EngineState;

class Turn {
 public:
  explicit Turn(EngineState& engine) : engine_(engine) {}

  // The session has input and will be looked at in the next Run.
  void MakeReady(RespSession& session);
  void Forget(RespSession& session);
  bool HasReady() const { return !ready_.empty(); }
  void Run();

 private:
  static constexpr size_t kBatchMax = 32;
  // Sessions that are ready after so many requests wait for the next turn, so that the first
  // replies leave and no turn becomes long. Reading and polling again costs less than a
  // microsecond.
  static constexpr size_t kRequestsMax = 1024;
  static constexpr size_t kRequestsOfOneMax = 4 * kRequestsMax;  // the same for one deep pipeline

  struct Request {
    RespSession* session;
    const CommandInTable* command;
    size_t first_argument;
    size_t argument_count;
    size_t wire_end;  // offset into the session's input
    size_t wire_bytes;
    storage::Key key;
  };

  // Decodes until the batch is full or the session has no complete request; false when it is done
  // with.
  bool Decode(RespSession& session);
  void AddRequest(RespSession& session, size_t first_argument, size_t wire_bytes);
  const CommandInTable* FindCommand(std::string_view name);
  void RefuseInput(RespSession& session, protocol::resp::DecodeStatus status);
  void LogProtocolError(const RespSession& session);
  void Execute();
  void AskForMemory(const Request& request);
  void PrefetchRecords();
  void PrefetchElements();
  // Puts back the bytes of an inline request that must wait.
  void RestoreInline(RespSession& session);
  void Finish(RespSession& session);

  EngineState& engine_;
  std::vector<RespSession*> ready_;
  std::vector<RespSession*> running_;  // this turn's
  protocol::resp::ArgumentArena arguments_;
  std::array<Request, kBatchMax> batch_;
  size_t batch_size_ = 0;
  bool names_elements_ = false;  // some request of the batch does
  size_t requests_ = 0;          // executed this turn
  std::string inline_copy_;
  std::string_view last_name_;  // in the input of a session of this turn
  const CommandInTable* last_command_ = nullptr;
};

}  // namespace server
