// ScoreTree: how leaves and nodes are split, shifted and joined.

#include "storage/base/check.h"
#include "storage/structures/score_tree.h"

namespace storage {

ScoreLeaf* ScoreTree::NewLeaf() {
  auto* leaf = static_cast<ScoreLeaf*>(slab_.Allocate(sizeof(ScoreLeaf)));
  memory_ += SlabAllocator::UsableSize(sizeof(ScoreLeaf));
  leaf->parent = nullptr;
  leaf->previous = leaf->next = nullptr;
  leaf->long_members = 0;
  leaf->member_bytes = 0;
  leaf->count = leaf->unused = 0;
  // What searches compare at once must be defined, also behind the last entry.
  std::memset(leaf->hashes, 0, sizeof leaf->hashes + sizeof leaf->lengths);
  if (leaf_numbers_.size() == 0) leaf_numbers_.Push(nullptr);  // 0 is no number
  if (free_number_ != 0) {
    leaf->id = static_cast<uint32_t>(free_number_);
    free_number_ = reinterpret_cast<uintptr_t>(leaf_numbers_[leaf->id]) >> 1;
    leaf_numbers_[leaf->id] = leaf;
  } else {
    leaf->id = static_cast<uint32_t>(leaf_numbers_.size());
    leaf_numbers_.Push(leaf);
  }
  return leaf;
}

void ScoreTree::FreeLeaf(ScoreLeaf* leaf) {
  leaf_numbers_[leaf->id] = reinterpret_cast<ScoreLeaf*>(free_number_ << 1 | 1);
  free_number_ = leaf->id;
  slab_.Free(leaf, sizeof *leaf);
  memory_ -= SlabAllocator::UsableSize(sizeof *leaf);
}

ScoreInner* ScoreTree::NewInner(uint32_t level) {
  auto* inner = static_cast<ScoreInner*>(slab_.Allocate(sizeof(ScoreInner)));
  memory_ += SlabAllocator::UsableSize(sizeof(ScoreInner));
  inner->parent = nullptr;
  inner->level = level;
  inner->count = 0;
  return inner;
}

void ScoreTree::FreeInner(ScoreInner* inner) {
  slab_.Free(inner, sizeof *inner);
  memory_ -= SlabAllocator::UsableSize(sizeof *inner);
}

void ScoreTree::Unlink(ScoreLeaf* leaf) {
  (leaf->previous != nullptr ? leaf->previous->next : first_) = leaf->next;
  (leaf->next != nullptr ? leaf->next->previous : last_) = leaf->previous;
}

void ScoreTree::AddToSizes(const ScoreLeaf* leaf, int difference) {
  const void* child = leaf;
  for (ScoreInner* inner = leaf->parent; inner != nullptr; inner = inner->parent) {
    inner->sizes[inner->IndexOf(child)] += static_cast<uint32_t>(difference);
    child = inner;
  }
}

// The leaf has another first entry: tells every node above for which it is the first.
void ScoreTree::NoteFirst(const ScoreLeaf* leaf) {
  if (leaf->parent == nullptr) return;
  const unsigned index = leaf->parent->IndexOf(leaf);
  leaf->parent->SetFirst(index, leaf->Entry(0));
  if (index == 0) NoteFirstBelow(leaf->parent);
}

// The same for a node that has another first child.
void ScoreTree::NoteFirstBelow(const ScoreInner* inner) {
  for (; inner->parent != nullptr; inner = inner->parent) {
    ScoreInner* parent = inner->parent;
    const unsigned index = parent->IndexOf(inner);
    parent->scores[index] = inner->scores[0];
    parent->prefixes[index] = inner->prefixes[0];
    if (index != 0) return;
  }
}

// Makes room in or beside a leaf that is too full for the entry, which belongs at `index`. Returns
// the leaf that it now belongs into, which may still be too full.
ScoreLeaf* ScoreTree::MakeRoom(ScoreLeaf* leaf, const ScoredMember& entry, unsigned index) {
  // In order: the full leaf stays full.
  if (leaf->next == nullptr && index == leaf->count) return AddLeafBeside(leaf, entry, 1);
  if (leaf->previous == nullptr && index == 0) return AddLeafBeside(leaf, entry, 0);
  if (!GiveToNeighbour(leaf)) SplitLeaf(leaf);
  return LeafFor(entry);
}

// A new, empty leaf before (offset 0) or behind (offset 1) the leaf. `first` will be its first
// entry.
ScoreLeaf* ScoreTree::AddLeafBeside(ScoreLeaf* leaf, const ScoredMember& first, unsigned offset) {
  ScoreLeaf* added = NewLeaf();
  added->previous = offset == 0 ? leaf->previous : leaf;
  added->next = offset == 0 ? leaf : leaf->next;
  (added->previous != nullptr ? added->previous->next : first_) = added;
  (added->next != nullptr ? added->next->previous : last_) = added;
  if (leaf->parent == nullptr) {
    root_ = NewInner(0);
    root_->InsertChild(0, leaf, leaf->Entry(0), leaf->count);
  }
  AddChild(leaf->parent, leaf->parent->IndexOf(leaf) + offset, added, first, 0);
  return added;
}

// Gives a neighbour below the same node half of what it has less. False: none has room.
bool ScoreTree::GiveToNeighbour(ScoreLeaf* leaf) {
  ScoreLeaf* left = leaf->previous;
  ScoreLeaf* right = leaf->next;
  if (left != nullptr && left->parent != leaf->parent) left = nullptr;
  if (right != nullptr && right->parent != leaf->parent) right = nullptr;
  const size_t left_used = left != nullptr ? left->used() : SIZE_MAX;
  const size_t right_used = right != nullptr ? right->used() : SIZE_MAX;
  if (leaf->parent == nullptr || std::min(left_used, right_used) >= kGivesBelow) return false;
  const bool to_left = left_used <= right_used;
  const size_t wanted = (leaf->used() - std::min(left_used, right_used)) / 2;
  unsigned entries = 0;
  size_t bytes = 0;
  while (entries + 1 < leaf->count) {
    const unsigned next = to_left ? entries : leaf->count - 1 - entries;
    bytes += std::max<size_t>(sizeof(double) + leaf->lengths[next],
                              ScoreLeaf::kDataBytes / ScoreLeaf::kEntriesMax);
    if (bytes > wanted && entries > 0) break;
    ++entries;
  }
  if (to_left) {
    ShiftHead(leaf, entries, left);
  } else {
    ShiftTail(leaf, entries, right);
  }
  return true;
}

void ScoreTree::SplitLeaf(ScoreLeaf* leaf) {
  size_t bytes = 0;
  unsigned kept = 0;
  const size_t half = (leaf->count * sizeof(double) + leaf->member_bytes) / 2;
  while (kept + 1 < leaf->count && (bytes < half || kept == 0)) {
    bytes += sizeof(double) + leaf->lengths[kept++];
  }
  ScoreLeaf* added = AddLeafBeside(leaf, leaf->Entry(kept), 1);
  ShiftTail(leaf, leaf->count - kept, added);
}

// The index learns that the entries of `leaf` from `begin` to `end` were in leaf `from`.
void ScoreTree::Renumber(const ScoreLeaf& leaf, unsigned begin, unsigned end, uint32_t from) {
  uint32_t positions[ScoreLeaf::kEntriesMax];
  unsigned count = 0;
  leaf.Walk(begin, end, [&](double, std::string_view member) {
    positions[count] = LeafIndex::PositionOf(hasher_(member));
    index_.Prefetch(positions[count++]);
  });
  for (unsigned i = 0; i < count; ++i) index_.Move(positions[i], from, leaf.id);
}

// Moves entries to the right neighbour below the same node, before what it has.
void ScoreTree::ShiftTail(ScoreLeaf* from, unsigned entries, ScoreLeaf* to) {
  from->MoveTail(entries, *to);
  Renumber(*to, 0, entries, from->id);
  ScoreInner& parent = *to->parent;
  const unsigned index = parent.IndexOf(to);
  // A split of the parent may have parted the two.
  AddToSizes(from, -static_cast<int>(entries));
  AddToSizes(to, static_cast<int>(entries));
  parent.SetFirst(index, to->Entry(0));
  if (index == 0) NoteFirstBelow(&parent);
}

// Moves entries to the left neighbour, behind what it has.
void ScoreTree::ShiftHead(ScoreLeaf* from, unsigned entries, ScoreLeaf* to) {
  const unsigned begin = to->count;
  from->MoveHead(entries, *to);
  Renumber(*to, begin, begin + entries, from->id);
  AddToSizes(from, -static_cast<int>(entries));
  AddToSizes(to, static_cast<int>(entries));
  if (from->count > 0) NoteFirst(from);
}

// Joins the leaf with a neighbour below the same node when both are rather empty.
void ScoreTree::JoinIfSparse(ScoreLeaf* leaf) {
  if (leaf->parent == nullptr || leaf->used() >= kJoinsBelow) return;
  ScoreLeaf* left = leaf->previous;
  if (left != nullptr && left->parent == leaf->parent &&
      left->used() + leaf->used() <= kJoinedMax) {
    return JoinLeaves(left, leaf);
  }
  ScoreLeaf* right = leaf->next;
  if (right != nullptr && right->parent == leaf->parent &&
      right->used() + leaf->used() <= kJoinedMax) {
    return JoinLeaves(leaf, right);
  }
}

void ScoreTree::JoinLeaves(ScoreLeaf* left, ScoreLeaf* right) {
  // The smaller one moves: each entry that moves costs a visit of the index.
  if (right->count <= left->count) {
    ShiftHead(right, right->count, left);
    RemoveLeaf(right);
  } else {
    ShiftTail(left, left->count, right);
    RemoveLeaf(left);
  }
}

// Removes an empty leaf.
void ScoreTree::RemoveLeaf(ScoreLeaf* leaf) {
  ScoreInner* parent = leaf->parent;
  if (parent != nullptr) RemoveChild(parent, parent->IndexOf(leaf));
  Unlink(leaf);
  FreeLeaf(leaf);
  DropThinRoot();
}

void ScoreTree::AddChild(ScoreInner* inner, unsigned index, void* child, const ScoredMember& first,
                         size_t size) {
  if (!inner->is_full()) {
    inner->InsertChild(index, child, first, size);
    if (index == 0) NoteFirstBelow(inner);
    return;
  }
  ScoreInner* added = SplitInner(inner);
  if (index > inner->count) {
    index -= inner->count;
    inner = added;
  }
  inner->InsertChild(index, child, first, size);
  if (index == 0) NoteFirstBelow(inner);
  // The child was nowhere while the nodes above were counted.
  for (; inner->parent != nullptr; inner = inner->parent) {
    inner->parent->sizes[inner->parent->IndexOf(inner)] = static_cast<uint32_t>(inner->size());
  }
}

// Gives the second half of the children to a new node behind, which is returned. At the right edge
// only a few go, since there members may come in order.
ScoreInner* ScoreTree::SplitInner(ScoreInner* inner) {
  ScoreInner* added = NewInner(inner->level);
  if (inner->parent == nullptr) {
    root_ = NewInner(inner->level + 1);
    root_->InsertChild(0, inner, inner->FirstLeafBelow(0)->Entry(0), inner->size());
  }
  ScoreInner* parent = inner->parent;
  const unsigned kept = IsAtRightEdge(*inner) ? inner->count - 4 : inner->count / 2;
  const ScoredMember first = inner->FirstLeafBelow(kept)->Entry(0);
  inner->MoveToEnd(kept, *added);
  const unsigned index = parent->IndexOf(inner);
  parent->sizes[index] = static_cast<uint32_t>(inner->size());
  AddChild(parent, index + 1, added, first, added->size());
  return added;
}

bool ScoreTree::IsAtRightEdge(const ScoreInner& inner) {
  const ScoreInner* node = &inner;
  while (node->parent != nullptr && node->parent->children[node->parent->count - 1] == node) {
    node = node->parent;
  }
  return node->parent == nullptr;
}

// Removes a child that is empty, and what becomes empty by that.
void ScoreTree::RemoveChild(ScoreInner* inner, unsigned index) {
  inner->RemoveChild(index);
  if (inner->count == 0) {
    ScoreInner* parent = inner->parent;
    if (parent == nullptr) {
      root_ = nullptr;
    } else {
      RemoveChild(parent, parent->IndexOf(inner));
    }
    FreeInner(inner);
    return;
  }
  if (index == 0) NoteFirstBelow(inner);
  if (inner->count <= ScoreInner::kChildrenMax / 4) JoinInner(inner);
}

// Joins a node with a neighbour when three quarters of one hold both.
void ScoreTree::JoinInner(ScoreInner* inner) {
  ScoreInner* parent = inner->parent;
  if (parent == nullptr || parent->count < 2) return;
  const unsigned index = parent->IndexOf(inner);
  const unsigned left_index = index > 0 ? index - 1 : 0;
  ScoreInner* left = parent->InnerAt(left_index);
  ScoreInner* right = parent->InnerAt(left_index + 1);
  if (left->count + right->count > ScoreInner::kChildrenMax * 3 / 4) return;
  parent->sizes[left_index] += parent->sizes[left_index + 1];
  parent->sizes[left_index + 1] = 0;
  right->MoveToEnd(0, *left);
  RemoveChild(parent, left_index + 1);
  FreeInner(right);
}

// A root with one child is not needed.
void ScoreTree::DropThinRoot() {
  while (root_ != nullptr && root_->count == 1) {
    ScoreInner* old = root_;
    root_ = old->level > 0 ? old->InnerAt(0) : nullptr;
    if (root_ != nullptr) {
      root_->parent = nullptr;
    } else {
      old->LeafAt(0)->parent = nullptr;
    }
    FreeInner(old);
  }
}

}  // namespace storage
