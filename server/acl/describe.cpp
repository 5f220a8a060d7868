#include "server/acl/describe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace server {
namespace {

std::string DescribeSelector(const Selector& selector) {
  std::string text = DescribeKeys(selector);
  if (!text.empty()) text += ' ';
  if (selector.has_all_channels) {
    text += "&* ";
  } else {
    text += "resetchannels ";
    if (!selector.channels.empty()) text += DescribeChannels(selector) + " ";
  }
  return text + DescribeCommands(selector);
}

}  // namespace

std::vector<std::string_view> UserFlags(const User& user) {
  std::vector<std::string_view> flags = {user.is_on ? "on" : "off"};
  if (user.needs_no_password) flags.push_back("nopass");
  flags.push_back(user.skips_sanitizing ? "skip-sanitize-payload" : "sanitize-payload");
  return flags;
}

std::string DescribeCommands(const Selector& selector) {
  return fmt::format("{}", fmt::join(selector.command_rules, " "));
}

std::string DescribeKeys(const Selector& selector) {
  if (selector.has_all_keys) return "~*";
  std::string text;
  for (const KeyPattern& pattern : selector.keys) {
    if (!text.empty()) text += ' ';
    const bool reads = (pattern.permissions & kMayRead) != 0;
    const bool writes = (pattern.permissions & kMayWrite) != 0;
    text += reads && writes ? "~" : (reads ? "%R~" : "%W~");
    text += pattern.glob;
  }
  return text;
}

std::string DescribeChannels(const Selector& selector) {
  if (selector.has_all_channels) return "&*";
  std::string text;
  for (const std::string& glob : selector.channels) {
    text += text.empty() ? "&" : " &";
    text += glob;
  }
  return text;
}

std::string DescribeUser(const User& user) {
  std::string text = fmt::format("user {} {} ", user.name, fmt::join(UserFlags(user), " "));
  for (const std::string& digest : user.passwords) text += "#" + digest + " ";
  text += DescribeSelector(user.root);
  for (const Selector& selector : user.selectors) text += " (" + DescribeSelector(selector) + ")";
  return text;
}

}  // namespace server
