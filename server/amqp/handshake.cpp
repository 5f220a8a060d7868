// AmqpSession's part before anything is done: start, login, tune, open; and the other methods of
// the class connection.

#include <fmt/format.h>

#include <algorithm>

#include "protocol/amqp/field_table.h"
#include "server/amqp/amqp_broker.h"
#include "server/amqp/amqp_session.h"
#include "server/amqp/decode_method.h"
#include "server/amqp/login.h"
#include "server/config/config.h"
#include "server/engine_state.h"
#include "server/version.h"

namespace server {

using protocol::amqp::AppendMethod;
using protocol::amqp::FindField;
using protocol::amqp::Frame;
using protocol::amqp::MethodId;
using protocol::amqp::ReplyCode;

namespace {

// Clients decide by product and version what they may ask for (kombu: qos on a whole channel), so
// it is the one that they know and whose rules are kept.
std::string ServerProperties() {
  std::string table;
  protocol::amqp::TableWriter writer(table);
  const auto capabilities = writer.Name("capabilities").BeginTable();
  for (const char* name : {"publisher_confirms", "exchange_exchange_bindings", "basic.nack",
                           "consumer_cancel_notify", "connection.blocked", "consumer_priorities",
                           "authentication_failure_close", "per_consumer_qos", "direct_reply_to"}) {
    writer.Name(name).Bool(true);
  }
  writer.End(capabilities);
  writer.Name("cluster_name").Text("cinnabar");
  writer.Name("copyright").Text("see the project's LICENSE");
  writer.Name("information").Text("Cinnabar, speaking AMQP 0-9-1 as RabbitMQ does");
  writer.Name("platform").Text(fmt::format("Cinnabar {}", CinnabarVersion()));
  writer.Name("product").Text("RabbitMQ");
  writer.Name("version").Text("3.13.7");
  return table;
}

bool HasCapability(std::string_view client_properties, std::string_view name) {
  const auto capabilities = FindField(client_properties, "capabilities");
  if (!capabilities || capabilities->type != protocol::amqp::FieldType::kTable) return false;
  const auto capability = FindField(capabilities->bytes, name);
  return capability && capability->integer != 0;
}

struct Login {
  std::string user;
  std::string password;
};

// "\0user\0password", after an identity that nobody sends.
std::optional<Login> ReadPlain(std::string_view response) {
  const size_t first = response.find('\0');
  if (first == std::string_view::npos) return std::nullopt;
  const size_t second = response.find('\0', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  return Login{std::string(response.substr(first + 1, second - first - 1)),
               std::string(response.substr(second + 1))};
}

// The content of a table with LOGIN and PASSWORD.
std::optional<Login> ReadAmqplain(std::string_view response) {
  if (!protocol::amqp::IsValidTable(response, {})) return std::nullopt;
  const auto user = FindField(response, "LOGIN");
  const auto password = FindField(response, "PASSWORD");
  if (!user || !password || !user->is_text() || !password->is_text()) return std::nullopt;
  return Login{std::string(user->bytes), std::string(password->bytes)};
}

}  // namespace

void AmqpSession::SendStart() {
  const std::string properties = ServerProperties();
  AppendMethod(Output(), 0,
               protocol::amqp::ConnectionStart{.version_major = 0,
                                               .version_minor = 9,
                                               .server_properties = properties,
                                               .mechanisms = "PLAIN AMQPLAIN",
                                               .locales = "en_US"});
}

void AmqpSession::OnConnectionMethod(const Frame& frame) {
  const auto found = MethodOf(frame);
  if (!found) {
    return CloseConnection({ReplyCode::kUnexpectedFrame, "expected method frame, got another"}, 0);
  }
  const MethodId method = *found;
  const auto number = static_cast<uint32_t>(method);
  const std::string_view fields = frame.payload.substr(4);
  Answered answered;
  if (state_ == State::kClosing) {
    if (method == MethodId::kConnectionClose)
      AppendMethod(Output(), 0, protocol::amqp::ConnectionCloseOk{});
    if (method != MethodId::kConnectionCloseOk && method != MethodId::kConnectionClose) return;
    close = std::max(close, CloseWish::kAfterFlush);
    Output();
  } else if (method == MethodId::kConnectionStartOk && state_ == State::kStart) {
    answered = OnStartOk(fields);
  } else if (method == MethodId::kConnectionTuneOk && state_ == State::kTune) {
    answered = OnTuneOk(fields);
  } else if (method == MethodId::kConnectionOpen && state_ == State::kOpen) {
    answered = OnOpen(fields);
  } else if (method == MethodId::kConnectionClose) {
    FlushConfirms();
    ReleaseAll();
    AppendMethod(Output(), 0, protocol::amqp::ConnectionCloseOk{});
    close = std::max(close, CloseWish::kAfterFlush);
    state_ = State::kClosed;
  } else if (state_ != State::kRunning) {
    EndNow();
  } else if (method == MethodId::kConnectionUpdateSecret) {
    AppendMethod(Output(), 0, protocol::amqp::ConnectionUpdateSecretOk{});
  } else if ((number >> 16) == 10) {
    answered = Fail(ReplyCode::kCommandInvalid, "unimplemented method");
  } else {
    answered = Fail(ReplyCode::kChannelError, "expected a method of class connection on channel 0");
  }
  if (!answered) CloseConnection(answered.error(), number);
}

Answered AmqpSession::OnStartOk(std::string_view fields) {
  const auto start = DecodeMethod<protocol::amqp::ConnectionStartOk>(fields);
  if (!start) return std::unexpected(start.error());
  if (!protocol::amqp::IsValidTable(start->client_properties, {})) {
    return Fail(ReplyCode::kSyntaxError, "illegal method fields");
  }
  knows_login_refusal_ = HasCapability(start->client_properties, "authentication_failure_close");
  knows_blocking_ = HasCapability(start->client_properties, "connection.blocked");
  cancels_consumers_ = HasCapability(start->client_properties, "consumer_cancel_notify");
  std::optional<Login> login;
  if (start->mechanism == "PLAIN") {
    login = ReadPlain(start->response);
  } else if (start->mechanism == "AMQPLAIN") {
    login = ReadAmqplain(start->response);
  } else {
    EndNow();
    return {};
  }
  if (!login || !MayLogInToBroker(broker_.engine(), login->user, login->password, peer_)) {
    RefuseLogin(start->mechanism);
    return {};
  }
  user_ = login->user;
  const Settings& settings = broker_.engine().config.settings();
  frame_bytes_max_ = settings.amqp_frame_max_bytes;
  AppendMethod(Output(), 0,
               protocol::amqp::ConnectionTune{
                   .channel_max = static_cast<uint16_t>(settings.amqp_channel_max),
                   .frame_max = static_cast<uint32_t>(settings.amqp_frame_max_bytes),
                   .heartbeat = static_cast<uint16_t>(settings.amqp_heartbeat_s)});
  state_ = State::kTune;
  return {};
}

void AmqpSession::RefuseLogin(std::string_view mechanism) {
  if (!knows_login_refusal_) {
    close = CloseWish::kAfterFlush;
    state_ = State::kClosed;
    Output();
    return;
  }
  CloseConnection({ReplyCode::kAccessRefused,
                   fmt::format("Login was refused using authentication mechanism {}. For details "
                               "see the broker logfile.",
                               mechanism)},
                  0);
}

Answered AmqpSession::OnTuneOk(std::string_view fields) {
  const auto tune = DecodeMethod<protocol::amqp::ConnectionTuneOk>(fields);
  if (!tune) return std::unexpected(tune.error());
  const auto negotiate = [](std::string_view name, uint64_t value, uint64_t least,
                            uint64_t most) -> Answered {
    if (value != 0 && value < least) {
      return Fail(ReplyCode::kNotAllowed,
                  fmt::format("negotiated {} = {} is lower than the minimum allowed value ({})",
                              name, value, least));
    }
    if (value == 0 || value > most) {
      return Fail(ReplyCode::kNotAllowed,
                  fmt::format("negotiated {} = {}{} is higher than the maximum allowed value ({})",
                              name, value, value == 0 ? " (no limit)" : "", most));
    }
    return {};
  };
  const Settings& settings = broker_.engine().config.settings();
  auto answered = negotiate("frame_max", tune->frame_max, protocol::amqp::kSmallestFrameMax,
                            settings.amqp_frame_max_bytes);
  if (!answered) return answered;
  answered = negotiate("channel_max", tune->channel_max, 1,
                       static_cast<uint64_t>(settings.amqp_channel_max));
  if (!answered) return answered;
  frame_bytes_max_ = tune->frame_max;
  channel_max_ = tune->channel_max;
  heartbeat_us_ = int64_t{tune->heartbeat} * 1'000'000;
  state_ = State::kOpen;
  return {};
}

Answered AmqpSession::OnOpen(std::string_view fields) {
  const auto open = DecodeMethod<protocol::amqp::ConnectionOpen>(fields);
  if (!open) return std::unexpected(open.error());
  // Clients disagree on what "amqp://host/" means.
  if (!open->virtual_host.empty() && open->virtual_host != broker_.vhost().name()) {
    return Fail(ReplyCode::kNotAllowed, fmt::format("vhost {} not found", open->virtual_host));
  }
  state_ = State::kRunning;
  AppendMethod(Output(), 0, protocol::amqp::ConnectionOpenOk{});
  return {};
}

}  // namespace server
