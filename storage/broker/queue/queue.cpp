#include "storage/broker/queue/queue.h"

#include <algorithm>
#include <utility>

#include "storage/base/check.h"

namespace storage::broker {

Queue::Queue(const Surroundings& surroundings, QueueDeclaration declaration, QueueSettings settings,
             int64_t now_ms)
    : heap_(surroundings.heap),
      deaths_(surroundings.deaths),
      declaration_(std::move(declaration)),
      settings_(std::move(settings)),
      lanes_(size_t{settings_.priority_max} + 1),
      used_ms_(now_ms) {}

Queue::~Queue() {
  Purge();
}

Lane& Queue::LaneOf(const Message& message) {
  return lanes_[std::min(message.priority(), settings_.priority_max)];
}

Lane* Queue::FirstLane() {
  if (ready_ == 0) return nullptr;
  for (size_t i = lanes_.size(); i-- > 0;) {
    if (!lanes_[i].empty()) return &lanes_[i];
  }
  return nullptr;
}

int64_t Queue::DeadlineOf(const Message& message, int64_t now_ms) const {
  int64_t lifetime_ms = settings_.message_lifetime_ms;
  if (message.lifetime_ms() >= 0) lifetime_ms = std::min(lifetime_ms, message.lifetime_ms());
  return lifetime_ms > kNever - now_ms ? kNever : now_ms + lifetime_ms;
}

bool Queue::IsFullWith(size_t body_bytes) const {
  return ready_ >= settings_.length_max ||
         (settings_.bytes_max != UINT64_MAX && ready_bytes_ + body_bytes > settings_.bytes_max);
}

Queue::PushResult Queue::Push(Message& message, int64_t now_ms) {
  const size_t body_bytes = message.body().size();
  if (settings_.overflow != Overflow::kDropHead && IsFullWith(body_bytes)) {
    if (settings_.overflow == Overflow::kRejectPublishDeadLetter) {
      deaths_.OnDeath(*this, message, DeathReason::kMaxLength);
    }
    return PushResult::kRefused;
  }
  const bool must_not_stay = message.lifetime_ms() == 0 || settings_.message_lifetime_ms == 0;
  message.AddReference();
  LaneOf(message).Push({&message, next_position_++, DeadlineOf(message, now_ms)});
  ++ready_;
  ready_bytes_ += body_bytes;
  const bool is_over = ready_ > settings_.length_max || ready_bytes_ > settings_.bytes_max;
  if (watcher != nullptr) {
    if (is_over || must_not_stay) {
      watcher->TakeAtOnce(*this);
    } else {
      watcher->OnReady(*this);
    }
  }
  if (must_not_stay) DropExpired(now_ms, SIZE_MAX);
  if (is_over) DropOverflow();
  return PushResult::kTaken;
}

QueueEntry Queue::TakeFrom(Lane& lane) {
  const QueueEntry entry = lane.TakeFirst();
  --ready_;
  ready_bytes_ -= entry.message()->body().size();
  return entry;
}

void Queue::Kill(const QueueEntry& entry, DeathReason reason) {
  deaths_.OnDeath(*this, *entry.message(), reason);
  heap_.Release(entry.message());
}

std::optional<QueueEntry> Queue::Take(int64_t now_ms) {
  while (Lane* lane = FirstLane()) {
    const QueueEntry entry = TakeFrom(*lane);
    // A lifetime of 0 is over when the moment is: whoever waits still gets the message.
    if (entry.deadline_ms() < now_ms) {
      Kill(entry, DeathReason::kExpired);
      continue;
    }
    ++unacknowledged_;
    return entry;
  }
  return std::nullopt;
}

void Queue::Acknowledge(const QueueEntry& entry) {
  CHECK_INVARIANT(unacknowledged_ > 0);
  --unacknowledged_;
  heap_.Release(entry.message());
}

void Queue::Return(QueueEntry entry) {
  CHECK_INVARIANT(unacknowledged_ > 0);
  --unacknowledged_;
  if (entry.deliveries() >= settings_.deliveries_max) {
    Kill(entry, DeathReason::kDeliveryLimit);
    return;
  }
  entry.CountDelivery();
  LaneOf(*entry.message()).Return(entry);
  ++ready_;
  ready_bytes_ += entry.message()->body().size();
  if (watcher != nullptr) watcher->OnReady(*this);
}

void Queue::Reject(const QueueEntry& entry) {
  CHECK_INVARIANT(unacknowledged_ > 0);
  --unacknowledged_;
  Kill(entry, DeathReason::kRejected);
}

size_t Queue::Purge() {
  const size_t purged = ready_;
  while (Lane* lane = FirstLane()) heap_.Release(TakeFrom(*lane).message());
  return purged;
}

size_t Queue::DropExpired(int64_t now_ms, size_t deaths_max) {
  size_t deaths = 0;
  for (Lane& lane : lanes_) {
    while (deaths < deaths_max && !lane.empty() && lane.first().deadline_ms() <= now_ms) {
      Kill(TakeFrom(lane), DeathReason::kExpired);
      ++deaths;
    }
  }
  return deaths;
}

void Queue::DropOverflow() {
  while (ready_ > settings_.length_max || ready_bytes_ > settings_.bytes_max) {
    Kill(TakeFrom(*FirstLane()), DeathReason::kMaxLength);
  }
}

int64_t Queue::NextExpiryMs() const {
  int64_t earliest_ms = kNever;
  if (ready_ == 0) return earliest_ms;
  for (const Lane& lane : lanes_) {
    if (!lane.empty()) earliest_ms = std::min(earliest_ms, lane.first().deadline_ms());
  }
  return earliest_ms;
}

int64_t Queue::UnusedDeadlineMs() const {
  if (settings_.expires_ms == QueueSettings::kUnlimited || consumers() > 0) return kNever;
  return used_ms_ + settings_.expires_ms;
}

void Queue::CheckInvariants() const {
  size_t ready = 0;
  size_t bytes = 0;
  for (const Lane& lane : lanes_) {
    lane.CheckInvariants();
    ready += lane.size();
    lane.ForEach([&](const QueueEntry& entry) {
      bytes += entry.message()->body().size();
      return true;
    });
  }
  CHECK_INVARIANT(ready == ready_ && bytes == ready_bytes_);
}

}  // namespace storage::broker
