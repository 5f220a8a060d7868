#include "tools/bench/load_run.h"

#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "storage/base/random.h"

namespace bench {
namespace {

constexpr size_t kReadBufferBytes = 256 * 1024;
constexpr size_t kEventsMax = 64;
constexpr int kWaitMilliseconds = 100;
constexpr int64_t kProgressIntervalNs = 200'000'000;
// A server that is silent for so long is taken for dead.
constexpr int64_t kSilenceMaxNs = 60'000'000'000;

int64_t NowNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * int64_t{1'000'000'000} + now.tv_nsec;
}

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// What one run needs while it lasts.
class Run {
 public:
  Run(const LoadOptions& options, const ProgressListener& on_progress)
      : options_(options),
        on_progress_(on_progress),
        random_(options.seed),
        unsent_requests_(options.requests_max == 0 ? UINT64_MAX : options.requests_max),
        read_buffer_(kReadBufferBytes) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() {
    if (epoll_ >= 0) close(epoll_);
  }

  std::expected<void, std::string> Open();
  std::expected<LoadResult, std::string> Measure();

 private:
  std::expected<void, std::string> Start();
  std::expected<void, std::string> Turn();
  bool Handle(Connection& connection, uint32_t events, int64_t now_ns);
  // Sends the connection's next batch, if the run is not over. False: the connection is lost.
  bool SendNext(Connection& connection);
  // Epoll reports writability only while something is left to write.
  bool Watch(Connection& connection, bool is_sending, int operation);
  void ReportProgress(int64_t now_ns);
  std::string Lost(const Connection& connection) const;

  const LoadOptions& options_;
  const ProgressListener& on_progress_;
  storage::Random random_;
  uint64_t sequence_ = 0;
  uint64_t unsent_requests_;
  std::vector<char> read_buffer_;
  std::vector<Connection> connections_;
  int epoll_ = -1;
  size_t busy_ = 0;  // connections that await replies
  int64_t begin_ns_ = 0;
  int64_t end_ns_ = INT64_MAX;  // no new batch after it
  int64_t last_reply_ns_ = 0;
  int64_t last_progress_ns_ = 0;
  LoadResult result_;
};

std::expected<void, std::string> Run::Open() {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) return std::unexpected(std::string("epoll: ") + std::strerror(errno));
  const auto batch = RequestBatch::Make(options_.request, options_.pipeline);
  if (!batch) return std::unexpected(batch.error());
  connections_.reserve(options_.connections);
  for (size_t i = 0; i < options_.connections; ++i) {
    const auto socket = ConnectTo(options_.endpoint);
    if (!socket) return std::unexpected(socket.error());
    Connection& connection = connections_.emplace_back(*socket, *batch);
    for (const std::string& command_line : options_.prelude) {
      if (const auto reply = connection.Call(command_line); !reply) {
        return std::unexpected(reply.error());
      }
    }
    connection.StopBlocking();
    if (!Watch(connection, false, EPOLL_CTL_ADD)) {
      return std::unexpected(std::string("epoll: ") + std::strerror(errno));
    }
  }
  return {};
}

bool Run::Watch(Connection& connection, bool is_sending, int operation) {
  epoll_event event{};
  event.events = EPOLLIN | (is_sending ? uint32_t{EPOLLOUT} : 0);
  event.data.ptr = &connection;
  return epoll_ctl(epoll_, operation, connection.socket(), &event) == 0;
}

std::expected<LoadResult, std::string> Run::Measure() {
  const double cpu_before = CpuSeconds();
  begin_ns_ = last_reply_ns_ = last_progress_ns_ = NowNs();
  if (options_.seconds_max > 0) {
    end_ns_ = begin_ns_ + static_cast<int64_t>(options_.seconds_max * 1e9);
  }
  if (auto started = Start(); !started) return std::unexpected(started.error());
  while (busy_ > 0) {
    if (auto turned = Turn(); !turned) return std::unexpected(turned.error());
  }
  result_.elapsed_seconds = static_cast<double>(NowNs() - begin_ns_) * 1e-9;
  result_.client_cpu_seconds = CpuSeconds() - cpu_before;
  for (const Connection& connection : connections_) {
    const ReplyCounter& counter = connection.counter();
    if (result_.error_replies == 0) result_.first_error = counter.first_error();
    result_.error_replies += counter.errors();
  }
  return std::move(result_);
}

std::expected<void, std::string> Run::Start() {
  for (Connection& connection : connections_) {
    ++busy_;
    if (!SendNext(connection)) return std::unexpected(Lost(connection));
  }
  return {};
}

std::expected<void, std::string> Run::Turn() {
  std::array<epoll_event, kEventsMax> events;
  const int ready = epoll_wait(epoll_, events.data(), kEventsMax, kWaitMilliseconds);
  const int64_t now_ns = NowNs();
  for (int i = 0; i < ready; ++i) {
    auto& connection = *static_cast<Connection*>(events[static_cast<size_t>(i)].data.ptr);
    if (!Handle(connection, events[static_cast<size_t>(i)].events, now_ns)) {
      return std::unexpected(Lost(connection));
    }
  }
  if (ready > 0) last_reply_ns_ = now_ns;
  if (now_ns - last_reply_ns_ > kSilenceMaxNs) return std::unexpected("the server does not answer");
  if (now_ns - last_progress_ns_ > kProgressIntervalNs) ReportProgress(now_ns);
  return {};
}

bool Run::Handle(Connection& connection, uint32_t events, int64_t now_ns) {
  if ((events & EPOLLOUT) != 0) {
    const auto sent = connection.ContinueSending();
    if (sent == Connection::IoResult::kLost) return false;
    if (sent == Connection::IoResult::kDone && !Watch(connection, false, EPOLL_CTL_MOD)) {
      return false;
    }
  }
  if ((events & ~uint32_t{EPOLLOUT}) == 0) return true;
  uint64_t replies = 0;
  const auto received = connection.Receive(read_buffer_, replies);
  result_.replies += replies;
  if (received == Connection::IoResult::kLost) return false;
  if (received == Connection::IoResult::kNotYet) return true;
  result_.latencies.Record(now_ns - connection.sent_at_ns());
  return SendNext(connection);
}

bool Run::SendNext(Connection& connection) {
  const int64_t now_ns = NowNs();
  const uint64_t requests = std::min<uint64_t>(options_.pipeline, unsent_requests_);
  if (requests == 0 || now_ns >= end_ns_) {
    --busy_;
    return true;
  }
  unsent_requests_ -= requests;
  connection.batch().Refresh(requests, random_, sequence_);
  switch (connection.Send(requests, now_ns)) {
    case Connection::IoResult::kDone:
      return true;
    case Connection::IoResult::kNotYet:
      return Watch(connection, true, EPOLL_CTL_MOD);
    case Connection::IoResult::kLost:
      return false;
  }
  return false;
}

void Run::ReportProgress(int64_t now_ns) {
  last_progress_ns_ = now_ns;
  const double elapsed_seconds = static_cast<double>(now_ns - begin_ns_) * 1e-9;
  double part = 0;
  if (options_.seconds_max > 0) part = elapsed_seconds / options_.seconds_max;
  if (options_.requests_max > 0) {
    part = std::max(
        part, static_cast<double>(result_.replies) / static_cast<double>(options_.requests_max));
  }
  on_progress_(result_.replies, elapsed_seconds, std::min(part, 1.0));
}

std::string Run::Lost(const Connection& connection) const {
  const ReplyCounter& counter = connection.counter();
  if (counter.is_broken()) return "the server's answer is not RESP";
  std::string reason = "the server closed a connection";
  if (counter.errors() > 0) reason += " after: " + counter.first_error();
  return reason;
}

}  // namespace

std::expected<LoadResult, std::string> RunLoad(const LoadOptions& options,
                                               const ProgressListener& on_progress) {
  Run run(options, on_progress);
  if (auto opened = run.Open(); !opened) return std::unexpected(opened.error());
  return run.Measure();
}

}  // namespace bench
