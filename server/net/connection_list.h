// ConnectionList: some of the connections, in no order. Each knows its place, so that adding and
// removing cost the same however many there are.
#pragma once

#include <cstddef>
#include <vector>

#include "server/net/connection.h"

namespace server {

template <size_t Connection::Places::* kPlace>
class ConnectionList {
 public:
  bool Has(const Connection& connection) const {
    return connection.places.*kPlace != Connection::kNowhere;
  }
  // Does nothing when it is there already.
  void Add(Connection& connection) {
    if (Has(connection)) return;
    connection.places.*kPlace = members_.size();
    members_.push_back(&connection);
  }
  // Does nothing when it is not there. The last one takes its place.
  void Remove(Connection& connection) {
    if (!Has(connection)) return;
    const size_t place = connection.places.*kPlace;
    members_[place] = members_.back();
    members_[place]->places.*kPlace = place;
    members_.pop_back();
    connection.places.*kPlace = Connection::kNowhere;
  }

  bool empty() const { return members_.empty(); }
  size_t size() const { return members_.size(); }
  Connection& operator[](size_t place) const { return *members_[place]; }
  Connection& back() const { return *members_.back(); }

 private:
  std::vector<Connection*> members_;
};

}  // namespace server
