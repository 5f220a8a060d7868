// Topic exchanges, one pattern at a time and many of them against a naive matcher.

#include <doctest/doctest.h>

#include <chrono>
#include <set>

#include "storage/base/random.h"
#include "tests/support/broker_fixture.h"

using namespace storage::broker;
using storage::Random;
using tests::BrokerFixture;

namespace {

bool Matches(std::string_view pattern, std::string_view key) {
  BrokerFixture fixture;
  fixture.Declare("q");
  fixture.Bind("amq.topic", "q", pattern);
  return !fixture.Publish({.exchange = "amq.topic", .routing_key = key}).empty();
}

using Words = std::vector<std::string>;

Words Split(const std::string& text) {
  Words words;
  if (text.empty()) return words;
  size_t begin = 0;
  for (size_t dot; (dot = text.find('.', begin)) != std::string::npos; begin = dot + 1) {
    words.push_back(text.substr(begin, dot - begin));
  }
  words.push_back(text.substr(begin));
  return words;
}

bool NaiveMatch(const Words& pattern, size_t p, const Words& key, size_t k) {
  if (p == pattern.size()) return k == key.size();
  if (pattern[p] == "#") {
    for (size_t rest = k; rest <= key.size(); ++rest) {
      if (NaiveMatch(pattern, p + 1, key, rest)) return true;
    }
    return false;
  }
  if (k == key.size()) return false;
  return (pattern[p] == "*" || pattern[p] == key[k]) && NaiveMatch(pattern, p + 1, key, k + 1);
}

std::string RandomText(Random& random, std::vector<std::string> words, size_t most) {
  std::string text;
  const size_t count = random.Below(most + 1);
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) text += '.';
    text += words[random.Below(words.size())];
  }
  return text;
}

}  // namespace

TEST_CASE("TopicExchange: words, '*' and '#' mean what RabbitMQ says") {
  CHECK(Matches("a.b", "a.b"));
  CHECK_FALSE(Matches("a.b", "a.b.c"));
  CHECK_FALSE(Matches("a.b", "A.b"));
  CHECK(Matches("a.*", "a.b"));
  CHECK_FALSE(Matches("a.*", "a"));
  CHECK(Matches("a.*", "a."));
  CHECK(Matches("a.*.b", "a..b"));
  CHECK(Matches("*", "a"));
  CHECK_FALSE(Matches("*", ""));
  CHECK_FALSE(Matches("*", "a.b"));
  CHECK(Matches("#", ""));
  CHECK(Matches("#.#", ""));
  CHECK(Matches("#", "a.b.c"));
  CHECK(Matches("a.#", "a"));
  CHECK(Matches("a.#", "a.b.c"));
  CHECK(Matches("#.a", "a"));
  CHECK(Matches("#.a", "b.c.a"));
  CHECK(Matches("a.#.b", "a.b"));
  CHECK(Matches("a.#.b", "a.x.y.b"));
  CHECK_FALSE(Matches("a.#.b", "a.x.y"));
  CHECK(Matches("*a", "*a"));
  CHECK_FALSE(Matches("*a", "ba"));
  CHECK(Matches("", ""));
  CHECK_FALSE(Matches("", "a"));
}

TEST_CASE("TopicExchange: routes as a naive matcher does, whatever is bound and unbound") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    BrokerFixture fixture;
    std::set<std::string> bound;
    for (int step = 0; step < 300; ++step) {
      const std::string pattern = RandomText(random, {"a", "b", "", "*", "#"}, 4);
      const std::string queue = "q" + pattern;
      fixture.Declare(queue);
      if (random.Below(3) != 0) {
        fixture.Bind("amq.topic", queue, pattern);
        bound.insert(pattern);
      } else {
        (void)fixture.vhost.Unbind("amq.topic", {Vhost::EndKind::kQueue, queue}, pattern, {}, 1);
        bound.erase(pattern);
      }
      const std::string key = RandomText(random, {"a", "b", ""}, 5);
      CAPTURE(key);
      std::vector<std::string> expected;
      for (const std::string& each : bound) {
        if (NaiveMatch(Split(each), 0, Split(key), 0)) expected.push_back("q" + each);
      }
      std::sort(expected.begin(), expected.end());
      REQUIRE(fixture.Publish({.exchange = "amq.topic", .routing_key = key}) == expected);
    }
    fixture.vhost.CheckInvariants();
  }
}

// 63 '#' and a key of 127 words: a matcher that tries every split would not come back.
TEST_CASE("TopicExchange: no pattern is a trap") {
  std::string pattern = "#";
  for (int i = 0; i < 62; ++i) pattern += ".#.a";
  std::string key = "a";
  for (int i = 0; i < 126; ++i) key += ".a";
  CHECK(Matches(pattern, key));
  CHECK_FALSE(Matches(pattern + ".b", key));
}
