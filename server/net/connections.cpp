#include "server/net/connections.h"

#include <sys/socket.h>

#include <expected>
#include <memory>
#include <string>
#include <utility>

namespace server {
namespace {

// Tells a peer that is not let in why. Its first requests may have arrived already, and closing a
// socket with unread bytes resets it, which could overtake the text: so they are taken first.
void Refuse(const Descriptor& socket, const std::string& text) {
  send(socket.number(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  shutdown(socket.number(), SHUT_WR);
  char ignored[4096];
  recv(socket.number(), ignored, sizeof ignored, MSG_DONTWAIT);
}

}  // namespace

Connections::~Connections() {
  while (!all_.empty()) Close(all_.back());
  // Writes that were cancelled hold replies, which may share values with the engine's data.
  loop_.RunOnce();
}

void Connections::Accept(Descriptor socket, Transport transport, PeerFacts facts) {
  const std::expected<Session*, std::string> session = engine_.Open(std::move(facts));
  if (!session) {
    Refuse(socket, session.error());
    return;
  }
  UvPtr<StreamHandle> handle = AdoptSocket(loop_.uv(), std::move(socket), transport);
  if (handle == nullptr) {
    engine_.Closed(*session);
    return;
  }
  auto connection = std::make_unique<Connection>(*this, std::move(handle), **session);
  connection->StartReading();
  all_.Add(*connection.release());
}

void Connections::EndTurn() {
  do {
    Flush(engine_.TakeTouched());
    for (size_t i = 0; i < leaving_.size(); ++i) {
      if (IsDone(leaving_[i])) finished_.Add(leaving_[i]);
    }
  } while (CloseFinished());
  ReadOn();
}

void Connections::Flush(std::span<Session* const> touched) {
  // A session that goes on after OnWritten may be touched again, which moves the engine's list.
  flushing_.clear();
  for (Session* session : touched) {
    if (session->close == CloseWish::kNow) {
      finished_.Add(*static_cast<Connection*>(session->connection));
    } else {
      flushing_.push_back(session);
    }
  }
  // Who reads that it has closed another's connection can rely on it, as with Redis.
  CloseFinished();
  for (Session* session : flushing_) {
    auto& connection = *static_cast<Connection*>(session->connection);
    switch (session->close) {
      case CloseWish::kStayOpen:
        connection.Flush();
        break;
      case CloseWish::kAfterFlush:
        connection.Flush();
        connection.StopReading();
        held_back_.Remove(connection);
        leaving_.Add(connection);
        break;
      case CloseWish::kNow:
        finished_.Add(connection);
        break;
    }
  }
}

// What a peer had sent may take several turns when others have work too, and one that has only
// stopped sending waits for the replies. One that takes no more is read to its end, unless its
// session wants nothing more from it.
bool Connections::IsDone(const Connection& connection) const {
  const Session& session = connection.session();
  if (connection.has_unsent() && !connection.is_deaf()) return false;
  if (session.close == CloseWish::kAfterFlush) return true;
  const bool is_read = connection.is_ended() || held_back_.Has(connection);
  return is_read && !session.IsReady();
}

bool Connections::CloseFinished() {
  if (finished_.empty()) return false;
  while (!finished_.empty()) Close(finished_.back());
  return true;
}

void Connections::Close(Connection& connection) {
  const std::unique_ptr<Connection> owned(&connection);
  Session& session = connection.session();
  if (session.bytes_in_flight > 0) --writes_in_flight_;
  all_.Remove(connection);
  held_back_.Remove(connection);
  leaving_.Remove(connection);
  finished_.Remove(connection);
  session.connection = nullptr;
  engine_.Closed(&session);
}

void Connections::ReadOn() {
  if (!is_reading_) return;
  // Removing one puts the last in its place, so the walk goes from the back.
  for (size_t i = held_back_.size(); i-- > 0;) {
    Connection& connection = held_back_[i];
    if (!connection.session().WantsBytes()) continue;
    held_back_.Remove(connection);
    connection.StartReading();
  }
}

void Connections::StopReading() {
  is_reading_ = false;
  for (size_t i = 0; i < all_.size(); ++i) all_[i].StopReading();
}

void Connections::NoteLeaving(Connection& connection) {
  leaving_.Add(connection);
  wake_.function(wake_.context);
}

void Connections::HoldBack(Connection& connection) {
  connection.StopReading();
  held_back_.Add(connection);
}

void Connections::NoteWriteDone() {
  --writes_in_flight_;
  wake_.function(wake_.context);
}

}  // namespace server
