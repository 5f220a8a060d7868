// Directives of the AMQP side. All are ours.

#include "server/config/directive_table.h"

namespace server {
namespace {

constexpr uint64_t kPortMax = 65535;

constexpr Directive kRows[] = {
    {.name = "amqp", .kind = Kind::kBool, .initial = "no", .store = Into<&Settings::amqp>},
    {.name = "amqp-port",
     .kind = Kind::kInt,
     .max = kPortMax,
     .initial = "5672",
     .store = Into<&Settings::amqp_port>},
    {.name = "amqp-frame-max",
     .kind = Kind::kInt,
     .min = 4096,
     .max = 1 << 20,
     .initial = "131072",
     .store = Into<&Settings::amqp_frame_max_bytes>},
    {.name = "amqp-channel-max",
     .kind = Kind::kInt,
     .min = 1,
     .max = 65535,
     .initial = "2047",
     .store = Into<&Settings::amqp_channel_max>},
    {.name = "amqp-heartbeat",
     .kind = Kind::kInt,
     .max = 65535,
     .initial = "60",
     .store = Into<&Settings::amqp_heartbeat_s>},
};

}  // namespace

std::span<const Directive> AmqpDirectives() {
  return kRows;
}

}  // namespace server
