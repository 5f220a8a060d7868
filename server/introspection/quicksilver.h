// The picture of LOLWUT: drops of quicksilver on a table, which run together where they are close.
#pragma once

#include <string>

#include "storage/base/random.h"

namespace server {

// Lines of kPictureColumns columns, each ended with a line feed. Another picture each time.
inline constexpr int kPictureColumns = 64;
inline constexpr int kPictureRows = 18;
std::string DrawQuicksilver(storage::Random& random);

}  // namespace server
