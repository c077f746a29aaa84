#include "client/credentials/credentials_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

unsigned int PermissionsOf(const std::string& path) {
  struct stat info = {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 07777;
}

class CredentialsFileTest : public testing::Test {
 protected:
  void Write(const std::string& text, unsigned int permissions = 0600) {
    std::filesystem::create_directories(std::filesystem::path(path_).parent_path());
    std::ofstream(path_) << text;
    ASSERT_EQ(chmod(path_.c_str(), permissions), 0);
  }

  ScratchFolder folder_;
  const std::string path_ = folder_.Path("config/brainalign/credentials.json");
};

Credentials TwoServers() {
  Credentials credentials;
  credentials.servers["lab.example:7733"] = KeptServer{
      .tls = {.ca = "/etc/lab.pem", .certificate = "/c.pem", .key = "/k.pem", .server_name = "lab"},
      .token = "ba_secret",
      .token_without_tls = false};
  credentials.servers["10.0.0.7:1"] =
      KeptServer{.tls = {}, .token = "ba_other", .token_without_tls = true, .name = "other"};
  credentials.default_address = "10.0.0.7:1";
  return credentials;
}

TEST_F(CredentialsFileTest, WhatIsWrittenIsReadBack) {
  ASSERT_TRUE(WriteCredentials(path_, TwoServers()).ok());
  const absl::StatusOr<Credentials> read = ReadCredentials(path_);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->default_address, "10.0.0.7:1");
  ASSERT_EQ(read->servers.size(), 2u);
  const KeptServer& lab = read->servers.at("lab.example:7733");
  EXPECT_EQ(lab.token, "ba_secret");
  EXPECT_EQ(lab.tls.ca, "/etc/lab.pem");
  EXPECT_EQ(lab.tls.certificate, "/c.pem");
  EXPECT_EQ(lab.tls.key, "/k.pem");
  EXPECT_EQ(lab.tls.server_name, "lab");
  EXPECT_FALSE(lab.token_without_tls);
  EXPECT_EQ(lab.name, "");
  EXPECT_EQ(read->servers.at("10.0.0.7:1").name, "other");
  EXPECT_EQ(read->servers.at("10.0.0.7:1").token, "ba_other");
  EXPECT_TRUE(read->servers.at("10.0.0.7:1").token_without_tls);
}

TEST_F(CredentialsFileTest, OnlyTheUserCanReadItWhateverTheUmask) {
  const mode_t before = umask(0);
  const absl::Status written = WriteCredentials(path_, TwoServers());
  umask(before);
  ASSERT_TRUE(written.ok()) << written;
  EXPECT_EQ(PermissionsOf(path_), 0600u);
  EXPECT_EQ(PermissionsOf(folder_.Path("config/brainalign")), 0700u);
  // A file that was open to all is replaced by one that is not.
  ASSERT_EQ(chmod(path_.c_str(), 0644), 0);
  ASSERT_TRUE(WriteCredentials(path_, TwoServers()).ok());
  EXPECT_EQ(PermissionsOf(path_), 0600u);
}

TEST_F(CredentialsFileTest, NothingElseIsLeftInItsFolder) {
  ASSERT_TRUE(WriteCredentials(path_, TwoServers()).ok());
  ASSERT_TRUE(WriteCredentials(path_, Credentials()).ok());
  int files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(path_).parent_path())) {
    EXPECT_EQ(entry.path().string(), path_);
    ++files;
  }
  EXPECT_EQ(files, 1);
}

TEST_F(CredentialsFileTest, NoFileAndNoPathHoldNothing) {
  for (const std::string& path : {path_, std::string()}) {
    const absl::StatusOr<Credentials> read = ReadCredentials(path);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_TRUE(read->servers.empty());
    EXPECT_EQ(read->default_address, "");
  }
}

TEST_F(CredentialsFileTest, AFileThatOthersCanReadOrChangeIsRefused) {
  for (const unsigned int permissions : {0640u, 0604u, 0620u, 0602u, 0666u}) {
    Write("{\"version\": 1, \"servers\": {}}", permissions);
    const absl::Status refused = ReadCredentials(path_).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << permissions;
    EXPECT_THAT(std::string(refused.message()), HasSubstr(path_));
    EXPECT_THAT(std::string(refused.message()), HasSubstr("chmod 600"));
  }
}

TEST_F(CredentialsFileTest, WhatLoginDidNotWriteIsRefusedAndNotRepeated) {
  for (const std::string text :
       {"", "ba_secret", "[]", "{}", R"({"version": 2, "servers": {}})",
        R"({"version": 1, "servers": []})", R"({"version": 1, "servers": {"a:1": "ba_secret"}})",
        R"({"version": 1, "servers": {"a:1": {"token": 7}}})",
        R"({"version": 1, "servers": {"a:1": {"token_without_tls": "ba_secret"}}})"}) {
    Write(text);
    const absl::Status refused = ReadCredentials(path_).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << text;
    EXPECT_THAT(std::string(refused.message()), HasSubstr(path_)) << text;
    EXPECT_THAT(std::string(refused.message()), testing::Not(HasSubstr("ba_secret"))) << text;
  }
}

TEST_F(CredentialsFileTest, ADefaultThatIsNotKeptIsNone) {
  Write(R"({"version": 1, "default": "gone:1", "servers": {"a:1": {}}})");
  const absl::StatusOr<Credentials> read = ReadCredentials(path_);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->default_address, "");
}

TEST(CredentialsPathTest, FollowsTheBaseDirectorySpecification) {
  const auto path = [](std::map<std::string, std::string> variables) {
    return CredentialsPath([&](const std::string& name) { return variables[name]; });
  };
  EXPECT_EQ(path({{"XDG_CONFIG_HOME", "/x"}, {"HOME", "/h"}}), "/x/brainalign/credentials.json");
  EXPECT_EQ(path({{"HOME", "/h"}}), "/h/.config/brainalign/credentials.json");
  EXPECT_EQ(path({{"XDG_CONFIG_HOME", "not/absolute"}, {"HOME", "/h"}}),
            "/h/.config/brainalign/credentials.json");
  EXPECT_EQ(path({}), "");
}

}  // namespace
}  // namespace brainalign
