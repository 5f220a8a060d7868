// RespSession: one RESP connection: its unfinished input, its client, and where decoding stands.
//
// Bytes normally lie in the turn's arena and are decoded there. What a turn leaves (half a request,
// or requests of a client that is blocked, paused or held back) moves to pending_, the session's
// own buffer; then reads go there until it is empty again. pending_ takes memory for the bytes that
// arrived, never for those announced.
//
// A bulk string of kLargeBulkBytes and more is read up to its end and no further, so that the
// buffer holds little else, and a command that stores it may take the buffer over (Turn,
// ByteQueue).
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "protocol/resp/request_decoder.h"
#include "server/client/client.h"
#include "server/resp/byte_queue.h"
#include "server/session.h"

namespace server {

struct EngineState;

class RespSession final : public Session {
 public:
  static constexpr size_t kLargeBulkBytes = 32 * 1024;

  explicit RespSession(EngineState& engine) : client(*this, output), engine_(engine) {}

  std::span<char> ReadSpace() override;
  void OnBytes(size_t count) override;
  bool WantsBytes() const override;
  bool IsReady() const override { return is_ready; }
  void OnWritten() override;
  void OnLinkEnd(LinkEnd end, std::string_view error) override;

  // All bytes that are not executed yet; good until the next read. Empty when nothing can be done.
  std::span<char> input() { return slice_.empty() ? pending_.bytes() : slice_; }
  size_t input_bytes() const { return slice_.empty() ? pending_.size() : slice_.size(); }
  // False while this session's next request must wait.
  bool CanRun() const;
  // Too much output is unsent: the peer must read before it gets more.
  bool IsHeldBack() const;
  size_t unsent_bytes() const { return output.wire_size() + bytes_in_flight; }
  // Memory held for input.
  size_t input_memory() const { return pending_.memory(); }
  size_t pending_free() const { return pending_.capacity() - pending_.size(); }

  // The buffer in which input() lies, for a value in it to be taken over; nullptr: not to be had.
  storage::LargeString* OfferInput() { return slice_.empty() ? pending_.Offer() : nullptr; }

  // After a turn: the first `executed` bytes of input() are done, the others are kept. `rewound`:
  // the decoder had gone further than what was executed, and must start again.
  void FinishTurn(size_t executed, bool rewound);

  Client client;
  protocol::resp::RequestDecoder decoder;
  // The turn's own notes: offsets into input().
  size_t decoded_bytes = 0;
  size_t executed_bytes = 0;
  bool is_ready = false;  // in the turn's list

 private:
  std::span<char> RoomForLargeBulk();
  std::span<char> RoomForMore();
  // There is no memory for what the peer sends: the connection is given up.
  void GiveUp();

  EngineState& engine_;
  std::span<char> slice_;  // in the arena, this turn
  ByteQueue pending_;
};

}  // namespace server
