// The output buffer against a model: a list of bytes in which shared pieces are simply copied.
#include "protocol/output_buffer.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/base/random.h"

using protocol::OutputBuffer;
using protocol::SharedSlice;
using storage::Random;

namespace {

// Somebody's bytes that count how often they were released.
struct Owner {
  std::string bytes;
  int released = 0;

  SharedSlice Share() {
    return {bytes.data(), bytes.size(), this,
            [](void* owner) { ++static_cast<Owner*>(owner)->released; }};
  }
};

// What a peer would read.
std::string OnTheWire(const OutputBuffer& buffer) {
  std::string wire;
  size_t at = 0;
  for (const OutputBuffer::Splice& splice : buffer.splices()) {
    REQUIRE(splice.offset >= at);
    REQUIRE(splice.offset <= buffer.bytes().size());
    wire += buffer.bytes().substr(at, splice.offset - at);
    wire.append(splice.slice.data, splice.slice.size);
    at = splice.offset;
  }
  return wire += buffer.bytes().substr(at);
}

// A buffer, and what should be in it.
struct Model {
  OutputBuffer buffer;
  std::string contiguous;
  std::vector<std::pair<size_t, Owner*>> splices;
  std::vector<std::unique_ptr<Owner>> owners;

  void Share(std::string bytes) {
    owners.push_back(std::make_unique<Owner>(Owner{std::move(bytes)}));
    splices.emplace_back(contiguous.size(), owners.back().get());
    buffer.AppendShared(owners.back()->Share());
  }
  void Insert(size_t offset, const std::string& bytes) {
    buffer.Insert(offset, bytes);
    contiguous.insert(offset, bytes);
    for (auto& [at, owner] : splices) at += at >= offset ? bytes.size() : 0;
  }
  void Truncate(OutputBuffer::Mark mark) {
    buffer.Truncate(mark);
    contiguous.resize(mark.bytes);
    splices.resize(mark.splices);
  }
  void Verify() const {
    std::string wire;
    size_t at = 0;
    for (const auto& [offset, owner] : splices) {
      wire += contiguous.substr(at, offset - at) + owner->bytes;
      at = offset;
    }
    wire += contiguous.substr(at);
    REQUIRE(OnTheWire(buffer) == wire);
    REQUIRE(buffer.wire_size() == wire.size());
    REQUIRE(buffer.empty() == (contiguous.empty() && splices.empty()));
    for (const auto& owner : owners) {
      int held = 0;
      for (const auto& splice : splices) held += splice.second == owner.get() ? 1 : 0;
      REQUIRE(owner->released == 1 - held);
    }
  }
};

}  // namespace

TEST_CASE("OutputBuffer: holds the same bytes as a string under any sequence of operations") {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Model model;
    std::vector<OutputBuffer::Mark> marks;
    for (int step = 0; step < 60; ++step) {
      const std::string bytes(random.Below(random.Below(8) == 0 ? 3000 : 20),
                              "abcdef"[random.Below(6)]);
      switch (random.Below(6)) {
        case 0:
          model.buffer.Append(bytes);
          model.contiguous += bytes;
          break;
        case 1:
          model.buffer.Append('x');
          model.contiguous += 'x';
          break;
        case 2:
          model.Share(bytes);
          break;
        case 3:
          model.Insert(random.Below(model.contiguous.size() + 1), bytes);
          marks.clear();  // an insertion moves what a mark stood for
          break;
        case 4:
          marks.push_back(model.buffer.mark());
          break;
        case 5:
          if (marks.empty()) break;
          model.Truncate(marks.back());
          marks.pop_back();
          break;
      }
      model.Verify();
    }
    model.Truncate({0, 0});
    model.Verify();
  }
}

TEST_CASE("OutputBuffer: releases a shared piece exactly once, however the buffer ends") {
  Owner cleared{"a"}, destroyed{"b"}, moved{"c"}, assigned_over{"d"};
  {
    OutputBuffer buffer;
    buffer.AppendShared(cleared.Share());
    buffer.Clear();
    CHECK(cleared.released == 1);
    buffer.AppendShared(destroyed.Share());

    OutputBuffer source;
    source.AppendShared(moved.Share());
    OutputBuffer target;
    target.AppendShared(assigned_over.Share());
    target = std::move(source);
    CHECK(OnTheWire(target) == "c");
  }
  CHECK(cleared.released == 1);
  CHECK(destroyed.released == 1);
  CHECK(moved.released == 1);
  CHECK(assigned_over.released == 1);
}

TEST_CASE("OutputBuffer: bytes put into reserved room count only when committed") {
  OutputBuffer buffer;
  char* room = buffer.Reserve(5000);
  std::fill_n(room, 5000, 'r');
  CHECK(buffer.empty());
  buffer.Commit(3);
  CHECK(buffer.bytes() == "rrr");
}

TEST_CASE("OutputBuffer: gives memory back only when it is empty and larger than wanted") {
  OutputBuffer buffer;
  buffer.Append(std::string(100000, 'x'));
  buffer.ShrinkWhenEmpty(10);
  CHECK(buffer.bytes().size() == 100000);
  buffer.Clear();
  buffer.ShrinkWhenEmpty(1 << 20);
  CHECK(buffer.memory() >= 100000);
  buffer.ShrinkWhenEmpty(1000);
  CHECK(buffer.memory() == 0);
  buffer.Append("again");
  CHECK(buffer.bytes() == "again");
}

TEST_CASE("OutputBuffer: an empty view without an address can be appended") {
  OutputBuffer buffer;
  buffer.Append(std::string_view());
  CHECK(buffer.empty());
}
