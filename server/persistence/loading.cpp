#include "server/persistence/loading.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "server/engine_state.h"
#include "server/slice.h"

namespace server {
namespace {

// Clients that hear "-LOADING" can wait so long for it.
constexpr uint64_t kSliceNs = 10'000'000;

}  // namespace

void Loading::Begin(std::unique_ptr<Loader> loader, std::function<void()> then) {
  if (loader == nullptr) return then();
  loader_ = std::move(loader);
  then_ = std::move(then);
  began_us_ = engine_.monotonic_us;
  began_wall_s_ = engine_.wall_us / 1'000'000;
  engine_.set_special(kIsLoading, true);
}

void Loading::RunSlice() {
  if (!is_active()) return;
  std::expected<bool, std::string> step = true;
  const bool has_more = server::RunSlice(engine_.clock, kSliceNs, [&] {
    step = loader_->Step();
    return step.value_or(false);
  });
  if (!step) {
    loader_.reset();
    return engine_.shell.EndInFailure(step.error());
  }
  if (!has_more) End();
}

void Loading::End() {
  loader_.reset();
  engine_.set_special(kIsLoading, false);
  const double seconds =
      static_cast<double>(engine_.clock.MonotonicMicroseconds() - began_us_) / 1e6;
  engine_.log.Notice(fmt::format("DB loaded from disk: {:.3f} seconds", seconds));
  std::exchange(then_, nullptr)();
}

std::expected<void, std::string> Loading::RunWhole(Loader& loader) {
  for (;;) {
    const auto has_more = loader.Step();
    if (!has_more) return std::unexpected(has_more.error());
    if (!*has_more) return {};
  }
}

void Loading::AppendInfo(InfoText& text) const {
  text.Field("loading", is_active() ? 1 : 0);
  text.Field("async_loading", 0);
}

void Loading::AppendProgress(InfoText& text) const {
  if (!is_active()) return;
  const Loader::Progress progress = loader_->progress();
  const double done = static_cast<double>(progress.bytes_done);
  const double total = static_cast<double>(std::max<uint64_t>(progress.bytes_total, 1));
  const int64_t elapsed_s = (engine_.monotonic_us - began_us_) / 1'000'000;
  const double eta_s = done == 0 ? 1 : static_cast<double>(elapsed_s) * (total - done) / done;
  text.Field("loading_start_time", began_wall_s_);
  text.Field("loading_total_bytes", progress.bytes_total);
  text.Field("loading_rdb_used_mem", 0);
  text.Field("loading_loaded_bytes", progress.bytes_done);
  text.Field("loading_loaded_perc", fmt::format("{:.2f}", done * 100 / total));
  text.Field("loading_eta_seconds", static_cast<int64_t>(eta_s));
}

}  // namespace server
