// BufferMemory: what buffers of clients take, by direction. Two counters, because they grow for
// different reasons: input where requests are large or half sent, output where replies are not
// read. Neither is data, and neither ever costs a key.
#pragma once

#include <cstddef>

namespace server {

struct BufferMemory {
  size_t input = 0;   // bytes of requests that are read and not executed yet
  size_t output = 0;  // replies that are not sent yet, those handed to the kernel included

  size_t total() const { return input + output; }

  BufferMemory& operator+=(const BufferMemory& other) {
    input += other.input;
    output += other.output;
    return *this;
  }
  BufferMemory& operator-=(const BufferMemory& other) {
    input -= other.input;
    output -= other.output;
    return *this;
  }
};

}  // namespace server
