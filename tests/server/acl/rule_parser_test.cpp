// Rules of users: what each does, what is refused and in which words, and that a user's description
// makes him again.

#include "server/acl/rule_parser.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "server/acl/describe.h"
#include "server/acl/password.h"
#include "server/commands/all_commands.h"
#include "storage/base/random.h"

using server::ApplyRule;
using server::DescribeUser;
using server::User;

namespace {

const server::CommandTable& Table() {
  static const server::CommandTable table(server::AllCommands());
  return table;
}

const server::RuleScope& Scope() {
  static const server::RuleScope scope{.commands = Table()};
  return scope;
}

User Make(std::initializer_list<std::string_view> rules) {
  User user = server::NewUser("u", Scope());
  for (const std::string_view rule : rules) {
    CAPTURE(rule);
    CHECK(ApplyRule(user, rule, Scope()).has_value());
  }
  return user;
}

std::string Described(std::initializer_list<std::string_view> rules) {
  return DescribeUser(Make(rules));
}

// Why the rule is refused after these; and it must have changed nothing.
std::string RefusalOf(std::string_view rule, std::initializer_list<std::string_view> before = {}) {
  User user = Make(before);
  const std::string old = DescribeUser(user);
  const auto applied = ApplyRule(user, rule, Scope());
  CHECK(DescribeUser(user) == old);
  return applied ? "" : applied.error();
}

bool Allows(const User& user, std::string_view command) {
  return user.root.commands[Table().FindOriginalName(command)->id];
}

constexpr std::string_view kDigestOfA =
    "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";

}  // namespace

TEST_CASE("ACL rules: a new user is off and may do nothing") {
  CHECK(Described({}) == "user u off sanitize-payload resetchannels -@all");
  CHECK(Described({"on", "nopass", "allkeys", "allchannels", "allcommands"}) ==
        "user u on nopass sanitize-payload ~* &* +@all");
  CHECK(Described({"ON", "+@ALL", "AllKeys", "&*", "reset"}) == Described({}));
  CHECK(Described({"", "on", ""}) == "user u on sanitize-payload resetchannels -@all");
}

TEST_CASE("ACL rules: passwords are digests, added and taken away") {
  CHECK(server::PasswordDigest("a") == kDigestOfA);
  const std::string with_hash = "#" + std::string(kDigestOfA);
  CHECK(Described({">a"}) == Described({with_hash}));
  CHECK(Described({">a", ">a"}) == Described({">a"}));
  CHECK(Described({"nopass", ">a"}) == Described({">a"}));
  CHECK(Described({">a", "<a"}) == Described({}));
  CHECK(Described({">a", "!" + std::string(kDigestOfA)}) == Described({}));
  CHECK(Described({">a", ">b", "resetpass"}) == Described({}));
  CHECK(Described({">a", "nopass"}) == Described({"nopass"}));
  CHECK(RefusalOf("<b", {">a"}) ==
        "The password you are trying to remove from the user does not exist");
  const std::string_view bad_digest =
      "The password hash must be exactly 64 characters and contain only lowercase hexadecimal "
      "characters";
  CHECK(RefusalOf("#ca97") == bad_digest);
  CHECK(RefusalOf("#" + std::string(63, 'a') + "A") == bad_digest);
  CHECK(RefusalOf("#" + std::string(65, 'a')) == bad_digest);
  CHECK(RefusalOf("!") == bad_digest);
}

TEST_CASE("ACL rules: a later rule about a command takes the place of earlier ones") {
  CHECK(Described({"+get", "+GET"}) == "user u off sanitize-payload resetchannels -@all +get");
  CHECK(Described({"+config|get", "+config"}).ends_with("-@all +config"));
  CHECK(Described({"+config", "-config|set"}).ends_with("-@all +config -config|set"));
  CHECK(Described({"+@read", "-get", "+@read"}).ends_with("-@all -get +@read"));
  CHECK(Described({"+get", "nocommands", "+set"}).ends_with("-@all +set"));
  CHECK(Described({"+select|0"}).ends_with("-@all +select|0"));
  const User user = Make({"+@all", "-config|set", "-@dangerous", "+info"});
  CHECK(!user.root.has_all_commands);
  CHECK(Allows(user, "get"));
  CHECK(!Allows(user, "config|set"));
  CHECK(!Allows(user, "keys"));
  CHECK(Allows(user, "info"));
  CHECK(Allows(Make({"+config"}), "config|resetstat"));
}

TEST_CASE("ACL rules: unknown commands and categories are refused") {
  const std::string_view unknown = "Unknown command or category name in ACL";
  for (const std::string_view rule : {"+nope", "-nope", "+@nope", "-@", "+", "-", "+config|nope",
                                      "-config|nope", "+nope|get", "-select|0", "+config|get|x"}) {
    CAPTURE(rule);
    CHECK(RefusalOf(rule) == unknown);
  }
  CHECK(RefusalOf("+select|") == "Syntax error");
  CHECK(RefusalOf("foo") == "Syntax error");
  CHECK(RefusalOf("(") == "Syntax error");
}

TEST_CASE("ACL rules: key patterns may be for reading or writing alone, and add up") {
  CHECK(Described({"~a", "%R~b", "%W~c", "%RW~d"}) ==
        "user u off sanitize-payload ~a %R~b %W~c ~d resetchannels -@all");
  CHECK(Described({"%R~b", "%w~b"}) == Described({"~b"}));
  CHECK(Described({"~a", "resetkeys"}) == Described({}));
  for (const std::string_view rule : {"%", "%~a", "%R", "%RR~a", "%RWR~a", "%X~a", "%Ra", "~a b"}) {
    CAPTURE(rule);
    CHECK(RefusalOf(rule) == "Syntax error");
  }
  CHECK(RefusalOf("~a", {"allkeys"}).starts_with("Adding a pattern after the * pattern"));
  CHECK(RefusalOf("&a", {"allchannels"}).starts_with("Adding a pattern after the * pattern"));
  CHECK(Described({"&a", "&b", "&a"}).ends_with("resetchannels &a &b -@all"));
}

// CVE-2024-51741: a malformed selector ended the server.
TEST_CASE("ACL rules, security: malformed selectors are refused and change nothing") {
  for (const std::string_view rule : {"(%)", "(%~)", "(%R)", "(", "((+get))", "(~a", "(on)", "(>a)",
                                      "(reset)", "(+get (~a))", "(%RW)", "()x"}) {
    CAPTURE(rule);
    CHECK(RefusalOf(rule) != "");
  }
  CHECK(Described({"()"}).ends_with("-@all (resetchannels -@all)"));
  CHECK(Described({"(  +get   ~a )"}).ends_with("(~a resetchannels -@all +get)"));
  CHECK(Described({"(+get)", "clearselectors"}) == Described({}));
}

TEST_CASE("ACL rules: words of a selector are put together, and an open parenthesis is told") {
  using Words = std::vector<std::string_view>;
  const auto merged = server::MergeSelectorWords(Words{"on", "(+get", "~a)", "(+set)", ")"});
  REQUIRE(merged.has_value());
  CHECK(*merged == std::vector<std::string>{"on", "(+get ~a)", "(+set)", ")"});
  const auto open = server::MergeSelectorWords(Words{"(+get", "~a", "(x"});
  REQUIRE(!open.has_value());
  CHECK(open.error() == "(+get");
}

TEST_CASE("ACL rules: what describes a user makes him again") {
  constexpr std::string_view kRules[] = {"on",
                                         "off",
                                         ">a",
                                         ">b",
                                         "nopass",
                                         "~a*",
                                         "%R~b",
                                         "%W~c",
                                         "&x",
                                         "+@all",
                                         "-@all",
                                         "+@read",
                                         "-@dangerous",
                                         "+config",
                                         "-get",
                                         "+get",
                                         "allkeys",
                                         "resetkeys",
                                         "allchannels",
                                         "resetchannels",
                                         "-config|set",
                                         "+select|1",
                                         "(+get ~k)",
                                         "(~x &y -@all +@string)",
                                         "skip-sanitize-payload"};
  constexpr uint64_t kSeed = 20261123;
  CAPTURE(kSeed);
  storage::Random random(kSeed);
  for (int round = 0; round < 2000; ++round) {
    User user = server::NewUser("u", Scope());
    for (uint64_t i = random.Below(12); i > 0; --i) {
      (void)ApplyRule(user, kRules[random.Below(std::size(kRules))], Scope());
    }
    const std::string text = DescribeUser(user);
    CAPTURE(text);
    std::vector<std::string_view> words;
    std::string_view rest = std::string_view(text).substr(std::string_view("user u ").size());
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(' '), rest.size());
      words.push_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    const auto merged = server::MergeSelectorWords(words);
    REQUIRE(merged.has_value());
    User again = server::NewUser("u", Scope());
    for (const std::string& rule : *merged) REQUIRE(ApplyRule(again, rule, Scope()).has_value());
    CHECK(DescribeUser(again) == text);
    CHECK(again.root.commands == user.root.commands);
    CHECK(again.root.first_arguments.size() == user.root.first_arguments.size());
  }
}
