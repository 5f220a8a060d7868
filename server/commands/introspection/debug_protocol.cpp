// DEBUG PROTOCOL: a reply of each type, with Redis's values, for those who write clients.

#include "server/commands/introspection/debug.h"
#include "storage/base/number.h"

namespace server {
namespace {

using protocol::resp::ReplyWriter;

bool IsResp3(const ReplyWriter& reply) {
  return reply.version() == protocol::resp::Version::kResp3;
}

void ReplyMap(ReplyWriter& reply) {
  reply.MapHeader(3);
  for (int i = 0; i < 3; ++i) {
    reply.Integer(i);
    reply.Boolean(i == 1);
  }
}

// An attribute stands before the reply that it is about. RESP2 has none.
void ReplyAttribute(ReplyWriter& reply) {
  if (IsResp3(reply)) {
    reply.AttributeHeader(1);
    reply.Bulk("key-popularity");
    reply.ArrayHeader(2);
    reply.Bulk("key:123");
    reply.Integer(90);
  }
  reply.Bulk("Some real reply following the attribute");
}

// A push answers nothing, so that a reply has to follow.
void ReplyPush(ReplyWriter& reply) {
  reply.PushHeader(2);
  reply.Bulk("server-cpu-usage");
  reply.Integer(42);
  reply.Bulk("Some real reply following the push reply");
}

void ReplyNumbers(ReplyWriter& reply) {
  for (int i = 0; i < 3; ++i) reply.Integer(i);
}

RunResult Protocol(CommandContext& context, ArgReader& args) {
  ReplyWriter& reply = context.reply();
  if (args.Take("STRING")) {
    reply.Bulk("Hello World");
  } else if (args.Take("INTEGER")) {
    reply.Integer(12345);
  } else if (args.Take("DOUBLE")) {
    reply.Double(3.141);
  } else if (args.Take("BIGNUM")) {
    reply.BigNumber("1234567999999999999999999999999999999");
  } else if (args.Take("NULL")) {
    reply.Null();
  } else if (args.Take("ARRAY")) {
    reply.ArrayHeader(3);
    ReplyNumbers(reply);
  } else if (args.Take("SET")) {
    reply.SetHeader(3);
    ReplyNumbers(reply);
  } else if (args.Take("MAP")) {
    ReplyMap(reply);
  } else if (args.Take("ATTRIB")) {
    ReplyAttribute(reply);
  } else if (args.Take("PUSH")) {
    if (!IsResp3(reply)) return CommandError::Err("RESP2 is not supported by this command");
    ReplyPush(reply);
  } else if (args.Take("VERBATIM")) {
    reply.Verbatim("txt", "This is a verbatim\nstring");
  } else if (args.Take("TRUE")) {
    reply.Boolean(true);
  } else if (args.Take("FALSE")) {
    reply.Boolean(false);
  } else {
    return CommandError::Err(
        "Wrong protocol type name. Please use one of the following: string|integer|double|bignum|"
        "null|array|set|map|attrib|push|verbatim|true|false");
  }
  return Replied();
}

constexpr DebugSubcommand kSubcommands[] = {
    {"PROTOCOL <type>",
     "Replies a value of a type: string, integer, double, bignum, null, array, set, map, attrib, "
     "push, verbatim, true or false.",
     1, 1, Protocol},
};

}  // namespace

std::span<const DebugSubcommand> DebugProtocolSubcommands() {
  return kSubcommands;
}

}  // namespace server
