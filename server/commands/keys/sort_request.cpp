#include "server/commands/keys/sort_request.h"

#include "storage/types/hash.h"
#include "storage/types/string.h"

namespace server {

SortPattern::SortPattern(std::string_view text) : is_element_(text == "#") {
  const size_t place = text.find('*');
  has_place_ = place != std::string_view::npos;
  if (!has_place_) return;
  before_ = text.substr(0, place);
  behind_ = text.substr(place + 1);
  const size_t arrow = behind_.find("->");
  if (arrow == std::string_view::npos || arrow + 2 == behind_.size()) return;
  field_ = behind_.substr(arrow + 2);
  behind_ = behind_.substr(0, arrow);
}

std::optional<std::string> SortPattern::ValueFor(CommandContext& context,
                                                 std::string_view element) const {
  if (is_element_) return std::string(element);
  if (!has_place_) return std::nullopt;
  std::string name(before_);
  name.append(element).append(behind_);
  const storage::Found found = context.Find(context.KeyOf(name), storage::kRead);
  if (!found) return std::nullopt;
  if (field_.empty()) {
    if (found->type() != storage::Type::kString) return std::nullopt;
    storage::StringScratch scratch;
    return std::string(storage::ReadString(*found, scratch));
  }
  if (found->type() != storage::Type::kHash) return std::nullopt;
  const auto field = storage::HashView::Of(*found, context.now_ms()).Find(field_);
  if (!field) return std::nullopt;
  return std::string(field->value);
}

SortRequest ReadSortRequest(ArgReader& args, SortMayStore may_store) {
  SortRequest request{.key = args.Bytes()};
  while (!args.AtEnd()) {
    const size_t behind = args.remaining() - 1;
    if (args.Take("ASC")) {
      request.is_descending = false;
    } else if (args.Take("DESC")) {
      request.is_descending = true;
    } else if (args.Take("ALPHA")) {
      request.is_alphabetic = true;
    } else if (behind >= 2 && args.Take("LIMIT")) {
      request.limit_start = args.Int64();
      request.limit_count = args.Int64();
    } else if (may_store == SortMayStore::kYes && behind >= 1 && args.Take("STORE")) {
      request.store = args.Bytes();
    } else if (behind >= 1 && args.Take("BY")) {
      request.by = SortPattern(args.Bytes());
    } else if (behind >= 1 && args.Take("GET")) {
      request.get.emplace_back(args.Bytes());
    } else {
      args.Fail(CommandError::Syntax());
    }
  }
  return request;
}

}  // namespace server
