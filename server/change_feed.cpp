#include "server/change_feed.h"

namespace server {

void ChangeFeed::NoteDatabaseChange(int database, uint64_t changes) {
  changes_ += changes;
  for (KeyWatcher* watcher : watchers_) watcher->OnDatabaseChanged(database);
}

void ChangeFeed::PropagateInstead(std::initializer_list<std::string_view> arguments) {
  PropagateInstead(std::span(arguments.begin(), arguments.size()));
}

void ChangeFeed::PropagateInstead(std::span<const std::string_view> arguments) {
  if (propagation_ == nullptr) return;
  instead_.emplace_back(arguments.begin(), arguments.end());
}

void ChangeFeed::Send(int database, std::span<const std::string_view> request) {
  propagation_->OnRequest(database, request);
  has_sent_ = true;
}

bool ChangeFeed::Propagate(int database, uint64_t changes_before,
                           std::span<const std::string_view> arguments) {
  if (!instead_.empty()) {
    for (const auto& request : instead_) {
      const std::vector<std::string_view> views(request.begin(), request.end());
      Send(database, views);
    }
    instead_.clear();
  } else if (changes_ != changes_before && inner_changes_ <= changes_before) {
    Send(database, arguments);
  }
  if (depth_ > 0) inner_changes_ = changes_;
  if (depth_ > 0 || !has_sent_) return has_sent_;
  propagation_->OnUnitEnd();
  has_sent_ = false;
  return true;
}

// Inside a command it belongs to what the command does.
void ChangeFeed::SendByItself(int database, std::span<const std::string_view> request) {
  Send(database, request);
  if (depth_ > 0) return;
  propagation_->OnUnitEnd();
  has_sent_ = false;
}

void ChangeFeed::OnExpired(storage::Database& database, std::string_view key) {
  NoteEvent(database, key, "expired", EventClass::kExpired);
  is_expiring_ = true;
  NoteRemoval(database, key, unlinks_expired_ ? "UNLINK" : "DEL");
  is_expiring_ = false;
}

void ChangeFeed::OnEvicted(storage::Database& database, std::string_view key) {
  NoteEvent(database, key, "evicted", EventClass::kEvicted);
  NoteRemoval(database, key, unlinks_evicted_ ? "UNLINK" : "DEL");
}

void ChangeFeed::NoteRemoval(storage::Database& database, std::string_view key,
                             std::string_view request) {
  for (KeyWatcher* watcher : watchers_) watcher->OnKeyChanged(database.index(), key);
  if (propagation_ == nullptr) return;
  const std::string_view arguments[] = {request, key};
  SendByItself(database.index(), arguments);
}

void ChangeFeed::OnElementsExpired(storage::Database& database, std::string_view key,
                                   std::span<const std::string> elements,
                                   storage::ElementsLeft left) {
  NoteChange(database, key, "hexpired", EventClass::kHash);
  if (left == storage::ElementsLeft::kNone) NoteEvent(database, key, "del", EventClass::kGeneric);
  if (propagation_ == nullptr) return;
  std::vector<std::string_view> request = {"HDEL", key};
  request.insert(request.end(), elements.begin(), elements.end());
  SendByItself(database.index(), request);
}

void ChangeFeed::OnMiss(storage::Database& database, std::string_view key) {
  NoteEvent(database, key, "keymiss", EventClass::kKeyMiss);
}

}  // namespace server
