// May this user run this request: command, keys and PubSubChannels, by one of his selectors.
//
// Keys are found by the command's key specs (server/dispatch/key_positions.h), the same that
// COMMAND GETKEYS shows. What a key's flags say the command does with it decides which permission
// its pattern must give; a key that is neither read nor written (EXISTS) needs any pattern.
//
// Cost: a test of a bit, and for users with key patterns a glob for each key and pattern.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "server/acl/user.h"
#include "server/dispatch/command_table.h"
#include "server/pubsub/client_subscriptions.h"

namespace server {

// In the order in which one hides another when selectors differ.
enum class Denial : uint8_t { kNone, kCommand, kKey, kChannel };

struct Verdict {
  Denial denial = Denial::kNone;
  size_t position = 0;  // of the argument that was denied
  bool is_allowed() const { return denial == Denial::kNone; }
};

// `user` may be null: nobody, who may do nothing.
Verdict CheckRequest(const User* user, const CommandInTable& command,
                     std::span<const std::string_view> arguments);
// Whether a selector that allows the request's command gives all keys for reading: SORT's BY and
// GET name keys that nobody knows before.
bool MayReadAnyKey(const User* user, const CommandInTable& command,
                   std::span<const std::string_view> arguments);
// Whether the user may have the subscription; the pattern of one must stand in his rules as it is.
bool MayListen(const User& user, SubscriptionKind kind, std::string_view name);
// Whether a selector lets the user read the key: who is told of its changes.
bool MayReadKey(const User& user, std::string_view key);

// What the client hears, without NOPERM. kVerbose names the key or PubSubChannel: for ACL DRYRUN.
enum class DenialText : uint8_t { kShort, kVerbose };
std::string DescribeDenial(const User* user, const Verdict& verdict, const CommandInTable& command,
                           std::span<const std::string_view> arguments, DenialText text);

}  // namespace server
