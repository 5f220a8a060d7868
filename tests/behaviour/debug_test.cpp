// DEBUG: each subcommand's replies, which were compared with redis-server 7.0's byte for byte, and
// its effect; who may use it at all.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "server/engine_state.h"
#include "tests/support/both_protocols.h"
#include "tests/support/replies.h"

using tests::Array;
using tests::BothProtocols;
using tests::Bulk;
using tests::Error;
using tests::InProcessServer;
using tests::kNull;
using tests::kNull3;
using tests::kOk;
using tests::TestConnection;

namespace {

// DEBUG is on.
struct BothDebugged : BothProtocols {
  BothDebugged() : BothProtocols({"enable-debug-command yes"}) {}
};

std::string UnknownOrWrong(std::string_view name) {
  return "ERR unknown subcommand or wrong number of arguments for '" + std::string(name) +
         "'. Try DEBUG HELP.";
}

// The switches that are accepted as Redis accepts them: any text is a number.
void CheckSwitch(BothProtocols& both, std::string_view name) {
  for (const std::string_view value : {"0", "1", "abc", "1x", "-1", ""}) {
    both.Check({"DEBUG", name, value}, kOk);
  }
  both.CheckRefused({"DEBUG", name}, UnknownOrWrong(name));
  both.CheckRefused({"DEBUG", name, "1", "2"}, UnknownOrWrong(name));
}

std::string ReplicationId(TestConnection& client) {
  const std::string info = client.Run({"INFO", "replication"});
  const std::string name = "\r\nmaster_replid:";
  return info.substr(info.find(name) + name.size(), 40);
}

constexpr std::string_view kNotAllowed =
    "-ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you "
    "can run it from a local connection, otherwise you need to set this option in the "
    "configuration file, and then restart the server.\r\n";

}  // namespace

TEST_CASE("DEBUG: is off; `local` lets this machine use it, `yes` everybody") {
  server::PeerFacts loopback;
  loopback.is_loopback = true;
  server::PeerFacts unix_socket;
  unix_socket.is_unix_socket = true;
  const server::PeerFacts remote;
  struct Case {
    std::string_view setting;
    bool here;
    bool elsewhere;
  };
  for (const auto& [setting, here, elsewhere] :
       {Case{"no", false, false}, Case{"local", true, false}, Case{"yes", true, true}}) {
    CAPTURE(setting);
    const std::string directive = "enable-debug-command " + std::string(setting);
    InProcessServer server({"protected-mode no", directive});
    const auto reply_to = [&server](const server::PeerFacts& peer) {
      return server.Connect(peer).Run({"DEBUG", "SLEEP", "0"});
    };
    CHECK(reply_to(loopback) == (here ? kOk : kNotAllowed));
    CHECK(reply_to(unix_socket) == (here ? kOk : kNotAllowed));
    CHECK(reply_to(remote) == (elsewhere ? kOk : kNotAllowed));
  }
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"DEBUG", "HELP"}) == kNotAllowed);
  CHECK(client.Run({"DEBUG"}) == "-ERR wrong number of arguments for 'debug' command\r\n");
  CHECK(client.Run({"CONFIG", "SET", "enable-debug-command", "yes"}) ==
        "-ERR CONFIG SET failed (possibly related to argument 'enable-debug-command') - can't set "
        "immutable config\r\n");
}

TEST_CASE("DEBUG: unknown subcommands are named, up to a zero byte and without line ends") {
  BothDebugged both;
  both.CheckRefused({"DEBUG", "nope"}, UnknownOrWrong("nope"));
  both.CheckRefused({"DEBUG", "nope", "a", "b"}, UnknownOrWrong("nope"));
  both.CheckRefused({"DEBUG", ""}, UnknownOrWrong(""));
  both.CheckRefused({"DEBUG", "a b\r\nc"}, UnknownOrWrong("a b  c"));
  both.CheckRefused({"DEBUG", std::string_view("a\0b", 3)}, UnknownOrWrong("a"));
  both.CheckRefused({"DEBUG", "HELP", "x"}, UnknownOrWrong("HELP"));
}

TEST_CASE("DEBUG HELP: names every subcommand with its arguments") {
  InProcessServer server({"enable-debug-command yes"});
  const std::string help = server.Connect().Run({"DEBUG", "help"});
  CHECK(help.find("+DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:\r\n") !=
        std::string::npos);
  for (const std::string_view name : {"SET-ACTIVE-EXPIRE",
                                      "SLEEP",
                                      "OBJECT",
                                      "DIGEST",
                                      "DIGEST-VALUE",
                                      "PROTOCOL",
                                      "POPULATE",
                                      "STRINGMATCH-LEN",
                                      "LOG",
                                      "PAUSE-CRON",
                                      "REPLYBUFFER",
                                      "DICT-RESIZING",
                                      "CHANGE-REPL-ID",
                                      "QUICKLIST-PACKED-THRESHOLD",
                                      "SET-DISABLE-DENY-SCRIPTS",
                                      "ERROR",
                                      "HTSTATS",
                                      "SEGFAULT",
                                      "PANIC",
                                      "HELP"}) {
    CAPTURE(name);
    const size_t at = help.find("\r\n+" + std::string(name));
    REQUIRE(at != std::string::npos);
    const char next = help[at + 3 + name.size()];
    CHECK((next == ' ' || next == '\r'));
  }
}

TEST_CASE("DEBUG PROTOCOL: a reply of each type") {
  BothDebugged both;
  const std::string numbers = ":0\r\n:1\r\n:2\r\n";
  both.Check({"DEBUG", "PROTOCOL", "string"}, "$11\r\nHello World\r\n");
  both.Check({"DEBUG", "PROTOCOL", "integer"}, ":12345\r\n");
  both.Check({"DEBUG", "PROTOCOL", "double"}, "$5\r\n3.141\r\n", ",3.141\r\n");
  both.Check({"DEBUG", "PROTOCOL", "bignum"}, Bulk("1234567999999999999999999999999999999"),
             "(1234567999999999999999999999999999999\r\n");
  both.Check({"DEBUG", "PROTOCOL", "null"}, kNull, kNull3);
  both.Check({"DEBUG", "PROTOCOL", "array"}, "*3\r\n" + numbers);
  both.Check({"DEBUG", "PROTOCOL", "set"}, "*3\r\n" + numbers, "~3\r\n" + numbers);
  both.Check({"DEBUG", "PROTOCOL", "map"}, "*6\r\n:0\r\n:0\r\n:1\r\n:1\r\n:2\r\n:0\r\n",
             "%3\r\n:0\r\n#f\r\n:1\r\n#t\r\n:2\r\n#f\r\n");
  const std::string after_attribute = Bulk("Some real reply following the attribute");
  both.Check({"DEBUG", "PROTOCOL", "attrib"}, after_attribute,
             "|1\r\n$14\r\nkey-popularity\r\n*2\r\n$7\r\nkey:123\r\n:90\r\n" + after_attribute);
  both.Check({"DEBUG", "PROTOCOL", "push"}, Error("ERR RESP2 is not supported by this command"),
             ">2\r\n$16\r\nserver-cpu-usage\r\n:42\r\n" +
                 Bulk("Some real reply following the push reply"));
  both.Check({"DEBUG", "PROTOCOL", "verbatim"}, Bulk("This is a verbatim\nstring"),
             "=29\r\ntxt:This is a verbatim\nstring\r\n");
  both.Check({"DEBUG", "PROTOCOL", "true"}, ":1\r\n", "#t\r\n");
  both.Check({"DEBUG", "PROTOCOL", "FALSE"}, ":0\r\n", "#f\r\n");
  for (const std::string_view type : {"nope", ""}) {
    both.CheckRefused({"DEBUG", "PROTOCOL", type},
                      "ERR Wrong protocol type name. Please use one of the following: string|"
                      "integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false");
  }
  both.CheckRefused({"DEBUG", "PROTOCOL"}, UnknownOrWrong("PROTOCOL"));
  both.CheckRefused({"DEBUG", "PROTOCOL", "string", "x"}, UnknownOrWrong("PROTOCOL"));
}

TEST_CASE("DEBUG PROTOCOL: every reply is one, also in the middle of a pipeline") {
  BothDebugged both;
  for (TestConnection* client : {&both.client2, &both.client3}) {
    for (const std::string_view type : {"attrib", "push", "map", "null"}) {
      CAPTURE(type);
      const std::string alone = client->Run({"DEBUG", "PROTOCOL", type});
      const std::string one = tests::Encode({"DEBUG", "PROTOCOL", std::string(type)});
      CHECK(client->SendRaw("PING\r\n" + one + "PING\r\n") == "+PONG\r\n" + alone + "+PONG\r\n");
    }
  }
}

TEST_CASE("DEBUG SLEEP: takes fractions; what is no number is no sleep") {
  InProcessServer server({"enable-debug-command yes"});
  auto& client = server.Connect();
  const auto slept_ms = [&](std::string_view seconds) {
    const int64_t before_ms = server.clock.wall_ms();
    CHECK(client.Run({"DEBUG", "SLEEP", seconds}) == kOk);
    return server.clock.wall_ms() - before_ms;
  };
  CHECK(slept_ms("0.25") == 250);
  CHECK(slept_ms("2") == 2000);
  CHECK(slept_ms("0.01x") == 10);
  CHECK(slept_ms("0") == 0);
  CHECK(slept_ms("-1") == 0);
  CHECK(slept_ms("abc") == 0);
  CHECK(slept_ms("nan") == 0);
  CHECK(client.Run({"DEBUG", "SLEEP"}) == Error(UnknownOrWrong("SLEEP")));
  CHECK(client.Run({"DEBUG", "SLEEP", "0", "1"}) == Error(UnknownOrWrong("SLEEP")));
}

TEST_CASE("DEBUG SET-ACTIVE-EXPIRE: with 0 an expired key goes when it is looked at") {
  BothDebugged both;
  CheckSwitch(both, "SET-ACTIVE-EXPIRE");
  both.Check({"DEBUG", "SET-ACTIVE-EXPIRE", "0"}, kOk);
  both.Check({"SET", "k", "v", "PX", "10"}, kOk);
  both.Check({"SET", "l", "v", "PX", "10"}, kOk);
  both.Advance(1000);
  both.Check({"DBSIZE"}, ":2\r\n");
  both.Check({"EXISTS", "k"}, ":0\r\n");
  both.Check({"DBSIZE"}, ":1\r\n");
  both.Check({"DEBUG", "SET-ACTIVE-EXPIRE", "1x"}, kOk);  // a number as far as it goes
  both.Advance(1000);
  both.Check({"DBSIZE"}, ":0\r\n");
}

TEST_CASE("DEBUG PAUSE-CRON: with 1 nothing is done by the clock, with 0 all that has waited") {
  BothDebugged both;
  CheckSwitch(both, "PAUSE-CRON");
  both.Check({"DEBUG", "PAUSE-CRON", "1"}, kOk);
  both.Check({"SET", "k", "v", "PX", "10"}, kOk);
  both.Advance(1000);
  both.Check({"DBSIZE"}, ":1\r\n");
  both.Check({"DEBUG", "PAUSE-CRON", "0"}, kOk);
  both.Advance(1000);
  both.Check({"DBSIZE"}, ":0\r\n");
}

TEST_CASE("DEBUG OBJECT: tells encoding and serialized length") {
  BothDebugged both;
  const auto object = [&](std::string_view key) {
    const std::string reply = both.client2.Run({"DEBUG", "OBJECT", key});
    CHECK(reply.starts_with("+Value at:0x"));
    const size_t begin = reply.find(" refcount:");
    return reply.substr(begin, reply.find(" lru:") - begin);
  };
  both.Check({"SET", "small", "7"}, kOk);
  both.Check({"SET", "number", "12345"}, kOk);
  both.Check({"SET", "large", "99999999999"}, kOk);
  both.Check({"SET", "short", "v"}, kOk);
  both.Check({"SET", "long", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"}, kOk);
  CHECK(object("small") == " refcount:2147483647 encoding:int serializedlength:2");
  CHECK(object("number") == " refcount:1 encoding:int serializedlength:3");
  CHECK(object("large") == " refcount:1 encoding:int serializedlength:12");
  CHECK(object("short") == " refcount:1 encoding:embstr serializedlength:2");
  CHECK(object("long") == " refcount:1 encoding:raw serializedlength:53");
  both.Advance(3000);
  CHECK(both.client2.Run({"DEBUG", "OBJECT", "short"}).ends_with(" lru_seconds_idle:3\r\n"));
  CHECK(both.client2.Run({"DEBUG", "OBJECT", "short"}).ends_with(" lru_seconds_idle:3\r\n"));
  both.CheckRefused({"DEBUG", "OBJECT", "missing"}, "ERR no such key");
  both.CheckRefused({"DEBUG", "OBJECT"}, UnknownOrWrong("OBJECT"));
  both.CheckRefused({"DEBUG", "OBJECT", "short", "fast"}, UnknownOrWrong("OBJECT"));
}

TEST_CASE("DEBUG DIGEST, DIGEST-VALUE: Redis's own, over all databases") {
  BothDebugged both;
  both.Check({"DEBUG", "DIGEST"}, "+" + std::string(40, '0') + "\r\n");
  both.Check({"SET", "k", "v"}, kOk);
  both.Check({"DEBUG", "DIGEST"}, "+264ccf65edec66bccfa7cc659414ccca432057d2\r\n");
  const std::string digest = "+d79ee9fe5d5ad902d7f6620efc3b07b75ddd742f\r\n";
  const std::string nothing = "+" + std::string(40, '0') + "\r\n";
  both.Check({"DEBUG", "DIGEST-VALUE", "k"}, Array({digest}));
  both.Check({"DEBUG", "DIGEST-VALUE", "k", "missing", "k"}, Array({digest, nothing, digest}));
  both.Check({"DEBUG", "DIGEST-VALUE"}, "*0\r\n");
  // Two databases and an expiry, of which only the existence counts.
  both.Check({"DEL", "k"}, ":1\r\n");
  both.Check({"SET", "a", "1"}, kOk);
  both.Check({"SET", "b", "hello", "PX", "100000"}, kOk);
  both.Check({"SELECT", "3"}, kOk);
  both.Check({"SET", "c", std::string(100, 'x')}, kOk);
  both.Check({"SELECT", "0"}, kOk);
  both.Check({"DEBUG", "DIGEST"}, "+58c934b5da2ff107c580cef8931c91f363c509ef\r\n");
  both.Advance(1000);
  both.Check({"DEBUG", "DIGEST"}, "+58c934b5da2ff107c580cef8931c91f363c509ef\r\n");
  both.CheckRefused({"DEBUG", "DIGEST", "x"}, UnknownOrWrong("DIGEST"));
}

TEST_CASE("DEBUG POPULATE: makes the keys that are missing, and tells neither log nor replicas") {
  BothDebugged both;
  both.Check({"DEBUG", "POPULATE", "3"}, kOk);
  both.CheckPropagated("");
  both.Check({"MGET", "key:0", "key:2"}, Array({Bulk("value:0"), Bulk("value:2")}));
  both.Check({"DEBUG", "POPULATE", "3", "p"}, kOk);
  both.Check({"DEBUG", "POPULATE", "4", "p", "4"}, kOk);  // three of them stay
  both.Check({"MGET", "p:2", "p:3"}, Array({Bulk("value:2"), Bulk("valu")}));
  both.Check({"DEBUG", "POPULATE", "1", "q", "9"}, kOk);
  both.Check({"GET", "q:0"}, Bulk(std::string_view("value:0\0\0", 9)));
  both.Check({"DEBUG", "POPULATE", "1", "s", "0"}, kOk);
  both.Check({"GET", "s:0"}, Bulk("value:0"));
  both.Check({"DEBUG", "POPULATE", "0"}, kOk);
  both.Check({"DBSIZE"}, ":9\r\n");
  constexpr std::string_view kNotPositive = "ERR value is out of range, must be positive";
  both.CheckRefused({"DEBUG", "POPULATE", "-1"}, kNotPositive);
  both.CheckRefused({"DEBUG", "POPULATE", "x"}, kNotPositive);
  both.CheckRefused({"DEBUG", "POPULATE", "3", "r", "-4"}, kNotPositive);
  both.CheckRefused({"DEBUG", "POPULATE", "3", "r", "x"}, kNotPositive);
  both.CheckRefused({"DEBUG", "POPULATE"}, UnknownOrWrong("POPULATE"));
  both.CheckRefused({"DEBUG", "POPULATE", "3", "r", "4", "5"}, UnknownOrWrong("POPULATE"));
}

TEST_CASE("DEBUG STRINGMATCH-LEN: matches as KEYS does, and ends for any pattern") {
  BothDebugged both;
  both.Check({"DEBUG", "STRINGMATCH-LEN", "a*", "abc"}, ":1\r\n");
  both.Check({"DEBUG", "STRINGMATCH-LEN", "a*", "bbc"}, ":0\r\n");
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "a*";
  both.Check({"DEBUG", "STRINGMATCH-LEN", pattern + "b", std::string(500, 'a')}, ":0\r\n");
  both.CheckRefused({"DEBUG", "STRINGMATCH-LEN", "a"}, UnknownOrWrong("STRINGMATCH-LEN"));
  both.CheckRefused({"DEBUG", "STRINGMATCH-LEN", "a", "b", "c"}, UnknownOrWrong("STRINGMATCH-LEN"));
}

TEST_CASE("DEBUG LOG, ERROR: a line in the log, an error as wished but in one line") {
  BothDebugged both;
  both.Check({"DEBUG", "LOG", "hello there"}, kOk);
  REQUIRE(both.resp2.log.lines.size() == 1);
  CHECK(both.resp2.log.lines[0] == "DEBUG LOG: hello there");
  both.Check({"DEBUG", "LOG", ""}, kOk);
  both.CheckRefused({"DEBUG", "LOG"}, UnknownOrWrong("LOG"));
  both.CheckRefused({"DEBUG", "LOG", "hello", "there"}, UnknownOrWrong("LOG"));
  both.Check({"DEBUG", "ERROR", "MINE is this"}, "-MINE is this\r\n");
  both.Check({"DEBUG", "ERROR", ""}, "-\r\n");
  both.Check({"DEBUG", "ERROR", "a\r\nb"}, "-a  b\r\n");
  both.CheckRefused({"DEBUG", "ERROR", "a", "b"}, UnknownOrWrong("ERROR"));
}

TEST_CASE("DEBUG CHANGE-REPL-ID: the id is another one") {
  BothDebugged both;
  const std::string before = ReplicationId(both.client2);
  both.Check({"DEBUG", "CHANGE-REPL-ID"}, kOk);
  const std::string after = ReplicationId(both.client2);
  CHECK(after != before);
  CHECK(after.find_first_not_of("0123456789abcdef") == std::string::npos);
  both.CheckRefused({"DEBUG", "CHANGE-REPL-ID", "1"}, UnknownOrWrong("CHANGE-REPL-ID"));
}

TEST_CASE("DEBUG: what test suites set in passing is checked as by Redis") {
  BothDebugged both;
  CheckSwitch(both, "DICT-RESIZING");
  CheckSwitch(both, "SET-DISABLE-DENY-SCRIPTS");
  for (const std::string_view size : {"0", "100b", "1kb", "3gb", "4095mb"}) {
    both.Check({"DEBUG", "QUICKLIST-PACKED-THRESHOLD", size}, kOk);
  }
  for (const std::string_view size : {"4gb", "5gb", "-1", "x", ""}) {
    CAPTURE(size);
    both.CheckRefused({"DEBUG", "QUICKLIST-PACKED-THRESHOLD", size},
                      "ERR argument must be a memory value bigger than 1 and smaller than 4gb");
  }
  both.Check({"DEBUG", "REPLYBUFFER", "RESIZING", "0"}, kOk);
  both.Check({"DEBUG", "REPLYBUFFER", "resizing", "x"}, kOk);
  for (const std::string_view time : {"NEVER", "reset", "100"}) {
    both.Check({"DEBUG", "REPLYBUFFER", "PEAK-RESET-TIME", time}, kOk);
  }
  both.CheckRefused({"DEBUG", "REPLYBUFFER", "PEAK-RESET-TIME", "x"},
                    "ERR value is not an integer or out of range");
  both.CheckRefused({"DEBUG", "REPLYBUFFER", "NOPE", "1"}, UnknownOrWrong("REPLYBUFFER"));
  both.CheckRefused({"DEBUG", "REPLYBUFFER"}, UnknownOrWrong("REPLYBUFFER"));
  both.CheckRefused({"DEBUG", "REPLYBUFFER", "RESIZING"}, UnknownOrWrong("REPLYBUFFER"));
  both.CheckRefused({"DEBUG", "REPLYBUFFER", "RESIZING", "1", "2"}, UnknownOrWrong("REPLYBUFFER"));
}

TEST_CASE("DEBUG HTSTATS: tells of a database's table") {
  BothDebugged both;
  both.Check({"SET", "k", "v", "PX", "1000"}, kOk);
  const std::string reply = both.client3.Run({"DEBUG", "HTSTATS", "0"});
  CHECK(reply.starts_with("="));
  CHECK(reply.find("[Dictionary HT]\n") != std::string::npos);
  CHECK(reply.find(" number of elements: 1\n") != std::string::npos);
  both.CheckRefused({"DEBUG", "HTSTATS", "x"}, "ERR value is not an integer or out of range");
  both.CheckRefused({"DEBUG", "HTSTATS", "99"}, "ERR Out of range database");
  both.CheckRefused({"DEBUG", "HTSTATS", "-1"}, "ERR Out of range database");
  both.CheckRefused({"DEBUG", "HTSTATS"}, UnknownOrWrong("HTSTATS"));
}

TEST_CASE("DEBUG SEGFAULT, PANIC: ask the shell for a crash, where there is a process to end") {
  for (const std::string_view name : {"SEGFAULT", "PANIC"}) {
    CAPTURE(name);
    InProcessServer server({"enable-debug-command yes"});
    server.Connect().Run({"DEBUG", name});
    CHECK(server.shell.crash_requested);
  }
}
