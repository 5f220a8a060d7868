// Users: who there is, by name. `default` is always there: every new connection begins as him.
//
// A User stays where it is as long as he exists, since clients point to him (Client::access): a
// change is made in place, all of it or nothing, and then reaches the clients who are logged in.
#pragma once

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/acl/rule_parser.h"
#include "server/acl/user.h"

namespace server {

struct Client;
struct EngineState;

inline constexpr std::string_view kDefaultUser = "default";

class Users {
 public:
  using Map = std::map<std::string, std::unique_ptr<User>, std::less<>>;

  explicit Users(EngineState& engine);

  const User* Find(std::string_view name) const;
  const User& default_user() const { return *default_; }
  const Map& all() const { return users_; }
  RuleScope scope() const;

  // Puts the user in the place of him who has his name, or adds him. Clients that listen to what he
  // may not hear any more are closed.
  void Put(User user);
  // False: there is none. His clients are closed. Not for `default`.
  bool Remove(std::string_view name);
  // There are these users and no others; without a `default` there is one who may do everything.
  void ReplaceAll(std::vector<User> users);
  // requirepass: the password of `default`, or none.
  void ApplyDefaultPassword();
  // The client acts as this user from now on.
  static void Attach(Client& client, const User& user);

  // What CONFIG REWRITE writes; nothing when there is nothing to tell, or when there is an aclfile.
  std::vector<std::string> ConfigLines() const;

 private:
  void ReachClients(const User& user);
  void CloseClientsOf(const User& user);
  User NewDefaultUser() const;

  EngineState& engine_;
  Map users_;
  User* default_ = nullptr;
};

}  // namespace server
