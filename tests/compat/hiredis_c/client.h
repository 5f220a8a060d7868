// HiredisClient: hiredis's blocking interface with C++ ownership, and nothing else in between.
//
//   HiredisClient client = ConnectTcp(server);
//   CHECK(client.Command({"SET", "key", "value"}).IsStatus("OK"));
//   const HiredisReply value = client.Command({"GET", "key"});
//
// Arguments go through redisCommandArgv, so they may hold any bytes. context() gives hiredis's own
// functions the connection.
#pragma once

#include <hiredis/hiredis.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/compat/hiredis_c/server_process.h"

namespace tests {

// One reply, or none: then hiredis has noted an error in its context.
class HiredisReply {
 public:
  explicit HiredisReply(void* reply) : reply_(static_cast<redisReply*>(reply)) {}

  explicit operator bool() const { return reply_ != nullptr; }
  const redisReply* operator->() const { return reply_.get(); }

  bool IsStatus(std::string_view text) const { return Is(REDIS_REPLY_STATUS, text); }
  bool IsError(std::string_view text) const { return Is(REDIS_REPLY_ERROR, text); }
  bool IsBulk(std::string_view text) const { return Is(REDIS_REPLY_STRING, text); }
  bool IsNil() const { return reply_ && reply_->type == REDIS_REPLY_NIL; }
  bool IsInteger(long long number) const {
    return reply_ && reply_->type == REDIS_REPLY_INTEGER && reply_->integer == number;
  }
  // The whole reply as text: +status -error :1 "bulk" nil [a, b]; for nested replies and messages.
  std::string ToString() const;

 private:
  struct Free {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
  };
  bool Is(int type, std::string_view text) const;

  std::unique_ptr<redisReply, Free> reply_;
};

std::string ToString(const redisReply& reply);

using Arguments = std::vector<std::string_view>;

class HiredisClient {
 public:
  explicit HiredisClient(redisContext* context);

  redisContext* context() const { return context_.get(); }

  HiredisReply Command(const Arguments& arguments);
  // Queues a command; the next Get sends all that are queued.
  void Append(const Arguments& arguments);
  HiredisReply Get();

 private:
  struct Free {
    void operator()(redisContext* context) const { redisFree(context); }
  };
  std::unique_ptr<redisContext, Free> context_;
};

HiredisClient ConnectTcp(const ServerProcess& server);
HiredisClient ConnectUnix(const ServerProcess& server);

}  // namespace tests
