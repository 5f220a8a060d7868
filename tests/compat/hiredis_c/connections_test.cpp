// hiredis's connections: Unix socket, many at once, time limits, logins, and ways to come back.
#include <doctest/doctest.h>
#include <sys/time.h>

#include "tests/compat/hiredis_c/client.h"

namespace tests {
namespace {

TEST_CASE("hiredis: a Unix socket and TCP lead to the same data") {
  ServerProcess server;
  HiredisClient local = ConnectUnix(server);
  HiredisClient remote = ConnectTcp(server);
  CHECK(local.Command({"SET", "key", "value"}).IsStatus("OK"));
  CHECK(remote.Command({"GET", "key"}).IsBulk("value"));
  const HiredisReply info = local.Command({"CLIENT", "INFO"});
  CHECK(std::string(info->str).find("addr=" + server.unix_socket() + ":0") != std::string::npos);
}

TEST_CASE("hiredis: a hundred connections, each with its own database, name and queue") {
  ServerProcess server({"--databases", "100"});
  std::vector<HiredisClient> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(i % 2 == 0 ? ConnectTcp(server) : ConnectUnix(server));
    CHECK(clients.back().Command({"SELECT", std::to_string(i)}).IsStatus("OK"));
    CHECK(clients.back().Command({"CLIENT", "SETNAME", "n" + std::to_string(i)}).IsStatus("OK"));
  }
  for (int round = 1; round <= 20; ++round) {
    for (HiredisClient& client : clients) {
      for (int i = 0; i < 50; ++i) client.Append({"INCR", "counter"});
      client.Append({"CLIENT", "GETNAME"});
      int done = 0;
      while (done == 0) REQUIRE(redisBufferWrite(client.context(), &done) == REDIS_OK);
    }
    for (size_t number = 0; number < clients.size(); ++number) {
      for (int i = 1; i <= 50; ++i) REQUIRE(clients[number].Get().IsInteger(round * 50 - 50 + i));
      REQUIRE(clients[number].Get().IsBulk("n" + std::to_string(number)));
    }
  }
  const HiredisReply clients_now = clients[0].Command({"INFO", "clients"});
  CHECK(std::string(clients_now->str).find("connected_clients:100\r\n") != std::string::npos);
}

TEST_CASE("hiredis: one more connection than maxclients hears why") {
  ServerProcess server({"--maxclients", "2"});
  HiredisClient first = ConnectTcp(server);
  HiredisClient second = ConnectTcp(server);
  CHECK(first.Command({"PING"}).IsStatus("PONG"));
  CHECK(second.Command({"PING"}).IsStatus("PONG"));
  HiredisClient third = ConnectTcp(server);
  CHECK(third.Get().IsError("ERR max number of clients reached"));
  CHECK_FALSE(third.Get());
  CHECK(third.context()->err == REDIS_ERR_EOF);
  CHECK(first.Command({"PING"}).IsStatus("PONG"));
}

TEST_CASE("hiredis: who gives up waiting reconnects and gets no late reply") {
  ServerProcess server;
  HiredisClient client = ConnectTcp(server);
  HiredisClient other = ConnectTcp(server);
  CHECK(other.Command({"CLIENT", "PAUSE", "600000", "WRITE"}).IsStatus("OK"));
  REQUIRE(redisSetTimeout(client.context(), timeval{.tv_sec = 0, .tv_usec = 50'000}) == REDIS_OK);
  CHECK_FALSE(client.Command({"SET", "key", "late"}));
  CHECK(client.context()->err == REDIS_ERR_IO);
  CHECK(other.Command({"CLIENT", "UNPAUSE"}).IsStatus("OK"));
  REQUIRE(redisReconnect(client.context()) == REDIS_OK);
  REQUIRE(redisSetTimeout(client.context(), timeval{.tv_sec = 30, .tv_usec = 0}) == REDIS_OK);
  CHECK(client.Command({"ECHO", "mine"}).IsBulk("mine"));
}

TEST_CASE("hiredis: reconnects to a restarted server, over TCP and over the Unix socket") {
  ServerProcess server;
  HiredisClient remote = ConnectTcp(server);
  HiredisClient local = ConnectUnix(server);
  CHECK(remote.Command({"SELECT", "3"}).IsStatus("OK"));
  SUBCASE("after an orderly end") {
    server.Stop();
  }
  SUBCASE("after a crash") {
    server.Kill();
  }
  for (HiredisClient* client : {&remote, &local}) {
    CHECK_FALSE(client->Command({"PING"}));
    CHECK(client->context()->err != 0);
    CHECK(redisReconnect(client->context()) == REDIS_ERR);
  }
  server.Start();
  for (HiredisClient* client : {&remote, &local}) {
    REQUIRE(redisReconnect(client->context()) == REDIS_OK);
    CHECK(client->Command({"SET", "key", "again"}).IsStatus("OK"));
    // A new connection begins in database 0.
    const HiredisReply info = client->Command({"CLIENT", "INFO"});
    CHECK(std::string(info->str).find(" db=0 ") != std::string::npos);
  }
}

TEST_CASE("hiredis: a killed connection ends, and a new one is another client") {
  ServerProcess server;
  HiredisClient client = ConnectTcp(server);
  HiredisClient other = ConnectTcp(server);
  const long long id = client.Command({"CLIENT", "ID"})->integer;
  CHECK(other.Command({"CLIENT", "KILL", "ID", std::to_string(id)}).IsInteger(1));
  CHECK_FALSE(client.Command({"PING"}));
  REQUIRE(redisReconnect(client.context()) == REDIS_OK);
  CHECK(client.Command({"CLIENT", "ID"})->integer > id);
}

TEST_CASE("hiredis: QUIT is answered before the connection ends") {
  ServerProcess server;
  HiredisClient client = ConnectTcp(server);
  client.Append({"SET", "key", "value"});
  client.Append({"QUIT"});
  CHECK(client.Get().IsStatus("OK"));
  CHECK(client.Get().IsStatus("OK"));
  CHECK_FALSE(client.Get());
  CHECK(client.context()->err == REDIS_ERR_EOF);
  REQUIRE(redisReconnect(client.context()) == REDIS_OK);
  CHECK(client.Command({"GET", "key"}).IsBulk("value"));
}

TEST_CASE("hiredis: with a password nothing is answered before AUTH") {
  ServerProcess server({"--requirepass", "secret"});
  HiredisClient client = ConnectTcp(server);
  CHECK(client.Command({"GET", "key"}).IsError("NOAUTH Authentication required."));
  CHECK(client.Command({"AUTH", "wrong"})
            .IsError("WRONGPASS invalid username-password pair or user is disabled."));
  CHECK(client.Command({"AUTH", "secret"}).IsStatus("OK"));
  CHECK(client.Command({"GET", "key"}).IsNil());
  HiredisClient named = ConnectUnix(server);
  CHECK(named.Command({"HELLO", "2", "AUTH", "default", "secret", "SETNAME", "me"})->elements ==
        14);
  CHECK(named.Command({"CLIENT", "GETNAME"}).IsBulk("me"));
}

TEST_CASE("hiredis: SHUTDOWN ends the server and is not answered") {
  ServerProcess server;
  HiredisClient client = ConnectTcp(server);
  CHECK_FALSE(client.Command({"SHUTDOWN", "NOSAVE"}));
  CHECK(client.context()->err == REDIS_ERR_EOF);
  server.WaitForExit();
}

}  // namespace
}  // namespace tests
