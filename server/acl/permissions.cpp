#include "server/acl/permissions.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "server/dispatch/key_positions.h"
#include "storage/base/glob.h"
#include "storage/base/number.h"

namespace server {
namespace {

using Arguments = std::span<const std::string_view>;

uint8_t NeededFor(uint16_t key_flags) {
  uint8_t needed = 0;
  if ((key_flags & kKeyAccess) != 0) needed |= kMayRead;
  if ((key_flags & (kKeyInsert | kKeyUpdate | kKeyDelete)) != 0) needed |= kMayWrite;
  return needed;
}

bool AllowsKey(const Selector& selector, std::string_view key, uint8_t needed) {
  return selector.has_all_keys || std::ranges::any_of(selector.keys, [&](const KeyPattern& keys) {
           return (keys.permissions & needed) == needed && storage::GlobMatches(keys.glob, key);
         });
}

bool AllowsChannel(const Selector& selector, std::string_view name, bool is_pattern) {
  return selector.has_all_channels ||
         std::ranges::any_of(selector.channels, [&](const std::string& glob) {
           return is_pattern ? glob == name : storage::GlobMatches(glob, name);
         });
}

bool AllowsCommand(const Selector& selector, const CommandInTable& command, Arguments arguments) {
  if ((command.spec->flags & kNoAuth) != 0 || selector.commands[command.id]) return true;
  const size_t first = command.container != nullptr ? 2 : 1;
  if (arguments.size() <= first) return false;
  return std::ranges::any_of(selector.first_arguments, [&](const auto& allowed) {
    return allowed.first == command.id &&
           storage::EqualsIgnoreCase(allowed.second, arguments[first]);
  });
}

// The keys of a request, looked for at most once, however many selectors ask.
class RequestKeys {
 public:
  RequestKeys(const CommandInTable& command, Arguments arguments)
      : command_(command), arguments_(arguments) {}
  const std::vector<KeyPosition>& Get() {
    if (!keys_) {
      keys_ = FindKeysToCheck(*command_.spec, arguments_);
    }
    return *keys_;
  }

 private:
  const CommandInTable& command_;
  Arguments arguments_;
  std::optional<std::vector<KeyPosition>> keys_;
};

Verdict CheckChannels(const Selector& selector, const CommandInTable& command,
                      Arguments arguments) {
  const ChannelUse use = command.spec->channels;
  if (use == ChannelUse::kNone || selector.has_all_channels) return {};
  const size_t end = use == ChannelUse::kPublish ? 2 : arguments.size();
  for (size_t i = 1; i < end; ++i) {
    if (!AllowsChannel(selector, arguments[i], use == ChannelUse::kSubscribePattern)) {
      return {Denial::kChannel, i};
    }
  }
  return {};
}

Verdict CheckSelector(const Selector& selector, const CommandInTable& command, Arguments arguments,
                      RequestKeys& keys) {
  if (!AllowsCommand(selector, command, arguments)) return {Denial::kCommand, 0};
  if (!selector.has_all_keys) {
    for (const KeyPosition& key : keys.Get()) {
      if ((key.flags & kKeyNotKey) != 0) continue;
      if (!AllowsKey(selector, arguments[key.index], NeededFor(key.flags))) {
        return {Denial::kKey, key.index};
      }
    }
  }
  return CheckChannels(selector, command, arguments);
}

template <class Test>
bool AnySelector(const User& user, const Test& test) {
  return test(user.root) || std::ranges::any_of(user.selectors, test);
}

}  // namespace

Verdict CheckRequest(const User* user, const CommandInTable& command, Arguments arguments) {
  if (user == nullptr) return {Denial::kCommand, 0};
  RequestKeys keys(command, arguments);
  Verdict worst;
  const bool is_allowed = AnySelector(*user, [&](const Selector& selector) {
    const Verdict verdict = CheckSelector(selector, command, arguments, keys);
    if (verdict.is_allowed()) return true;
    if (verdict.denial > worst.denial ||
        (verdict.denial == worst.denial && verdict.position > worst.position)) {
      worst = verdict;
    }
    return false;
  });
  return is_allowed ? Verdict() : worst;
}

bool MayReadAnyKey(const User* user, const CommandInTable& command, Arguments arguments) {
  return user != nullptr && AnySelector(*user, [&](const Selector& selector) {
           if (!AllowsCommand(selector, command, arguments)) return false;
           // A pattern that is nothing but stars is as good.
           return selector.has_all_keys ||
                  std::ranges::any_of(selector.keys, [](const KeyPattern& keys) {
                    const bool is_any =
                        !keys.glob.empty() && keys.glob.find_first_not_of('*') == std::string::npos;
                    return is_any && (keys.permissions & kMayRead) != 0;
                  });
         });
}

bool MayListen(const User& user, SubscriptionKind kind, std::string_view name) {
  return AnySelector(user, [&](const Selector& selector) {
    return AllowsChannel(selector, name, kind == SubscriptionKind::kPattern);
  });
}

bool MayReadKey(const User& user, std::string_view key) {
  return AnySelector(user,
                     [&](const Selector& selector) { return AllowsKey(selector, key, kMayRead); });
}

std::string DescribeDenial(const User* user, const Verdict& verdict, const CommandInTable& command,
                           Arguments arguments, DenialText text) {
  const std::string_view name = user == nullptr ? "(deleted)" : std::string_view(user->name);
  const std::string_view denied = arguments[verdict.position];
  switch (verdict.denial) {
    case Denial::kNone:
      return {};
    case Denial::kCommand:
      return fmt::format("User {} has no permissions to run the '{}' command", name,
                         command.full_name);
    case Denial::kKey:
      if (text == DenialText::kShort) return "No permissions to access a key";
      return fmt::format("User {} has no permissions to access the '{}' key", name, denied);
    case Denial::kChannel:
      if (text == DenialText::kShort) return "No permissions to access a channel";
      return fmt::format("User {} has no permissions to access the '{}' channel", name, denied);
  }
  return {};
}

}  // namespace server
