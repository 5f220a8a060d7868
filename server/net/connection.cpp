#include "server/net/connection.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "server/net/connections.h"
#include "server/net/gather.h"
#include "storage/base/check.h"

namespace server {
namespace {

// What an output buffer may keep for the next replies once it is empty.
constexpr size_t kOutputKeptBytes = size_t{64} * 1024;

// Null once the connection is gone: libuv calls back for cancelled writes after that.
Connection* ConnectionOf(const void* handle) {
  return static_cast<Connection*>(static_cast<const uv_handle_t*>(handle)->data);
}

}  // namespace

UvPtr<StreamHandle> AdoptSocket(uv_loop_t* loop, Descriptor socket, Transport transport) {
  auto memory = std::make_unique<StreamHandle>();
  const bool is_tcp = transport == Transport::kTcp;
  const int made = is_tcp ? uv_tcp_init(loop, &memory->tcp) : uv_pipe_init(loop, &memory->pipe, 0);
  if (made != 0) return nullptr;
  UvPtr<StreamHandle> handle(memory.release());
  handle->handle.data = nullptr;
  const int opened = is_tcp ? uv_tcp_open(&handle->tcp, socket.number())
                            : uv_pipe_open(&handle->pipe, socket.number());
  if (opened != 0) return nullptr;
  socket.Release();
  return handle;
}

// Output that waits for the socket. Owns what it writes, since it may outlive the connection.
struct Connection::PendingWrite {
  uv_write_t request;
  protocol::OutputBuffer output;
  size_t bytes;  // not yet written when it was queued
};

Connection::Connection(Connections& owner, UvPtr<StreamHandle> handle, Session& session)
    : owner_(owner), handle_(std::move(handle)), session_(&session) {
  handle_->handle.data = this;
  session.connection = this;
  CHECK_INVARIANT(uv_fileno(&handle_->handle, &descriptor_) == 0);
}

Connection::~Connection() {
  handle_->handle.data = nullptr;
}

void Connection::StartReading() {
  uv_read_start(&handle_->stream, OnAllocate, OnRead);
}

void Connection::StopReading() {
  uv_read_stop(&handle_->stream);
}

void Connection::MarkDeaf(int status) {
  if (!is_deaf_) session_->OnLinkEnd(LinkEnd::kWriteFailed, std::strerror(-status));
  is_deaf_ = true;
  owner_.NoteLeaving(*this);
}

void Connection::OnAllocate(uv_handle_t* handle, size_t, uv_buf_t* buffer) {
  Connection& self = *ConnectionOf(handle);
  const bool has_had_its_turn = self.read_in_turn_ == self.owner_.turn_number();
  const std::span<char> space = has_had_its_turn ? std::span<char>() : self.session_->ReadSpace();
  *buffer = uv_buf_init(space.data(), static_cast<unsigned>(space.size()));
}

void Connection::OnRead(uv_stream_t* stream, ssize_t count, const uv_buf_t*) {
  Connection& self = *ConnectionOf(stream);
  if (count > 0) {
    self.read_in_turn_ = self.owner_.turn_number();
    self.session_->OnBytes(static_cast<size_t>(count));
  } else if (count == UV_ENOBUFS) {
    if (!self.session_->WantsBytes()) self.owner_.HoldBack(self);
  } else if (count < 0) {
    self.is_ended_ = true;
    self.session_->OnLinkEnd(count == UV_EOF ? LinkEnd::kPeerClosed : LinkEnd::kReadFailed,
                             std::strerror(static_cast<int>(-count)));
    if (count != UV_EOF) self.is_deaf_ = true;
    self.StopReading();
    self.owner_.NoteLeaving(self);
  }
}

void Connection::Flush() {
  if (session_->output.empty() || session_->bytes_in_flight > 0 || session_->is_held) return;
  const ssize_t written = TryWrite();
  if (written < 0) {
    session_->output.Clear();
    MarkDeaf(static_cast<int>(written));
  } else if (static_cast<size_t>(written) == session_->output.wire_size()) {
    session_->output.Clear();
    session_->output.ShrinkWhenEmpty(kOutputKeptBytes);
  } else {
    QueueRest(static_cast<size_t>(written));
  }
  session_->OnWritten();
}

ssize_t Connection::TryWrite() {
  const protocol::OutputBuffer& output = session_->output;
  if (is_deaf_) return UV_EPIPE;
  if (output.splices().empty() && output.wire_size() <= std::numeric_limits<int>::max()) {
    return TrySend(output.bytes());
  }
  const std::optional<Pieces> pieces = Pieces::Gather(output, 0);
  if (!pieces) return UV_ENOMEM;
  const int written = uv_try_write(&handle_->stream, pieces->data(), pieces->size());
  return written == UV_EAGAIN ? 0 : written;
}

// What uv_try_write does, without the hundred instructions of its general case. It is asked only
// when libuv has nothing queued for the socket.
ssize_t Connection::TrySend(std::string_view bytes) {
  for (;;) {
    const ssize_t sent = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return sent;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) return 0;
    if (errno != EINTR) return -errno;
  }
}

void Connection::QueueRest(size_t written) {
  auto pending = std::make_unique<PendingWrite>();
  pending->output.Swap(session_->output);
  pending->bytes = pending->output.wire_size() - written;
  pending->request.data = pending.get();
  const std::optional<Pieces> pieces = Pieces::Gather(pending->output, written);
  const int status = !pieces ? UV_ENOMEM
                             : uv_write(&pending->request, &handle_->stream, pieces->data(),
                                        pieces->size(), OnWriteDone);
  if (status != 0) {
    MarkDeaf(status);
    return;
  }
  session_->bytes_in_flight = pending->bytes;
  owner_.NoteWriteQueued();
  pending.release();  // until OnWriteDone
}

void Connection::OnWriteDone(uv_write_t* request, int status) {
  const std::unique_ptr<PendingWrite> pending(static_cast<PendingWrite*>(request->data));
  Connection* self = ConnectionOf(request->handle);
  if (self != nullptr) self->FinishWrite(pending->bytes, status);
}

void Connection::FinishWrite(size_t bytes, int status) {
  session_->bytes_in_flight -= bytes;
  owner_.NoteWriteDone();
  if (status != 0) MarkDeaf(status);
  if (session_->output.empty()) {
    session_->OnWritten();
  } else {
    Flush();
  }
}

}  // namespace server
