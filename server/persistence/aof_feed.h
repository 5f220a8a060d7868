// AofFeed: what happens, as records for the append-only file, gathered for one write a turn.
//
//   a command that changed something        its request, or those that stand for it
//   several requests of one command         between MULTI and EXEC: they count together or not at
//   all the first request of another database   SELECT before it, as a block of its own
//
// Each block ends with its checksum, and begins with the time if aof-timestamp-enabled
// (storage/aof/annotation.h). Cost: about 30 ns and one copy of the request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "server/change_feed.h"

namespace server {

class AofFeed final : public PropagationSink {
 public:
  // `wall_us`: the engine's time, read when needed.
  explicit AofFeed(const int64_t& wall_us) : wall_us_(wall_us) {}

  void OnRequest(int database, std::span<const std::string_view> arguments) override;
  void OnUnitEnd() override;

  void set_has_timestamps(bool has) { has_timestamps_ = has; }
  // What was gathered, whole blocks only.
  std::string& buffer() { return buffer_; }
  bool empty() const { return buffer_.empty(); }
  // A file begins: it says again which database is meant.
  void BeginFile();
  // "The first `bytes` of the file were on the disk."
  void AppendSyncedMark(uint64_t bytes);

 private:
  void Select(int database);
  void AppendTimestamp();
  void OpenGroup();

  const int64_t& wall_us_;
  std::string buffer_;
  size_t unit_begin_ = 0;      // in the buffer: of the block that is being made
  size_t requests_begin_ = 0;  // behind its annotations
  int unit_requests_ = 0;
  bool is_group_ = false;
  bool has_timestamps_ = false;
  int selected_ = -1;
  int64_t last_timestamp_s_ = 0;
};

}  // namespace server
