// Loading: the time after the start in which the data is read from a file. It is read in slices;
// between them clients are told "-LOADING", but for the commands that may run nevertheless.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "server/introspection/info_text.h"

namespace server {

struct EngineState;

// Reads the data from somewhere, step by step, each of at most some milliseconds.
class Loader {
 public:
  struct Progress {
    uint64_t bytes_total = 0;
    uint64_t bytes_done = 0;
  };

  virtual ~Loader() = default;
  // False: everything is loaded. The error says what and where; what was loaded so far is there.
  virtual std::expected<bool, std::string> Step() = 0;
  virtual Progress progress() const = 0;
};

class Loading {
 public:
  explicit Loading(EngineState& engine) : engine_(engine) {}

  // `then` follows when all is loaded; at once when `loader` is null. When it fails, the process
  // ends (Shell::EndInFailure).
  void Begin(std::unique_ptr<Loader> loader, std::function<void()> then);
  bool is_active() const { return loader_ != nullptr; }
  void RunSlice();
  // Everything at once, as DEBUG RELOAD needs it.
  static std::expected<void, std::string> RunWhole(Loader& loader);

  // INFO persistence: the first fields, and those that are there only while it lasts.
  void AppendInfo(InfoText& text) const;
  void AppendProgress(InfoText& text) const;

 private:
  void End();

  EngineState& engine_;
  std::unique_ptr<Loader> loader_;
  std::function<void()> then_;
  int64_t began_us_ = 0;  // monotonic
  int64_t began_wall_s_ = 0;
};

}  // namespace server
