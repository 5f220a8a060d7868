// PrefetchLine: asks for memory before it is needed, so that several waits pass at once.
//
// A function that only prefetches changes nothing that a compiler can see: gcc takes it for pure,
// and since nobody uses its result, drops the calls to it (seen at -O2 with link-time optimization;
// a lookup then cost a cache miss more, and no test told). The empty volatile asm is an effect, so
// that whatever calls PrefetchLine is kept.
#pragma once

namespace storage {

// Any address will do, also one that is not mapped.
__attribute__((always_inline)) inline void PrefetchLine(const void* address) {
  __builtin_prefetch(address);
  asm volatile("" : : "r"(address));
}

}  // namespace storage
