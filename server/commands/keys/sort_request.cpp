#include "server/commands/keys/sort_request.h"

#include <algorithm>
#include <new>

#include "storage/types/hash.h"

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

bool SortScratch::Reserve(size_t name_bytes) {
  name_.reset(new (std::nothrow) char[name_bytes]);
  return name_ != nullptr;
}

std::optional<std::string_view> SortPattern::ValueFor(CommandContext& context,
                                                      std::string_view element,
                                                      SortScratch& scratch) const {
  if (is_element_) return element;
  if (!has_place_) return std::nullopt;
  char* end = std::copy(before_.begin(), before_.end(), scratch.name_.get());
  end = std::copy(element.begin(), element.end(), end);
  end = std::copy(behind_.begin(), behind_.end(), end);
  const storage::Key key = context.KeyOf({scratch.name_.get(), end});
  const storage::Found found = context.Find(key, storage::kRead);
  if (!found) return std::nullopt;
  if (field_.empty()) {
    if (found->type() != storage::Type::kString) return std::nullopt;
    return storage::ReadString(*found, scratch.integer_);
  }
  if (found->type() != storage::Type::kHash) return std::nullopt;
  const auto field = storage::HashView::Of(*found, context.now_ms()).Find(field_);
  if (!field) return std::nullopt;
  return field->value;
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
      if (request.get.empty()) request.get.reserve(behind);
      request.get.emplace_back(args.Bytes());
    } else {
      args.Fail(CommandError::Syntax());
    }
  }
  return request;
}

}  // namespace server
