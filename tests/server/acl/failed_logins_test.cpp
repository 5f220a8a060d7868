#include "server/acl/failed_logins.h"

#include <doctest/doctest.h>

#include <string>

using server::FailedLogins;

TEST_CASE("FailedLogins: after a burst an address may try once a second, others are not touched") {
  FailedLogins logins;
  constexpr int64_t kBurst = 3;
  constexpr int64_t kSecondUs = 1'000'000;
  int64_t now_us = 10 * kSecondUs;
  CHECK(!logins.Note("a", now_us, kBurst));
  CHECK(!logins.Note("a", now_us, kBurst));
  CHECK(logins.MayTry("a", now_us, kBurst));
  CHECK(logins.Note("a", now_us, kBurst));
  CHECK(!logins.MayTry("a", now_us, kBurst));
  CHECK(logins.MayTry("b", now_us, kBurst));
  CHECK(logins.MayTry("a", now_us, 0));
  now_us += kSecondUs;
  CHECK(logins.MayTry("a", now_us, kBurst));
  CHECK(logins.Note("a", now_us, kBurst));
  CHECK(!logins.MayTry("a", now_us, kBurst));
  now_us += 3 * kSecondUs;
  CHECK(!logins.Note("a", now_us, kBurst));
}

TEST_CASE("FailedLogins: however many addresses fail, only so many are remembered") {
  FailedLogins logins;
  for (size_t i = 0; i < 2 * FailedLogins::kAddressesMax; ++i) {
    logins.Note(std::to_string(i), 1, 3);
  }
  CHECK(logins.size() <= FailedLogins::kAddressesMax);
}
