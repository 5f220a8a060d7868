// LLEN, LINDEX, LRANGE, LPOS, LSET, LINSERT, LREM, LTRIM, LMOVE and RPOPLPUSH; and random commands
// against a model.

#include <doctest/doctest.h>

#include <deque>
#include <random>
#include <string>
#include <vector>

#include "tests/support/both_protocols.h"
#include "tests/support/contents.h"
#include "tests/support/replies.h"

using namespace tests;

TEST_CASE("Lists: LLEN, LINDEX and LRANGE count from either end") {
  BothProtocols both;
  both.Check({"LLEN", "l"}, ":0\r\n");
  both.Check({"LRANGE", "l", "0", "-1"}, "*0\r\n");
  both.Check({"LINDEX", "l", "0"}, "$-1\r\n", "_\r\n");
  both.Check({"LINDEX", "l", "no number"}, "$-1\r\n", "_\r\n");
  both.Check({"RPUSH", "l", "a", "b", "c"}, ":3\r\n");
  both.Check({"LLEN", "l"}, ":3\r\n");
  both.Check({"LINDEX", "l", "0"}, Bulk("a"));
  both.Check({"LINDEX", "l", "-1"}, Bulk("c"));
  both.Check({"LINDEX", "l", "-3"}, Bulk("a"));
  both.Check({"LINDEX", "l", "3"}, "$-1\r\n", "_\r\n");
  both.Check({"LINDEX", "l", "-4"}, "$-1\r\n", "_\r\n");
  both.Check({"LINDEX", "l", "-9223372036854775808"}, "$-1\r\n", "_\r\n");
  both.CheckRefused({"LINDEX", "l", "x"}, "ERR value is not an integer or out of range");
  both.Check({"LRANGE", "l", "1", "1"}, Array({Bulk("b")}));
  both.Check({"LRANGE", "l", "-2", "100"}, Array({Bulk("b"), Bulk("c")}));
  both.Check({"LRANGE", "l", "-100", "0"}, Array({Bulk("a")}));
  both.Check({"LRANGE", "l", "2", "1"}, "*0\r\n");
  both.Check({"LRANGE", "l", "3", "5"}, "*0\r\n");
  both.Check({"LRANGE", "l", "0", "-4"}, "*0\r\n");
  both.Check({"LRANGE", "l", "-9223372036854775808", "9223372036854775807"},
             Array({Bulk("a"), Bulk("b"), Bulk("c")}));
  both.CheckRefused({"LRANGE", "l", "0", "x"}, "ERR value is not an integer or out of range");
  both.CheckEvents("");
}

TEST_CASE("Lists: LPOS finds elements by rank, count and how many it may compare") {
  BothProtocols both;
  both.Check({"RPUSH", "l", "a", "b", "c", "1", "2", "3", "c", "c"}, ":8\r\n");
  both.Check({"LPOS", "l", "c"}, ":2\r\n");
  both.Check({"LPOS", "l", "c", "RANK", "2"}, ":6\r\n");
  both.Check({"LPOS", "l", "c", "RANK", "-1"}, ":7\r\n");
  both.Check({"LPOS", "l", "c", "RANK", "4"}, "$-1\r\n", "_\r\n");
  both.Check({"LPOS", "l", "c", "COUNT", "2"}, "*2\r\n:2\r\n:6\r\n");
  both.Check({"LPOS", "l", "c", "COUNT", "0", "RANK", "-2"}, "*2\r\n:6\r\n:2\r\n");
  both.Check({"LPOS", "l", "c", "count", "0", "maxlen", "7"}, "*2\r\n:2\r\n:6\r\n");
  both.Check({"LPOS", "l", "c", "RANK", "-1", "MAXLEN", "1"}, ":7\r\n");
  both.Check({"LPOS", "l", "a", "RANK", "-1", "MAXLEN", "7"}, "$-1\r\n", "_\r\n");
  both.Check({"LPOS", "l", "missing", "COUNT", "1"}, "*0\r\n");
  both.Check({"LPOS", "missing", "c", "COUNT", "1"}, "*0\r\n");
  both.Check({"LPOS", "missing", "c"}, "$-1\r\n", "_\r\n");
  both.CheckRefused({"LPOS", "l", "c", "RANK", "0"},
                    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the "
                    "second ... or use negative to start from the end of the list");
  both.CheckRefused({"LPOS", "l", "c", "RANK", "-9223372036854775808"},
                    "ERR value is out of range, value must between -9223372036854775807 and "
                    "9223372036854775807");
  both.CheckRefused({"LPOS", "l", "c", "RANK", "x"}, "ERR value is not an integer or out of range");
  both.CheckRefused({"LPOS", "l", "c", "COUNT", "-1"}, "ERR COUNT can't be negative");
  both.CheckRefused({"LPOS", "l", "c", "MAXLEN", "x"}, "ERR MAXLEN can't be negative");
  both.CheckRefused({"LPOS", "l", "c", "RANK"}, "ERR syntax error");
  both.CheckRefused({"LPOS", "l", "c", "FIRST", "1"}, "ERR syntax error");
}

TEST_CASE("Lists: LSET replaces an element of the list, longer or shorter") {
  BothProtocols both;
  both.CheckRefused({"LSET", "l", "0", "a"}, "ERR no such key");
  both.Check({"RPUSH", "l", "a", "b", "c"}, ":3\r\n");
  both.Check({"LSET", "l", "1", "longer than before"}, kOk);
  both.CheckEvents("l lset@0 l");
  both.CheckPropagated("0: LSET l 1 longer than before");
  both.Check({"LSET", "l", "-1", ""}, kOk);
  both.Check({"LRANGE", "l", "0", "-1"}, Array({Bulk("a"), Bulk("longer than before"), Bulk("")}));
  both.CheckRefused({"LSET", "l", "3", "x"}, "ERR index out of range");
  both.CheckRefused({"LSET", "l", "-4", "x"}, "ERR index out of range");
  both.CheckRefused({"LSET", "l", "x", "x"}, "ERR value is not an integer or out of range");
}

TEST_CASE("Lists: LINSERT puts an element before or behind the first that is equal") {
  BothProtocols both;
  both.Check({"LINSERT", "l", "BEFORE", "b", "x"}, ":0\r\n");
  both.Check({"RPUSH", "l", "a", "b", "b"}, ":3\r\n");
  both.Check({"LINSERT", "l", "before", "b", "1"}, ":4\r\n");
  both.CheckEvents("l linsert@0 l");
  both.CheckPropagated("0: LINSERT l before b 1");
  both.Check({"LINSERT", "l", "AFTER", "b", "2"}, ":5\r\n");
  both.Check({"LINSERT", "l", "AFTER", "missing", "3"}, ":-1\r\n");
  both.CheckEvents("");
  both.CheckPropagated("");
  both.Check({"LRANGE", "l", "0", "-1"},
             Array({Bulk("a"), Bulk("1"), Bulk("b"), Bulk("2"), Bulk("b")}));
  both.CheckRefused({"LINSERT", "l", "BESIDE", "b", "x"}, "ERR syntax error");
}

TEST_CASE("Lists: LREM removes the first, the last or all that are equal") {
  BothProtocols both;
  both.Check({"LREM", "l", "0", "a"}, ":0\r\n");
  both.Check({"RPUSH", "l", "a", "x", "a", "y", "a", "z", "a"}, ":7\r\n");
  both.Check({"LREM", "l", "1", "a"}, ":1\r\n");
  both.CheckEvents("l lrem@0 l");
  both.CheckPropagated("0: LREM l 1 a");
  both.Check({"LREM", "l", "-1", "a"}, ":1\r\n");
  both.Check({"LRANGE", "l", "0", "-1"},
             Array({Bulk("x"), Bulk("a"), Bulk("y"), Bulk("a"), Bulk("z")}));
  both.Check({"LREM", "l", "5", "missing"}, ":0\r\n");
  both.CheckEvents("");
  both.Check({"LREM", "l", "0", "a"}, ":2\r\n");
  both.Check({"LREM", "l", "-5", "x"}, ":1\r\n");
  both.Check({"LREM", "l", "5", "z"}, ":1\r\n");
  both.Check({"LREM", "l", "0", "y"}, ":1\r\n");
  both.CheckEvents("l lrem@0 l, g del@0 l");
  both.CheckRefused({"LREM", "l", "x", "a"}, "ERR value is not an integer or out of range");
  both.CheckRefused({"LREM", "l", "-9223372036854775808", "a"},
                    "ERR value is out of range, value must between -9223372036854775807 and "
                    "9223372036854775807");
}

TEST_CASE("Lists: LTRIM keeps a part, and no key for an empty one") {
  BothProtocols both;
  both.Check({"LTRIM", "l", "0", "1"}, kOk);
  both.CheckEvents("");
  both.Check({"RPUSH", "l", "a", "b", "c", "d", "e"}, ":5\r\n");
  both.Check({"LTRIM", "l", "0", "-1"}, kOk);
  both.CheckEvents("l ltrim@0 l");
  both.CheckPropagated("");
  both.Check({"LTRIM", "l", "1", "-2"}, kOk);
  both.CheckPropagated("0: LTRIM l 1 -2");
  both.Check({"LRANGE", "l", "0", "-1"}, Array({Bulk("b"), Bulk("c"), Bulk("d")}));
  both.Check({"LTRIM", "l", "5", "9"}, kOk);
  both.CheckEvents("l ltrim@0 l, g del@0 l");
  both.Check({"EXISTS", "l"}, ":0\r\n");
  both.CheckRefused({"LTRIM", "l", "0", "x"}, "ERR value is not an integer or out of range");
}

TEST_CASE("Lists: LMOVE and RPOPLPUSH move an element between any two ends") {
  BothProtocols both;
  both.Check({"LMOVE", "a", "b", "LEFT", "RIGHT"}, "$-1\r\n", "_\r\n");
  both.Check({"RPUSH", "a", "1", "2", "3"}, ":3\r\n");
  both.Check({"LMOVE", "a", "b", "left", "right"}, Bulk("1"));
  both.CheckEvents("n new@0 b, l rpush@0 b, l lpop@0 a");
  both.CheckPropagated("0: LMOVE a b left right");
  both.Check({"RPOPLPUSH", "a", "b"}, Bulk("3"));
  both.CheckEvents("l lpush@0 b, l rpop@0 a");
  both.Check({"LMOVE", "a", "b", "RIGHT", "RIGHT"}, Bulk("2"));
  both.CheckEvents("l rpush@0 b, l rpop@0 a, g del@0 a");
  both.Check({"LRANGE", "b", "0", "-1"}, Array({Bulk("3"), Bulk("1"), Bulk("2")}));
  both.Check({"RPOPLPUSH", "a", "b"}, "$-1\r\n", "_\r\n");
  both.CheckRefused({"LMOVE", "b", "a", "UP", "LEFT"}, "ERR syntax error");
  both.CheckRefused({"LMOVE", "b", "a", "LEFT", "DOWN"}, "ERR syntax error");
}

TEST_CASE("Lists: LMOVE within one list turns it round") {
  BothProtocols both;
  both.Check({"RPUSH", "l", "1", "2", "3"}, ":3\r\n");
  both.Check({"LMOVE", "l", "l", "LEFT", "RIGHT"}, Bulk("1"));
  both.CheckEvents("l rpush@0 l, l lpop@0 l");
  both.Check({"RPOPLPUSH", "l", "l"}, Bulk("1"));
  both.Check({"LMOVE", "l", "l", "LEFT", "LEFT"}, Bulk("1"));
  both.Check({"LRANGE", "l", "0", "-1"}, Array({Bulk("1"), Bulk("2"), Bulk("3")}));
  both.Check({"RPUSH", "one", "x"}, ":1\r\n");
  both.Check({"RPOPLPUSH", "one", "one"}, Bulk("x"));
  both.CheckEvents("l lpush@0 one, l rpop@0 one");
  both.Check({"LRANGE", "one", "0", "-1"}, Array({Bulk("x")}));
}

namespace {

std::string Reply(const std::deque<std::string>& list) {
  std::string reply = "*" + std::to_string(list.size()) + "\r\n";
  for (const std::string& element : list) reply += Bulk(element);
  return reply;
}

}  // namespace

TEST_CASE("Lists: random commands do what a deque does, at all sizes") {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    InProcessServer server;
    auto& client = server.Connect();
    std::mt19937_64 random(seed);
    std::deque<std::string> model;
    const size_t usual = seed % 2 == 0 ? 300 : 12;
    for (int step = 0; step < 4000; ++step) {
      const std::string element = std::to_string(random() % 50) +
                                  std::string(random() % usual == 0 ? random() % 5000 : 0, 'x') +
                                  std::string(random() % usual, 'y');
      const size_t at = model.empty() ? 0 : random() % model.size();
      const auto place = model.begin() + static_cast<ptrdiff_t>(at);
      const std::string index = std::to_string(at);
      switch (random() % 10) {
        case 0:
        case 1:
        case 2:
          model.push_back(element);
          client.Run({"RPUSH", "l", element});
          break;
        case 3:
        case 4:
          model.push_front(element);
          client.Run({"LPUSH", "l", element});
          break;
        case 5: {
          const size_t count = std::min<size_t>(model.size(), random() % 6);
          model.erase(model.begin(), model.begin() + static_cast<ptrdiff_t>(count));
          client.Run({"LPOP", "l", std::to_string(count)});
          break;
        }
        case 6:
          if (model.empty()) break;
          CHECK(client.Run({"LMOVE", "l", "l", "RIGHT", "LEFT"}) == Bulk(model.back()));
          model.push_front(model.back());
          model.pop_back();
          break;
        case 7:
          if (model.empty()) break;
          *place = element;
          CHECK(client.Run({"LSET", "l", index, element}) == kOk);
          break;
        case 8: {
          if (model.empty()) break;
          const std::string victim = *place;
          const auto removed = std::erase(model, victim);
          CHECK(client.Run({"LREM", "l", "0", victim}) == Integer(static_cast<int64_t>(removed)));
          break;
        }
        default: {
          if (model.empty()) break;
          const std::string pivot = *place;
          model.insert(std::find(model.begin(), model.end(), pivot), element);
          client.Run({"LINSERT", "l", "BEFORE", pivot, element});
        }
      }
      if (step % 25 == 0) REQUIRE(client.Run({"LRANGE", "l", "0", "-1"}) == Reply(model));
      if (step % 400 == 0) CheckKeyspace(server);
    }
    CheckKeyspace(server);
    REQUIRE(client.Run({"LLEN", "l"}) == Integer(static_cast<int64_t>(model.size())));
  }
}
