// Users: logging in, what each permission withholds, and what a change does to those who are there.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "server/engine_state.h"
#include "tests/support/in_process_server.h"

using tests::InProcessServer;
using tests::TestConnection;

namespace {

using Request = std::vector<std::string>;

constexpr std::string_view kOk = "+OK\r\n";
constexpr std::string_view kNoKey = "-NOPERM No permissions to access a key\r\n";
constexpr std::string_view kNoChannel = "-NOPERM No permissions to access a channel\r\n";

std::string NoCommand(std::string_view command) {
  return "-NOPERM User u has no permissions to run the '" + std::string(command) + "' command\r\n";
}

// A server with the user u who has these rules, and a connection of his.
struct AsUser {
  explicit AsUser(const std::vector<std::string>& rules) {
    Request request = {"ACL", "SETUSER", "u", "on", ">secret"};
    request.insert(request.end(), rules.begin(), rules.end());
    CHECK(admin.Run(request) == kOk);
    CHECK(client.Run({"AUTH", "u", "secret"}) == kOk);
  }
  InProcessServer server;
  TestConnection& admin = server.Connect();
  TestConnection& client = server.Connect();
};

}  // namespace

TEST_CASE("ACL: AUTH takes the right pair of a user that is on, and nothing else") {
  constexpr std::string_view kWrong =
      "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
  AsUser as({"+@all", "~*"});
  CHECK(as.client.Run({"ACL", "WHOAMI"}) == "$1\r\nu\r\n");
  auto& other = as.server.Connect();
  CHECK(other.Run({"AUTH", "u", "wrong"}) == kWrong);
  CHECK(other.Run({"AUTH", "nobody", "secret"}) == kWrong);
  CHECK(other.Run({"AUTH", "u", ""}) == kWrong);
  CHECK(other.Run({"ACL", "WHOAMI"}) == "$7\r\ndefault\r\n");
  CHECK(other.Run({"HELLO", "2", "AUTH", "u", "secret"}).starts_with("*14\r\n"));
  CHECK(other.Run({"ACL", "WHOAMI"}) == "$1\r\nu\r\n");
  CHECK(other.Run({"CLIENT", "LIST"}).find("user=u ") != std::string::npos);
  CHECK(other.Run({"RESET"}) == "+RESET\r\n");
  CHECK(other.Run({"ACL", "WHOAMI"}) == "$7\r\ndefault\r\n");
  CHECK(as.admin.Run({"ACL", "SETUSER", "u", "off"}) == kOk);
  CHECK(other.Run({"AUTH", "u", "secret"}) == kWrong);
  // Who is in stays in.
  CHECK(as.client.Run({"PING"}) == "+PONG\r\n");
  CHECK(as.admin.Run({"ACL", "SETUSER", "u", "on", "nopass"}) == kOk);
  CHECK(other.Run({"AUTH", "u", "anything"}) == kOk);
}

TEST_CASE("ACL: a command that is not allowed is refused, by command, subcommand and category") {
  AsUser as({"+get", "+config|get", "+@hash", "-hdel", "+select|1", "~*"});
  CHECK(as.client.Run({"GET", "k"}) == "$-1\r\n");
  CHECK(as.client.Run({"SET", "k", "v"}) == NoCommand("set"));
  CHECK(as.client.Run({"CONFIG", "GET", "port"}).starts_with("*2\r\n"));
  CHECK(as.client.Run({"CONFIG", "SET", "timeout", "1"}) == NoCommand("config|set"));
  CHECK(as.client.Run({"HSET", "h", "f", "v"}) == ":1\r\n");
  CHECK(as.client.Run({"HDEL", "h", "f"}) == NoCommand("hdel"));
  CHECK(as.client.Run({"SELECT", "0"}) == NoCommand("select"));
  CHECK(as.client.Run({"SELECT", "1"}) == kOk);
  CHECK(as.client.Run({"MULTI"}) == NoCommand("multi"));
  CHECK(as.client.Run({"NOPE"}).starts_with("-ERR unknown command"));
  CHECK(as.client.Run({"AUTH", "u", "wrong"}).starts_with("-WRONGPASS"));
}

TEST_CASE("ACL: a key needs a pattern that gives what the command does with it") {
  AsUser as({"+@all", "~rw:*", "%R~r:*", "%W~w:*"});
  TestConnection& client = as.client;
  CHECK(client.Run({"SET", "rw:1", "v"}) == kOk);
  CHECK(client.Run({"GET", "rw:1"}) == "$1\r\nv\r\n");
  CHECK(client.Run({"GET", "r:1"}) == "$-1\r\n");
  CHECK(client.Run({"SET", "r:1", "v"}) == kNoKey);
  CHECK(client.Run({"DEL", "r:1"}) == kNoKey);
  CHECK(client.Run({"SET", "w:1", "v"}) == kOk);
  CHECK(client.Run({"GET", "w:1"}) == kNoKey);
  CHECK(client.Run({"GETDEL", "w:1"}) == kNoKey);
  CHECK(client.Run({"SET", "w:1", "v", "GET"}) == kNoKey);
  CHECK(client.Run({"EXISTS", "w:1"}) == ":1\r\n");
  CHECK(client.Run({"EXISTS", "x"}) == kNoKey);
  CHECK(client.Run({"MGET", "rw:1", "r:1", "x"}) == kNoKey);
  CHECK(client.Run({"COPY", "r:1", "w:1"}) == ":0\r\n");
  CHECK(client.Run({"COPY", "w:1", "r:1"}) == kNoKey);
  CHECK(client.Run({"SINTERCARD", "2", "r:1", "x"}) == kNoKey);
  CHECK(client.Run({"SORT", "rw:l", "STORE", "r:x"}) == kNoKey);
  CHECK(client.Run({"ZUNIONSTORE", "w:2", "1", "x"}) == kNoKey);
}

TEST_CASE("ACL: selectors are tried one by one and never added up") {
  AsUser as({"+get", "~a", "(+set ~b)", "(+@all ~c)"});
  CHECK(as.client.Run({"GET", "a"}) == "$-1\r\n");
  CHECK(as.client.Run({"SET", "b", "v"}) == kOk);
  CHECK(as.client.Run({"GET", "c"}) == "$-1\r\n");
  CHECK(as.client.Run({"SET", "a", "v"}) == kNoKey);
  CHECK(as.client.Run({"GET", "b"}) == kNoKey);
  CHECK(as.client.Run({"MGET", "a", "c"}) == kNoKey);
}

TEST_CASE("ACL: channels need a pattern, and subscriptions to patterns the very same") {
  AsUser as({"+@all", "&news:*", "&one"});
  TestConnection& client = as.client;
  CHECK(client.Run({"PUBLISH", "news:1", "m"}) == ":0\r\n");
  CHECK(client.Run({"PUBLISH", "other", "m"}) == kNoChannel);
  CHECK(client.Run({"SPUBLISH", "other", "m"}) == kNoChannel);
  CHECK(client.Run({"SUBSCRIBE", "one", "other"}) == kNoChannel);
  CHECK(client.Run({"SSUBSCRIBE", "other"}) == kNoChannel);
  CHECK(client.Run({"PSUBSCRIBE", "news:1"}) == kNoChannel);
  CHECK(client.Run({"PSUBSCRIBE", "news:*"}).starts_with("*3\r\n$10\r\npsubscribe\r\n"));
  CHECK(client.Run({"PUNSUBSCRIBE", "whatever"}).starts_with("*3\r\n$12\r\npunsubscribe\r\n"));
}

TEST_CASE("ACL: who loses a channel he listens to is disconnected, others are not") {
  AsUser as({"+@all", "&*"});
  auto& keeps = as.server.Connect();
  CHECK(keeps.Run({"AUTH", "u", "secret"}) == kOk);
  CHECK(keeps.Run({"SUBSCRIBE", "kept"}).starts_with("*3\r\n"));
  CHECK(as.client.Run({"SUBSCRIBE", "lost"}).starts_with("*3\r\n"));
  CHECK(as.admin.Run({"ACL", "SETUSER", "u", "resetchannels", "&kept"}) == kOk);
  CHECK(!as.client.is_open());
  CHECK(keeps.is_open());
}

TEST_CASE("ACL: a deleted user's connections are closed, and default stays") {
  AsUser as({"+@all", "~*"});
  CHECK(as.admin.Run({"ACL", "DELUSER", "u", "nobody"}) == ":1\r\n");
  CHECK(!as.client.is_open());
  CHECK(as.admin.Run({"ACL", "DELUSER", "default"}) ==
        "-ERR The 'default' user cannot be removed\r\n");
  CHECK(as.admin.Run({"ACL", "USERS"}) == "*1\r\n$7\r\ndefault\r\n");
}

TEST_CASE("ACL: a user may delete himself in a transaction, and nothing runs after it") {
  AsUser as({"+@all", "~*"});
  CHECK(as.client.Run({"MULTI"}) == kOk);
  as.client.Run({"ACL", "DELUSER", "u"});
  as.client.Run({"SET", "k", "v"});
  const std::string reply = as.client.Run({"EXEC"});
  CHECK(reply.starts_with("*2\r\n:1\r\n-NOPERM ACLs rules changed"));
  CHECK(!as.client.is_open());
  CHECK(as.admin.Run({"EXISTS", "k"}) == ":0\r\n");
}

TEST_CASE("ACL: a queued request is checked when it is queued, and again by EXEC") {
  AsUser as({"+@all", "~a"});
  CHECK(as.client.Run({"MULTI"}) == kOk);
  CHECK(as.client.Run({"SET", "a", "1"}) == "+QUEUED\r\n");
  CHECK(as.client.Run({"SET", "b", "1"}) == kNoKey);
  CHECK(as.client.Run({"EXEC"}).starts_with("-EXECABORT"));

  CHECK(as.client.Run({"MULTI"}) == kOk);
  CHECK(as.client.Run({"SET", "a", "1"}) == "+QUEUED\r\n");
  CHECK(as.client.Run({"PING"}) == "+QUEUED\r\n");
  CHECK(as.admin.Run({"ACL", "SETUSER", "u", "resetkeys"}) == kOk);
  CHECK(as.client.Run({"EXEC"}) ==
        "*2\r\n-NOPERM ACLs rules changed between the moment the transaction was accumulated and "
        "the EXEC call. This command is no longer allowed for the following reason: no permission "
        "to touch the specified keys\r\n+PONG\r\n");
  CHECK(as.admin.Run({"EXISTS", "a"}) == ":0\r\n");
}

TEST_CASE("ACL: a blocked request is checked again before it gets what it waited for") {
  AsUser as({"+@all", "~l"});
  CHECK(as.client.Run({"BLPOP", "l", "0"}) == "");
  CHECK(as.admin.Run({"ACL", "SETUSER", "u", "resetkeys"}) == kOk);
  CHECK(as.admin.Run({"RPUSH", "l", "v"}) == ":1\r\n");
  CHECK(as.client.TakeOutput() == kNoKey);
  CHECK(as.admin.Run({"LLEN", "l"}) == ":1\r\n");
}

// CVE-2023-41053: SORT_RO read keys that nobody had checked.
TEST_CASE("ACL, security: SORT with BY or GET needs the right to read all keys") {
  AsUser as({"+@all", "%R~*", "~l"});
  CHECK(as.admin.Run({"RPUSH", "l", "1"}) == ":1\r\n");
  CHECK(as.client.Run({"SORT", "l", "GET", "x*"}) == "*1\r\n$-1\r\n");
  CHECK(as.admin.Run({"ACL", "SETUSER", "u", "resetkeys", "~l", "%W~*"}) == kOk);
  for (const std::string_view name : {"SORT", "SORT_RO"}) {
    CHECK(as.client.Run({name, "l", "BY", "x*"}) ==
          "-ERR BY option of SORT denied due to insufficient ACL permissions\r\n");
    CHECK(as.client.Run({name, "l", "GET", "x*"}) ==
          "-ERR GET option of SORT denied due to insufficient ACL permissions\r\n");
    CHECK(as.client.Run({name, "l", "BY", "nosort"}) == "*1\r\n$1\r\n1\r\n");
  }
}

TEST_CASE("ACL: SETUSER takes all rules or none") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"ACL", "SETUSER", "u", "on", "+nope"}) ==
        "-ERR Error in ACL SETUSER modifier '+nope': Unknown command or category name in ACL\r\n");
  CHECK(client.Run({"ACL", "GETUSER", "u"}) == "*-1\r\n");
  CHECK(client.Run({"ACL", "SETUSER", "u", "(+get"}) ==
        "-ERR Unmatched parenthesis in acl selector starting at '(+get'.\r\n");
  CHECK(client.Run({"ACL", "SETUSER", "a b"}) ==
        "-ERR Usernames can't contain spaces or null characters\r\n");
  CHECK(client.Run({"ACL", "SETUSER", "u", "on", "~a", "(+get", "~b)"}) == kOk);
  CHECK(client.Run({"ACL", "LIST"}) ==
        "*2\r\n$51\r\nuser default on nopass sanitize-payload ~* &* +@all\r\n"
        "$79\r\nuser u on sanitize-payload ~a resetchannels -@all "
        "(~b resetchannels -@all +get)\r\n");
}

TEST_CASE("ACL: DRYRUN says what would happen and does nothing") {
  AsUser as({"+get", "~a"});
  CHECK(as.admin.Run({"ACL", "DRYRUN", "u", "GET", "a"}) == kOk);
  CHECK(as.admin.Run({"ACL", "DRYRUN", "u", "GET", "b"}) ==
        "$47\r\nUser u has no permissions to access the 'b' key\r\n");
  CHECK(as.admin.Run({"ACL", "DRYRUN", "u", "SET", "a", "v"}) ==
        "$50\r\nUser u has no permissions to run the 'set' command\r\n");
  CHECK(as.admin.Run({"ACL", "DRYRUN", "x", "GET", "a"}) == "-ERR User 'x' not found\r\n");
  CHECK(as.admin.Run({"ACL", "DRYRUN", "u", "nope"}) == "-ERR Command 'nope' not found\r\n");
  CHECK(as.admin.Run({"ACL", "DRYRUN", "u", "GET"}) ==
        "-ERR wrong number of arguments for 'get' command\r\n");
  CHECK(as.server.engine->state().acl_log.entries().empty());
}

TEST_CASE("ACL: the log groups what is the same, newest first, and INFO counts") {
  AsUser as({"+get", "~a"});
  for (int i = 0; i < 3; ++i) as.client.Run({"SET", "a", "v"});
  as.client.Run({"GET", "b"});
  as.client.Run({"AUTH", "nobody", "x"});
  const auto& entries = as.server.engine->state().acl_log.entries();
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].reason == "auth");
  CHECK(entries[0].user == "nobody");
  CHECK(entries[0].object == "AUTH");
  CHECK(entries[1].reason == "key");
  CHECK(entries[1].object == "b");
  CHECK(entries[2].reason == "command");
  CHECK(entries[2].count == 3);
  CHECK(as.admin.Run({"ACL", "LOG", "1"}).starts_with("*1\r\n*20\r\n$5\r\ncount\r\n:1\r\n"));
  const std::string info = as.admin.Run({"INFO", "stats"});
  CHECK(info.find("acl_access_denied_cmd:3\r\nacl_access_denied_key:1\r\n") != std::string::npos);
  CHECK(as.admin.Run({"CONFIG", "SET", "acllog-max-len", "1"}) == kOk);
  CHECK(entries.size() == 1);
  CHECK(as.admin.Run({"ACL", "LOG", "RESET"}) == kOk);
  CHECK(as.admin.Run({"ACL", "LOG"}) == "*0\r\n");
}

TEST_CASE("ACL: a restricted default user restricts strangers, and requirepass is his password") {
  InProcessServer server;
  auto& admin = server.Connect();
  CHECK(admin.Run({"ACL", "SETUSER", "admin", "on", "nopass", "+@all", "~*", "&*"}) == kOk);
  CHECK(admin.Run({"AUTH", "admin", "x"}) == kOk);
  auto& before = server.Connect();
  CHECK(admin.Run({"ACL", "SETUSER", "default", "-@all", "+get"}) == kOk);
  CHECK(before.Run({"PING"}) ==
        "-NOPERM User default has no permissions to run the 'ping' command\r\n");
  CHECK(before.Run({"GET", "k"}) == "$-1\r\n");
  CHECK(admin.Run({"CONFIG", "SET", "requirepass", "secret"}) == kOk);
  auto& stranger = server.Connect();
  CHECK(stranger.Run({"GET", "k"}) == "-NOAUTH Authentication required.\r\n");
  CHECK(stranger.Run({"AUTH", "secret"}) == kOk);
  CHECK(stranger.Run({"GET", "k"}) == "$-1\r\n");
  CHECK(admin.Run({"ACL", "SETUSER", "default", "off"}) == kOk);
  CHECK(server.Connect().Run({"AUTH", "secret"}).starts_with("-WRONGPASS"));
}

TEST_CASE("ACL: `user` lines make users at the start, wrong ones end it") {
  InProcessServer server({"user u on >secret +get ~a", "requirepass top"});
  auto& client = server.Connect();
  CHECK(client.Run({"AUTH", "u", "secret"}) == kOk);
  CHECK(client.Run({"GET", "a"}) == "$-1\r\n");
  CHECK(client.Run({"GET", "b"}) == kNoKey);
  InProcessServer wrong({"user u +nope"});
  CHECK(wrong.shell.failure ==
        "Error in user declaration 'u': Error in applying operation '+nope': Unknown command or "
        "category name in ACL");
}

TEST_CASE("ACL: an aclfile is loaded, saved and loaded again; a wrong one changes nothing") {
  tests::MemoryFileSystem disk;
  const auto write = [&disk](std::string_view text) {
    CHECK(storage::ReplaceFileWith(disk, "users.acl", text).has_value());
  };
  write("user default on nopass ~* &* +@all\nuser u on >secret +@all ~*\n");
  InProcessServer server({"aclfile users.acl"}, 1, {}, &disk);
  auto& admin = server.Connect();
  auto& client = server.Connect();
  CHECK(client.Run({"AUTH", "u", "secret"}) == kOk);
  CHECK(admin.Run({"ACL", "SETUSER", "v", "on"}) == kOk);
  CHECK(admin.Run({"ACL", "SAVE"}) == kOk);
  const std::string saved = admin.Run({"ACL", "LIST"});
  CHECK(admin.Run({"ACL", "DELUSER", "v"}) == ":1\r\n");
  CHECK(admin.Run({"ACL", "LOAD"}) == kOk);
  CHECK(admin.Run({"ACL", "LIST"}) == saved);
  CHECK(client.Run({"GET", "a"}) == "$-1\r\n");
  write("user x on\nuser y +nope\nnonsense\nuser x off\n");
  CHECK(admin.Run({"ACL", "LOAD"}) ==
        "-ERR users.acl:2: Error in applying operation '+nope': Unknown command or category name "
        "in ACL. users.acl:3: line should start with user keyword followed by the username. "
        "users.acl:4: Duplicate user 'x' found. WARNING: ACL errors detected, no change to the "
        "previously active ACL rules was performed\r\n");
  CHECK(admin.Run({"ACL", "LIST"}) == saved);
  write("user v on\n");
  CHECK(admin.Run({"ACL", "LOAD"}) == kOk);
  CHECK(!client.is_open());
}

TEST_CASE("ACL: failed logins of an address are slowed and told, the Unix socket is not") {
  InProcessServer server({"failed-login-burst 3", "requirepass secret"});
  auto& client = server.Connect();
  for (int i = 0; i < 3; ++i) CHECK(client.Run({"AUTH", "x"}).starts_with("-WRONGPASS"));
  CHECK(client.Run({"AUTH", "secret"}) ==
        "-ERR too many failed logins from this address, try again in a few seconds\r\n");
  CHECK(server.log.lines.back().find("Logins from 127.0.0.1 fail again and again") !=
        std::string::npos);
  CHECK(server.Connect({.remote_address = "10.0.0.1:1", .local_address = ""})
            .Run({"AUTH", "secret"}) == kOk);
  server.Advance(1000);
  CHECK(client.Run({"AUTH", "secret"}) == kOk);
  auto& local =
      server.Connect({.remote_address = "/tmp/s:0", .local_address = "", .is_unix_socket = true});
  for (int i = 0; i < 9; ++i) CHECK(local.Run({"AUTH", "x"}).starts_with("-WRONGPASS"));
}

TEST_CASE("Audit log: who ran which administrative command from where, without secrets") {
  InProcessServer server;
  auto& client = server.Connect();
  const auto audited = [&server] {
    std::string all;
    for (const std::string& line : server.log.lines) {
      if (line.starts_with("Audit: ")) all += line + "\n";
    }
    return all;
  };
  client.Run({"CONFIG", "SET", "timeout", "0"});
  CHECK(audited().empty());
  client.Run({"CONFIG", "SET", "audit-log", "yes"});
  client.Run({"ACL", "SETUSER", "u", ">hidden"});
  client.Run({"GET", "k"});
  client.Run({"FLUSHALL"});
  CHECK(audited() ==
        "Audit: user \"default\" from 127.0.0.1:50000 ran \"CONFIG\" \"SET\" \"audit-log\" "
        "\"yes\"\n"
        "Audit: user \"default\" from 127.0.0.1:50000 ran \"ACL\" \"SETUSER\" \"u\" "
        "\"(redacted)\"\n"
        "Audit: user \"default\" from 127.0.0.1:50000 ran \"FLUSHALL\"\n");
}
