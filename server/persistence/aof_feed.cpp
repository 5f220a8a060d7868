#include "server/persistence/aof_feed.h"

#include "protocol/resp/stored_request.h"
#include "storage/aof/annotation.h"

namespace server {
namespace {

constexpr std::string_view kOpening = "*1\r\n$5\r\nMULTI\r\n";
constexpr std::string_view kClosing = "*1\r\n$4\r\nEXEC\r\n";

}  // namespace

void AofFeed::OnRequest(int database, std::span<const std::string_view> arguments) {
  if (unit_requests_ == 0) {
    if (database != selected_) [[unlikely]] {
      const size_t begin = buffer_.size();
      Select(database);
      storage::aof::AppendChecksumLine(buffer_, begin);
    }
    unit_begin_ = buffer_.size();
    if (has_timestamps_) AppendTimestamp();
    requests_begin_ = buffer_.size();
  } else {
    if (!is_group_) OpenGroup();
    if (database != selected_) Select(database);
  }
  ++unit_requests_;
  protocol::resp::AppendStoredRequest(arguments, buffer_);
}

void AofFeed::OnUnitEnd() {
  if (unit_requests_ == 0) return;
  if (is_group_) [[unlikely]]
    buffer_ += kClosing;
  storage::aof::AppendChecksumLine(buffer_, unit_begin_);
  unit_requests_ = 0;
  is_group_ = false;
}

void AofFeed::OpenGroup() {
  buffer_.insert(requests_begin_, kOpening);
  is_group_ = true;
}

void AofFeed::Select(int database) {
  selected_ = database;
  const std::string number = std::to_string(database);
  const std::string_view arguments[] = {"SELECT", number};
  protocol::resp::AppendStoredRequest(arguments, buffer_);
}

void AofFeed::AppendTimestamp() {
  const int64_t now_s = wall_us_ / 1'000'000;
  if (now_s <= last_timestamp_s_) return;
  last_timestamp_s_ = now_s;
  storage::aof::AppendNumberLine(storage::aof::kTimestampPrefix, static_cast<uint64_t>(now_s),
                                 buffer_);
}

void AofFeed::BeginFile() {
  selected_ = -1;
  last_timestamp_s_ = 0;
}

void AofFeed::AppendSyncedMark(uint64_t bytes) {
  const size_t begin = buffer_.size();
  storage::aof::AppendNumberLine(storage::aof::kSyncedPrefix, bytes, buffer_);
  storage::aof::AppendChecksumLine(buffer_, begin);
}

}  // namespace server
