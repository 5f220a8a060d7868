// ChunkTree: the chunks of a long list, in order, found by the position of an element. A B+tree in
// which each child stands with the number of elements below it:
//
//   node   [ level 2 | children 2 ][ elements 8 ] x 62 [ pointer 8 ] x 62
//            level 0: the pointers are chunks
//
//   level 1                [ 9600 | 9540 | 310 ]     element 9700: the second child, 100 in it
//                            |      |      |
//   level 0   [ 120 | 118 .. ]   [ .. ]   [ .. ]
//
// A flat directory would have to be moved as a whole when it grows. Here no operation touches more
// than a node of 1 KiB a level, three levels for 240,000 chunks. Chunks that are appended or
// prepended, which is what lists do, fill the nodes completely.
//
// What a chunk is, is not known here: pointers that belong to the caller.
//
// Cost: O(log n), about 17 bytes a chunk. Lifetime: the tree owns its nodes; destroying it frees
// them.
//
// Invariants, verified by CheckInvariants():
//   1. all chunks are on level 0, and no node but an empty tree's is without children;
//   2. each count is the sum of those below; no chunk is without elements.
#pragma once

#include <cstddef>
#include <cstdint>

#include "storage/base/prefetch.h"
#include "storage/memory/slab_allocator.h"

namespace storage {

class ChunkTree {
 public:
  static constexpr size_t kChildrenMax = 62;

  explicit ChunkTree(SlabAllocator& slab) : slab_(slab) {}
  ChunkTree(const ChunkTree&) = delete;
  ChunkTree& operator=(const ChunkTree&) = delete;
  ~ChunkTree();

  bool empty() const { return root_ == nullptr; }
  size_t elements() const { return elements_; }
  size_t memory() const { return nodes_ * SlabAllocator::UsableSize(sizeof(Node)); }

  struct Place {
    void* chunk;
    size_t first;     // the position of the chunk's first element
    size_t elements;  // in the chunk
  };
  // The chunk with the element at `position`, which is less than elements().
  Place Find(size_t position) const;

  // Adds a chunk of `elements` elements before the one that begins at `position`, or at the end.
  void Insert(size_t position, void* chunk, size_t elements);
  // The chunk with the element at `position` now is `chunk`, with `elements` elements.
  void Update(size_t position, void* chunk, size_t elements);
  // Takes out the chunk with the element at `position`.
  void Erase(size_t position);
  // Moves the chunks from the one that begins at `position` on into `cut`, which is empty. It reads
  // the nodes above level 0 of what is moved, and no other.
  void CutFrom(size_t position, ChunkTree& cut);
  // Each gets what the other has; both use one slab.
  void Swap(ChunkTree& other);
  // How many chunks there are; reads a word of each node.
  size_t CountChunks() const { return root_ == nullptr ? 0 : CountChunksBelow(root_); }
  // Calls visit(chunk) for all chunks in order, and has each one's first bytes prefetched.
  template <class Visit>
  void ForEach(Visit&& visit) const {
    if (root_ != nullptr) VisitBelow(root_, visit);
  }

  void CheckInvariants() const;

 private:
  struct Node {
    uint16_t level;
    uint16_t children;
    size_t elements[kChildrenMax];
    void* pointers[kChildrenMax];
  };

  static Node* Child(const Node* node, size_t i) { return static_cast<Node*>(node->pointers[i]); }
  // The child with the element at `position`, which becomes the position in it.
  static size_t ChildWith(const Node* node, size_t& position);
  static size_t ElementsOf(const Node* node);
  static void InsertChild(Node* node, size_t at, void* pointer, size_t elements);
  static void RemoveChild(Node* node, size_t at);
  Node* NewNode(uint16_t level);
  void FreeNode(Node* node);
  void FreeAll(Node* node);
  Node* InsertBelow(Node* node, size_t position, void* chunk, size_t elements);
  Node* InsertOrSplit(Node* node, size_t at, void* pointer, size_t elements);
  // Returns how many elements went.
  size_t EraseBelow(Node* node, size_t position);
  void MergeChild(Node* node, size_t at);
  Node* CutNode(Node* node, size_t position);
  void DropThinRoot();
  static size_t CountNodes(const Node* node);
  static size_t CountChunksBelow(const Node* node);
  template <class Visit>
  static void VisitBelow(const Node* node, Visit& visit);
  size_t CheckNode(const Node* node, size_t& nodes) const;

  SlabAllocator& slab_;
  Node* root_ = nullptr;
  size_t elements_ = 0;
  size_t nodes_ = 0;
};

template <class Visit>
void ChunkTree::VisitBelow(const Node* node, Visit& visit) {
  if (node->level > 0) {
    for (size_t i = 0; i < node->children; ++i) VisitBelow(Child(node, i), visit);
    return;
  }
  for (size_t i = 0; i < node->children; ++i) PrefetchLine(node->pointers[i]);
  for (size_t i = 0; i < node->children; ++i) visit(node->pointers[i]);
}

}  // namespace storage
