// AMQP: the handshake, heartbeats, and which mistake closes what.

#include <doctest/doctest.h>

#include <string>

#include "tests/support/amqp_client.h"

using namespace tests;
using namespace protocol::amqp;

TEST_CASE("AMQP: another protocol's header is answered with ours, and the end") {
  InProcessServer server;
  for (const std::string_view header :
       {std::string_view("GET / HTTP/1.1\r\n"), std::string_view("AMQP\0\1\0\0", 8)}) {
    AmqpClient client(server, AmqpClient::Greeting::kNone);
    client.Raw(header);
    CHECK(client.input == kProtocolHeader);
    CHECK_FALSE(client.is_open());
  }
}

TEST_CASE("AMQP: a handshake that comes byte by byte is understood") {
  InProcessServer server;
  AmqpClient client(server, AmqpClient::Greeting::kNone);
  for (const char byte : kProtocolHeader) client.Raw({&byte, 1});
  const auto start = client.Expect<ConnectionStart>();
  CHECK(start.mechanisms == "PLAIN AMQPLAIN");
  CHECK(FindField(start.server_properties, "product")->bytes == "RabbitMQ");
}

TEST_CASE("AMQP: a wrong password is refused, with a reason for those who understand it") {
  InProcessServer server;
  std::string capabilities;
  TableWriter writer(capabilities);
  const auto nested = writer.Name("capabilities").BeginTable();
  writer.Name("authentication_failure_close").Bool(true);
  writer.End(nested);
  for (const bool knows : {false, true}) {
    AmqpClient client(server, AmqpClient::Greeting::kNone);
    client.Raw(kProtocolHeader);
    CHECK(client.Gets<ConnectionStart>());
    client.Send(0, ConnectionStartOk{.client_properties = knows ? capabilities : std::string_view(),
                                     .mechanism = "PLAIN",
                                     .response = std::string_view("\0guest\0wrong", 12),
                                     .locale = "en_US"});
    CHECK(client.is_open() == knows);
    if (!knows) continue;
    const auto close = client.Expect<ConnectionClose>();
    CHECK(close.reply_code == 403);
    CHECK(close.class_id == 0);
    CHECK(std::string(close.reply_text).starts_with("ACCESS_REFUSED - Login was refused"));
    client.Send(0, ConnectionCloseOk{});
    CHECK_FALSE(client.is_open());
  }
}

TEST_CASE("AMQP: guest comes from this machine only") {
  InProcessServer server({"protected-mode no"});
  auto facts = AmqpClient::Facts();
  facts.is_loopback = false;
  TestConnection& connection = server.Connect(facts);
  connection.SendRaw(kProtocolHeader);
  protocol::OutputBuffer output;
  AppendMethod(output, 0,
               ConnectionStartOk{.mechanism = "PLAIN",
                                 .response = std::string_view("\0guest\0guest", 12),
                                 .locale = "en_US"});
  connection.SendRaw(output.bytes());
  CHECK_FALSE(connection.is_open());
}

TEST_CASE("AMQP: an unknown vhost is refused") {
  InProcessServer server;
  AmqpClient client(server, AmqpClient::Greeting::kNone);
  client.LogIn({.channel_max = 10, .frame_max = 4096, .heartbeat = 0});
  client.input.clear();
  client.Send(0, ConnectionOpen{.virtual_host = "nowhere"});
  const auto close = client.Expect<ConnectionClose>();
  CHECK(close.reply_code == 530);
  CHECK(close.reply_text == "NOT_ALLOWED - vhost nowhere not found");
  CHECK(close.class_id == 10);
  CHECK(close.method_id == 40);
}

TEST_CASE("AMQP: heartbeats go out in silence, and a silent peer is given up") {
  InProcessServer server;
  AmqpClient client(server, AmqpClient::Greeting::kNone);
  client.LogIn({.channel_max = 10, .frame_max = 4096, .heartbeat = 4});
  client.Send(0, ConnectionOpen{.virtual_host = "/"});
  client.input.clear();
  server.Advance(3000);
  const auto beat = client.Next();
  REQUIRE(beat.has_value());
  CHECK(beat->type == 8);
  CHECK(client.is_open());
  client.Raw(std::string_view("\x08\0\0\0\0\0\0\xCE", 8));
  server.Advance(7000);
  CHECK(client.is_open());
  server.Advance(4000);
  CHECK_FALSE(client.is_open());
}

TEST_CASE("AMQP: mistakes of framing and order close the connection") {
  InProcessServer server;
  {
    AmqpClient client(server);
    client.Raw(std::string_view("\x01\0\1\0\0\0\4\0\x32\0\x0A\x00", 12));
    CHECK(client.Expect<ConnectionClose>().reply_code == 501);
    CHECK_FALSE(client.is_open());
  }
  {
    AmqpClient client(server);
    client.Send(2, QueueDeclare{.queue = "q"});
    const auto close = client.Expect<ConnectionClose>();
    CHECK(close.reply_code == 504);
    CHECK(close.reply_text == "CHANNEL_ERROR - expected 'channel.open'");
    CHECK(close.class_id == 50);
    CHECK(close.method_id == 10);
  }
  {
    AmqpClient client(server);
    client.Send(1, ChannelOpen{});
    CHECK(client.Expect<ConnectionClose>().reply_code == 504);
  }
  {
    AmqpClient client(server);
    client.Send(1, BasicPublish{.routing_key = "q"});
    client.Send(1, QueueDeclare{.queue = "q"});
    CHECK(client.Expect<ConnectionClose>().reply_code == 505);
  }
  {
    AmqpClient client(server);
    client.Send(1, BasicPublish{.routing_key = "q", .immediate = true});
    const auto close = client.Expect<ConnectionClose>();
    CHECK(close.reply_code == 540);
    CHECK(close.reply_text == "NOT_IMPLEMENTED - immediate=true");
  }
}

TEST_CASE("AMQP: an error of a channel closes it alone, and it can be opened again") {
  InProcessServer server;
  AmqpClient client(server);
  client.Send(1, QueueDeclare{.queue = "missing", .passive = true});
  const auto close = client.Expect<ChannelClose>();
  CHECK(close.reply_code == 404);
  CHECK(close.reply_text == "NOT_FOUND - no queue 'missing' in vhost '/'");
  client.Send(1, QueueDeclare{.queue = "ignored"});
  CHECK_FALSE(client.Next().has_value());
  client.Send(1, ChannelCloseOk{});
  client.Send(1, ChannelOpen{});
  CHECK(client.Gets<ChannelOpenOk>());
  client.Send(1, QueueDeclare{.queue = "ignored", .passive = true});
  CHECK(client.Expect<ChannelClose>().reply_code == 404);
}

TEST_CASE("AMQP: closing is answered") {
  InProcessServer server;
  AmqpClient client(server);
  client.Send(1, ChannelClose{.reply_code = 200});
  CHECK(client.Gets<ChannelCloseOk>());
  client.Send(0, ConnectionClose{.reply_code = 200});
  CHECK(client.Gets<ConnectionCloseOk>());
  CHECK_FALSE(client.is_open());
}
