#include "tests/support/both_protocols.h"

#include <doctest/doctest.h>

#include "server/engine_state.h"
#include "server/introspection/dataset_digest.h"

namespace tests {
namespace {

std::string Joined(std::initializer_list<std::string_view> request) {
  std::string text;
  for (const std::string_view word : request) {
    text += text.empty() ? "" : " ";
    text += word.substr(0, 60);
  }
  return text;
}

}  // namespace

BothProtocols::BothProtocols(std::initializer_list<std::string_view> directives)
    : resp2(directives),
      resp3(directives),
      client2(resp2.Connect()),
      client3(resp3.Connect()),
      recorder2_(resp2.engine->state().feed),
      recorder3_(resp3.engine->state().feed) {
  static_cast<server::RespSession*>(client3.session())
      ->client.reply.set_version(protocol::resp::Version::kResp3);
}

void BothProtocols::Check(std::initializer_list<std::string_view> request, std::string_view reply2,
                          std::string_view reply3) {
  const std::string request_text = Joined(request);
  CAPTURE(request_text);
  recorder2_.Clear();
  recorder3_.Clear();
  CHECK(client2.Run(request) == reply2);
  CHECK(client3.Run(request) == reply3);
  CHECK(recorder2_.events() == recorder3_.events());
}

void BothProtocols::CheckRefused(std::initializer_list<std::string_view> request,
                                 std::string_view error_line) {
  const std::string before = DigestOf(resp2);
  const uint64_t changes_before = resp2.engine->state().feed.changes();
  Check(request, "-" + std::string(error_line) + "\r\n");
  CHECK(DigestOf(resp2) == before);
  CHECK(resp2.engine->state().feed.changes() == changes_before);
  CHECK(recorder2_.events() == "");
  CHECK(recorder2_.requests() == "");
}

void BothProtocols::CheckEvents(std::string_view events) const {
  CHECK(recorder2_.events() == events);
}

void BothProtocols::CheckPropagated(std::string_view requests) const {
  CHECK(recorder2_.requests() == requests);
}

void BothProtocols::Advance(int64_t milliseconds) {
  recorder2_.Clear();
  recorder3_.Clear();
  resp2.Advance(milliseconds);
  resp3.Advance(milliseconds);
}

std::string BothProtocols::DigestOf(InProcessServer& server) {
  server::DatasetDigest digest;
  digest.AddKeyspace(server.engine->state().keyspace);
  return digest.Hex();
}

}  // namespace tests
