#include "tests/compat/hiredis_c/client.h"

#include <doctest/doctest.h>

namespace tests {
namespace {

struct ArgumentVector {
  explicit ArgumentVector(const Arguments& arguments) {
    for (const std::string_view argument : arguments) {
      pointers.push_back(argument.data());
      lengths.push_back(argument.size());
    }
  }
  int count() const { return static_cast<int>(pointers.size()); }

  std::vector<const char*> pointers;
  std::vector<size_t> lengths;
};

}  // namespace

bool HiredisReply::Is(int type, std::string_view text) const {
  return reply_ && reply_->type == type && std::string_view(reply_->str, reply_->len) == text;
}

std::string HiredisReply::ToString() const {
  return reply_ ? tests::ToString(*reply_) : "no reply";
}

std::string ToString(const redisReply& reply) {
  const auto text = [&reply] { return std::string(reply.str, reply.len); };
  switch (reply.type) {
    case REDIS_REPLY_STATUS:
      return "+" + text();
    case REDIS_REPLY_ERROR:
      return "-" + text();
    case REDIS_REPLY_INTEGER:
      return ":" + std::to_string(reply.integer);
    case REDIS_REPLY_STRING:
      return '"' + text() + '"';
    case REDIS_REPLY_NIL:
      return "nil";
    default:
      break;
  }
  std::string elements;
  for (size_t i = 0; i < reply.elements; ++i) {
    elements += (i == 0 ? "" : ", ") + ToString(*reply.element[i]);
  }
  return "[" + elements + "]";
}

HiredisClient::HiredisClient(redisContext* context) : context_(context) {
  REQUIRE(context != nullptr);
  CAPTURE(std::string(context->errstr));
  REQUIRE(context->err == 0);
}

HiredisReply HiredisClient::Command(const Arguments& arguments) {
  ArgumentVector vector(arguments);
  return HiredisReply(redisCommandArgv(context_.get(), vector.count(), vector.pointers.data(),
                                       vector.lengths.data()));
}

void HiredisClient::Append(const Arguments& arguments) {
  ArgumentVector vector(arguments);
  REQUIRE(redisAppendCommandArgv(context_.get(), vector.count(), vector.pointers.data(),
                                 vector.lengths.data()) == REDIS_OK);
}

HiredisReply HiredisClient::Get() {
  void* reply = nullptr;
  redisGetReply(context_.get(), &reply);
  return HiredisReply(reply);
}

HiredisClient ConnectTcp(const ServerProcess& server) {
  return HiredisClient(redisConnect("127.0.0.1", server.port()));
}

HiredisClient ConnectUnix(const ServerProcess& server) {
  return HiredisClient(redisConnectUnix(server.unix_socket().c_str()));
}

}  // namespace tests
