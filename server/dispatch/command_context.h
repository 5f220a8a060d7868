// CommandContext: all that a handler may reach: its arguments, its client, the data, the reply.
// Made for one run of one command; views into the arguments are valid until the run ends.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

#include "server/change_feed.h"
#include "server/client/client.h"
#include "server/dispatch/arg_reader.h"
#include "server/dispatch/command.h"
#include "server/dispatch/command_table.h"
#include "storage/keyspace/keyspace.h"

namespace server {

struct EngineState;

class CommandContext {
 public:
  CommandContext(EngineState& engine, storage::Keyspace& keyspace, ChangeFeed& feed, Client& client,
                 const CommandInTable& command, std::span<const std::string_view> arguments,
                 storage::Key hashed)
      : engine_(engine),
        keyspace_(keyspace),
        feed_(feed),
        client_(client),
        command_(command),
        arguments_(arguments),
        hashed_(hashed) {}

  // The arguments behind the command's name (and its subcommand's).
  ArgReader args() const {
    return ArgReader(arguments_, command_.container != nullptr ? 2 : 1, keyspace_, hashed_);
  }
  // All of them, the name first.
  std::span<const std::string_view> arguments() const { return arguments_; }
  const CommandInTable& command() const { return command_; }
  // "config|set": as error texts name the command.
  std::string_view command_name() const { return command_.full_name; }

  Client& client() { return client_; }
  protocol::resp::ReplyWriter& reply() { return client_.reply; }
  storage::Database& db() { return keyspace_.database(client_.database); }
  storage::Keyspace& keyspace() { return keyspace_; }
  ChangeFeed& feed() { return feed_; }
  EngineState& engine() { return engine_; }
  int64_t now_ms() const { return keyspace_.now_ms(); }

  // The key of an argument; the first one's hash is known already.
  storage::Key KeyOf(std::string_view argument) const {
    if (argument.data() == hashed_.bytes.data() && argument.size() == hashed_.bytes.size()) {
      return hashed_;
    }
    return keyspace_.MakeKey(argument);
  }

  // The key's live record, seen with the client's NO-TOUCH setting.
  storage::Found Find(const storage::Key& key, storage::Access access) {
    if (client_.is(kNoTouch)) [[unlikely]]
      access.touch = false;
    return db().Find(key, access);
  }
  // The same for a key that must hold a string, if anything.
  storage::Result<storage::Found> FindString(const storage::Key& key, storage::Access access) {
    return FindTyped(key, storage::Type::kString, access);
  }
  // The same for a key that must hold this type, if anything.
  storage::Result<storage::Found> FindTyped(const storage::Key& key, storage::Type type,
                                            storage::Access access) {
    const storage::Found found = Find(key, access);
    if (found && found->type() != type) [[unlikely]] {
      return std::unexpected(storage::Error::kWrongType);
    }
    return found;
  }

  // Tells of a key that did not exist before. Stands before the NoteChange that it belongs to.
  void NoteNewKey(const storage::Key& key) {
    feed_.NoteEvent(db(), key.bytes, "new", EventClass::kNew);
  }
  // An event that accompanies a change.
  void NoteEvent(const storage::Key& key, std::string_view event, EventClass event_class) {
    feed_.NoteEvent(db(), key.bytes, event, event_class);
  }
  // The fourth of a write's five steps (read arguments, look up, act, NoteChange, reply).
  void NoteChange(const storage::Key& key, std::string_view event, EventClass event_class) {
    feed_.NoteChange(db(), key.bytes, event, event_class);
  }

 private:
  EngineState& engine_;
  storage::Keyspace& keyspace_;
  ChangeFeed& feed_;
  Client& client_;
  const CommandInTable& command_;
  std::span<const std::string_view> arguments_;
  storage::Key hashed_;
};

}  // namespace server
