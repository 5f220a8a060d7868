// For tests: lets the memory for a large string be refused, so that every place that must survive
// it is tried. In production nothing calls this.
#pragma once

#include <cstdint>

namespace storage {

// The `nth` large string that is made from now on (1 is the next) is refused, once; 0 takes this
// back.
void FailLargeStringAllocation(uint64_t nth);
// Whether the refusal is still to come.
bool IsLargeStringFailurePending();

}  // namespace storage
