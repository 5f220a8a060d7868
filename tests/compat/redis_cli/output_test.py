"""redis-cli's forms of output and of input, byte for byte as with redis-server."""

import json
import unittest

from side_by_side import SideBySide

FORMS = ([], ["--no-raw"], ["--raw"], ["--csv"], ["--json"], ["--quoted-json"], ["-2", "--json"],
         ["-3"], ["-3", "--no-raw"], ["-3", "--csv"])
BINARY = bytes(range(256))


class OutputTest(SideBySide):
    def in_every_form(self, *arguments):
        for form in FORMS:
            with self.subTest(form=form, arguments=arguments):
                self.same(*form, *arguments)

    def test_replies_of_commands(self):
        self.fill({"a": 1, "b": "hello\r\n\t\"quoted\" \x01", "grün": "€", "empty": ""})
        for arguments in (("get", "a"), ("get", "b"), ("get", "none"), ("mget", "a", "b", "none", "grün"),
                          ("strlen", "b"), ("get", "grün"), ("get", "empty"), ("keys", "nothing*"),
                          ("set", "c", "v"), ("set", "c", "v", "nx"), ("ping",), ("incr", "b"), ("nosuch", "x"),
                          ("get",), ("config", "get", "databases"), ("config", "get", "nothing"),
                          ("lcs", "a", "b", "idx"), ("bitfield", "a", "get", "u8", "0", "incrby", "u8", "0", "1"),
                          ("command", "getkeysandflags", "set", "a", "b"), ("role",), ("time", "extra"),
                          ("object", "encoding", "a"),
                          ("client", "no-evict", "on"), ("client", "getname"), ("client", "setname", "n")):
            self.in_every_form(*arguments)
        self.same_data()

    def test_replies_of_collections(self):
        for server in self.both():
            with server.client() as client:
                client.hset("hash", mapping={"a": "1", "b": "x\r\ny"})
                client.sadd("set", *range(5))
                client.rpush("list", "a", "b\t", "")
                client.zadd("zset", {"a": 1, "b": 2.5, "c": float("inf")})
        for arguments in (("hgetall", "hash"), ("hgetall", "none"), ("hmget", "hash", "a", "none"),
                          ("hkeys", "hash"), ("hrandfield", "hash", "5", "withvalues"), ("hscan", "hash", "0"),
                          ("hincrbyfloat", "hash", "f", "0.5"), ("smembers", "set"), ("smembers", "none"),
                          ("smismember", "set", "1", "9"), ("sscan", "set", "0"), ("sinter", "set", "none"),
                          ("lrange", "list", "0", "-1"), ("lrange", "none", "0", "-1"), ("lpos", "list", "x"),
                          ("lpop", "none", "2"), ("lmpop", "1", "list", "left", "count", "9"),
                          ("blpop", "none", "0.01"), ("blmpop", "0.01", "1", "none", "left"),
                          ("zrange", "zset", "0", "-1", "withscores"), ("zrange", "none", "0", "-1", "withscores"),
                          ("zscore", "zset", "b"), ("zscore", "zset", "none"), ("zmscore", "zset", "a", "none"),
                          ("zadd", "zset", "incr", "0", "a"), ("zpopmin", "none"), ("zscan", "zset", "0"),
                          ("zunion", "2", "zset", "set", "withscores"), ("bzpopmin", "none", "0.01"),
                          ("get", "hash"), ("hget", "set", "a"), ("object", "encoding", "set"), ("type", "hash")):
            self.in_every_form(*arguments)
        self.same_data()

    def test_every_type_of_both_protocols(self):
        for kind in ("string", "integer", "double", "null", "array", "set", "map", "attrib", "bignum",
                     "verbatim", "true", "false"):
            self.in_every_form("debug", "protocol", kind)

    def test_push_messages_are_shown_on_request(self):
        for shown in ("yes", "no"):
            self.same("-3", "--show-pushes", shown, "debug", "protocol", "push")

    def test_json_holds_the_whole_reply(self):
        self.fill({"a": 1})
        self.assertEqual(json.loads(self.cli("--json", "mget", "a", "none").stdout), ["1", None])
        hello = json.loads(self.cli("--json", "hello", "3").stdout)
        self.assertEqual((hello["server"], hello["proto"], hello["modules"]), ("redis", 3, []))
        docs = json.loads(self.cli("--json", "command", "docs").stdout)
        self.assertEqual(docs["set"]["group"], "string")
        self.assertEqual(len(docs), json.loads(self.cli("--json", "command", "count").stdout))
        kill_forms = docs["client"]["subcommands"]["client|kill"]["arguments"][0]["arguments"]
        self.assertEqual((kill_forms[0]["name"], kill_forms[0]["display_text"]), ("old-format", "ip:port"))
        stats = json.loads(self.cli("--json", "memory", "stats").stdout)
        self.assertLessEqual(stats["dataset.percentage"], 100)

    def test_delimiters(self):
        self.fill({"a": 1, "b": 2})
        self.same("-d", ";", "mget", "a", "b")
        self.same("-D", "|", "-r", "3", "mget", "a", "b")

    def test_errors_decide_the_status_only_on_request(self):
        for arguments in (("-e", "get"), ("-e", "ping"), ("get",), ("-e", "nosuch"), ("-e", "-3", "nosuch")):
            self.same(*arguments)
        self.assertNotEqual(self.cli("-e", "nosuch").returncode, 0)

    def test_info_reads_the_same_in_both_protocols(self):
        plain, verbatim = (self.cli(protocol, "info", "cluster").stdout for protocol in ("-2", "-3"))
        self.assertEqual(plain, verbatim)
        self.assertIn(b"cluster_enabled:0", plain)


class InputTest(SideBySide):
    def test_x_takes_the_last_argument_from_standard_input(self):
        for value in (b"", b"line\n", BINARY, b"x" * 3_000_000):
            self.same("-x", "set", "key", text_input=value)
            self.same("strlen", "key")
            self.same("get", "key")
        self.same_data()

    def test_capital_x_takes_an_argument_in_the_middle(self):
        self.same("-X", "value", "set", "key", "value", "EX", "100", text_input=BINARY)
        self.same("get", "key")
        self.same("-X", "nowhere", "set", "key", "value", text_input=b"unused")

    def test_quoted_arguments(self):
        self.same("--quoted-input", "set", r'"null-\x00-\r\n"', r'"v\xff"')
        self.same("--quoted-input", "get", r'"null-\x00-\r\n"')
        self.same("--quoted-json", "--quoted-input", "get", r'"null-\x00-\r\n"')
        self.same_data()

    def test_commands_come_line_by_line_from_standard_input(self):
        script = (b"set key value\nget key\nselect 3\nset other 1\nnosuch\nincr other\n\"ech\\x6f\" 'it''s'\n"
                  b"3 incr other\nmget other \"\\x00\"\nping\n")
        self.same(text_input=script)
        self.same("-e", text_input=script)
        self.same("-3", "--csv", text_input=script + b"hello 4\nget other\n")
        self.same_data()

    def test_a_command_is_repeated(self):
        self.assertEqual(self.same("-r", "5", "-i", "0.001", "incr", "n"), b"1\n2\n3\n4\n5\n")

    def test_a_database_is_chosen(self):
        self.same("-n", "9", "set", "key", "in 9")
        self.same("-n", "9", "get", "key")
        self.same("get", "key")
        self.same("-n", "99", "get", "key")
        self.same_data()


class LoginTest(SideBySide):
    ARGUMENTS = ("--requirepass", "s3cr3t")

    def setUp(self):
        pass

    def test_passwords_users_and_their_errors(self):
        for login in (["-a", "s3cr3t"], ["--pass", "s3cr3t"], ["--user", "default", "-a", "s3cr3t"],
                      ["-a", "wrong"], ["--user", "nobody", "-a", "s3cr3t"], [],
                      ["--user", "default", "-a", "wrong"]):
            for options in ([], ["--no-auth-warning"], ["-3"], ["-n", "2"]):
                if not login and options == ["-3"]:
                    continue  # The text of this refusal changed after 7.0.
                with self.subTest(login=login, options=options):
                    self.same(*login, *options, "set", "key", "value")
        self.same("get", "key", environment={"REDISCLI_AUTH": "s3cr3t"})
        self.same("get", "key", environment={"REDISCLI_AUTH": "wrong"})

    def test_a_handshake_without_the_password_says_what_is_missing(self):
        done = self.cli("-3", "set", "key", "value")
        self.assertEqual(done.stdout, b"NOAUTH Authentication required.\n\n")
        self.assertRegex(done.stderr, b"^HELLO 3 failed: NOAUTH HELLO must be called with the client already "
                                      b"authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option ")

    def test_auth_as_a_command(self):
        self.same(text_input=b"get key\nauth wrong\nauth s3cr3t\nget key\nauth default s3cr3t\nauth a b c\n")

    def test_a_uri_says_everything(self):
        for uri in ("redis://default:s3cr3t@127.0.0.1:{}/3", "redis://:s3cr3t@127.0.0.1:{}",
                    "redis://default:wrong@127.0.0.1:{}/3", "redis://127.0.0.1:{}"):
            outputs = []
            for server in self.both():
                outputs.append(server.cli("-u", uri.format(server.port), "set", "by-uri", "1"))
            with self.subTest(uri=uri):
                self.assertEqual(*outputs)
        self.assertEqual(self.same("-a", "s3cr3t", "--no-auth-warning", "-n", "3", "get", "by-uri"), b"1\n")


if __name__ == "__main__":
    unittest.main()
