#include "storage/aof/manifest.h"

#include <doctest/doctest.h>

#include <string>

using namespace storage::aof;

namespace {

TEST_CASE("Manifest: Redis's text is read, and written the same") {
  const std::string text =
      "file appendonly.aof.2.base.rdb seq 2 type b\n"
      "file appendonly.aof.1.incr.aof seq 1 type h\n"
      "file appendonly.aof.2.incr.aof seq 2 type i\n"
      "file appendonly.aof.3.incr.aof seq 3 type i\n";
  const auto manifest = Manifest::Parse(text);
  REQUIRE(manifest.has_value());
  CHECK(manifest->base->name == "appendonly.aof.2.base.rdb");
  CHECK(manifest->history.size() == 1);
  CHECK(manifest->last_increment_sequence() == 3);
  CHECK(manifest->Format() == text);
}

TEST_CASE("Manifest: any name survives, quoted if need be") {
  for (const std::string& name : {std::string("a b.1.incr.aof"), std::string("\"'\\"),
                                  std::string("\x01\xff\n\t", 4), std::string("#x")}) {
    Manifest manifest;
    manifest.increments.push_back({name, 1});
    CHECK(Manifest::Parse(manifest.Format()) == manifest);
  }
}

TEST_CASE("Manifest: comments and the words of newer versions are skipped") {
  const auto manifest = Manifest::Parse(
      "# a comment\n"
      "file x.1.incr.aof seq 1 type i startoffset 17\r\n");
  REQUIRE(manifest.has_value());
  CHECK(manifest->increments[0] == ManifestEntry{"x.1.incr.aof", 1});
}

TEST_CASE("Manifest: what makes no sense is refused, and the line is told") {
  for (const char* text :
       {"", "\n", "file a seq 1 type b", "file a seq 1 type x\n", "file a seq 0 type b\n",
        "file a seq -1 type b\n", "file a/b seq 1 type b\n", "file .. seq 1 type b\n",
        "file a seq 1\n", "seq 1 type b x\n", "file \"a seq 1 type b\n",
        "file a seq 1 type b\nfile b seq 2 type b\n", "file a seq 2 type i\nfile b seq 2 type i\n",
        "file a seq 2 type i\nfile b seq 1 type i\n"}) {
    CAPTURE(text);
    CHECK_FALSE(Manifest::Parse(text).has_value());
  }
  CHECK(Manifest::Parse("file a seq 1 type b\nfile b seq 2 type b\n").error() ==
        "line 2: it names a second base file");
}

TEST_CASE("Manifest: cut anywhere, it is refused or lacks whole lines") {
  Manifest manifest;
  manifest.base = ManifestEntry{"a.1.base.rdb", 1};
  manifest.increments.push_back({"a.1.incr.aof", 1});
  const std::string text = manifest.Format();
  for (size_t cut = 0; cut < text.size(); ++cut) {
    CHECK(Manifest::Parse(text.substr(0, cut)).has_value() == (cut == text.find('\n') + 1));
  }
}

TEST_CASE("Manifest: names of increments are told from others") {
  CHECK(IncrementName("a.aof", 12) == "a.aof.12.incr.aof");
  CHECK(SequenceOfIncrement("a.aof.12.incr.aof", "a.aof") == 12);
  for (const char* name : {"a.aof.incr.aof", "a.aof..incr.aof", "a.aof.x.incr.aof", "b.1.incr.aof",
                           "a.aof.1.base.rdb", "temp-a.aof.1.incr.aof"}) {
    CHECK(SequenceOfIncrement(name, "a.aof") == std::nullopt);
  }
  CHECK(FormOfBase(BaseName("a", 1, BaseForm::kRdb)) == BaseForm::kRdb);
  CHECK(FormOfBase(BaseName("a", 1, BaseForm::kAof)) == BaseForm::kAof);
  CHECK(FormOfBase("appendonly.aof") == BaseForm::kAof);
}

}  // namespace
