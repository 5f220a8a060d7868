// Shows what a service manager gets to hear, with a datagram socket of the test's own in its place.

#include "server/process/service_manager.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "tests/support/temporary_folder.h"

namespace server {
namespace {

// Listens as systemd does, and says so in the environment.
class Listener {
 public:
  explicit Listener(const std::string& name) : descriptor_(socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    REQUIRE(bind(descriptor_, reinterpret_cast<sockaddr*>(&address),
                 static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size())) == 0);
    setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  ~Listener() {
    close(descriptor_);
    unsetenv("NOTIFY_SOCKET");
  }
  std::string Receive() const {
    char text[256];
    const ssize_t size = recv(descriptor_, text, sizeof text, MSG_DONTWAIT);
    return size < 0 ? "nothing" : std::string(text, static_cast<size_t>(size));
  }

 private:
  int descriptor_;
};

TEST_CASE("ServiceManager: systemd gets each notification as one datagram") {
  const tests::TemporaryFolder folder;
  const Listener systemd(folder.File("notify"));
  for (const Supervision wish : {Supervision::kSystemd, Supervision::kAuto}) {
    const ServiceManager manager(wish);
    CHECK(manager.is_present());
    CHECK(manager.warning().empty());
    manager.Notify("READY=1\nSTATUS=Ready to accept connections\n");
    CHECK(systemd.Receive() == "READY=1\nSTATUS=Ready to accept connections\n");
  }
}

TEST_CASE("ServiceManager: a socket in the abstract namespace is found") {
  const Listener systemd("@cinnabar-test-" + std::to_string(getpid()));
  const ServiceManager manager(Supervision::kSystemd);
  manager.Notify("STOPPING=1\n");
  CHECK(systemd.Receive() == "STOPPING=1\n");
}

TEST_CASE("ServiceManager: who did not ask for supervision notifies nobody") {
  const tests::TemporaryFolder folder;
  const Listener systemd(folder.File("notify"));
  for (const Supervision wish : {Supervision::kNone, Supervision::kUpstart}) {
    const ServiceManager manager(wish);
    CHECK_FALSE(manager.is_present());
    manager.Notify("READY=1\n");
    CHECK(systemd.Receive() == "nothing");
  }
}

TEST_CASE("ServiceManager: systemd asked for and not there is a warning and nothing worse") {
  unsetenv("NOTIFY_SOCKET");
  const ServiceManager manager(Supervision::kSystemd);
  CHECK_FALSE(manager.is_present());
  CHECK(manager.warning() != "");
  manager.Notify("READY=1\n");
  CHECK(ServiceManager(Supervision::kAuto).warning() == "");
}

TEST_CASE("ServiceManager: a path longer than a socket's can be is no manager") {
  setenv("NOTIFY_SOCKET", ("/" + std::string(200, 'x')).c_str(), 1);
  CHECK_FALSE(ServiceManager(Supervision::kAuto).is_present());
  unsetenv("NOTIFY_SOCKET");
}

// The environment as systemd leaves it to a process that it watches.
class Watched {
 public:
  Watched(const std::string& microseconds, const std::string& process) {
    setenv("WATCHDOG_USEC", microseconds.c_str(), 1);
    if (!process.empty()) setenv("WATCHDOG_PID", process.c_str(), 1);
  }
  ~Watched() {
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
  }
};

std::optional<int64_t> PeriodMs() {
  return ServiceManager(Supervision::kSystemd).watchdog_period_ms();
}

TEST_CASE("ServiceManager: a watchdog is told twice in its time, if it watches this process") {
  const tests::TemporaryFolder folder;
  const Listener systemd(folder.File("notify"));
  const std::string self = std::to_string(getpid());
  CHECK(PeriodMs() == std::nullopt);
  {
    const Watched watched("30000000", self);
    CHECK(PeriodMs() == 15'000);
    CHECK(ServiceManager(Supervision::kNone).watchdog_period_ms() == std::nullopt);
  }
  {
    const Watched watched("30000000", "");
    CHECK(PeriodMs() == 15'000);
  }
  {
    const Watched parent("30000000", std::to_string(getppid()));
    CHECK(PeriodMs() == std::nullopt);
  }
  {
    const Watched hasty("1", self);
    CHECK(PeriodMs() == 1);
  }
  for (const char* nonsense : {"", "0", "-5", "soon", "99999999999999999999"}) {
    CAPTURE(nonsense);
    const Watched watched(nonsense, self);
    CHECK(PeriodMs() == std::nullopt);
  }
}

TEST_CASE("ServiceManager: a manager that does not read is not waited for") {
  const tests::TemporaryFolder folder;
  const Listener systemd(folder.File("notify"));
  const ServiceManager manager(Supervision::kSystemd);
  for (int i = 0; i < 10'000; ++i) manager.Notify("STATUS=again\n");  // more than any socket queues
  CHECK(systemd.Receive() == "STATUS=again\n");
}

}  // namespace
}  // namespace server
