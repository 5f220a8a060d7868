// SORT and SORT_RO: the elements of a list, set or sorted set in another order, or what other keys
// hold for them.
//
//   load elements ──> look up weights (BY) ──> sort ──> cut (LIMIT) ──> look up (GET) ──> reply
//
// Elements are copied first: looking up other keys may expire some. What is copied, and the names
// that patterns make, asks for memory before anything is replied or changed.

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string_view>

#include "server/acl/permissions.h"
#include "server/commands/keys/keys.h"
#include "server/commands/keys/sort_request.h"
#include "server/dispatch/command_context.h"
#include "storage/keyspace/opened.h"
#include "storage/memory/text_store.h"
#include "storage/types/list.h"
#include "storage/types/set.h"
#include "storage/types/sorted_set.h"

namespace server {
namespace {

using Kind = Argument::Kind;

struct Element {
  std::string_view text;   // this and the next are followed by a zero byte
  std::string_view words;  // what it is sorted by with ALPHA and BY; no data: there is nothing
  double number = 0;       // the same without ALPHA
};

// The elements, and all that is remembered for them. Memory for it may be refused.
class Sorted {
 public:
  std::span<Element> elements() { return {elements_.get(), count_}; }
  std::span<const Element> elements() const { return {elements_.get(), count_}; }
  size_t size() const { return count_; }
  SortScratch& scratch() { return scratch_; }

  // False: there is no memory.
  bool Load(CommandContext& context, const storage::Record& record);
  // For looking up what the request names for the elements.
  bool ReserveNames(const SortRequest& request);
  std::optional<std::string_view> Keep(std::string_view text) { return texts_.Keep(text); }

 private:
  bool Reserve(size_t count) {
    elements_.reset(new (std::nothrow) Element[count]);
    return elements_ != nullptr;
  }
  bool Add(std::string_view text);

  storage::TextStore texts_;
  std::unique_ptr<Element[]> elements_;
  size_t count_ = 0;
  SortScratch scratch_;
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

bool Sorted::Add(std::string_view text) {
  const auto kept = texts_.Keep(text);
  if (kept) elements_[count_++].text = *kept;
  return kept.has_value();
}

bool Sorted::Load(CommandContext& context, const storage::Record& record) {
  bool has_memory = true;
  const auto add = [&](std::string_view text) { has_memory = has_memory && Add(text); };
  if (record.type() == storage::Type::kList) {
    storage::CollectionHandle handle = context.keyspace().Read(record);
    const storage::List list(handle);
    if (!Reserve(list.size())) return false;
    list.ForEach(0, list.size(), add);
  } else if (record.type() == storage::Type::kSortedSet) {
    const storage::SortedSetView set = storage::SortedSetView::Of(record);
    if (!Reserve(set.size())) return false;
    set.ForEach([&](double, std::string_view member) { add(member); });
  } else {
    const storage::SetView set = storage::SetView::Of(record);
    if (!Reserve(set.size())) return false;
    set.ForEach(add);
  }
  return has_memory;
}

bool Sorted::ReserveNames(const SortRequest& request) {
  size_t longest = 0;
  for (const Element& element : elements()) longest = std::max(longest, element.text.size());
  size_t name_bytes = request.by ? request.by->NameBytes(longest) : 0;
  for (const SortPattern& pattern : request.get) {
    name_bytes = std::max(name_bytes, pattern.NameBytes(longest));
  }
  return scratch_.Reserve(name_bytes);
}

// A number as C reads it: blanks before it, hexadecimal and "inf" are numbers, and so is nothing;
// what stands behind a zero byte does not count. A zero byte follows the text.
std::optional<double> NumberFrom(std::string_view text) {
  if (const auto integer = storage::IntegerForm(text)) return static_cast<double>(*integer);
  char* end = nullptr;
  errno = 0;
  const double number = std::strtod(text.data(), &end);
  if (*end != '\0' || errno == ERANGE || std::isnan(number)) return std::nullopt;
  return number;
}

std::optional<CommandError> WeighByNumber(CommandContext& context, const SortRequest& request,
                                          Sorted& sorted) {
  bool are_numbers = true;
  storage::TextStore copy;
  for (Element& element : sorted.elements()) {
    std::optional<std::string_view> weight = element.text;
    if (request.by) {
      weight = request.by->ValueFor(context, element.text, sorted.scratch());
      if (!weight) continue;
      copy.Clear();
      weight = copy.Keep(*weight);
      if (!weight) return CommandError::NoMemory();
    }
    const auto number = NumberFrom(*weight);
    if (!number) are_numbers = false;
    element.number = number.value_or(0);
  }
  if (are_numbers) return std::nullopt;
  return CommandError::Err("One or more scores can't be converted into double");
}

// Finds what each element is sorted by.
std::optional<CommandError> Weigh(CommandContext& context, const SortRequest& request,
                                  Sorted& sorted) {
  if (!request.is_alphabetic) return WeighByNumber(context, request, sorted);
  if (!request.by) return std::nullopt;
  for (Element& element : sorted.elements()) {
    const auto words = request.by->ValueFor(context, element.text, sorted.scratch());
    if (!words) continue;
    const auto kept = sorted.Keep(*words);
    if (!kept) return CommandError::NoMemory();
    element.words = *kept;
  }
  return std::nullopt;
}

int Sign(int order) {
  return (order > 0) - (order < 0);
}

// Redis compares with strcoll when it replies, which ends at a zero byte, and all bytes when it
// stores.
int CompareWords(const SortRequest& request, std::string_view a, std::string_view b) {
  return Sign(request.store ? a.compare(b) : std::strcmp(a.data(), b.data()));
}

int Compare(const SortRequest& request, const Element& a, const Element& b) {
  if (!request.is_alphabetic) {
    if (a.number != b.number) return a.number < b.number ? -1 : 1;
    return Sign(a.text.compare(b.text));
  }
  if (!request.by) return CompareWords(request, a.text, b.text);
  const bool has_a = a.words.data() != nullptr;
  const bool has_b = b.words.data() != nullptr;
  if (!has_a || !has_b) return (has_a ? 1 : 0) - (has_b ? 1 : 0);
  return CompareWords(request, a.words, b.words);
}

// Elements that compare equal keep their order, so that LIMIT cuts the same everywhere. (Without
// memory for a merge stable_sort works in place.)
void Sort(const SortRequest& request, std::span<Element> elements) {
  std::stable_sort(elements.begin(), elements.end(), [&](const Element& a, const Element& b) {
    const int compared = Compare(request, a, b);
    return request.is_descending ? compared > 0 : compared < 0;
  });
}

void ReplyPart(CommandContext& context, const SortRequest& request, const Part& part,
               Sorted& sorted) {
  protocol::resp::ReplyWriter& reply = context.reply();
  reply.ArrayHeader(part.count * std::max<size_t>(request.get.size(), 1));
  for (const Element& element : sorted.elements().subspan(part.first, part.count)) {
    if (request.get.empty()) reply.Bulk(element.text);
    for (const SortPattern& pattern : request.get) {
      if (const auto value = pattern.ValueFor(context, element.text, sorted.scratch())) {
        reply.Bulk(*value);
      } else {
        reply.Null();
      }
    }
  }
}

// What is stored for the part, in its order; null: there is no memory for it.
std::unique_ptr<std::string_view[]> CollectResults(CommandContext& context,
                                                   const SortRequest& request, const Part& part,
                                                   Sorted& sorted, size_t count) {
  std::unique_ptr<std::string_view[]> results(new (std::nothrow) std::string_view[count]);
  std::string_view* next = results.get();
  if (next == nullptr) return nullptr;
  for (const Element& element : sorted.elements().subspan(part.first, part.count)) {
    if (request.get.empty()) *next++ = element.text;
    for (const SortPattern& pattern : request.get) {
      const auto value = pattern.ValueFor(context, element.text, sorted.scratch());
      const auto kept = sorted.Keep(value.value_or(""));
      if (!kept) return nullptr;
      *next++ = *kept;
    }
  }
  return results;
}

RunResult StorePart(CommandContext& context, const SortRequest& request, const Part& part,
                    Sorted& sorted) {
  const size_t count = part.count * std::max<size_t>(request.get.size(), 1);
  const auto results = CollectResults(context, request, part, sorted, count);
  if (results == nullptr) return CommandError::NoMemory();
  const storage::Key key = context.KeyOf(*request.store);
  const storage::Found found = context.Find(key, storage::kWrite);
  const bool was_there = static_cast<bool>(found);
  storage::Opened<storage::List> list(context.db(), key, found, storage::Replacing());
  for (const std::string_view result : std::span(results.get(), count)) {
    if (list->Push(storage::ListEnd::kBack, result)) continue;
    list.Abandon();
    return CommandError::NoMemory();
  }
  list->SayByContents();
  const bool is_erased = list.Close();
  if (count > 0) {
    if (!was_there) context.NoteNewKey(key);
    context.NoteChange(key, "sortstore", EventClass::kList);
  } else if (is_erased) {
    context.NoteChange(key, "del", EventClass::kGeneric);
  }
  context.reply().Integer(static_cast<int64_t>(count));
  return Replied();
}

bool IsSortable(storage::Type type) {
  return type == storage::Type::kList || type == storage::Type::kSet ||
         type == storage::Type::kSortedSet;
}

// BY and GET read keys that no one knows before: only for those who may read all.
std::optional<CommandError> RefusalOfPatterns(CommandContext& context, const SortRequest& request) {
  const bool reads_others = (request.by && request.by->HasPlace()) || !request.get.empty();
  if (!context.client().is(kRestricted) || !reads_others) return std::nullopt;
  if (MayReadAnyKey(context.client().access, context.command(), context.arguments())) {
    return std::nullopt;
  }
  const bool is_about_by = request.by && request.by->HasPlace();
  return CommandError::Err(is_about_by
                               ? "BY option of SORT denied due to insufficient ACL permissions"
                               : "GET option of SORT denied due to insufficient ACL permissions");
}

RunResult RunSort(CommandContext& context, SortMayStore may_store) {
  ArgReader args = context.args();
  SortRequest request = ReadSortRequest(args, may_store);
  if (const auto error = args.Finish()) return *error;
  if (const auto error = RefusalOfPatterns(context, request)) return *error;
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
  Sorted sorted;
  if (found && !(sorted.Load(context, *found) && sorted.ReserveNames(request))) {
    return CommandError::NoMemory();
  }
  const bool has_order = found && found->type() != storage::Type::kSet;
  const Part part = PartOf(request, sorted.size());
  if (!keeps_order) {
    if (const auto error = Weigh(context, request, sorted)) return *error;
    Sort(request, sorted.elements());
  } else if (has_order && request.is_descending) {
    std::ranges::reverse(sorted.elements());
  }
  if (request.store) return StorePart(context, request, part, sorted);
  ReplyPart(context, request, part, sorted);
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
