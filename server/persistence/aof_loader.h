// AofLoader: replays an append-only log: its base, then its increments, in order.
//
//   manifest -> base.rdb  (RdbLoader)
//            -> incr.aof  (storage::aof::Reader: blocks, checked) -> batch of requests ->
//            dispatcher
//
// There is one way to run a command: the requests go through the dispatcher as those of a client
// that no gate stops (kReplaysLog), in batches whose keys are prefetched as a turn's are. While it
// replays, no key expires: what expired then was logged as DEL, and what has since expires
// afterwards. MULTI and EXEC are left out, since the reader yields such a block wholly or not at
// all.
//
// Damage: a tail (reader.h) is cut, saved beside the file and told in the log; whatever else is
// wrong ends the loading with the file, offset, record and command, and leaves the files as they
// are. A tail that was never synced may be in a file that is not the last: the files behind it then
// continue what is lost, so they are put aside too.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "protocol/resp/argument_arena.h"
#include "protocol/resp/stored_request.h"
#include "server/persistence/loading.h"
#include "server/persistence/rdb_loader.h"
#include "server/persistence/request_scanner.h"
#include "server/resp/resp_session.h"
#include "storage/aof/log_folder.h"
#include "storage/aof/reader.h"
#include "storage/keyspace/database.h"

namespace server {

struct CommandInTable;

class AofLoader final : public Loader {
 public:
  // What the log is after it was loaded.
  struct Ending {
    storage::aof::Manifest manifest;
    bool may_append = false;  // the last increment is one of ours, to its end
  };

  AofLoader(EngineState& engine, storage::aof::LogPaths paths, storage::aof::Manifest manifest);
  ~AofLoader() override;

  std::expected<bool, std::string> Step() override;
  Progress progress() const override { return {total_bytes_, done_bytes_ + in_file_bytes_}; }
  // Filled when all is loaded; it outlives the loader.
  std::shared_ptr<const Ending> ending() const { return ending_; }

 private:
  struct File {
    std::string name;
    bool is_base;
  };
  struct Request {
    const CommandInTable* command;
    size_t first_argument;
    size_t argument_count;
    storage::Key key;
  };
  struct Staged {
    size_t begin;     // in staged_bytes_
    uint64_t record;  // its number in the file, from 1
    uint64_t offset;  // of its block
  };
  using Outcome = std::expected<void, std::string>;

  const File& file() const { return files_[index_]; }
  bool is_last() const { return index_ + 1 == files_.size(); }
  std::string path() const { return paths_.Path(file().name); }
  Outcome OpenFile();
  Outcome StepThroughBase();
  Outcome StepThroughRecords();
  void EndFile();
  void Stage();
  Outcome RunBatch();
  Outcome RunOne(const Request& request, const Staged& staged, uint64_t& ticks);
  Outcome Heal();
  Outcome PutLaterFilesAside();
  std::unexpected<std::string> Fail(const std::string& what) const;
  std::unexpected<std::string> FailAt(const Staged& staged, std::string_view name,
                                      std::string_view what) const;

  static constexpr size_t kBatchMax = 32;
  static constexpr size_t kRecordsPerStep = 512;

  EngineState& engine_;
  storage::aof::LogPaths paths_;
  std::shared_ptr<Ending> ending_ = std::make_shared<Ending>();
  std::vector<File> files_;
  size_t index_ = 0;
  RespSession session_;
  std::unique_ptr<RdbLoader> base_;
  std::unique_ptr<storage::File> open_file_;
  RequestScanner scanner_;
  std::unique_ptr<storage::aof::Reader> reader_;
  std::string staged_bytes_;
  std::vector<Staged> staged_;
  protocol::resp::ArgumentArena arguments_;
  protocol::resp::StoredRequest request_;
  uint64_t total_bytes_ = 0;
  uint64_t done_bytes_ = 0;  // of files before this one
  uint64_t in_file_bytes_ = 0;
  uint64_t refused_ = 0;  // requests that were answered with an error
};

}  // namespace server
