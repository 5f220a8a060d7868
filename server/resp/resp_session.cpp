#include "server/resp/resp_session.h"

#include <algorithm>

#include "server/client/client_limits.h"
#include "server/client/client_line.h"
#include "server/config/config.h"
#include "server/engine_state.h"

namespace server {
namespace {
constexpr size_t kReadMin = 16 * 1024;
constexpr size_t kReadMax = 1024 * 1024;
constexpr size_t kTailBytes = 512;
// What has come and cannot be executed yet may wait here up to this much.
constexpr size_t kWaitingInputMax = 64 * 1024;
}  // namespace

std::span<char> RespSession::ReadSpace() {
  if (!WantsBytes()) return {};
  // Requests that wait for a turn come first, or a sender faster than we are would fill the memory.
  if (is_ready && input().size() >= kWaitingInputMax) return {};
  if (slice_.empty() && pending_.empty()) return engine_.arena.Space();
  if (!slice_.empty()) {
    // A second read in one turn: the bytes must be contiguous, so they move.
    if (!pending_.Append({slice_.data(), slice_.size()})) {
      GiveUp();
      return {};
    }
    slice_ = {};
  }
  const std::span<char> room =
      decoder.awaited_bulk_bytes() >= kLargeBulkBytes ? RoomForLargeBulk() : RoomForMore();
  if (room.empty()) GiveUp();
  return room.first(std::min(room.size(), kReadMax));  // one read must not take long either
}

// Up to its end, and what may follow it in the same request: options.
std::span<char> RespSession::RoomForLargeBulk() {
  const size_t tail = decoder.arguments_left() > 1 ? kTailBytes : 0;
  const size_t missing = decoder.bytes_wanted() + tail - pending_.size();
  const std::span<char> room =
      pending_.Room(std::min(missing, kReadMin), decoder.bytes_wanted() + tail);
  return room.first(std::min(room.size(), missing));
}

// As much as the request still needs, but at most as much again as has come already.
std::span<char> RespSession::RoomForMore() {
  const size_t expected = decoder.in_request() ? decoder.bytes_wanted() : 0;
  const size_t wanted = expected > pending_.size() ? expected - pending_.size() : kReadMin;
  // A few bytes behind a large bulk string must not make its buffer grow.
  const size_t free = pending_free();
  if (pending_.size() >= kLargeBulkBytes && free >= std::max(wanted, kTailBytes / 4)) {
    return pending_.Room(free, 0);
  }
  return pending_.Room(
      std::clamp(wanted, kReadMin, std::clamp(pending_.size(), kReadMin, kReadMax)), 0);
}

void RespSession::OnBytes(size_t count) {
  client.input_bytes += count;
  engine_.statistics.net_input_bytes += count;
  ++engine_.statistics.reads_processed;
  if (pending_.empty() && slice_.empty()) {
    const std::span<char> space = engine_.arena.Space();
    slice_ = space.first(count);
    engine_.arena.Take(count);
  } else {
    pending_.Commit(count);
  }
  engine_.MakeReady(*this);
}

bool RespSession::WantsBytes() const {
  if (close != CloseWish::kStayOpen || IsHeldBack()) return false;
  return !client.is(kBlocked | kPostponed) || pending_.size() < kWaitingInputMax;
}

void RespSession::OnWritten() {
  client.last_interaction_us = engine_.monotonic_us;
  if (!pending_.empty() && CanRun()) engine_.MakeReady(*this);
}

// In Redis's words.
void RespSession::OnLinkEnd(LinkEnd end, std::string_view error) {
  if (!engine_.log.IsEnabled(LogLevel::kVerbose)) return;
  switch (end) {
    case LinkEnd::kPeerClosed:
      return engine_.log.Verbose("Client closed connection " + LoggedClientLine(*this, engine_));
    case LinkEnd::kReadFailed:
      return engine_.log.Verbose("Reading from client: " + std::string(error));
    case LinkEnd::kWriteFailed:
      return engine_.log.Verbose("Error writing to client: " + std::string(error));
  }
}

bool RespSession::CanRun() const {
  return close == CloseWish::kStayOpen && !client.is(kBlocked | kPostponed | kClosing) &&
         !is_held && !IsHeldBack();
}

bool RespSession::IsHeldBack() const {
  if (output.is_lost()) return true;
  const size_t limit =
      client.is(kNotAuthenticated) ? kStrangerOutputBytes : engine_.output_hold_back_bytes;
  return unsent_bytes() > limit;
}

void RespSession::FinishTurn(size_t executed, bool rewound) {
  if (rewound) decoder.Reset();
  bool is_kept = true;
  if (slice_.empty()) {
    is_kept = pending_.Consume(executed);
  } else {
    const std::span<char> left = slice_.subspan(executed);
    is_kept = pending_.Append({left.data(), left.size()});
    slice_ = {};
  }
  if (!is_kept) GiveUp();
}

void RespSession::GiveUp() {
  engine_.log.Warning("No memory for the request of " + client.peer.remote_address +
                      ", which is disconnected");
  engine_.CloseSession(*this, CloseWish::kNow);
}

}  // namespace server
