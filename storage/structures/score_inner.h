// ScoreInner: an inner node of a ScoreTree, with up to 64 children.
//
// For each child it holds the first entry below it, as far as 16 bytes can say, and how many
// entries there are below: the first leads a search by score, the second one by rank.
//
//   scores   [ double * 64 ]     of the first entry below each child
//   prefixes [ u64 * 64 ]        the first 8 bytes of its member, as a number that orders like them
//   sizes    [ u32 * 64 ]        entries below each child
//   children [ pointer * 64 ]    all leaves (level 0), or all inner nodes
//
// When score and prefix do not decide, the first entry itself is compared, in its leaf.
//
// Cost: 1.8 KiB for some 1,300 members and more: nothing. Not a class: the tree changes its nodes.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "storage/structures/score_leaf.h"

namespace storage {

struct ScoreInner {
  static constexpr unsigned kChildrenMax = 64;

  ScoreInner* parent;
  uint32_t level;
  uint32_t count;
  double scores[kChildrenMax];
  uint64_t prefixes[kChildrenMax];
  uint32_t sizes[kChildrenMax];
  void* children[kChildrenMax];

  static uint64_t PrefixOf(std::string_view member) {
    if (member.empty()) return 0;  // its data() may be null, which memcpy refuses
    uint64_t prefix = 0;
    std::memcpy(&prefix, member.data(), member.size() < sizeof prefix ? member.size() : 8);
    return std::endian::native == std::endian::little ? __builtin_bswap64(prefix) : prefix;
  }

  bool is_full() const { return count == kChildrenMax; }
  ScoreLeaf* LeafAt(unsigned index) const { return static_cast<ScoreLeaf*>(children[index]); }
  ScoreInner* InnerAt(unsigned index) const { return static_cast<ScoreInner*>(children[index]); }
  ScoreLeaf* FirstLeafBelow(unsigned index) const {
    const ScoreInner* node = this;
    for (; node->level > 0; index = 0) node = node->InnerAt(index);
    return node->LeafAt(index);
  }
  unsigned IndexOf(const void* child) const {
    unsigned index = 0;
    while (children[index] != child) ++index;
    return index;
  }
  // Entries below the children before `index`.
  size_t SizeBefore(unsigned index) const {
    size_t size = 0;
    for (unsigned i = 0; i < index; ++i) size += sizes[i];
    return size;
  }
  size_t size() const { return SizeBefore(count); }
  void SetParentOfChild(unsigned index, ScoreInner* inner) {
    if (level == 0) {
      LeafAt(index)->parent = inner;
    } else {
      InnerAt(index)->parent = inner;
    }
  }
  void SetFirst(unsigned index, const ScoredMember& first) {
    scores[index] = first.score;
    prefixes[index] = PrefixOf(first.member);
  }

  void InsertChild(unsigned index, void* child, const ScoredMember& first, size_t size);
  void RemoveChild(unsigned index);
  // Moves the children from `first` on to the end of `to`, which is on the same level and has room.
  void MoveToEnd(unsigned first, ScoreInner& to);

 private:
  // Copies `children_moved` children's columns from `from` at `begin` to this at `at`.
  void CopyColumns(const ScoreInner& from, unsigned begin, unsigned at, unsigned children_moved);
};

}  // namespace storage
