// Reader: files of ours and of Redis, whole, cut everywhere, with every bit flipped, and with the
// tails that a power cut leaves. What is yielded is always a beginning of what was written.

#include "storage/aof/reader.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "server/persistence/aof_feed.h"
#include "server/persistence/request_scanner.h"
#include "storage/aof/annotation.h"
#include "tests/support/memory_file_system.h"

using namespace tests;
using storage::aof::Reader;

namespace {

struct Contents {
  std::vector<std::string> records;
  std::vector<uint64_t> block_ends;
  bool is_damaged = false;
  bool is_tail = false;
  bool is_checked = false;
  storage::aof::Damage damage;
};

Contents Read(const std::string& bytes) {
  MemoryFileSystem files;
  files.SetContents("a", bytes);
  const auto file = files.OpenToRead("a");
  server::RequestScanner scanner;
  Reader reader(**file, scanner);
  Contents contents;
  Reader::Step step;
  while ((step = reader.Next()) == Reader::Step::kBlock) {
    for (const std::string_view record : reader.records()) contents.records.emplace_back(record);
    contents.block_ends.push_back(reader.end_offset());
  }
  REQUIRE(step != Reader::Step::kFileError);
  contents.is_checked = reader.is_checked();
  contents.is_damaged = step == Reader::Step::kDamage;
  if (contents.is_damaged) {
    contents.damage = reader.damage();
    contents.is_tail = storage::aof::DamageIsTail(**file, scanner, reader).value();
  }
  return contents;
}

bool BeginsAs(const std::vector<std::string>& part, const std::vector<std::string>& whole) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

// As the server writes: single commands, commands of several requests, marks of what is synced.
std::string OurFile(int commands, int marks_every) {
  int64_t wall_us = 1'790'000'000'000'000;
  server::AofFeed feed(wall_us);
  feed.set_has_timestamps(true);
  for (int i = 0; i < commands; ++i) {
    const std::string key = "key:" + std::to_string(i);
    const std::string value(static_cast<size_t>(i * 7 % 50), i % 3 == 0 ? '\n' : '#');
    const std::string_view set[] = {"SET", key, value};
    feed.OnRequest(i % 5 == 0 ? 3 : 0, set);
    if (i % 4 == 0) {
      const std::string_view other[] = {"DEL", "other"};
      feed.OnRequest(0, other);
    }
    feed.OnUnitEnd();
    wall_us += 300'000;
    if (marks_every > 0 && i % marks_every == marks_every - 1) {
      feed.AppendSyncedMark(feed.buffer().size());
    }
  }
  return feed.buffer();
}

std::string RedisFile() {
  return "#TS:1790000000\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nset\r\n$1\r\nk\r\n$"
         "1\r\nv\r\n"
         "*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nset\r\n$1\r\na\r\n$1\r\n1\r\n"
         "*3\r\n$3\r\nset\r\n$1\r\nb\r\n$1\r\n2\r\n*1\r\n$4\r\nEXEC\r\n"
         "#TS:1790000001\r\n*2\r\n$4\r\nincr\r\n$1\r\na\r\n";
}

TEST_CASE("Crc32c: the published value") {
  CHECK(storage::aof::Crc32c("123456789") == 0xe3069283);
  CHECK(storage::aof::Crc32c("") == 0);
}

TEST_CASE("Reader: a file of Redis has all its records, without checksums") {
  const Contents contents = Read(RedisFile());
  CHECK_FALSE(contents.is_damaged);
  CHECK_FALSE(contents.is_checked);
  CHECK(contents.records.size() == 7);
  CHECK(contents.block_ends.size() == 4);
}

TEST_CASE("Reader: a file of Redis cut anywhere yields whole transactions and a tail to cut") {
  const std::string bytes = RedisFile();
  const Contents whole = Read(bytes);
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    CAPTURE(cut);
    const Contents contents = Read(bytes.substr(0, cut));
    CHECK(BeginsAs(contents.records, whole.records));
    CHECK((contents.records.size() <= 2 || contents.records.size() >= 6));
    if (contents.is_damaged) CHECK(contents.is_tail);
  }
}

TEST_CASE("Reader: our file, with commands of several requests between MULTI and EXEC") {
  const Contents contents = Read(OurFile(20, 0));
  CHECK_FALSE(contents.is_damaged);
  CHECK(contents.is_checked);
  CHECK(contents.records[0] == "*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n");
  CHECK(contents.records[1] == "*1\r\n$5\r\nMULTI\r\n");
  CHECK(contents.records[2].find("key:0") != std::string::npos);
  CHECK(contents.records[3] == "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n");
  CHECK(contents.records[5] == "*1\r\n$4\r\nEXEC\r\n");
}

TEST_CASE("Reader: our file cut anywhere yields whole blocks, and the rest is a tail") {
  const std::string bytes = OurFile(40, 7);
  const Contents whole = Read(bytes);
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    CAPTURE(cut);
    const Contents contents = Read(bytes.substr(0, cut));
    REQUIRE(BeginsAs(contents.records, whole.records));
    // Every block that is there as a whole is kept.
    size_t blocks = 0;
    while (blocks < whole.block_ends.size() && whole.block_ends[blocks] <= cut) ++blocks;
    REQUIRE(contents.block_ends.size() >= blocks);
    if (contents.is_damaged) REQUIRE(contents.is_tail);
  }
}

TEST_CASE("Reader: no flipped bit goes unnoticed, and before the last mark it is no tail") {
  const std::string bytes = OurFile(40, 7);
  const Contents whole = Read(bytes);
  const size_t last_mark = bytes.rfind("#SYNCED:");
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    CAPTURE(bit);
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    const Contents contents = Read(flipped);
    REQUIRE(BeginsAs(contents.records, whole.records));
    // A flip inside the last checksum's line leaves the record itself as it was.
    if (!contents.is_damaged) REQUIRE(bit / 8 >= bytes.size() - storage::aof::kChecksumLineBytes);
    if (bit / 8 < last_mark) REQUIRE_FALSE(contents.is_tail);
    if (contents.is_damaged) {
      // A flip that takes the checksum of a SELECT away shows with the block behind it.
      const auto end = std::upper_bound(whole.block_ends.begin(), whole.block_ends.end(), bit / 8);
      const auto next = std::next(end) == whole.block_ends.end() ? end : std::next(end);
      REQUIRE(contents.damage.offset <= *next);
      REQUIRE(contents.damage.record > 0);
      REQUIRE_FALSE(contents.damage.reason.empty());
    }
  }
}

TEST_CASE("Reader: zeros or garbage behind a file are a tail, of ours and of Redis's") {
  const std::string garbage_bytes = "\x80\xffgarbage\n\r*$#CRC:";
  for (const std::string& bytes : {OurFile(20, 3), OurFile(20, 0), RedisFile()}) {
    const Contents whole = Read(bytes);
    for (const size_t size : {1, 2, 16, 511, 512, 4095, 4096, 8192}) {
      CAPTURE(size);
      std::string garbage;
      while (garbage.size() < size) garbage += garbage_bytes;
      for (const std::string& tail : {std::string(size, '\0'), garbage.substr(0, size)}) {
        const Contents contents = Read(bytes + tail);
        REQUIRE(contents.records == whole.records);
        REQUIRE(contents.is_damaged);
        REQUIRE(contents.is_tail);
        CHECK(contents.damage.offset == bytes.size());
      }
    }
  }
}

TEST_CASE("Reader: a hole behind the last mark is a tail, although good blocks follow it") {
  const std::string synced = OurFile(10, 10);
  const std::string after = OurFile(10, 0);
  std::string holed = synced + after + after;
  for (size_t i = 0; i < 60; ++i) holed[synced.size() + i] = '\0';
  const Contents contents = Read(holed);
  CHECK(contents.records == Read(synced).records);
  CHECK(contents.is_tail);
  CHECK(contents.damage.offset == synced.size());
}

TEST_CASE("Reader: what Redis appends to our file is read, and damage in it is told") {
  const std::string ours = OurFile(10, 3);
  const std::string redis =
      "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nset\r\n$1\r\nk\r\n$1\r\nv\r\n";
  const size_t before = Read(ours).records.size();
  const Contents contents = Read(ours + redis);
  CHECK_FALSE(contents.is_damaged);
  CHECK_FALSE(contents.is_checked);
  CHECK(contents.records.size() == before + 2);
  const Contents cut = Read(ours + redis.substr(0, redis.size() - 3));
  CHECK(cut.is_tail);
  CHECK(cut.records.size() == before + 1);
}

TEST_CASE("Reader: a record of ours without its checksum is none") {
  const std::string ours = OurFile(9, 0);
  const size_t last_line = ours.size() - storage::aof::kChecksumLineBytes;
  const Contents contents = Read(ours.substr(0, last_line));
  CHECK(contents.is_damaged);
  CHECK(contents.is_tail);
  CHECK(contents.damage.reason == "its checksum is missing");
  CHECK(contents.damage.command == "EXEC");
}

TEST_CASE("Reader: damage in the middle of Redis's file is told with its place and command") {
  std::string bytes = RedisFile();
  bytes[bytes.find("$1\r\na") + 1] = 'x';
  const Contents contents = Read(bytes);
  CHECK(contents.is_damaged);
  CHECK_FALSE(contents.is_tail);
  CHECK(contents.damage.Text() == "offset " + std::to_string(contents.damage.found_at) +
                                      ", record 4 (set): it is no request");
}

TEST_CASE("Reader: blocks larger than the window, and many of them") {
  int64_t wall_us = 0;
  server::AofFeed feed(wall_us);
  const std::string large(3 << 20, 'x');
  for (int i = 0; i < 4; ++i) {
    const std::string_view set[] = {"SET", "large", large};
    feed.OnRequest(0, set);
    feed.OnUnitEnd();
    for (int k = 0; k < 5000; ++k) {
      const std::string_view incr[] = {"INCR", "counter"};
      feed.OnRequest(0, incr);
      feed.OnUnitEnd();
    }
  }
  const Contents contents = Read(feed.buffer());
  CHECK_FALSE(contents.is_damaged);
  CHECK(contents.records.size() == 4 * 5001 + 1);
}

}  // namespace
