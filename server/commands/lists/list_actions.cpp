#include "server/commands/lists/list_actions.h"

namespace server {

ListEnd ReadListEnd(ArgReader& args) {
  if (args.Take("LEFT")) return ListEnd::kFront;
  if (!args.Take("RIGHT")) args.Fail(CommandError::Syntax());
  return ListEnd::kBack;
}

bool PushAll(storage::List& list, ListEnd end, std::span<const std::string_view> elements) {
  size_t bytes = 0;
  for (const std::string_view element : elements) bytes += element.size();
  list.ExpectGrowth(elements.size(), bytes);
  for (size_t pushed = 0; pushed < elements.size(); ++pushed) {
    if (list.Push(end, elements[pushed])) [[likely]]
      continue;
    list.Trim(end, pushed);
    return false;
  }
  return true;
}

void PopOne(CommandContext& context, const storage::Key& key, OpenedList& list, ListEnd end) {
  context.reply().Bulk(list->At(end));
  list->Pop(end);
  CloseAfterRemoval(context, key, list, PopEvent(end));
}

void PopMany(CommandContext& context, const storage::Key& key, OpenedList& list, ListEnd end,
             size_t count) {
  const size_t size = list->size();
  count = std::min(count, size);
  context.reply().ArrayHeader(count);
  const auto reply = [&](std::string_view element) { context.reply().Bulk(element); };
  if (end == ListEnd::kFront) {
    list->ForEach(0, count, reply);
  } else {
    storage::List::Cursor at(*list, size - 1);
    for (size_t i = 0; i < count; ++i, at.Previous()) reply(at.bytes());
  }
  list->Trim(end, count);
  CloseAfterRemoval(context, key, list, PopEvent(end));
}

void CloseAfterRemoval(CommandContext& context, const storage::Key& key, OpenedList& list,
                       std::string_view event) {
  list->NoteShrinking();
  const bool is_erased = list.Close();
  context.NoteChange(key, event, EventClass::kList);
  if (is_erased) context.NoteEvent(key, "del", EventClass::kGeneric);
}

}  // namespace server
