#include "server/amqp/amqp_session.h"

#include <algorithm>

#include "server/amqp/amqp_broker.h"
#include "server/amqp/decode_method.h"
#include "server/config/config.h"
#include "server/engine_state.h"

namespace server {

using protocol::amqp::Frame;
using protocol::amqp::FrameStatus;
using protocol::amqp::FrameType;
using protocol::amqp::MethodId;
using protocol::amqp::ReplyCode;

namespace {
constexpr size_t kStrangerFrameMax = 8192;
constexpr size_t kReadMin = size_t{16} * 1024;
constexpr size_t kReadMax = size_t{256} * 1024;
// So many times the limit for deliveries may be unsent before nothing is read any more.
constexpr size_t kUnreadFactor = 16;
constexpr int64_t kCloseOkWaitUs = 10'000'000;
constexpr MethodId kNoMethod{0};
}  // namespace

AmqpSession::AmqpSession(AmqpBroker& broker, PeerFacts facts, uint64_t id)
    : Session(Protocol::kAmqp),
      broker_(broker),
      peer_(std::move(facts)),
      id_(id),
      frame_bytes_max_(kStrangerFrameMax),
      last_read_us_(broker.engine().monotonic_us),
      last_write_us_(last_read_us_),
      since_us_(last_read_us_) {}

// --- bytes ---

std::span<char> AmqpSession::ReadSpace() {
  if (!WantsBytes()) return {};
  if (slice_.empty() && pending_.empty()) return broker_.arena().Space();
  if (!slice_.empty()) {
    if (!pending_.Append({slice_.data(), slice_.size()})) {
      EndNow();
      return {};
    }
    slice_ = {};
  }
  if (is_ready && pending_.size() >= kReadMax) return {};
  const std::span<char> room = pending_.Room(std::clamp(pending_.size(), kReadMin, kReadMax), 0);
  if (room.empty()) EndNow();
  return room.first(std::min(room.size(), kReadMax));
}

void AmqpSession::OnBytes(size_t count) {
  last_read_us_ = broker_.engine().monotonic_us;
  broker_.engine().statistics.net_input_bytes += count;
  if (pending_.empty() && slice_.empty()) {
    slice_ = broker_.arena().Space().first(count);
    broker_.arena().Take(count);
  } else {
    pending_.Commit(count);
  }
  broker_.MakeReady(*this);
}

bool AmqpSession::WantsBytes() const {
  if (close != CloseWish::kStayOpen || output.is_lost()) return false;
  if (is_blocked_ && consumers_ == 0) return false;
  return unsent_bytes() <= broker_.engine().output_hold_back_bytes * kUnreadFactor;
}

template <class Visit>
void AmqpSession::EachChannel(Visit&& visit) {
  for (const auto& channel : channels_) {
    if (channel != nullptr) visit(*channel);
  }
}

void AmqpSession::OnWritten() {
  EachChannel([](AmqpChannel& channel) { channel.ScheduleConsumers(); });
}

bool AmqpSession::IsHeldBack() const {
  return output.is_lost() || unsent_bytes() > broker_.engine().output_hold_back_bytes;
}

protocol::OutputBuffer& AmqpSession::Output() {
  last_write_us_ = broker_.engine().monotonic_us;
  broker_.engine().Touch(*this);
  return output;
}

void AmqpSession::Work() {
  const std::span<char> bytes = slice_.empty() ? pending_.bytes() : slice_;
  const size_t used = WorkOff({bytes.data(), bytes.size()});
  FlushConfirms();
  bool is_kept = true;
  if (slice_.empty()) {
    is_kept = pending_.Consume(used);
  } else {
    const std::span<char> left = slice_.subspan(used);
    is_kept = pending_.Append({left.data(), left.size()});
    slice_ = {};
  }
  if (!is_kept) EndNow();
}

// --- frames ---

size_t AmqpSession::WorkOff(std::string_view input) {
  size_t used = 0;
  if (state_ == State::kHeader) {
    used = TakeHeader(input);
    if (used == 0) return 0;
  }
  while (close == CloseWish::kStayOpen && state_ != State::kClosed) {
    Frame frame;
    // RabbitMQ lets a frame be larger by its own overhead; so do we.
    const FrameStatus status =
        protocol::amqp::DecodeFrame(input.substr(used), frame_bytes_max_, frame);
    if (status == FrameStatus::kIncomplete) return used;
    if (status != FrameStatus::kFrame) {
      const std::string text = protocol::amqp::FrameErrorText(status, frame, frame_bytes_max_);
      if (state_ == State::kRunning) CloseConnection({ReplyCode::kFrameError, text}, 0);
      close = std::max(close, CloseWish::kAfterFlush);
      Output();
      return input.size();
    }
    used += frame.wire_bytes;
    OnFrame(frame);
  }
  return input.size();
}

size_t AmqpSession::TakeHeader(std::string_view input) {
  switch (protocol::amqp::CheckProtocolHeader(input)) {
    case protocol::amqp::ProtocolHeader::kIncomplete:
      return 0;
    case protocol::amqp::ProtocolHeader::kAccepted:
      SendStart();
      state_ = State::kStart;
      return protocol::amqp::kProtocolHeader.size();
    case protocol::amqp::ProtocolHeader::kOther:
      break;
  }
  Output().Append(protocol::amqp::kProtocolHeader);
  close = CloseWish::kAfterFlush;
  state_ = State::kClosed;
  return input.size();
}

void AmqpSession::OnFrame(const Frame& frame) {
  switch (static_cast<FrameType>(frame.type)) {
    case FrameType::kHeartbeat:
      if (frame.channel == 0) return;
      return CloseConnection({ReplyCode::kUnexpectedFrame, "heartbeat frame on another channel"},
                             0);
    case FrameType::kMethod:
    case FrameType::kHeader:
    case FrameType::kBody:
      break;
    default:
      return CloseConnection({ReplyCode::kFrameError, "unknown frame type"}, 0);
  }
  if (frame.channel == 0) return OnConnectionMethod(frame);
  if (state_ == State::kClosing) return;
  if (state_ != State::kRunning) return EndNow();
  OnChannelFrame(frame);
}

AmqpChannel* AmqpSession::FindChannel(uint16_t number) {
  return number < channels_.size() ? channels_[number].get() : nullptr;
}

void AmqpSession::OnChannelFrame(const Frame& frame) {
  AmqpChannel* channel = FindChannel(frame.channel);
  if (channel == nullptr) return OpenChannel(frame);
  const MethodId method = MethodOf(frame).value_or(kNoMethod);
  if (method == MethodId::kChannelOpen && !channel->is_closing()) {
    return CloseConnection({ReplyCode::kChannelError, "second 'channel.open' seen"},
                           static_cast<uint32_t>(method));
  }
  if (method == MethodId::kChannelClose) {
    channel->FlushConfirms();
    protocol::amqp::AppendMethod(Output(), frame.channel, protocol::amqp::ChannelCloseOk{});
  }
  if (method == MethodId::kChannelClose || method == MethodId::kChannelCloseOk) {
    std::erase(confirming_, channel);
    channel->Release();
    channels_[frame.channel].reset();
    return;
  }
  channel->OnFrame(frame);
}

void AmqpSession::OpenChannel(const Frame& frame) {
  const MethodId method = MethodOf(frame).value_or(kNoMethod);
  // An answer to what was closed from both sides at once.
  if (method == MethodId::kChannelCloseOk) return;
  if (method != MethodId::kChannelOpen) {
    return CloseConnection({ReplyCode::kChannelError, "expected 'channel.open'"},
                           static_cast<uint32_t>(method));
  }
  if (frame.channel > channel_max_) {
    return CloseConnection({ReplyCode::kNotAllowed,
                            "number of channels opened has reached the negotiated channel_max (" +
                                std::to_string(channel_max_) + ")"},
                           static_cast<uint32_t>(method));
  }
  if (frame.channel >= channels_.size()) channels_.resize(size_t{frame.channel} + 1);
  channels_[frame.channel] = std::make_unique<AmqpChannel>(*this, frame.channel);
  protocol::amqp::AppendMethod(Output(), frame.channel, protocol::amqp::ChannelOpenOk{});
}

// --- the end ---

void AmqpSession::Refuse(uint16_t channel, const Failure& failure, MethodId method) {
  const auto id = static_cast<uint32_t>(method);
  if (channel == 0 || IsHardError(failure.code)) return CloseConnection(failure, id);
  AmqpChannel* closed = FindChannel(channel);
  closed->FlushConfirms();
  closed->Release();
  std::erase(confirming_, closed);
  const std::string text = failure.Text();
  protocol::amqp::AppendMethod(
      Output(), channel,
      protocol::amqp::ChannelClose{.reply_code = static_cast<uint16_t>(failure.code),
                                   .reply_text = text,
                                   .class_id = static_cast<uint16_t>(id >> 16),
                                   .method_id = static_cast<uint16_t>(id)});
}

void AmqpSession::CloseConnection(const Failure& failure, uint32_t method) {
  if (state_ == State::kClosing || state_ == State::kClosed) return;
  FlushConfirms();
  const std::string text = failure.Text();
  broker_.engine().log.Verbose("Closing AMQP connection of " + peer_.remote_address + ": " + text);
  protocol::amqp::AppendMethod(
      Output(), 0,
      protocol::amqp::ConnectionClose{.reply_code = static_cast<uint16_t>(failure.code),
                                      .reply_text = text,
                                      .class_id = static_cast<uint16_t>(method >> 16),
                                      .method_id = static_cast<uint16_t>(method)});
  state_ = State::kClosing;
  since_us_ = broker_.engine().monotonic_us;
  EachChannel([](AmqpChannel& channel) { channel.Release(); });
}

void AmqpSession::EndNow() {
  close = CloseWish::kNow;
  state_ = State::kClosed;
  broker_.engine().Touch(*this);
}

void AmqpSession::ReleaseAll() {
  EachChannel([](AmqpChannel& channel) { channel.Release(); });
  confirming_.clear();
  broker_.vhost().DeleteQueuesOf(id_);
}

void AmqpSession::ForgetQueue(QueueConsumers& queue) {
  EachChannel([&](AmqpChannel& channel) { channel.ForgetQueue(queue); });
}

void AmqpSession::FlushConfirms() {
  for (AmqpChannel* channel : confirming_) channel->FlushConfirms();
  confirming_.clear();
}

// --- time ---

void AmqpSession::RunTick() {
  const int64_t now_us = broker_.engine().monotonic_us;
  if (close != CloseWish::kStayOpen) return;
  const bool is_stranger = state_ < State::kRunning;
  const int64_t deadline_us =
      broker_.engine().config.settings().authentication_deadline_s * 1'000'000;
  if (is_stranger && deadline_us > 0 && now_us - since_us_ > deadline_us) return EndNow();
  if (state_ == State::kClosing && now_us - since_us_ > kCloseOkWaitUs) return EndNow();
  if (heartbeat_us_ == 0 || state_ != State::kRunning) return;
  // A peer whose bytes we do not read cannot show that it lives.
  if (WantsBytes() && now_us - last_read_us_ > 2 * heartbeat_us_) {
    broker_.engine().log.Warning("missed heartbeats from AMQP client " + peer_.remote_address +
                                 ", which is disconnected");
    return EndNow();
  }
  if (now_us - last_write_us_ >= heartbeat_us_ / 2) {
    protocol::amqp::AppendFrame(Output(), FrameType::kHeartbeat, 0, {});
  }
}

void AmqpSession::OnMemoryChanged() {
  const bool waits = broker_.is_short_of_memory() && has_published_;
  if (waits == is_blocked_ || state_ != State::kRunning) return;
  is_blocked_ = waits;
  if (!knows_blocking_) return;
  if (waits) {
    protocol::amqp::AppendMethod(Output(), 0,
                                 protocol::amqp::ConnectionBlocked{.reason = "low on memory"});
  } else {
    protocol::amqp::AppendMethod(Output(), 0, protocol::amqp::ConnectionUnblocked{});
  }
}

}  // namespace server
