#include "storage/structures/score_inner.h"

namespace storage {

void ScoreInner::CopyColumns(const ScoreInner& from, unsigned begin, unsigned at,
                             unsigned children_moved) {
  std::memmove(scores + at, from.scores + begin, children_moved * sizeof *scores);
  std::memmove(prefixes + at, from.prefixes + begin, children_moved * sizeof *prefixes);
  std::memmove(sizes + at, from.sizes + begin, children_moved * sizeof *sizes);
  std::memmove(children + at, from.children + begin, children_moved * sizeof *children);
}

void ScoreInner::InsertChild(unsigned index, void* child, const ScoredMember& first,
                             size_t child_size) {
  CopyColumns(*this, index, index + 1, count - index);
  children[index] = child;
  sizes[index] = static_cast<uint32_t>(child_size);
  SetFirst(index, first);
  SetParentOfChild(index, this);
  ++count;
}

void ScoreInner::RemoveChild(unsigned index) {
  CopyColumns(*this, index + 1, index, count - index - 1);
  --count;
}

void ScoreInner::MoveToEnd(unsigned first, ScoreInner& to) {
  const unsigned moved = count - first;
  to.CopyColumns(*this, first, to.count, moved);
  const unsigned begin = to.count;
  to.count += moved;
  count = first;
  for (unsigned i = begin; i < to.count; ++i) to.SetParentOfChild(i, &to);
}

}  // namespace storage
