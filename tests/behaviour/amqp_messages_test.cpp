// AMQP: messages on their way: published, routed, delivered, acknowledged, returned.

#include <doctest/doctest.h>

#include <string>

#include "tests/support/amqp_client.h"

using namespace tests;
using namespace protocol::amqp;

namespace {

void Declare(AmqpClient& client, std::string_view queue) {
  client.Send(1, QueueDeclare{.queue = queue});
  CHECK(client.Expect<QueueDeclareOk>().queue == queue);
}

std::string Get(AmqpClient& client, std::string_view queue) {
  client.Send(1, BasicGet{.queue = queue});
  if (!client.Gets<BasicGetOk>()) return client.came;
  return client.Body();
}

}  // namespace

TEST_CASE("AMQP: a message published to a queue is got and acknowledged once") {
  InProcessServer server;
  AmqpClient client(server);
  Declare(client, "q");
  client.Publish("", "q", "hello", {.flags = Properties::kDeliveryMode, .delivery_mode = 2});
  CHECK(Get(client, "q") == "hello");
  CHECK(client.properties.delivery_mode == 2);
  CHECK(Get(client, "q") == "basic.get-empty");
  client.Send(1, BasicAck{.delivery_tag = 1});
  CHECK_FALSE(client.Next().has_value());
  client.Send(1, BasicAck{.delivery_tag = 1});
  const auto close = client.Expect<ChannelClose>();
  CHECK(close.reply_code == 406);
  CHECK(close.reply_text == "PRECONDITION_FAILED - unknown delivery tag 1");
}

TEST_CASE("AMQP: a body that is larger than a frame goes and comes in several") {
  InProcessServer server;
  AmqpClient client(server);
  Declare(client, "q");
  const std::string body(500'000, 'x');
  client.Publish("", "q", body);
  CHECK(Get(client, "q") == body);
  client.Publish("", "q", "");
  CHECK(Get(client, "q").empty());
}

TEST_CASE("AMQP: what is not acknowledged comes back in its order, as redelivered") {
  InProcessServer server;
  AmqpClient publisher(server);
  Declare(publisher, "q");
  for (const std::string_view body : {"1", "2", "3", "4"}) publisher.Publish("", "q", body);
  AmqpClient worker(server);
  worker.Send(1, BasicQos{.prefetch_count = 3});
  CHECK(worker.Gets<BasicQosOk>());
  worker.Send(1, BasicConsume{.queue = "q", .consumer_tag = "w"});
  CHECK(worker.Gets<BasicConsumeOk>());
  for (const std::string_view body : {"1", "2", "3"}) {
    CHECK_FALSE(worker.Expect<BasicDeliver>().redelivered);
    CHECK(worker.Body() == body);
  }
  CHECK_FALSE(worker.Next().has_value());
  worker.Send(1, BasicAck{.delivery_tag = 2});
  CHECK(worker.Expect<BasicDeliver>().delivery_tag == 4);
  CHECK(worker.Body() == "4");
  worker.connection.Close();
  server.RunTurns();
  for (const std::string_view body : {"1", "3", "4"}) {
    publisher.Send(1, BasicGet{.queue = "q", .no_ack = true});
    CHECK(publisher.Expect<BasicGetOk>().redelivered);
    CHECK(publisher.Body() == body);
  }
}

TEST_CASE("AMQP: consumers take turns") {
  InProcessServer server;
  AmqpClient client(server);
  Declare(client, "q");
  for (const std::string_view tag : {"a", "b"}) {
    client.Send(1, BasicConsume{.queue = "q", .consumer_tag = tag, .no_ack = true});
    CHECK(client.Gets<BasicConsumeOk>());
  }
  for (const std::string_view tag : {"a", "b", "a", "b"}) {
    client.Publish("", "q", "x");
    CHECK(client.Expect<BasicDeliver>().consumer_tag == tag);
    CHECK(client.Body() == "x");
  }
}

TEST_CASE("AMQP: confirms count from 1, and a return comes before its confirm") {
  InProcessServer server;
  AmqpClient client(server);
  client.Send(1, ConfirmSelect{});
  CHECK(client.Gets<ConfirmSelectOk>());
  client.Publish("", "nowhere", "lost", {}, true);
  const auto returned = client.Expect<BasicReturn>();
  CHECK(returned.reply_code == 312);
  CHECK(returned.reply_text == "NO_ROUTE");
  CHECK(client.Body() == "lost");
  CHECK(client.Expect<BasicAck>().delivery_tag == 1);
  client.Publish("", "nowhere", "lost");
  CHECK(client.Expect<BasicAck>().delivery_tag == 2);
  client.Send(1, TxSelect{});
  CHECK(client.Expect<ChannelClose>().reply_code == 406);
}

TEST_CASE("AMQP: a full queue that rejects says so") {
  InProcessServer server;
  AmqpClient client(server);
  std::string arguments;
  TableWriter writer(arguments);
  writer.Name("x-max-length").Int32(1);
  writer.Name("x-overflow").Text("reject-publish");
  client.Send(1, QueueDeclare{.queue = "q", .arguments = arguments});
  CHECK(client.Gets<QueueDeclareOk>());
  client.Send(1, ConfirmSelect{});
  CHECK(client.Gets<ConfirmSelectOk>());
  client.Publish("", "q", "1");
  CHECK(client.Gets<BasicAck>());
  client.Publish("", "q", "2");
  CHECK(client.Expect<BasicNack>().delivery_tag == 2);
}

TEST_CASE("AMQP: a transaction holds publishes and acknowledgements until its commit") {
  InProcessServer server;
  AmqpClient client(server);
  Declare(client, "q");
  client.Publish("", "q", "first");
  client.Send(1, TxSelect{});
  CHECK(client.Gets<TxSelectOk>());
  client.Publish("", "q", "dropped");
  CHECK(Get(client, "q") == "first");
  client.Send(1, BasicAck{.delivery_tag = 1});
  client.Send(1, TxRollback{});
  CHECK(client.Gets<TxRollbackOk>());
  CHECK(Get(client, "q") == "basic.get-empty");
  client.Publish("", "q", "second");
  CHECK(Get(client, "q") == "basic.get-empty");
  client.Send(1, BasicAck{.delivery_tag = 1});
  client.Send(1, TxCommit{});
  CHECK(client.Gets<TxCommitOk>());
  CHECK(Get(client, "q") == "second");
}

TEST_CASE("AMQP: deleting a queue tells its consumers, if they want to know") {
  InProcessServer server;
  std::string capabilities;
  TableWriter writer(capabilities);
  const auto nested = writer.Name("capabilities").BeginTable();
  writer.Name("consumer_cancel_notify").Bool(true);
  writer.End(nested);
  AmqpClient client(server, AmqpClient::Greeting::kAll, capabilities);
  Declare(client, "q");
  client.Publish("", "q", "out");
  client.Send(1, BasicConsume{.queue = "q", .consumer_tag = "c"});
  CHECK(client.Gets<BasicConsumeOk>());
  CHECK(client.Gets<BasicDeliver>());
  CHECK(client.Body() == "out");
  client.Send(1, QueueDelete{.queue = "q"});
  CHECK(client.Expect<BasicCancel>().consumer_tag == "c");
  CHECK(client.Gets<QueueDeleteOk>());
  client.Send(1, BasicAck{.delivery_tag = 1});
  CHECK_FALSE(client.Next().has_value());
}

TEST_CASE("AMQP: an exclusive queue is its connection's, and goes with it") {
  InProcessServer server;
  AmqpClient owner(server);
  owner.Send(1, QueueDeclare{.exclusive = true});
  const std::string name(owner.Expect<QueueDeclareOk>().queue);
  CHECK(name.starts_with("amq.gen-"));
  AmqpClient other(server);
  other.Publish("", name, "for you");
  CHECK(Get(owner, name) == "for you");
  other.Send(1, BasicGet{.queue = name});
  CHECK(other.Expect<ChannelClose>().reply_code == 405);
  other.Send(1, ChannelCloseOk{});
  other.Send(1, ChannelOpen{});
  CHECK(other.Gets<ChannelOpenOk>());
  owner.connection.Close();
  other.Send(1, QueueDeclare{.queue = name, .passive = true});
  CHECK(other.Expect<ChannelClose>().reply_code == 404);
}

TEST_CASE("AMQP: an auto-delete queue goes with its last consumer") {
  InProcessServer server;
  AmqpClient client(server);
  client.Send(1, QueueDeclare{.queue = "q", .auto_delete = true});
  CHECK(client.Gets<QueueDeclareOk>());
  client.Send(1, BasicConsume{.queue = "q", .consumer_tag = "c"});
  CHECK(client.Gets<BasicConsumeOk>());
  client.Send(1, BasicCancel{.consumer_tag = "c"});
  CHECK(client.Gets<BasicCancelOk>());
  client.Send(1, QueueDeclare{.queue = "q", .passive = true});
  CHECK(client.Expect<ChannelClose>().reply_code == 404);
}

TEST_CASE("AMQP: rejected and expired messages go to the dead-letter exchange") {
  InProcessServer server;
  AmqpClient client(server);
  Declare(client, "dead");
  std::string arguments;
  TableWriter writer(arguments);
  writer.Name("x-dead-letter-exchange").Text("");
  writer.Name("x-dead-letter-routing-key").Text("dead");
  client.Send(1, QueueDeclare{.queue = "q", .arguments = arguments});
  CHECK(client.Gets<QueueDeclareOk>());
  client.Publish("", "q", "rejected");
  CHECK(Get(client, "q") == "rejected");
  client.Send(1, BasicReject{.delivery_tag = 1, .requeue = false});
  CHECK(Get(client, "dead") == "rejected");
  CHECK(FindField(client.properties.headers, "x-death").has_value());
  client.Publish("", "q", "expired", {.flags = Properties::kExpiration, .expiration = "1000"});
  server.Advance(1100);
  CHECK(Get(client, "q") == "basic.get-empty");
  CHECK(Get(client, "dead") == "expired");
}

TEST_CASE("AMQP: a direct reply finds the one who asked") {
  InProcessServer server;
  AmqpClient asker(server);
  AmqpClient answerer(server);
  Declare(answerer, "rpc");
  asker.Send(1, BasicConsume{.queue = "amq.rabbitmq.reply-to", .no_ack = true});
  CHECK(asker.Gets<BasicConsumeOk>());
  asker.Publish("", "rpc", "ask",
                {.flags = Properties::kReplyTo, .reply_to = "amq.rabbitmq.reply-to"});
  CHECK(Get(answerer, "rpc") == "ask");
  const std::string address(answerer.properties.reply_to);
  CHECK(address.starts_with("amq.rabbitmq.reply-to."));
  answerer.Publish("", address, "answer");
  CHECK(asker.Gets<BasicDeliver>());
  CHECK(asker.Body() == "answer");
}
