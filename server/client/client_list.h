// ClientList: all RESP sessions by client id, oldest first.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "server/resp/resp_session.h"

namespace server {

// A session that is to be closed at once: as good as closed already.
inline bool IsGone(const RespSession& session) {
  return session.close == CloseWish::kNow;
}

class ClientList {
 public:
  // Gives the session's client its id and takes the session over.
  RespSession& Add(std::unique_ptr<RespSession> session) {
    const ClientId id = next_id_++;
    session->client.id = id;
    return *sessions_.emplace(id, std::move(session)).first->second;
  }
  void Remove(ClientId id) { sessions_.erase(id); }
  // nullptr when the client has gone.
  RespSession* Find(ClientId id) const {
    const auto found = sessions_.find(id);
    return found == sessions_.end() ? nullptr : found->second.get();
  }
  size_t size() const { return sessions_.size(); }
  auto begin() const { return sessions_.begin(); }
  auto end() const { return sessions_.end(); }
  // The first session with an id above this one, for work in slices.
  auto After(ClientId id) const { return sessions_.upper_bound(id); }

 private:
  ClientId next_id_ = 1;
  std::map<ClientId, std::unique_ptr<RespSession>> sessions_;
};

}  // namespace server
