// FeedRecorder: what a ChangeFeed tells its followers, as text that a test can compare.
//
//   events()     "g del@0 key, n new@1 other"    class, name, database, key
//   requests()   "0: DEL key; 0: PEXPIREAT ..."  what the log and replicas would get
//   watched()    "key@0, *@1, *@all"             what WATCH and blocked clients would learn
//
// It must be gone before the feed is used again without it, and dies before the feed.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "server/change_feed.h"

namespace tests {

class FeedRecorder final : public server::PropagationSink,
                           public server::KeyspaceEventSink,
                           public server::KeyWatcher {
 public:
  explicit FeedRecorder(server::ChangeFeed& feed) : feed_(feed) {
    feed.set_propagation_sink(this);
    feed.set_event_sink(this);
    feed.AddWatcher(this);
  }
  ~FeedRecorder() override {
    feed_.set_propagation_sink(nullptr);
    feed_.set_event_sink(nullptr);
  }

  const std::string& events() const { return events_; }
  const std::string& requests() const { return requests_; }
  const std::string& watched() const { return watched_; }
  void Clear() { events_ = requests_ = watched_ = ""; }

  void OnRequest(int database, std::span<const std::string_view> arguments) override {
    if (!requests_.empty()) requests_ += "; ";
    requests_ += std::to_string(database) + ":";
    for (const std::string_view argument : arguments) requests_ += " " + std::string(argument);
  }
  void OnUnitEnd() override {}
  void OnEvent(server::EventClass event_class, std::string_view event, int database,
               std::string_view key) override {
    Add(events_, LetterOf(event_class) + (" " + std::string(event)) + "@" +
                     std::to_string(database) + " " + std::string(key));
  }
  void OnKeyChanged(int database, std::string_view key) override {
    Add(watched_, std::string(key) + "@" + std::to_string(database));
  }
  void OnDatabaseChanged(int database) override {
    Add(watched_, database < 0 ? "*@all" : "*@" + std::to_string(database));
  }

 private:
  // As notify-keyspace-events names the class.
  static char LetterOf(server::EventClass event_class) {
    switch (event_class) {
      case server::EventClass::kGeneric:
        return 'g';
      case server::EventClass::kString:
        return '$';
      case server::EventClass::kList:
        return 'l';
      case server::EventClass::kSet:
        return 's';
      case server::EventClass::kHash:
        return 'h';
      case server::EventClass::kSortedSet:
        return 'z';
      case server::EventClass::kExpired:
        return 'x';
      case server::EventClass::kEvicted:
        return 'e';
      case server::EventClass::kStream:
        return 't';
      case server::EventClass::kKeyMiss:
        return 'm';
      case server::EventClass::kModule:
        return 'd';
      case server::EventClass::kNew:
        return 'n';
    }
    return '?';
  }
  static void Add(std::string& list, const std::string& item) {
    if (!list.empty()) list += ", ";
    list += item;
  }

  server::ChangeFeed& feed_;
  std::string events_;
  std::string requests_;
  std::string watched_;
};

}  // namespace tests
