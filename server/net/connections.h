// Connections: all of them, from the accepted socket to the last byte, and what the end of a turn
// owes them: flush, close, read on.
//
// Every connection is open in the engine from Accept until it is closed here, between turns: so no
// session goes away while the engine works.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "server/engine.h"
#include "server/net/connection.h"
#include "server/net/connection_list.h"
#include "server/net/descriptor.h"
#include "server/net/event_loop.h"
#include "server/session.h"

namespace server {

class Connections {
 public:
  // `wake_turn` makes sure that a turn follows soon although nothing was polled.
  struct Wake {
    void (*function)(void* context);
    void* context;
  };

  Connections(EventLoop& loop, Engine& engine) : loop_(loop), engine_(engine) {}
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  void SetWake(Wake wake) { wake_ = wake; }

  // Opens a session for the socket, or tells the peer why not.
  void Accept(Descriptor socket, Transport transport, PeerFacts facts);

  // --- the turn ---

  void BeginTurn() { ++turn_number_; }
  uint64_t turn_number() const { return turn_number_; }
  // Flushes what the engine says was touched, closes what is finished, and reads on where a session
  // wants bytes again. Nothing of the engine may be running.
  void EndTurn();

  // Reads nothing more, from anyone: the end is near.
  void StopReading();
  bool has_writes_in_flight() const { return writes_in_flight_ > 0; }
  size_t size() const { return all_.size(); }

  // --- from a connection ---

  // The peer sends or takes no more, or neither. What it had sent is still executed.
  void NoteLeaving(Connection& connection);
  // Its session wants no bytes: not read until it does.
  void HoldBack(Connection& connection);
  void NoteWriteQueued() { ++writes_in_flight_; }
  void NoteWriteDone();

 private:
  void Flush(std::span<Session* const> touched);
  bool IsDone(const Connection& connection) const;
  // Whether any was closed: that may have touched others.
  bool CloseFinished();
  void Close(Connection& connection);
  void ReadOn();

  EventLoop& loop_;
  Engine& engine_;
  Wake wake_ = {};
  uint64_t turn_number_ = 1;  // 0 is "never" in a connection
  size_t writes_in_flight_ = 0;
  bool is_reading_ = true;
  ConnectionList<&Connection::Places::in_all> all_;  // owned
  ConnectionList<&Connection::Places::in_held_back> held_back_;
  // Closed once they have nothing more to do or to say: the peer's input ended, the peer is gone,
  // or the session wishes it.
  ConnectionList<&Connection::Places::in_leaving> leaving_;
  ConnectionList<&Connection::Places::in_finished> finished_;
  std::vector<Session*> flushing_;  // of Flush, kept for its memory
};

}  // namespace server
