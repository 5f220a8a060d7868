// SORT and SORT_RO: the elements of a list, set or sorted set in another order, or what other keys
// hold for them.
//
//   load elements ──> look up weights (BY) ──> sort ──> cut (LIMIT) ──> look up (GET) ──> reply
//
// Elements are copied first: looking up other keys may expire some.

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "server/commands/keys/keys.h"
#include "server/commands/keys/sort_request.h"
#include "server/dispatch/command_context.h"
#include "storage/keyspace/opened.h"
#include "storage/types/list.h"
#include "storage/types/set.h"
#include "storage/types/sorted_set.h"

namespace server {
namespace {

using Kind = Argument::Kind;

struct Element {
  std::string text;
  double number = 0;                      // what it is sorted by, unless ALPHA
  std::optional<std::string> words = {};  // the same with ALPHA and BY; empty: there is nothing
};

// Which of the elements are wanted, in their order: first..first + count.
struct Part {
  size_t first = 0;
  size_t count = 0;
};

Part PartOf(const SortRequest& request, size_t size) {
  const int64_t length = static_cast<int64_t>(size);
  const int64_t first = std::clamp<int64_t>(request.limit_start, 0, length);
  const int64_t most = request.limit_count < 0 ? length : request.limit_count;
  return {static_cast<size_t>(first), static_cast<size_t>(std::min(most, length - first))};
}

std::vector<Element> LoadElements(CommandContext& context, const storage::Record& record) {
  std::vector<Element> elements;
  const auto add = [&](std::string_view text) { elements.push_back({.text = std::string(text)}); };
  if (record.type() == storage::Type::kList) {
    storage::CollectionHandle handle = context.keyspace().Read(record);
    const storage::List list(handle);
    elements.reserve(list.size());
    list.ForEach(0, list.size(), add);
  } else if (record.type() == storage::Type::kSortedSet) {
    const storage::SortedSetView set = storage::SortedSetView::Of(record);
    elements.reserve(set.size());
    set.ForEach([&](double, std::string_view member) { add(member); });
  } else {
    const storage::SetView set = storage::SetView::Of(record);
    elements.reserve(set.size());
    set.ForEach(add);
  }
  return elements;
}

// A number as C reads it: blanks before it, hexadecimal and "inf" are numbers, and so is nothing;
// what stands behind a zero byte does not count.
std::optional<double> NumberFrom(const std::string& text) {
  if (const auto integer = storage::IntegerForm(text)) return static_cast<double>(*integer);
  char* end = nullptr;
  errno = 0;
  const double number = std::strtod(text.c_str(), &end);
  if (*end != '\0' || errno == ERANGE || std::isnan(number)) return std::nullopt;
  return number;
}

// Finds what each element is sorted by. False: something should be a number and is none.
bool Weigh(CommandContext& context, const SortRequest& request, std::vector<Element>& elements) {
  bool are_numbers = true;
  for (Element& element : elements) {
    std::optional<std::string> weight;
    if (request.by) {
      weight = request.by->ValueFor(context, element.text);
      if (!weight) continue;
    }
    if (request.is_alphabetic) {
      element.words = std::move(weight);
      continue;
    }
    const auto number = NumberFrom(weight ? *weight : element.text);
    if (!number) are_numbers = false;
    element.number = number.value_or(0);
  }
  return are_numbers;
}

int Sign(int order) {
  return (order > 0) - (order < 0);
}

// Redis compares with strcoll when it replies, which ends at a zero byte, and all bytes when it
// stores.
int CompareWords(const SortRequest& request, const std::string& a, const std::string& b) {
  return Sign(request.store ? a.compare(b) : std::strcmp(a.c_str(), b.c_str()));
}

int Compare(const SortRequest& request, const Element& a, const Element& b) {
  if (!request.is_alphabetic) {
    if (a.number != b.number) return a.number < b.number ? -1 : 1;
    return Sign(a.text.compare(b.text));
  }
  if (!request.by) return CompareWords(request, a.text, b.text);
  if (!a.words || !b.words) return (a.words ? 1 : 0) - (b.words ? 1 : 0);
  return CompareWords(request, *a.words, *b.words);
}

// Elements that compare equal keep their order, so that LIMIT cuts the same everywhere.
void Sort(const SortRequest& request, std::vector<Element>& elements) {
  std::stable_sort(elements.begin(), elements.end(), [&](const Element& a, const Element& b) {
    const int compared = Compare(request, a, b);
    return request.is_descending ? compared > 0 : compared < 0;
  });
}

void ReplyPart(CommandContext& context, const SortRequest& request, const Part& part,
               const std::vector<Element>& elements) {
  protocol::resp::ReplyWriter& reply = context.reply();
  reply.ArrayHeader(part.count * std::max<size_t>(request.get.size(), 1));
  for (size_t i = part.first; i < part.first + part.count; ++i) {
    if (request.get.empty()) reply.Bulk(elements[i].text);
    for (const SortPattern& pattern : request.get) {
      if (const auto value = pattern.ValueFor(context, elements[i].text)) {
        reply.Bulk(*value);
      } else {
        reply.Null();
      }
    }
  }
}

RunResult StorePart(CommandContext& context, const SortRequest& request, const Part& part,
                    const std::vector<Element>& elements) {
  std::vector<std::string> results;
  for (size_t i = part.first; i < part.first + part.count; ++i) {
    if (request.get.empty()) results.push_back(elements[i].text);
    for (const SortPattern& pattern : request.get) {
      results.push_back(pattern.ValueFor(context, elements[i].text).value_or(""));
    }
  }
  const storage::Key key = context.KeyOf(*request.store);
  const storage::Found found = context.Find(key, storage::kWrite);
  const bool was_there = static_cast<bool>(found);
  storage::Opened<storage::List> list(context.db(), key, found, storage::Replacing());
  for (const std::string& result : results) {
    if (list->Push(storage::ListEnd::kBack, result)) continue;
    list.Abandon();
    return CommandError::NoMemory();
  }
  list->SayByContents();
  const bool is_erased = list.Close();
  if (!results.empty()) {
    if (!was_there) context.NoteNewKey(key);
    context.NoteChange(key, "sortstore", EventClass::kList);
  } else if (is_erased) {
    context.NoteChange(key, "del", EventClass::kGeneric);
  }
  context.reply().Integer(static_cast<int64_t>(results.size()));
  return Replied();
}

bool IsSortable(storage::Type type) {
  return type == storage::Type::kList || type == storage::Type::kSet ||
         type == storage::Type::kSortedSet;
}

RunResult RunSort(CommandContext& context, SortMayStore may_store) {
  ArgReader args = context.args();
  SortRequest request = ReadSortRequest(args, may_store);
  if (const auto error = args.Finish()) return *error;
  const storage::Found found = context.Find(context.KeyOf(request.key), storage::kRead);
  if (found && !IsSortable(found->type())) {
    return CommandError::From(storage::Error::kWrongType);
  }
  bool keeps_order = request.by && !request.by->HasPlace();
  // A set has no order, but what is stored must be the same everywhere.
  if (keeps_order && request.store && found && found->type() == storage::Type::kSet) {
    keeps_order = false;
    request.is_alphabetic = true;
    request.by.reset();
  }
  std::vector<Element> elements;
  if (found) elements = LoadElements(context, *found);
  const bool has_order = found && found->type() != storage::Type::kSet;
  const Part part = PartOf(request, elements.size());
  if (!keeps_order) {
    if (!Weigh(context, request, elements)) {
      return CommandError::Err("One or more scores can't be converted into double");
    }
    Sort(request, elements);
  } else if (has_order && request.is_descending) {
    std::reverse(elements.begin(), elements.end());
  }
  if (request.store) return StorePart(context, request, part, elements);
  ReplyPart(context, request, part, elements);
  return Replied();
}

constexpr Argument kLimit[] = {{.name = "offset", .kind = Kind::kInteger},
                               {.name = "count", .kind = Kind::kInteger}};
constexpr Argument kOrder[] = {{.name = "asc", .kind = Kind::kPureToken, .token = "ASC"},
                               {.name = "desc", .kind = Kind::kPureToken, .token = "DESC"}};
constexpr Argument kSortArguments[] = {
    {.name = "key", .kind = Kind::kKey},
    {.name = "by-pattern",
     .kind = Kind::kPattern,
     .token = "BY",
     .is_optional = true,
     .key_spec = 1},
    {.name = "limit",
     .kind = Kind::kBlock,
     .token = "LIMIT",
     .is_optional = true,
     .children = kLimit},
    {.name = "get-pattern",
     .kind = Kind::kPattern,
     .token = "GET",
     .is_optional = true,
     .is_multiple = true,
     .is_multiple_token = true,
     .key_spec = 1},
    {.name = "order", .kind = Kind::kOneOf, .is_optional = true, .children = kOrder},
    {.name = "sorting", .kind = Kind::kPureToken, .token = "ALPHA", .is_optional = true},
    {.name = "destination",
     .kind = Kind::kKey,
     .token = "STORE",
     .is_optional = true,
     .key_spec = 2},
};

constexpr KeySpec kPatternKeys = {.begin = KeySpec::Begin::kUnknown,
                                  .find = KeySpec::Find::kUnknown,
                                  .flags = kKeyReadOnly | kKeyAccess};

// SORT key [BY pattern] [LIMIT offset count] [GET pattern ...] [ASC | DESC] [ALPHA] [STORE key]
//   -> an array, or with STORE the length of the list that was made
struct SortCommand {
  static constexpr CommandSpec kSpec{
      .name = "SORT",
      .summary = "Returns or stores the elements of a list or set in order.",
      .since = "1.0.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(N*log(N)+M), N: elements, M: elements returned",
      .arity = -2,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclSet | kAclSortedSet | kAclList | kAclDangerous,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess), kPatternKeys,
               KeySpec{.begin = KeySpec::Begin::kUnknown,
                       .index = 2,
                       .keyword = "STORE",
                       .find = KeySpec::Find::kUnknown,
                       .flags = kKeyOverwrite | kKeyUpdate}},
      .arguments = kSortArguments,
  };
  static RunResult Run(CommandContext& context) { return RunSort(context, SortMayStore::kYes); }
};

// SORT_RO key [BY pattern] [LIMIT offset count] [GET pattern ...] [ASC | DESC] [ALPHA] -> an array
struct SortRo {
  static constexpr CommandSpec kSpec{
      .name = "SORT_RO",
      .summary = "Returns the elements of a list or set in order, and never writes.",
      .since = "7.0.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(N*log(N)+M), N: elements, M: elements returned",
      .arity = -2,
      .flags = kReadonlyCommand,
      .categories = kAclSet | kAclSortedSet | kAclList | kAclDangerous,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess), kPatternKeys},
      .arguments = std::span(kSortArguments).first(6),
  };
  static RunResult Run(CommandContext& context) { return RunSort(context, SortMayStore::kNo); }
};

constexpr auto kCommands = CommandList<SortCommand, SortRo>();

}  // namespace

std::span<const CommandEntry> KeySortCommands() {
  return kCommands;
}

}  // namespace server
