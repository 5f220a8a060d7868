// cinnabar-cache-trace: uses a server as programs use a cache, and counts the hits.
//
//   cinnabar-cache-trace PORT [keys] [requests] [exponent] [pipeline] [seed] [value bytes]
//
// Reads `requests` keys in Zipf's frequencies, `pipeline` at a time; what was not there is stored,
// as a program does that computes it again. Prints one line of JSON. An exponent of 0 stores every
// key once, in order: how many are then there says how many there is room for.

#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "tools/bench/connection.h"
#include "tools/bench/zipf.h"

namespace {

struct Trace {
  uint32_t keys = 1'000'000;
  uint64_t requests = 10'000'000;
  double exponent = 0.99;
  size_t pipeline = 16;
  uint64_t seed = 1;
  size_t value_bytes = 32;
};

// Reads replies that are bulk strings, nulls, or lines.
class Replies {
 public:
  explicit Replies(int socket) : socket_(socket) {}

  // Whether the next reply is not a null. Ends the program when there is none, or an error.
  bool TakeNext() {
    const std::string_view line = TakeLine();
    if (line.starts_with('-')) Fail(line);
    if (!line.starts_with('$')) return true;
    const long length = std::strtol(line.data() + 1, nullptr, 10);
    if (length < 0) return false;
    const size_t end = position_ + static_cast<size_t>(length) + 2;
    while (bytes_.size() < end) Receive();
    position_ = end;
    return true;
  }

  static void Fail(std::string_view why) {
    std::fprintf(stderr, "cinnabar-cache-trace: %.*s\n", static_cast<int>(why.size()), why.data());
    std::exit(1);
  }

 private:
  std::string_view TakeLine() {
    size_t end;
    while ((end = bytes_.find("\r\n", position_)) == std::string::npos) Receive();
    const std::string_view line = std::string_view(bytes_).substr(position_, end - position_);
    position_ = end + 2;
    return line;
  }

  void Receive() {
    bytes_.erase(0, position_);
    position_ = 0;
    char buffer[65536];
    const ssize_t count = recv(socket_, buffer, sizeof buffer, 0);
    if (count <= 0) Fail("the server closed the connection");
    bytes_.append(buffer, static_cast<size_t>(count));
  }

  int socket_;
  std::string bytes_;
  size_t position_ = 0;
};

void Send(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) Replies::Fail("cannot send to the server");
    bytes.remove_prefix(static_cast<size_t>(count));
  }
}

std::string KeyOf(uint32_t rank) {
  char key[24];
  std::snprintf(key, sizeof key, "key:%012u", rank);
  return key;
}

void AppendBulk(std::string& request, std::string_view bytes) {
  request += "$" + std::to_string(bytes.size()) + "\r\n";
  request += bytes;
  request += "\r\n";
}

// Stores the keys. Returns when all is answered.
void Store(int socket, Replies& replies, const std::vector<uint32_t>& ranks,
           const std::string& value) {
  std::string request;
  for (const uint32_t rank : ranks) {
    request += "*3\r\n$3\r\nSET\r\n";
    AppendBulk(request, KeyOf(rank));
    AppendBulk(request, value);
  }
  Send(socket, request);
  for (size_t i = 0; i < ranks.size(); ++i) replies.TakeNext();
}

// Returns the ranks that were not there.
std::vector<uint32_t> Read(int socket, Replies& replies, const std::vector<uint32_t>& ranks) {
  std::string request;
  for (const uint32_t rank : ranks) {
    request += "*2\r\n$3\r\nGET\r\n";
    AppendBulk(request, KeyOf(rank));
  }
  Send(socket, request);
  std::vector<uint32_t> missed;
  for (const uint32_t rank : ranks) {
    if (!replies.TakeNext()) missed.push_back(rank);
  }
  return missed;
}

void Run(int socket, const Trace& trace) {
  Replies replies(socket);
  storage::Random random(trace.seed);
  const bool stores_all = trace.exponent == 0;
  const bench::ZipfSampler sampler(stores_all ? 1 : trace.keys, trace.exponent);
  const std::string value(trace.value_bytes, 'v');
  uint64_t hits = 0;
  uint64_t sent = 0;
  std::vector<uint32_t> ranks;
  while (sent < trace.requests) {
    ranks.clear();
    for (; ranks.size() < trace.pipeline && sent < trace.requests; ++sent) {
      ranks.push_back(stores_all ? static_cast<uint32_t>(sent % trace.keys) : sampler.Draw(random));
    }
    const std::vector<uint32_t> missed = stores_all ? ranks : Read(socket, replies, ranks);
    hits += ranks.size() - missed.size();
    if (!missed.empty()) Store(socket, replies, missed, value);
  }
  std::printf("{\"requests\": %llu, \"hits\": %llu}\n", static_cast<unsigned long long>(sent),
              static_cast<unsigned long long>(hits));
}

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int index, double usual) {
    return argc > index ? std::strtod(argv[index], nullptr) : usual;
  };
  if (argc < 2) Replies::Fail("which port?");
  Trace trace;
  trace.keys = static_cast<uint32_t>(number(2, trace.keys));
  trace.requests = static_cast<uint64_t>(number(3, static_cast<double>(trace.requests)));
  trace.exponent = number(4, trace.exponent);
  trace.pipeline = static_cast<size_t>(number(5, static_cast<double>(trace.pipeline)));
  trace.seed = static_cast<uint64_t>(number(6, static_cast<double>(trace.seed)));
  trace.value_bytes = static_cast<size_t>(number(7, static_cast<double>(trace.value_bytes)));
  if (trace.keys == 0 || trace.pipeline == 0) Replies::Fail("no keys, or no pipeline");
  bench::Endpoint endpoint;
  endpoint.port = static_cast<uint16_t>(number(1, 0));
  const auto socket = bench::ConnectTo(endpoint);
  if (!socket) Replies::Fail(socket.error());
  Run(*socket, trace);
  close(*socket);
}
