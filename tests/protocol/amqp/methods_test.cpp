// Methods against bytes written by hand from the specification, and every method against itself.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "protocol/amqp/field_reader.h"
#include "protocol/amqp/frame.h"
#include "protocol/amqp/methods.gen.h"

using namespace protocol::amqp;
using protocol::OutputBuffer;

namespace {

template <class Method>
std::string Payload(const Method& method) {
  OutputBuffer output;
  AppendMethod(output, 1, method);
  Frame frame;
  REQUIRE(DecodeFrame(output.bytes(), 100000, frame) == FrameStatus::kFrame);
  CHECK(frame.type == 1);
  CHECK(LoadBigEndian<uint32_t>(frame.payload.data()) == static_cast<uint32_t>(Method::kId));
  return std::string(frame.payload.substr(4));
}

// What comes back points into the payload. Cut at every byte it is refused, and so it is with a
// byte too many; whole, it comes back.
template <class Method>
Method RoundTrip(const std::string& payload) {
  for (size_t cut = 0; cut < payload.size(); ++cut) {
    CAPTURE(cut);
    Method method;
    FieldReader reader(std::string_view(payload).substr(0, cut));
    CHECK_FALSE(method.Decode(reader));
  }
  Method longer;
  const std::string followed = payload + "x";
  FieldReader of_longer(followed);
  CHECK_FALSE(longer.Decode(of_longer));
  Method method;
  FieldReader reader(payload);
  REQUIRE(method.Decode(reader));
  CHECK(Payload(method) == payload);
  return method;
}

}  // namespace

TEST_CASE("AmqpMethods: queue.declare has its bits in one octet, the first lowest") {
  // The table is not looked into here: {"a": <broken>} passes through.
  const std::string payload("\0\0\1q\x0A\0\0\0\4\1at\1", 13);
  const auto declare = RoundTrip<QueueDeclare>(payload);
  CHECK(declare.queue == "q");
  CHECK_FALSE(declare.passive);
  CHECK(declare.durable);
  CHECK_FALSE(declare.exclusive);
  CHECK(declare.auto_delete);
  CHECK_FALSE(declare.nowait);
  CHECK(declare.arguments == std::string_view("\1at\1", 4));
}

TEST_CASE("AmqpMethods: basic.deliver and basic.publish are as the specification says") {
  const std::string delivery("\3tag\0\0\0\0\0\0\1\2\1\2ex\1k", 18);
  const auto deliver = RoundTrip<BasicDeliver>(delivery);
  CHECK(deliver.consumer_tag == "tag");
  CHECK(deliver.delivery_tag == 258);
  CHECK(deliver.redelivered);
  CHECK(deliver.exchange == "ex");
  CHECK(deliver.routing_key == "k");
  const std::string publication("\0\0\0\5hello\1", 10);
  const auto publish = RoundTrip<BasicPublish>(publication);
  CHECK(publish.exchange.empty());
  CHECK(publish.routing_key == "hello");
  CHECK(publish.mandatory);
  CHECK_FALSE(publish.immediate);
}

TEST_CASE("AmqpMethods: texts and numbers of every kind come back") {
  RoundTrip<ConnectionStart>(Payload(ConnectionStart{0, 9, "", "PLAIN AMQPLAIN", "en_US"}));
  RoundTrip<ConnectionStartOk>(Payload(ConnectionStartOk{"", "PLAIN", {"\0a\0b", 4}, "en_US"}));
  RoundTrip<ConnectionTune>(Payload(ConnectionTune{2047, 131072, 60}));
  RoundTrip<ConnectionClose>(Payload(ConnectionClose{404, "NOT_FOUND - no queue", 50, 10}));
  RoundTrip<ChannelOpenOk>(Payload(ChannelOpenOk{}));
  RoundTrip<ChannelFlow>(Payload(ChannelFlow{true}));
  RoundTrip<ExchangeBind>(Payload(ExchangeBind{1, "to", "from", "key", true, ""}));
  RoundTrip<QueueDeclareOk>(Payload(QueueDeclareOk{"q", 4000000000u, 2}));
  RoundTrip<BasicGetOk>(Payload(BasicGetOk{UINT64_MAX, true, "e", "k", 7}));
  RoundTrip<BasicNack>(Payload(BasicNack{3, true, true}));
  RoundTrip<TxCommit>(Payload(TxCommit{}));
}

TEST_CASE("AmqpMethods: a short text over 255 octets is cut") {
  const std::string text(300, 'r');
  const std::string payload = Payload(ConnectionBlocked{text});
  CHECK(RoundTrip<ConnectionBlocked>(payload).reason.size() == 255);
}

TEST_CASE("AmqpMethods: numbers have names, and some methods have content") {
  CHECK(MethodName(MethodId::kBasicPublish) == "basic.publish");
  CHECK(MethodName(MethodId::kQueueDeclareOk) == "queue.declare-ok");
  CHECK(static_cast<uint32_t>(MethodId::kExchangeUnbindOk) == (40u << 16 | 51));
  CHECK(MethodName(static_cast<MethodId>(0x00630001)).empty());
  CHECK(HasContent(MethodId::kBasicPublish));
  CHECK(HasContent(MethodId::kBasicReturn));
  CHECK(HasContent(MethodId::kBasicDeliver));
  CHECK(HasContent(MethodId::kBasicGetOk));
  CHECK_FALSE(HasContent(MethodId::kBasicGetEmpty));
}
