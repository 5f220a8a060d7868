// FailedLogins: slows down whoever guesses passwords. An address may fail so many times in a row;
// after that it gets an attempt a second, right or wrong. What it owes wears off in time.
//
// Each address has one number: the moment at which all its failures are forgotten, a second for
// each. Memory: at most kAddressesMax addresses, the forgotten ones first to go.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace server {

class FailedLogins {
 public:
  static constexpr int64_t kForgottenAfterUs = 1'000'000;  // one failure
  static constexpr size_t kAddressesMax = 4096;

  // Whether an attempt from there is looked at now. `burst` 0: always.
  bool MayTry(std::string_view address, int64_t now_us, int64_t burst) const;
  // Returns whether the address has now failed more often than `burst`.
  bool Note(std::string_view address, int64_t now_us, int64_t burst);
  size_t size() const { return forgotten_us_.size(); }

 private:
  void MakeRoom(int64_t now_us);

  std::unordered_map<std::string, int64_t> forgotten_us_;  // monotonic
};

}  // namespace server
