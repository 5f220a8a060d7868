// AmqpClient: an AMQP peer for tests without sockets: methods in, methods out.
//
//   AmqpClient client(server);              // connected, logged in, AmqpChannel 1 open
//   client.Send(1, QueueDeclare{.queue = "q"});
//   CHECK(client.Expect<QueueDeclareOk>().queue == "q");
#pragma once

// Methods are written with the fields that matter to the test; the others are empty.
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#include <optional>
#include <string>
#include <string_view>

#include "protocol/amqp/content_header.h"
#include "protocol/amqp/field_reader.h"
#include "protocol/amqp/frame.h"
#include "protocol/amqp/methods.gen.h"
#include "tests/support/in_process_server.h"

namespace tests {

// A frame that came, with its bytes.
struct AmqpFrame {
  uint8_t type = 0;
  uint16_t channel = 0;
  std::string payload;
  protocol::amqp::MethodId method{0};
};

class AmqpClient {
 public:
  static server::PeerFacts Facts() {
    return {.remote_address = "127.0.0.1:50001",
            .local_address = "127.0.0.1:5672",
            .is_loopback = true,
            .protocol = server::Protocol::kAmqp};
  }

  enum class Greeting { kNone, kAll };
  explicit AmqpClient(InProcessServer& server, Greeting greeting = Greeting::kAll,
                      std::string_view client_properties = {})
      : connection(server.Connect(Facts())) {
    if (greeting == Greeting::kNone) return;
    LogIn({.channel_max = 2047, .frame_max = 131072, .heartbeat = 0}, client_properties);
    Send(0, protocol::amqp::ConnectionOpen{.virtual_host = "/"});
    Send(1, protocol::amqp::ChannelOpen{});
    input.clear();
  }

  // As guest; the vhost is still to be opened.
  void LogIn(const protocol::amqp::ConnectionTuneOk& tune,
             std::string_view client_properties = {}) {
    Raw(protocol::amqp::kProtocolHeader);
    Send(0, protocol::amqp::ConnectionStartOk{.client_properties = client_properties,
                                              .mechanism = "PLAIN",
                                              .response = std::string_view("\0guest\0guest", 12),
                                              .locale = "en_US"});
    Send(0, tune);
  }
  void Raw(std::string_view bytes) { input += connection.SendRaw(bytes); }
  template <class Method>
  void Send(uint16_t channel, const Method& method) {
    protocol::OutputBuffer output;
    protocol::amqp::AppendMethod(output, channel, method);
    Raw(output.bytes());
  }
  void Publish(std::string_view exchange, std::string_view key, std::string_view body,
               const protocol::amqp::Properties& said = {}, bool mandatory = false,
               uint16_t channel = 1) {
    protocol::OutputBuffer output;
    protocol::amqp::AppendMethod(
        output, channel,
        protocol::amqp::BasicPublish{
            .exchange = exchange, .routing_key = key, .mandatory = mandatory});
    std::string encoded;
    said.Encode(encoded);
    protocol::amqp::AppendContentHeader(output, channel, body.size(), encoded);
    protocol::amqp::AppendBody(output, channel, 131072, body);
    Raw(output.bytes());
  }

  // The next frame that came; nullopt: nothing did.
  std::optional<AmqpFrame> Next() {
    input += connection.TakeOutput();
    protocol::amqp::Frame frame;
    if (DecodeFrame(input, 1 << 20, frame) != protocol::amqp::FrameStatus::kFrame) {
      return std::nullopt;
    }
    AmqpFrame copy{frame.type, frame.channel, std::string(frame.payload)};
    if (frame.type == 1 && copy.payload.size() >= 4) {
      copy.method =
          protocol::amqp::MethodId{protocol::amqp::LoadBigEndian<uint32_t>(copy.payload.data())};
    }
    input.erase(0, frame.wire_bytes);
    return copy;
  }
  // The next frame is this method; its texts are good until the next call. Otherwise `came` says
  // what it was, and the method is empty.
  template <class Method>
  Method Expect() {
    Method method;
    const auto frame = Next();
    came = frame ? std::string(MethodName(frame->method)) : "nothing";
    if (!frame || frame->method != Method::kId) return {};
    last_ = frame->payload;
    protocol::amqp::FieldReader reader(std::string_view(last_).substr(4));
    return method.Decode(reader) ? method : Method{};
  }
  template <class Method>
  bool Gets() {
    Expect<Method>();
    return came == MethodName(Method::kId);
  }
  // Of a content: its header and body frames are taken.
  std::string Body() {
    const auto header = Next();
    if (!header || header->type != 2) return "no header";
    header_ = header->payload;
    const auto decoded = protocol::amqp::DecodeContentHeader(header_);
    properties = protocol::amqp::Properties();
    if (!properties.Decode(decoded->properties, {})) return "bad properties";
    std::string body;
    while (body.size() < decoded->body_bytes) {
      const auto frame = Next();
      if (!frame || frame->type != 3) return "no body";
      body += frame->payload;
    }
    return body;
  }
  bool is_open() const { return connection.is_open(); }

  TestConnection& connection;
  std::string input;
  std::string came;  // the last method
  protocol::amqp::Properties properties;

 private:
  std::string last_;
  std::string header_;
};

}  // namespace tests
