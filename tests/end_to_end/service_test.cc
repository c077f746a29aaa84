// The server as a service manager and a health check see it.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

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

TEST(ServiceTest, HangUpReadsOptionsAgainAndEndsNothing) {
  const std::string folder = NewFolder();
  const std::string config = folder + "/brainalignd.toml";
  std::ofstream(config) << "log_level = \"info\"\n";
  const auto server = RunningServer::Start(folder + "/data", "127.0.0.1:0", {"--config", config});
  ASSERT_NE(server, nullptr);
  std::ofstream(config) << "quota_uploads = 3\nthreads = 7\n";
  ASSERT_EQ(::kill(server->process_id(), SIGHUP), 0);
  EXPECT_THAT(server->WaitForLine("read options and access again: changed"),
              HasSubstr("changed quota-uploads; threads need a restart"));
  std::ofstream(config) << "quota_uploads = -1\n";
  ASSERT_EQ(::kill(server->process_id(), SIGHUP), 0);
  EXPECT_THAT(server->WaitForLine("not read again"), HasSubstr("nothing was changed"));
  EXPECT_EQ(RunBrainalign({"info", "--server", server->address()}).exit_code, 0);
  EXPECT_EQ(server->Stop(), 0);
  std::filesystem::remove_all(folder);
}

TEST(ServiceTest, WhatItKeepsIsItsUsersAlone) {
  const std::string folder = NewFolder();
  ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  const mode_t before = ::umask(022);
  const auto server = RunningServer::Start(folder + "/data");
  ASSERT_NE(server, nullptr);
  const Outcome backup =
      RunProgram("brainalignd", {"backup", folder + "/backup", "--data", folder + "/data"});
  EXPECT_EQ(backup.exit_code, 0) << backup.err;
  EXPECT_EQ(
      RunProgram("brainalignd", {"token", "add", "--person", "ada", "--data", folder + "/data"})
          .exit_code,
      0);
  EXPECT_THAT(server->log(), Not(HasSubstr("open to others")));
  EXPECT_EQ(server->Stop(), 0);
  int files = 0;
  for (const char* made : {"/data", "/backup"}) {
    struct stat info {};
    ASSERT_EQ(::stat((folder + made).c_str(), &info), 0) << made;
    EXPECT_EQ(info.st_mode & 07777, 0700U) << made;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder + made)) {
      ASSERT_EQ(::lstat(entry.path().c_str(), &info), 0);
      EXPECT_EQ(info.st_mode & 077, 0U) << entry.path();
      files += entry.is_regular_file() ? 1 : 0;
    }
  }
  EXPECT_GT(files, 10);
  ::umask(before);
  std::filesystem::remove_all(folder);
}

TEST(ServiceTest, AFolderThatOthersMayLookIntoIsWarnedOf) {
  const std::string folder = NewFolder();
  ASSERT_EQ(::mkdir((folder + "/data").c_str(), 0755), 0);
  ASSERT_EQ(::chmod((folder + "/data").c_str(), 0755), 0);
  const auto server = RunningServer::Start(folder + "/data");
  ASSERT_NE(server, nullptr);
  EXPECT_THAT(server->WaitForLine("open to others"),
              AllOf(HasSubstr("its permissions are 0755"), HasSubstr("chmod -R go= " + folder)));
  EXPECT_EQ(server->Stop(), 0);
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
