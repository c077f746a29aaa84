// The server as a service manager and a health check see it.
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string NewFolder() {
  std::string folder = testing::TempDir() + "/service-XXXXXX";
  EXPECT_NE(mkdtemp(folder.data()), nullptr);
  return folder;
}

// What systemd listens on.
class NotifySocket {
 public:
  explicit NotifySocket(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0) << path;
    const timeval patience{.tv_sec = Program::kPatience.count(), .tv_usec = 0};
    EXPECT_EQ(::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
  }
  ~NotifySocket() { ::close(socket_); }

  // The next message; empty if none comes.
  std::string Receive() const {
    char text[4096];
    const ssize_t size = ::recv(socket_, text, sizeof(text), 0);
    return size < 0 ? std::string() : std::string(text, static_cast<std::size_t>(size));
  }

 private:
  const int socket_;
};

Outcome AskForHealth(const std::string& data_folder) {
  const auto program = Program::Start("brainalignd", {"health", "--data", data_folder});
  const int code = program->WaitForExit().value_or(-1);
  return {code, program->out(), program->err()};
}

TEST(ServiceTest, SystemdHearsWhenCallsAreTakenAndWhenTheServerStops) {
  const std::string folder = NewFolder();
  const NotifySocket socket(folder + "/notify");
  const auto server =
      Program::Start("brainalignd", {"--listen", "127.0.0.1:0", "--data", folder + "/data"},
                     {"NOTIFY_SOCKET=" + folder + "/notify"});
  const std::string ready = socket.Receive();
  EXPECT_THAT(ready, AllOf(HasSubstr("READY=1"), HasSubstr("STATUS=listens on 127.0.0.1:")));
  // Ready means that a call made now is answered.
  const std::string address = ready.substr(ready.find("127.0.0.1:"));
  EXPECT_EQ(RunBrainalign({"info", "--server", address}).exit_code, 0) << address;
  server->Signal(SIGTERM);
  EXPECT_THAT(socket.Receive(), HasSubstr("STOPPING=1"));
  EXPECT_EQ(server->WaitForExit(), 0);
  std::filesystem::remove_all(folder);
}

TEST(ServiceTest, HealthIsTheRunningServersAndNobodyElses) {
  const std::string folder = NewFolder();
  const auto server = RunningServer::Start(folder + "/data");
  ASSERT_NE(server, nullptr);
  const Outcome healthy = AskForHealth(folder + "/data");
  EXPECT_EQ(healthy.exit_code, 0) << healthy.err;
  EXPECT_EQ(healthy.out, "serving\n");
  server->Kill();
  const Outcome dead = AskForHealth(folder + "/data");
  EXPECT_EQ(dead.exit_code, 1);
  EXPECT_THAT(dead.err, HasSubstr("no server answers for " + folder));
  EXPECT_EQ(AskForHealth(folder + "/nowhere").exit_code, 1);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace brainalign
