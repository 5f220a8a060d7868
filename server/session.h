// Session: the protocol state on one connection, bytes in and bytes out. The shell (server/net)
// moves the bytes; the engine gives them meaning. Nothing here knows a socket.
//
//   shell                                   engine
//   ReadSpace() -> where to put bytes  ---> the turn's arena, or the session's own unfinished
//   request OnBytes(n)                         ---> remembered; nothing is executed yet
//   Engine::RunTurn()                  ---> all sessions with bytes are worked off as one batch
//   for s in TakeTouched(): Swap(s->output), write, s->bytes_in_flight, s->close
//
// Lifetime: made by Engine::Open, destroyed by Engine::Closed, which only the shell calls, and
// never during a turn. So a pointer is good for the whole of a turn; across turns the engine keeps
// a ClientId.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "protocol/output_buffer.h"

namespace server {

// What is spoken on a connection: decided by the port that it came to.
enum class Protocol : uint8_t { kResp, kAmqp };

// What the shell knows of a connection when it is accepted.
struct PeerFacts {
  std::string remote_address;  // "127.0.0.1:50000", "[::1]:50000", or the socket's path and ":0"
  std::string local_address;
  bool is_unix_socket = false;
  bool is_loopback = false;
  int descriptor = -1;  // for CLIENT LIST only
  Protocol protocol = Protocol::kResp;
};

// How a connection ended that was not closed from here.
enum class LinkEnd : uint8_t { kPeerClosed, kReadFailed, kWriteFailed };

enum class CloseWish : uint8_t {
  kStayOpen,
  kAfterFlush,  // once everything in `output` is written; no more bytes are read
  kNow,         // what is unsent is dropped
};

class Session {
 public:
  explicit Session(Protocol spoken = Protocol::kResp) : protocol(spoken) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  virtual ~Session() = default;

  // Where the next bytes from the peer belong; good until OnBytes or the end of the turn. Empty:
  // not now (the arena is full, or WantsBytes() is false); the shell tries again after the turn.
  virtual std::span<char> ReadSpace() = 0;
  // `count` bytes were put at the front of the last ReadSpace().
  virtual void OnBytes(size_t count) = 0;
  // False while the session is held back (too much unsent output, blocked with a full input,
  // closing): the shell stops reading, so that the peer feels it.
  virtual bool WantsBytes() const = 0;
  // True while bytes that have come are to be executed in a coming turn. The shell then keeps even
  // a session whose peer is gone: what it had sent counts.
  virtual bool IsReady() const = 0;
  // Some of what was in flight has been written: the session may go on with a pipeline that was
  // held back.
  virtual void OnWritten() = 0;
  // Nothing more will come from the peer, or nothing more can be told to it; the shell will close
  // the connection when all that had come is executed. `error` says what failed.
  virtual void OnLinkEnd(LinkEnd end, std::string_view error) = 0;

  const Protocol protocol;
  ::protocol::OutputBuffer output;  // encoded, not yet taken by the shell
  size_t bytes_in_flight = 0;       // taken by the shell, not yet written; kept by the shell
  CloseWish close = CloseWish::kStayOpen;
  void* connection = nullptr;  // the shell's own handle on this session
  bool touched = false;        // in the engine's list of sessions to flush or close
  bool is_held = false;        // its output waits until the log is on the disk (AofWriter)
};

}  // namespace server
