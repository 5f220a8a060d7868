#include "protocol/amqp/content_header.h"

#include <doctest/doctest.h>

#include <string>

#include "protocol/amqp/frame.h"
#include "protocol/amqp/reply_code.h"

using namespace protocol::amqp;
using protocol::OutputBuffer;

namespace {

// Every property, with texts that say where they belong.
Properties AllProperties() {
  Properties all;
  all.flags = 0xFFFC;
  all.content_type = "text/plain";
  all.content_encoding = "utf-8";
  all.headers = {"\1at\1", 4};
  all.delivery_mode = 2;
  all.priority = 9;
  all.correlation_id = "correlation";
  all.reply_to = "reply";
  all.expiration = "60000";
  all.message_id = "message";
  all.timestamp = 1700000000;
  all.type = "type";
  all.user_id = "guest";
  all.app_id = "app";
  all.cluster_id = "cluster";
  return all;
}

}  // namespace

TEST_CASE("ContentHeader: properties are read where the specification puts them") {
  const std::string bytes("\x98\0\1t\2\5", 6);  // content-type, delivery-mode, priority
  Properties properties;
  REQUIRE(properties.Decode(bytes, {}));
  CHECK(properties.content_type == "t");
  CHECK(properties.is_persistent());
  CHECK(properties.priority == 5);
  CHECK(properties.has(Properties::kPriority));
  CHECK_FALSE(properties.has(Properties::kHeaders));
  CHECK(properties.reply_to.empty());
}

TEST_CASE("ContentHeader: all properties come back as they were written") {
  std::string bytes;
  AllProperties().Encode(bytes);
  Properties properties;
  REQUIRE(properties.Decode(bytes, {}));
  CHECK(properties.correlation_id == "correlation");
  CHECK(properties.expiration == "60000");
  CHECK(properties.timestamp == 1700000000);
  CHECK(properties.cluster_id == "cluster");
  std::string again;
  properties.Encode(again);
  CHECK(again == bytes);
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    CAPTURE(cut);
    CHECK_FALSE(properties.Decode(std::string_view(bytes).substr(0, cut), {}));
  }
  CHECK_FALSE(properties.Decode(bytes + "x", {}));
}

TEST_CASE("ContentHeader: flags that mean nothing are refused, empty further words are not") {
  Properties properties;
  CHECK(properties.Decode({"\0\0", 2}, {}));
  CHECK(properties.Decode({"\0\1\0\0", 4}, {}));
  CHECK(properties.Decode({"\0\1\0\1\0\0", 6}, {}));
  CHECK_FALSE(properties.Decode({"\0\1\x80\0", 4}, {}));
  CHECK_FALSE(properties.Decode({"\0\2", 2}, {}));
  CHECK_FALSE(properties.Decode({"\0\1", 2}, {}));
}

TEST_CASE("ContentHeader: headers that are no table are refused") {
  Properties properties;
  CHECK(properties.Decode({"\x20\0\0\0\0\4\1at\1", 10}, {}));
  CHECK_FALSE(properties.Decode({"\x20\0\0\0\0\4\1aq\1", 10}, {}));
  CHECK_FALSE(properties.Decode({"\x20\0\0\0\0\4\1at\1", 10}, {.bytes_max = 3}));
}

TEST_CASE("ContentHeader: a frame carries class, size and the properties unchanged") {
  OutputBuffer output;
  AppendContentHeader(output, 3, 1 << 20, {"\x10\0\2", 3});
  Frame frame;
  REQUIRE(DecodeFrame(output.bytes(), 4096, frame) == FrameStatus::kFrame);
  CHECK(frame.type == 2);
  CHECK(frame.channel == 3);
  const auto header = DecodeContentHeader(frame.payload);
  REQUIRE(header);
  CHECK(header->class_id == kBasicClass);
  CHECK(header->weight == 0);
  CHECK(header->body_bytes == 1 << 20);
  CHECK(header->properties == std::string_view("\x10\0\2", 3));
  CHECK_FALSE(DecodeContentHeader(frame.payload.substr(0, 13)));
}

TEST_CASE("ReplyCode: channels die of 403 to 406, connections of 320 and what is above 500") {
  CHECK_FALSE(IsHardError(ReplyCode::kAccessRefused));
  CHECK_FALSE(IsHardError(ReplyCode::kNotFound));
  CHECK_FALSE(IsHardError(ReplyCode::kResourceLocked));
  CHECK_FALSE(IsHardError(ReplyCode::kPreconditionFailed));
  CHECK(IsHardError(ReplyCode::kConnectionForced));
  CHECK(IsHardError(ReplyCode::kFrameError));
  CHECK(IsHardError(ReplyCode::kNotAllowed));
  CHECK(IsHardError(ReplyCode::kInternalError));
  CHECK(ReplyName(ReplyCode::kUnexpectedFrame) == "UNEXPECTED_FRAME");
  CHECK(ReplyName(ReplyCode::kPreconditionFailed) == "PRECONDITION_FAILED");
}
