// Coming into a server that wants to know who calls.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// The name of a call that a message ends with.
std::string RequestIn(const std::string& message) {
  std::smatch match;
  const std::regex line(
      "(^|\n)request ([0-9a-f]{16}), reason [A-Z_]+, for the administrator of the server\n");
  return std::regex_search(message, match, line) ? match[2].str() : "";
}

// A file that nobody else can read.
void WriteSecret(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
}

class LoginTest : public testing::Test {
 protected:
  void SetUp() override {
    submitter_ = AddToken("submitter");
    server_ = RunningServer::Start(data_);
    ASSERT_NE(server_, nullptr);
  }

  // The new token, with the line's end.
  std::string AddToken(const std::string& role) const {
    const Outcome added = RunProgram("brainalignd", {"token", "add", "--data", data_, "--person",
                                                     "alice", "--project", "lab", "--role", role});
    EXPECT_EQ(added.exit_code, 0) << added.err;
    return added.out;
  }

  // As a user with a folder of her own for what programs keep.
  Outcome Run(const std::vector<std::string>& arguments, const std::string& input = "",
              std::vector<std::string> environment = {}) const {
    environment.push_back("XDG_CONFIG_HOME=" + (scratch_ / "config"));
    return RunBrainalign(arguments, environment, input);
  }

  std::string WithoutEnd(const std::string& line) const { return line.substr(0, line.find('\n')); }

  ScratchFolder scratch_;
  const std::string data_ = scratch_ / "data";
  const std::string kept_ = scratch_ / "config/brainalign/credentials.json";
  std::string submitter_;
  std::unique_ptr<RunningServer> server_;
};

TEST_F(LoginTest, AfterItCommandsNeedNoMoreWords) {
  EXPECT_EQ(Run({"info", "--server", server_->address()}).exit_code, 3);
  const Outcome login = Run({"login", "--server", server_->address()}, submitter_);
  ASSERT_EQ(login.exit_code, 0) << login.err;
  EXPECT_THAT(login.err + login.out, Not(HasSubstr(WithoutEnd(submitter_))));
  EXPECT_THAT(login.err, HasSubstr("you are alice, submitter of project lab"));
  EXPECT_THAT(Run({"info"}).out, HasSubstr("alice, submitter of project lab"));
  struct stat info = {};
  ASSERT_EQ(stat(kept_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0600u);

  ASSERT_NO_FATAL_FAILURE(Simulate(scratch_ / "experiment", 200, 4, 2, 5));
  const Outcome run = Run({"run", scratch_ / "experiment", "--out", scratch_ / "result.json"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(ReadResult(scratch_ / "result.json")["score"].size(), 2u);
  const Outcome list = Run({"list"});
  EXPECT_EQ(list.exit_code, 0) << list.err;
  EXPECT_THAT(list.out, HasSubstr("succeeded"));

  EXPECT_EQ(Run({"logout"}).exit_code, 0);
  const Outcome after = Run({"list", "--server", server_->address()});
  EXPECT_EQ(after.exit_code, 3);
  EXPECT_THAT(after.err, HasSubstr("token"));
}

TEST_F(LoginTest, AServerThatAsksForNoTokensChecksNone) {
  ASSERT_EQ(server_->Stop(), 0);
  server_ = RunningServer::Start(data_, "127.0.0.1:0", {"--access", "open"});
  ASSERT_NE(server_, nullptr);
  const Outcome login = Run({"login", "--server", server_->address()}, "x\n");
  EXPECT_EQ(login.exit_code, 0) << login.err;
  EXPECT_THAT(login.err, AllOf(HasSubstr("asks for no tokens"), HasSubstr("was not checked")));
  const Outcome plain = Run({"login", "--server", server_->address(), "--no-token"});
  EXPECT_EQ(plain.exit_code, 0) << plain.err;
  EXPECT_THAT(plain.err, Not(HasSubstr("was not checked")));
}

TEST_F(LoginTest, AWrongTokenIsRefusedAndNotKept) {
  const Outcome login = Run({"login", "--server", server_->address()}, "ba_wrong\n");
  EXPECT_EQ(login.exit_code, 3);
  EXPECT_THAT(login.err, AllOf(HasSubstr("token"), Not(HasSubstr("ba_wrong"))));
  EXPECT_FALSE(std::filesystem::exists(kept_));
  EXPECT_EQ(Run({"login", "--server", server_->address()}, "\n").exit_code, 2);
  EXPECT_EQ(Run({"login", "--server", server_->address()}, "").exit_code, 2);
}

TEST_F(LoginTest, ARefusalIsFoundInTheServersLogByItsName) {
  const Outcome refused =
      Run({"info", "--server", server_->address()}, "", {"BRAINALIGN_TOKEN=ba_wrong"});
  EXPECT_EQ(refused.exit_code, 3);
  const std::string request = RequestIn(refused.err);
  ASSERT_NE(request, "") << refused.err;
  EXPECT_EQ(server_->Stop(), 0);
  EXPECT_THAT(server_->log(), HasSubstr(request));
}

TEST_F(LoginTest, ScriptsGiveATokenByTheEnvironment) {
  WriteSecret(scratch_ / "token", submitter_);
  const std::string server = "BRAINALIGN_SERVER=" + server_->address();
  for (const std::string& variable : {"BRAINALIGN_TOKEN=" + WithoutEnd(submitter_),
                                      "BRAINALIGN_TOKEN_FILE=" + (scratch_ / "token")}) {
    const Outcome list = Run({"list"}, "", {server, variable});
    EXPECT_EQ(list.exit_code, 0) << variable << list.err;
  }
  EXPECT_EQ(Run({"list", "--token-file", scratch_ / "token"}, "", {server}).exit_code, 0);
  EXPECT_EQ(Run({"list"}, "", {server}).exit_code, 3);
}

TEST_F(LoginTest, WhatARoleMayNotDoIsToldInTheServersWords) {
  WriteSecret(scratch_ / "token", AddToken("reader"));
  ASSERT_EQ(server_->Stop(), 0);
  server_ = RunningServer::Start(data_);
  ASSERT_NE(server_, nullptr);
  ASSERT_NO_FATAL_FAILURE(Simulate(scratch_ / "experiment", 200, 4, 2, 5));
  const Outcome submit = Run({"submit", scratch_ / "experiment", "--server", server_->address(),
                              "--token-file", scratch_ / "token"});
  EXPECT_EQ(submit.exit_code, 3);
  EXPECT_THAT(submit.err, HasSubstr("a reader of project lab may not"));
  EXPECT_NE(RequestIn(submit.err), "") << submit.err;
  EXPECT_EQ(submit.out, "");
}

TEST_F(LoginTest, AFileThatOthersCanReadIsNotUsed) {
  ASSERT_EQ(Run({"login", "--server", server_->address()}, submitter_).exit_code, 0);
  ASSERT_EQ(chmod(kept_.c_str(), 0644), 0);
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"list"}, {"login"}, {"logout"}}) {
    const Outcome refused = Run(arguments, submitter_);
    EXPECT_EQ(refused.exit_code, 2) << arguments[0];
    EXPECT_THAT(refused.err, AllOf(HasSubstr(kept_), HasSubstr("chmod 600"))) << arguments[0];
  }
}

TEST_F(LoginTest, AServerHasANameForTheNextCommands) {
  const auto open = RunningServer::Start(scratch_ / "open");
  ASSERT_NE(open, nullptr);
  ASSERT_EQ(Run({"login", "--server", server_->address(), "--name", "lab"}, submitter_).exit_code,
            0);
  ASSERT_EQ(Run({"login", "--server", open->address(), "--no-token", "--name", "open"}).exit_code,
            0);
  const Outcome lab = Run({"whoami", "--server", "lab"});
  EXPECT_EQ(lab.exit_code, 0) << lab.err;
  EXPECT_THAT(lab.out, AllOf(HasSubstr("server   " + server_->address() + "\nmode     token\n"),
                             HasSubstr("person   alice\nrole     submitter\nproject  lab\n"),
                             HasSubstr("sees     the jobs of this project\n")));
  EXPECT_THAT(Run({"whoami", "--server", "open"}).out, HasSubstr("mode     open"));
  const Outcome kept = Run({"login", "--list"});
  EXPECT_THAT(kept.out, AllOf(HasSubstr("  " + server_->address() + "  lab"),
                              HasSubstr("* " + open->address() + "  open\n")));
  EXPECT_THAT(kept.out, Not(HasSubstr("ba_")));
  EXPECT_THAT(Run({"login", "--list", "--json"}).out, HasSubstr("\"name\": \"open\""));
  // Logging in again keeps the name; another server can take it over.
  ASSERT_EQ(Run({"login", "--server", "lab"}, submitter_).exit_code, 0);
  EXPECT_EQ(Run({"whoami", "--server", "lab"}).exit_code, 0);
  const Outcome moved = Run({"login", "--server", open->address(), "--no-token", "--name", "lab"});
  EXPECT_THAT(moved.err, HasSubstr("lab was " + server_->address() + " before"));
  EXPECT_THAT(Run({"whoami", "--server", "lab"}).out, HasSubstr(open->address()));
  const Outcome unknown = Run({"whoami", "--server", "labb"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("--server is 'labb', which is neither HOST:PORT nor the name "
                                     "of a login; names are lab."));
  EXPECT_EQ(Run({"login", "--server", open->address(), "--name", "a:b"}).exit_code, 2);
  EXPECT_EQ(Run({"logout", "--server", "lab"}).exit_code, 0);
  EXPECT_EQ(Run({"whoami", "--server", "lab"}).exit_code, 2);
}

TEST_F(LoginTest, WhoamiOfARefusedTokenEndsWithThree) {
  EXPECT_EQ(Run({"whoami", "--server", server_->address()}).exit_code, 3);
  EXPECT_EQ(
      Run({"whoami", "--server", server_->address()}, "", {"BRAINALIGN_TOKEN=ba_wrong"}).exit_code,
      3);
}

TEST_F(LoginTest, TheLastLoginIsTheDefaultAndTheOthersAreKept) {
  const auto open = RunningServer::Start(scratch_ / "open");
  ASSERT_NE(open, nullptr);
  ASSERT_EQ(Run({"login", "--server", server_->address()}, submitter_).exit_code, 0);
  ASSERT_EQ(Run({"login", "--server", open->address(), "--no-token"}).exit_code, 0);
  EXPECT_THAT(Run({"info"}).out, HasSubstr(open->address()));
  const Outcome first = Run({"info", "--server", server_->address()});
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(Run({"logout", "--server", open->address()}).exit_code, 0);
  EXPECT_EQ(Run({"info", "--server", server_->address()}).exit_code, 0);
}

}  // namespace
}  // namespace brainalign
