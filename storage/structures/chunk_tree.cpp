#include "storage/structures/chunk_tree.h"

#include <algorithm>
#include <new>
#include <utility>

#include "storage/base/check.h"

namespace storage {

ChunkTree::~ChunkTree() {
  if (root_ != nullptr) FreeAll(root_);
}

ChunkTree::Place ChunkTree::Find(size_t position) const {
  CHECK_INVARIANT(position < elements_);
  const Node* node = root_;
  size_t rest = position;
  for (;;) {
    const size_t at = ChildWith(node, rest);
    if (node->level == 0) return {node->pointers[at], position - rest, node->elements[at]};
    node = Child(node, at);
  }
}

size_t ChunkTree::ChildWith(const Node* node, size_t& position) {
  size_t at = 0;
  while (position >= node->elements[at]) position -= node->elements[at++];
  return at;
}

size_t ChunkTree::ElementsOf(const Node* node) {
  size_t sum = 0;
  for (size_t i = 0; i < node->children; ++i) sum += node->elements[i];
  return sum;
}

void ChunkTree::Insert(size_t position, void* chunk, size_t elements) {
  CHECK_INVARIANT(position <= elements_ && elements > 0);
  if (root_ == nullptr) root_ = NewNode(0);
  Node* right = InsertBelow(root_, position, chunk, elements);
  elements_ += elements;
  if (right == nullptr) return;
  Node* top = NewNode(static_cast<uint16_t>(root_->level + 1));
  InsertChild(top, 0, root_, ElementsOf(root_));
  InsertChild(top, 1, right, ElementsOf(right));
  root_ = top;
}

// Returns the new node to the right of `node` when it had to be split.
ChunkTree::Node* ChunkTree::InsertBelow(Node* node, size_t position, void* chunk, size_t elements) {
  // Behind the last element there is no child: the last one takes what is added there.
  size_t at = 0;
  while (at < node->children && position >= node->elements[at]) position -= node->elements[at++];
  if (node->level == 0) {
    CHECK_INVARIANT(position == 0);
    return InsertOrSplit(node, at, chunk, elements);
  }
  if (at == node->children) {
    --at;
    position = node->elements[at];
  }
  Node* child = Child(node, at);
  Node* right = InsertBelow(child, position, chunk, elements);
  if (right == nullptr) {
    node->elements[at] += elements;
    return nullptr;
  }
  node->elements[at] = ElementsOf(child);
  return InsertOrSplit(node, at + 1, right, ElementsOf(right));
}

ChunkTree::Node* ChunkTree::InsertOrSplit(Node* node, size_t at, void* pointer, size_t elements) {
  if (node->children < kChildrenMax) {
    InsertChild(node, at, pointer, elements);
    return nullptr;
  }
  // At an end more of the same are to be expected: the node stays full, the newcomer gets another.
  size_t kept = kChildrenMax / 2;
  if (at == 0) kept = 0;
  if (at == kChildrenMax) kept = kChildrenMax;
  Node* right = NewNode(node->level);
  std::copy(node->elements + kept, node->elements + kChildrenMax, right->elements);
  std::copy(node->pointers + kept, node->pointers + kChildrenMax, right->pointers);
  right->children = static_cast<uint16_t>(kChildrenMax - kept);
  node->children = static_cast<uint16_t>(kept);
  if (at < kept || kept == 0) {
    InsertChild(node, at, pointer, elements);
  } else {
    InsertChild(right, at - kept, pointer, elements);
  }
  return right;
}

void ChunkTree::Update(size_t position, void* chunk, size_t elements) {
  CHECK_INVARIANT(position < elements_ && elements > 0);
  const size_t before = Find(position).elements;
  Node* node = root_;
  for (;;) {
    const size_t at = ChildWith(node, position);
    node->elements[at] += elements - before;
    if (node->level == 0) {
      node->pointers[at] = chunk;
      break;
    }
    node = Child(node, at);
  }
  elements_ += elements - before;
}

void ChunkTree::Erase(size_t position) {
  CHECK_INVARIANT(position < elements_);
  elements_ -= EraseBelow(root_, position);
  DropThinRoot();
  if (root_->children > 0) return;
  FreeNode(root_);
  root_ = nullptr;
}

size_t ChunkTree::EraseBelow(Node* node, size_t position) {
  const size_t at = ChildWith(node, position);
  if (node->level == 0) {
    const size_t elements = node->elements[at];
    RemoveChild(node, at);
    return elements;
  }
  Node* child = Child(node, at);
  const size_t elements = EraseBelow(child, position);
  node->elements[at] -= elements;
  if (child->children == 0) {
    FreeNode(child);
    RemoveChild(node, at);
  } else if (child->children < kChildrenMax / 4) {
    MergeChild(node, at);
  }
  return elements;
}

// Joins a sparse child with a neighbour, where both fit into one node with some room to spare.
void ChunkTree::MergeChild(Node* node, size_t at) {
  if (node->children < 2) return;
  const size_t left_at = at + 1 < node->children ? at : at - 1;
  Node* left = Child(node, left_at);
  Node* right = Child(node, left_at + 1);
  if (left->children + right->children > kChildrenMax * 3 / 4) return;
  std::copy(right->elements, right->elements + right->children, left->elements + left->children);
  std::copy(right->pointers, right->pointers + right->children, left->pointers + left->children);
  left->children = static_cast<uint16_t>(left->children + right->children);
  node->elements[left_at] += node->elements[left_at + 1];
  FreeNode(right);
  RemoveChild(node, left_at + 1);
}

void ChunkTree::InsertChild(Node* node, size_t at, void* pointer, size_t elements) {
  const size_t end = node->children;
  std::copy_backward(node->elements + at, node->elements + end, node->elements + end + 1);
  std::copy_backward(node->pointers + at, node->pointers + end, node->pointers + end + 1);
  node->elements[at] = elements;
  node->pointers[at] = pointer;
  ++node->children;
}

void ChunkTree::RemoveChild(Node* node, size_t at) {
  std::copy(node->elements + at + 1, node->elements + node->children, node->elements + at);
  std::copy(node->pointers + at + 1, node->pointers + node->children, node->pointers + at);
  --node->children;
}

void ChunkTree::DropThinRoot() {
  while (root_->level > 0 && root_->children == 1) {
    Node* child = Child(root_, 0);
    FreeNode(root_);
    root_ = child;
  }
}

void ChunkTree::CutFrom(size_t position, ChunkTree& cut) {
  CHECK_INVARIANT(cut.empty() && position <= elements_);
  if (position == elements_) return;
  if (position == 0) return Swap(cut);
  cut.root_ = CutNode(root_, position);
  cut.nodes_ = CountNodes(cut.root_);
  nodes_ -= cut.nodes_;
  cut.elements_ = elements_ - position;
  elements_ = position;
  DropThinRoot();
  cut.DropThinRoot();
}

// Returns a new node with what stands below `node` from `position` on, which is neither all of it
// nor nothing.
ChunkTree::Node* ChunkTree::CutNode(Node* node, size_t position) {
  Node* right = NewNode(node->level);
  size_t moved = ChildWith(node, position);
  const size_t kept = position == 0 ? moved : moved + 1;
  if (position != 0) {
    CHECK_INVARIANT(node->level > 0);  // a chunk is not cut
    InsertChild(right, 0, CutNode(Child(node, moved), position), node->elements[moved] - position);
    node->elements[moved++] = position;
  }
  for (; moved < node->children; ++moved) {
    InsertChild(right, right->children, node->pointers[moved], node->elements[moved]);
  }
  node->children = static_cast<uint16_t>(kept);
  return right;
}

size_t ChunkTree::CountNodes(const Node* node) {
  if (node->level == 0) return 1;
  if (node->level == 1) return 1 + size_t{node->children};
  size_t count = 1;
  for (size_t i = 0; i < node->children; ++i) count += CountNodes(Child(node, i));
  return count;
}

size_t ChunkTree::CountChunksBelow(const Node* node) {
  if (node->level == 0) return node->children;
  size_t count = 0;
  for (size_t i = 0; i < node->children; ++i) count += CountChunksBelow(Child(node, i));
  return count;
}

void ChunkTree::Swap(ChunkTree& other) {
  std::swap(root_, other.root_);
  std::swap(elements_, other.elements_);
  std::swap(nodes_, other.nodes_);
}

ChunkTree::Node* ChunkTree::NewNode(uint16_t level) {
  ++nodes_;
  Node* node = new (slab_.Allocate(sizeof(Node))) Node;
  node->level = level;
  node->children = 0;
  return node;
}

void ChunkTree::FreeNode(Node* node) {
  --nodes_;
  slab_.Free(node, sizeof(Node));
}

void ChunkTree::FreeAll(Node* node) {
  for (size_t i = 0; node->level > 0 && i < node->children; ++i) FreeAll(Child(node, i));
  FreeNode(node);
}

void ChunkTree::CheckInvariants() const {
  if (root_ == nullptr) {
    CHECK_INVARIANT(elements_ == 0 && nodes_ == 0);
    return;
  }
  size_t nodes = 0;
  CHECK_INVARIANT(CheckNode(root_, nodes) == elements_);
  CHECK_INVARIANT(nodes == nodes_);
}

size_t ChunkTree::CheckNode(const Node* node, size_t& nodes) const {
  ++nodes;
  CHECK_INVARIANT(node->children > 0 && node->children <= kChildrenMax);
  for (size_t i = 0; i < node->children; ++i) {
    CHECK_INVARIANT(node->elements[i] > 0);
    if (node->level == 0) continue;
    CHECK_INVARIANT(Child(node, i)->level + 1 == node->level);
    CHECK_INVARIANT(CheckNode(Child(node, i), nodes) == node->elements[i]);
  }
  return ElementsOf(node);
}

}  // namespace storage
