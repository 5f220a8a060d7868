#include "storage/keyspace/keyspace.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "storage/base/check.h"

namespace storage {

Keyspace::Keyspace(int databases, const KeyHasher::Secret& secret, Random& random,
                   ChangeListener& listener)
    : hasher_(secret),
      random_(random),
      listener_(listener),
      environment_{.slab = slab_, .hasher = hasher_, .random = random} {
  databases_.reserve(static_cast<size_t>(databases));
  for (int i = 0; i < databases; ++i) {
    databases_.push_back(std::make_unique<Database>(*this, i));
  }
}

// Databases go first: their records are freed through the members declared after them.
Keyspace::~Keyspace() {
  CHECK_INVARIANT(images_ == nullptr);
  databases_.clear();
  while (FreeSome(SIZE_MAX)) {
  }
}

void Keyspace::Clear() {
  for (int i = 0; i < database_count(); ++i) database(i).Clear();
}

void Keyspace::SwapDatabases(int a, int b) {
  NoteUsed(std::max(a, b));
  if (a == b) return;
  database(a).SwapContents(database(b));
  if (images_ != nullptr) images_->OnSwap(database(a), database(b));
}

void Keyspace::SetNow(int64_t now_ms, int64_t monotonic_ms) {
  now_ms_ = now_ms;
  environment_.now_ms = now_ms;
  monotonic_ms_ = monotonic_ms;
  lru_clock_ = static_cast<uint32_t>(monotonic_ms * 16 / 1000) & Record::kAccessMask;
  lfu_clock_ = static_cast<uint32_t>(monotonic_ms * 16 / 60000) & kLfuClockMask;
}

void Keyspace::Touch(Record& record) {
  if (!access_policy_.is_lfu) {
    if (record.access() != lru_clock_) record.set_access(lru_clock_);
    return;
  }
  uint32_t counter = Frequency(record);
  if (counter < 255) {
    // The more often a key was used, the less a further use counts: 1 / (uses * factor + 1).
    const double base = counter > kLfuInitial ? counter - kLfuInitial : 0;
    if (random_.Unit() < 1.0 / (base * access_policy_.log_factor + 1)) ++counter;
  }
  record.set_access(lfu_clock_ << 8 | counter);
}

int64_t Keyspace::IdleSeconds(const Record& record) const {
  // As clocks of seconds would tell it.
  return ((lru_clock_ >> 4) - (record.access() >> 4)) & 0xffffff;
}

uint8_t Keyspace::Frequency(const Record& record) const {
  const uint32_t counter = record.access() & 0xff;
  if (access_policy_.decay_minutes == 0) return static_cast<uint8_t>(counter);
  const uint32_t elapsed = ((lfu_clock_ >> 4) - (record.access() >> 12)) & 0xffff;  // minutes
  const uint32_t periods = elapsed / static_cast<uint32_t>(access_policy_.decay_minutes);
  return static_cast<uint8_t>(periods > counter ? 0 : counter - periods);
}

void Keyspace::SetIdleSeconds(Record& record, uint64_t idle_seconds) const {
  if (access_policy_.is_lfu) return;
  // The clock is a ring; what lies further back than it reaches is as old as it can be.
  constexpr uint64_t kIdleMax = Record::kAccessMask / 16 - 1;
  const uint64_t age = std::min(idle_seconds, kIdleMax) * 16;
  record.set_access(static_cast<uint32_t>(lru_clock_ - age) & Record::kAccessMask);
}

void Keyspace::SetFrequency(Record& record, uint8_t frequency) const {
  if (access_policy_.is_lfu) record.set_access(lfu_clock_ << 8 | frequency);
}

// Asked before every write under maxmemory: databases that were never used are left out.
size_t Keyspace::memory() const {
  size_t bytes = 0;
  for (int i = 0; i < databases_used_; ++i) bytes += database(i).memory();
  return bytes;
}

size_t Keyspace::pending_memory() const {
  size_t bytes = structures_bytes_;
  const auto add = [&](const Remains& remains) {
    bytes += remains.data_bytes + remains.table->memory() +
             (remains.expiries ? remains.expiries->memory() : 0);
  };
  std::ranges::for_each(remains_, add);
  std::ranges::for_each(held_, add);
  return bytes;
}

size_t Keyspace::volatile_keys() const {
  size_t count = 0;
  for (int i = 0; i < databases_used_; ++i) count += database(i).volatile_keys();
  return count;
}

size_t Keyspace::keys() const {
  size_t count = 0;
  for (int i = 0; i < databases_used_; ++i) count += database(i).size();
  return count;
}

void Keyspace::BeginImages(FirstImages& images) {
  CHECK_INVARIANT(images_ == nullptr);
  images_ = &images;
  epoch_ = !epoch_;
}

void Keyspace::EndImages() {
  CHECK_INVARIANT(images_ != nullptr && held_.empty());
  images_ = nullptr;
}

void Keyspace::LetGo(const HashTable& table) {
  const auto held =
      std::ranges::find_if(held_, [&](const Remains& it) { return it.table.get() == &table; });
  CHECK_INVARIANT(held != held_.end());
  remains_.push_back(std::move(*held));
  held_.erase(held);
}

void Keyspace::ReleaseLarge(LargeString* string) {
  if (!string->DropReference()) return;
  if (free_elsewhere_ && string->memory() >= kFreeElsewhereBytes) {
    free_elsewhere_(string);
  } else {
    LargeString::Destroy(string);
  }
}

void Keyspace::ReleaseStructure(std::unique_ptr<Structure> structure) {
  if (structure->size() <= kFreeAtOnceElements) return;
  ++pending_objects_;
  const size_t bytes = structure->memory();
  structures_bytes_ += bytes;
  structures_.push_back({std::move(structure), bytes});
}

void Keyspace::ReleaseOutside(Record& record) {
  if (record.encoding() == Encoding::kLarge) {
    ReleaseLarge(record.large());
  } else if (record.encoding() == Encoding::kStructure) {
    ReleaseStructure(std::unique_ptr<Structure>(record.structure()));
  }
}

LargeString* Keyspace::TakeOffered(std::string_view bytes) {
  if (offered_ == nullptr || bytes.data() < offered_->data() ||
      bytes.data() >= offered_->data() + offered_->capacity()) {
    return nullptr;
  }
  const size_t unused = offered_->capacity() - bytes.size();
  if (unused > offered_->capacity() / kUnusedDivisor) return nullptr;
  LargeString* taken = std::exchange(offered_, nullptr);
  taken->AddReference();
  taken->Narrow(bytes);
  return taken;
}

bool Keyspace::FreeSomeOfStructures(size_t budget) {
  while (!structures_.empty() && budget > 0) {
    if (structures_.front().structure->ReleaseSome(budget)) continue;
    structures_bytes_ -= structures_.front().bytes;
    structures_.pop_front();
    --pending_objects_;
    ++statistics_.freed_later;
    budget -= std::min<size_t>(budget, 1);
  }
  return !structures_.empty();
}

CollectionHandle Keyspace::Read(const Record& record) const {
  if (record.encoding() == Encoding::kStructure) {
    return CollectionHandle(environment_, record.structure());
  }
  const std::string_view pack = record.pack();
  return CollectionHandle(environment_, record.encoding(), const_cast<char*>(pack.data()),
                          pack.size(), pack.size());
}

bool Keyspace::FreeSome(size_t segments) {
  if (!structures_.empty()) {
    return FreeSomeOfStructures(segments > SIZE_MAX / 512 ? SIZE_MAX : segments * 512) ||
           !remains_.empty();
  }
  if (remains_.empty()) return false;
  Remains& remains = remains_.front();
  const auto release = [&](void* entry) {
    Record* record = static_cast<Record*>(entry);
    remains.data_bytes -= SlabAllocator::UsableSize(record->size()) + record->outside_memory();
    ReleaseOutside(*record);
    slab_.Free(record, record->size());
    --pending_objects_;
    ++statistics_.freed_later;
  };
  if (remains.table->Dismantle(segments, release)) return true;
  if (remains.expiries && remains.expiries->ReleaseSome(segments * 512)) return true;
  remains_.pop_front();
  return HasRemains();
}

bool Keyspace::ExpireDue(size_t keys) {
  if (!may_expire_) return false;
  bool more = false;
  for (const auto& database : databases_) more |= database->ExpireDue(keys);
  return more;
}

int64_t Keyspace::NextExpiryMs() const {
  int64_t next_ms = std::numeric_limits<int64_t>::max();
  for (const auto& database : databases_) next_ms = std::min(next_ms, database->NextExpiryMs());
  return next_ms;
}

void Keyspace::CheckInvariants() const {
  for (const auto& database : databases_) database->CheckInvariants();
}

}  // namespace storage
