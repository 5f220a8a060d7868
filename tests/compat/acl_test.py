"""Users: the same texts as redis-server's, real clients that log in, and what outlives a restart."""

import os
import re
import tempfile
import unittest

import redis

from server_process import ServerProcess, reference

REQUESTS = """
ACL CAT nope
ACL CAT a b
ACL GENPASS 0
ACL GENPASS 1 2
ACL GENPASS x
ACL SETUSER a on +get ~x %R~y &c (+set ~z)
ACL GETUSER a
ACL GETUSER none
ACL LIST
ACL DRYRUN a get x
ACL DRYRUN a set x 1
ACL DRYRUN a get q
ACL DRYRUN b get q
ACL DRYRUN a nope
ACL DRYRUN a get
ACL DRYRUN a config
ACL DRYRUN a config nope
ACL LOG 1 2
ACL LOG x
ACL LOG -1
ACL SAVE
ACL LOAD
ACL DELUSER default
ACL DELUSER nobody
ACL SETUSER a (+get
ACL SETUSER a +config|nope
ACL SETUSER a +get|
ACL SETUSER a #12
ACL SETUSER a <no
ACL SETUSER a allkeys ~x
ACL SETUSER a allchannels &x
ACL SETUSER a foo
ACL SETUSER a %RR~x
ACL SETUSER a (on)
ACL SETUSER a ()
ACL USERS
ACL WHOAMI
ACL WHOAMI x
ACL
ACL nope
ACL SETUSER
ACL SETUSER c
ACL SETUSER d ~a ~a %R~b %W~b &a &a
ACL SETUSER d clearselectors nocommands allcommands
ACL GETUSER d
ACL DELUSER a b c
ACL LIST
AUTH x
AUTH default x
AUTH nope x
CLIENT KILL USER nope
CLIENT KILL USER d
""".strip().splitlines()


def said(client, request):
    """A reply as text, without what Redis 7.4 says otherwise than the 7.0 that is installed."""
    try:
        reply = client.execute_command(*request.split(" "))
    except redis.RedisError as error:
        reply = f"{type(error).__name__} {error}"
    text = re.sub(r"This user has|User \w+ has", "The user has", repr(reply))
    return text.replace(" sanitize-payload", "").replace(", b'sanitize-payload'", "")


class TheTexts(unittest.TestCase):
    def test_are_those_of_redis(self):
        with ServerProcess() as ours, reference() as theirs:
            our_client, their_client = ours.client(), theirs.client()
            for client in (our_client, their_client):
                client.response_callbacks.clear()
            for request in REQUESTS:
                with self.subTest(request=request):
                    self.assertEqual(said(our_client, request), said(their_client, request))


class Users(unittest.TestCase):
    def test_log_in_by_redis_py_and_are_held_to_their_rights(self):
        with ServerProcess() as server:
            admin = server.client()
            admin.acl_setuser("app", enabled=True, passwords=["+secret"], keys=["app:*"],
                              commands=["+@all", "-@dangerous"])
            app = redis.Redis(port=server.port, username="app", password="secret")
            self.assertTrue(app.set("app:1", "v"))
            with self.assertRaises(redis.exceptions.NoPermissionError):
                app.set("other", "v")
            with self.assertRaises(redis.exceptions.NoPermissionError):
                app.flushall()
            with self.assertRaisesRegex(redis.RedisError, "WRONGPASS"):
                redis.Redis(port=server.port, username="app", password="wrong").ping()
            self.assertEqual({entry["reason"] for entry in admin.acl_log()},
                             {"auth", "key", "command"})

    def test_of_a_configuration_file_are_written_back_by_config_rewrite(self):
        with ServerProcess(config="user app on >secret ~app:* +@all\n") as server:
            client = server.client()
            client.acl_setuser("late", enabled=True, nopass=True)
            client.config_rewrite()
            before = client.acl_list()
            server.restart()
            self.assertEqual(server.client().acl_list(), before)

    def test_of_an_acl_file_outlive_a_restart(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "users.acl")
            with open(path, "w", encoding="utf-8") as file:
                file.write("user app on >secret ~* +@all\n")
            with ServerProcess("--aclfile", path) as server:
                client = server.client()
                self.assertEqual(client.acl_users(), ["app", "default"])
                client.acl_setuser("late", enabled=True, nopass=True)
                client.execute_command("ACL", "SAVE")
                before = client.acl_list()
                server.restart()
                self.assertEqual(server.client().acl_list(), before)


if __name__ == "__main__":
    unittest.main()
