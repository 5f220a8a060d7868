// What list commands share: ends, adding all elements or none, and what follows a removal.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

#include "server/dispatch/command_context.h"
#include "storage/keyspace/opened.h"
#include "storage/types/list.h"

namespace server {

using OpenedList = storage::Opened<storage::List>;

// The list of a record, only to be read; `found` empty: one without elements.
class ReadList {
 public:
  ReadList(CommandContext& context, storage::Found found)
      : handle_(context.keyspace().Read(found)), list_(handle_) {}
  const storage::List& operator*() const { return list_; }
  const storage::List* operator->() const { return &list_; }

 private:
  storage::CollectionHandle handle_;
  storage::List list_;
};
using storage::ListEnd;

// LEFT or RIGHT, the next argument; the error is set when it is neither.
ListEnd ReadListEnd(ArgReader& args);

constexpr std::string_view PushEvent(ListEnd end) {
  return end == ListEnd::kFront ? "lpush" : "rpush";
}
constexpr std::string_view PopEvent(ListEnd end) {
  return end == ListEnd::kFront ? "lpop" : "rpop";
}
// The requests that stand for blocking ones in the log and for replicas.
constexpr std::string_view PopCommand(ListEnd end) {
  return end == ListEnd::kFront ? "LPOP" : "RPOP";
}

// Adds all elements, one after the other; false: there is no memory for one, and none was added.
[[nodiscard]] bool PushAll(storage::List& list, ListEnd end,
                           std::span<const std::string_view> elements);

// Replies one element at the end of a list that is not empty, or `count` of them as an array, and
// takes them away. Ends with all that follows: conversion, Close, events.
void PopOne(CommandContext& context, const storage::Key& key, OpenedList& list, ListEnd end);
void PopMany(CommandContext& context, const storage::Key& key, OpenedList& list, ListEnd end,
             size_t count);

// Ends a change that took elements away: converts, closes, tells.
void CloseAfterRemoval(CommandContext& context, const storage::Key& key, OpenedList& list,
                       std::string_view event);

// A position that counts from the end when it is negative, as an offset; empty: beyond the ends.
inline std::optional<size_t> PositionOf(int64_t index, size_t size) {
  if (index < 0) index += static_cast<int64_t>(size);
  if (index < 0 || index >= static_cast<int64_t>(size)) return std::nullopt;
  return static_cast<size_t>(index);
}

// The part of a list from `start` to `stop`, both included and counted from the end when negative.
struct ListRange {
  size_t first = 0;
  size_t count = 0;
};
inline ListRange RangeOf(int64_t start, int64_t stop, size_t size) {
  const int64_t length = static_cast<int64_t>(size);
  if (start < 0) start = std::max<int64_t>(start + length, 0);
  if (stop < 0) stop += length;
  stop = std::min(stop, length - 1);
  if (start > stop) return {};
  return {static_cast<size_t>(start), static_cast<size_t>(stop - start + 1)};
}

}  // namespace server
