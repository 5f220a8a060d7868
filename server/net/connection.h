// Connection: a socket, and the session whose bytes it carries.
//
//   peer ──read──> session->ReadSpace(), OnBytes          at most one read a turn
//   peer <─write── session->output                        one write a turn
//
// Reading: one piece a turn, so that a peer with a deep pipeline gets no more of a turn than
// others. libuv would go on reading while pieces come back full; then it is told that there is no
// room, which costs no system call, and the level-triggered poll reports the socket again. Writing:
// straight from the session's output. What the socket does not take is moved into a request of
// libuv's, and until that is done new output gathers in the session. Closing: a connection never
// closes itself. It is noted as finished, and Connections closes it at the end of the turn, when
// nothing of the engine is running.
#pragma once

#include <uv.h>

#include <cstddef>
#include <cstdint>

#include "protocol/output_buffer.h"
#include "server/net/descriptor.h"
#include "server/net/uv_handle.h"
#include "server/session.h"

namespace server {

class Connections;

enum class Transport : uint8_t { kTcp, kUnix };

// libuv's handle for either transport, as one allocation of one type.
union StreamHandle {
  uv_handle_t handle;
  uv_stream_t stream;
  uv_tcp_t tcp;
  uv_pipe_t pipe;
};

// Hands the socket to libuv; null when that fails, and the socket is closed.
UvPtr<StreamHandle> AdoptSocket(uv_loop_t* loop, Descriptor socket, Transport transport);

class Connection {
 public:
  // `owner` notes what needs doing at the end of the turn. Sets session.connection.
  Connection(Connections& owner, UvPtr<StreamHandle> handle, Session& session);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void StartReading();
  void StopReading();
  // Writes what the session has to say, as far as the socket takes it.
  void Flush();

  Session& session() const { return *session_; }
  // The peer takes nothing any more: what the session says is dropped. It may still have sent
  // something, so reading goes on until that ends too.
  bool is_deaf() const { return is_deaf_; }
  // Nothing more will come from the peer.
  bool is_ended() const { return is_ended_; }
  bool has_unsent() const { return session_->bytes_in_flight > 0 || !session_->output.empty(); }

  // Where it stands in the lists of Connections, which alone changes this.
  struct Places {
    size_t in_all = kNowhere;
    size_t in_held_back = kNowhere;
    size_t in_leaving = kNowhere;
    size_t in_finished = kNowhere;
  };
  static constexpr size_t kNowhere = SIZE_MAX;
  Places places;

 private:
  struct PendingWrite;

  static void OnAllocate(uv_handle_t* handle, size_t suggested, uv_buf_t* buffer);
  static void OnRead(uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer);
  static void OnWriteDone(uv_write_t* request, int status);
  void FinishWrite(size_t bytes, int status);
  // `status` is libuv's, a negative errno.
  void MarkDeaf(int status);
  // How many bytes of the output the socket took at once; negative (libuv's status): it is broken.
  ssize_t TryWrite();
  ssize_t TrySend(std::string_view bytes);
  void QueueRest(size_t written);

  Connections& owner_;
  UvPtr<StreamHandle> handle_;
  uv_os_fd_t descriptor_ = -1;  // the handle's
  Session* session_;
  uint64_t read_in_turn_ = 0;
  bool is_deaf_ = false;
  bool is_ended_ = false;
};

}  // namespace server
