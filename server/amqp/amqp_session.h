// AmqpSession: one AMQP connection: its input cut into frames, its handshake, its AmqpChannels and
// its heartbeats.
//
//   kHeader ──> kStart ──> kTune ──> kOpen ──> kRunning ──> kClosing ──> closed
//
// Bytes lie in the broker's arena and are decoded there; what a turn leaves, at most a frame, moves
// to pending_. After an error of the connection everything but close-ok is ignored.
//
// Held back: a peer that does not read gets no deliveries, but is read on, since acknowledgements
// must come in; only far more unsent output stops the reading. Who has published, and does not
// consume, is not read while memory is short.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/amqp/frame.h"
#include "protocol/amqp/methods.gen.h"
#include "server/amqp/amqp_channel.h"
#include "server/amqp/failure.h"
#include "server/resp/byte_queue.h"
#include "server/session.h"

namespace server {

class AmqpBroker;

class AmqpSession final : public Session {
 public:
  AmqpSession(AmqpBroker& broker, PeerFacts facts, uint64_t id);

  std::span<char> ReadSpace() override;
  void OnBytes(size_t count) override;
  bool WantsBytes() const override;
  bool IsReady() const override { return is_ready; }
  void OnWritten() override;
  void OnLinkEnd(LinkEnd, std::string_view) override {}

  // Works off the frames that have come.
  void Work();
  void RunTick();
  void OnMemoryChanged();
  // Requeues, cancels and deletes what goes with the connection.
  void ReleaseAll();
  void ForgetQueue(QueueConsumers& queue);

  // --- for its AmqpChannels ---

  AmqpBroker& broker() { return broker_; }
  uint64_t id() const { return id_; }
  const std::string& user() const { return user_; }
  bool cancels_consumers() const { return cancels_consumers_; }
  size_t frame_bytes_max() const { return frame_bytes_max_; }
  size_t unsent_bytes() const { return output.wire_size() + bytes_in_flight; }
  // So much is unsent that nothing more is delivered.
  bool IsHeldBack() const;
  // For what is to be sent: the shell hears of it.
  protocol::OutputBuffer& Output();
  void NotePublish() {
    if (!has_published_) [[unlikely]]
      OnFirstPublish();
  }
  void CountConsumers(int change) { consumers_ += change; }
  // `method`: during which.
  void Refuse(uint16_t channel, const Failure& failure, protocol::amqp::MethodId method);
  void NoteConfirms(AmqpChannel& channel) { confirming_.push_back(&channel); }

  bool is_ready = false;  // in the broker's list

 private:
  enum class State : uint8_t { kHeader, kStart, kTune, kOpen, kRunning, kClosing, kClosed };

  size_t WorkOff(std::string_view input);
  // Returns how many bytes it took; 0: not all of them have come.
  size_t TakeHeader(std::string_view input);
  void OnFrame(const protocol::amqp::Frame& frame);
  void OnChannelFrame(const protocol::amqp::Frame& frame);
  void OpenChannel(const protocol::amqp::Frame& frame);
  void CloseConnection(const Failure& failure, uint32_t method);
  void EndNow();
  void OnFirstPublish() {
    has_published_ = true;
    OnMemoryChanged();
  }
  void FlushConfirms();
  AmqpChannel* FindChannel(uint16_t number);
  template <class Visit>
  void EachChannel(Visit&& visit);

  // handshake.cpp
  void SendStart();
  void OnConnectionMethod(const protocol::amqp::Frame& frame);
  Answered OnStartOk(std::string_view fields);
  Answered OnTuneOk(std::string_view fields);
  Answered OnOpen(std::string_view fields);
  void RefuseLogin(std::string_view mechanism);

  AmqpBroker& broker_;
  PeerFacts peer_;
  const uint64_t id_;
  State state_ = State::kHeader;
  std::string user_;
  bool knows_login_refusal_ = false;  // authentication_failure_close
  bool knows_blocking_ = false;       // connection.blocked
  bool cancels_consumers_ = false;    // consumer_cancel_notify
  bool is_blocked_ = false;
  bool has_published_ = false;
  int consumers_ = 0;
  uint16_t channel_max_ = 0;
  size_t frame_bytes_max_;
  int64_t heartbeat_us_ = 0;  // 0: none
  int64_t last_read_us_;
  int64_t last_write_us_;
  int64_t since_us_;                                    // in the handshake, or in kClosing
  std::vector<std::unique_ptr<AmqpChannel>> channels_;  // by number
  std::vector<AmqpChannel*> confirming_;
  std::span<char> slice_;  // in the arena, this turn
  ByteQueue pending_;
};

}  // namespace server
