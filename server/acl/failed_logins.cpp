#include "server/acl/failed_logins.h"

#include <algorithm>

namespace server {

bool FailedLogins::MayTry(std::string_view address, int64_t now_us, int64_t burst) const {
  if (burst == 0) return true;
  const auto found = forgotten_us_.find(std::string(address));
  return found == forgotten_us_.end() || found->second - now_us <= (burst - 1) * kForgottenAfterUs;
}

bool FailedLogins::Note(std::string_view address, int64_t now_us, int64_t burst) {
  if (burst == 0) return false;
  if (forgotten_us_.size() >= kAddressesMax) MakeRoom(now_us);
  int64_t& forgotten_us = forgotten_us_[std::string(address)];
  forgotten_us = std::max(forgotten_us, now_us) + kForgottenAfterUs;
  return forgotten_us - now_us > (burst - 1) * kForgottenAfterUs;
}

void FailedLogins::MakeRoom(int64_t now_us) {
  std::erase_if(forgotten_us_, [now_us](const auto& item) { return item.second <= now_us; });
  // As many addresses as that are no one's mistakes: any may be forgotten.
  if (forgotten_us_.size() >= kAddressesMax) forgotten_us_.erase(forgotten_us_.begin());
}

}  // namespace server
