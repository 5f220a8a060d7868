#include "server/acl/users.h"

#include <algorithm>

#include "server/acl/describe.h"
#include "server/acl/password.h"
#include "server/acl/permissions.h"
#include "server/config/config.h"
#include "server/engine_state.h"
#include "storage/base/check.h"

namespace server {
namespace {

bool ListensInVain(const Client& client, const User& user) {
  if (client.subscriptions == nullptr) return false;
  for (const SubscriptionKind kind :
       {SubscriptionKind::kExact, SubscriptionKind::kPattern, SubscriptionKind::kShard}) {
    for (const auto& [name, place] : client.subscriptions->of(kind)) {
      if (!MayListen(user, kind, name)) return true;
    }
  }
  return false;
}

// Who runs the command that does it hears its reply first.
void Close(EngineState& engine, Client& client) {
  const bool runs_now = client.id == engine.running_client;
  engine.CloseClient(client, runs_now ? CloseWish::kAfterFlush : CloseWish::kNow);
}

// `password` as requirepass has it: empty is none.
void SetOnlyPassword(User& user, std::string_view password) {
  user.needs_no_password = password.empty();
  user.passwords.clear();
  if (!password.empty()) user.passwords.push_back(PasswordDigest(password));
}

}  // namespace

Users::Users(EngineState& engine) : engine_(engine) {
  Put(NewDefaultUser());
}

RuleScope Users::scope() const {
  return {.commands = engine_.commands,
          .allows_channels_at_first = engine_.config.settings().acl_pubsub_default_is_all};
}

User Users::NewDefaultUser() const {
  User user = NewUser(kDefaultUser, scope());
  for (const std::string_view rule : {"on", "nopass", "~*", "&*", "+@all"}) {
    const auto applied = ApplyRule(user, rule, scope());
    CHECK_INVARIANT(applied.has_value());
  }
  return user;
}

const User* Users::Find(std::string_view name) const {
  const auto found = users_.find(name);
  return found == users_.end() ? nullptr : found->second.get();
}

void Users::Put(User user) {
  std::unique_ptr<User>& place = users_[user.name];
  if (place == nullptr) {
    place = std::make_unique<User>(std::move(user));
    if (place->name == kDefaultUser) default_ = place.get();
    return;
  }
  *place = std::move(user);
  ReachClients(*place);
}

bool Users::Remove(std::string_view name) {
  CHECK_INVARIANT(name != kDefaultUser);
  const auto found = users_.find(name);
  if (found == users_.end()) return false;
  CloseClientsOf(*found->second);
  users_.erase(found);
  return true;
}

void Users::ReplaceAll(std::vector<User> users) {
  const auto is_named = [](std::string_view name) {
    return [name](const User& user) { return user.name == name; };
  };
  if (std::ranges::none_of(users, is_named(kDefaultUser))) users.push_back(NewDefaultUser());
  std::vector<std::string> gone;
  for (const auto& [name, user] : users_) {
    if (std::ranges::none_of(users, is_named(name))) gone.push_back(name);
  }
  for (const std::string& name : gone) Remove(name);
  for (User& user : users) Put(std::move(user));
}

void Users::ApplyDefaultPassword() {
  User user = *default_;
  SetOnlyPassword(user, engine_.config.settings().requirepass);
  Put(std::move(user));
}

void Users::Attach(Client& client, const User& user) {
  client.access = &user;
  client.user = user.name;
  client.set(kRestricted, !user.HasEverything());
}

void Users::ReachClients(const User& user) {
  // Without a password for `default` there are no strangers.
  const bool ends_strangers = &user == default_ && user.needs_no_password && user.is_on;
  for (const auto& [id, session] : engine_.clients) {
    Client& client = session->client;
    if (client.access != &user) continue;
    if (ends_strangers) client.set(kNotAuthenticated, false);
    client.set(kRestricted, !user.HasEverything());
    if (!ListensInVain(client, user)) continue;
    Close(engine_, client);
  }
}

void Users::CloseClientsOf(const User& user) {
  for (const auto& [id, session] : engine_.clients) {
    Client& client = session->client;
    if (client.access != &user) continue;
    client.access = nullptr;
    client.set(kRestricted, true);
    Close(engine_, client);
  }
}

std::vector<std::string> Users::ConfigLines() const {
  std::vector<std::string> lines;
  const Settings& settings = engine_.config.settings();
  if (!settings.aclfile.empty()) return lines;
  for (const auto& [name, user] : users_) lines.push_back(DescribeUser(*user));
  if (lines.size() > 1 || !settings.user_lines.empty()) return lines;
  User usual = NewDefaultUser();
  SetOnlyPassword(usual, settings.requirepass);
  if (lines.front() == DescribeUser(usual)) lines.clear();
  return lines;
}

}  // namespace server
