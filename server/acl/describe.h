// A user as the rules that would make him again: ACL LIST, GETUSER, SAVE.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/acl/user.h"

namespace server {

std::vector<std::string_view> UserFlags(const User& user);
std::string DescribeCommands(const Selector& selector);  // "-@all +get"
std::string DescribeKeys(const Selector& selector);      // "~a %R~b"
std::string DescribeChannels(const Selector& selector);  // "&a &b"
// "user name on ..."
std::string DescribeUser(const User& user);

}  // namespace server
