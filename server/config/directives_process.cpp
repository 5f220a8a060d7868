// Directives about the process and its threads. None of them acts: there is one thread, which needs
// no arrangement.

#include "server/config/directive_table.h"
#include "server/config/special_values.h"

namespace server {
namespace {

constexpr Choice kOomChoices[] = {{"no", 0}, {"yes", 1}, {"relative", 1}, {"absolute", 2}};

constexpr Directive kRows[] = {
    {.name = "io-threads",
     .kind = Kind::kInt,
     .flags = kImmutable,
     .effect = Effect::kNone,
     .min = 1,
     .max = 128,
     .initial = "1"},
    {.name = "io-threads-do-reads",
     .kind = Kind::kBool,
     .flags = kImmutable,
     .effect = Effect::kNone,
     .initial = "no"},
    {.name = "server-cpulist",
     .alias = "server_cpulist",
     .flags = kImmutable,
     .effect = Effect::kNone},
    {.name = "bio-cpulist", .alias = "bio_cpulist", .flags = kImmutable, .effect = Effect::kNone},
    {.name = "aof-rewrite-cpulist",
     .alias = "aof_rewrite_cpulist",
     .flags = kImmutable,
     .effect = Effect::kNone},
    {.name = "bgsave-cpulist",
     .alias = "bgsave_cpulist",
     .flags = kImmutable,
     .effect = Effect::kNone},
    {.name = "set-proc-title",
     .kind = Kind::kBool,
     .flags = kImmutable,
     .effect = Effect::kNone,
     .initial = "yes"},
    {.name = "proc-title-template",
     .effect = Effect::kNone,
     .initial = "{title} {listen-addr} {server-mode}",
     .check = CheckTitleTemplate},
    {.name = "disable-thp",
     .kind = Kind::kBool,
     .flags = kImmutable,
     .effect = Effect::kNone,
     .initial = "yes"},
    {.name = "oom-score-adj",
     .kind = Kind::kEnum,
     .effect = Effect::kNone,
     .initial = "no",
     .choices = kOomChoices},
    {.name = "oom-score-adj-values",
     .kind = Kind::kSpecial,
     .flags = kMultiArg,
     .effect = Effect::kNone,
     .initial = "0 200 800",
     .parse = ParseOomValues},
    {.name = "locale-collate", .effect = Effect::kNone},
    {.name = "use-exit-on-panic",
     .kind = Kind::kBool,
     .flags = kHidden,
     .effect = Effect::kNone,
     .initial = "no"},
    {.name = "watchdog-period",
     .kind = Kind::kInt,
     .flags = kHidden,
     .effect = Effect::kNone,
     .max = kIntMax,
     .initial = "0"},
    {.name = "req-res-logfile", .flags = kImmutable | kHidden, .effect = Effect::kNone},
};

}  // namespace

std::span<const Directive> ProcessDirectives() {
  return kRows;
}

}  // namespace server
