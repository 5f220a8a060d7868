// Passwords are kept as SHA-256 digests in lower case hexadecimal, and compared in a time that says
// nothing about how much of a guess was right, nor which of several passwords was.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace server {

inline constexpr size_t kDigestDigits = 64;

std::string PasswordDigest(std::string_view password);
// Whether the text could be a digest: as many digits, a to f in lower case.
bool IsPasswordDigest(std::string_view text);
bool MatchesAnyPassword(std::span<const std::string> digests, std::string_view password);

}  // namespace server
