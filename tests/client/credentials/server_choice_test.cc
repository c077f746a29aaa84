#include "client/credentials/server_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <string>

#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::HasSubstr;
using Variables = std::map<std::string, std::string>;

Environment Of(Variables variables) {
  return [variables](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? "" : found->second;
  };
}

// The default, and another.
Credentials Kept() {
  Credentials kept;
  kept.servers["lab:1"] = KeptServer{
      .tls = {.ca = "kept-ca", .certificate = "kept-c", .key = "kept-k", .server_name = "kept-n"},
      .token = "kept-token",
      .token_without_tls = false};
  kept.servers["far:2"] = KeptServer{.tls = {}, .token = "far-token", .token_without_tls = true};
  kept.default_address = "lab:1";
  return kept;
}

TEST(ServerChoiceTest, TheAddressIsOfTheFlagThenTheEnvironmentThenTheFileThenThisMachine) {
  ServerFlags flags;
  flags.address = "flag:1";
  const Environment environment = Of({{"BRAINALIGN_SERVER", "environment:1"}});
  EXPECT_EQ(ChooseServer(flags, environment, Kept()).address, "flag:1");
  EXPECT_EQ(ChooseServer({}, environment, Kept()).address, "environment:1");
  EXPECT_EQ(ChooseServer({}, Of({}), Kept()).address, "lab:1");
  EXPECT_EQ(ChooseServer({}, Of({}), {}).address, "127.0.0.1:7733");
}

TEST(ServerChoiceTest, ANameStandsForTheAddressAndAllThatIsKeptOfIt) {
  Credentials kept = Kept();
  kept.servers["far:2"].name = "far";
  ServerFlags flags;
  flags.address = "far";
  for (const ConnectionOptions& chosen :
       {ChooseServer(flags, Of({}), kept),
        ChooseServer({}, Of({{"BRAINALIGN_SERVER", "far"}}), kept)}) {
    EXPECT_EQ(chosen.address, "far:2");
    EXPECT_EQ(chosen.token, "far-token");
  }
  flags.address = "lab";
  EXPECT_EQ(ChooseServer(flags, Of({}), kept).address, "lab");
  EXPECT_EQ(ChooseServer(flags, Of({}), kept).token, "");
}

TEST(ServerChoiceTest, NamesCannotBeAddresses) {
  for (const std::string name : {"lab2", "a.b_c-d", "7"}) EXPECT_TRUE(IsServerName(name)) << name;
  for (const std::string name : {"", "private", "lab:1", "unix:/x", "a b", "\n", "é"}) {
    EXPECT_FALSE(IsServerName(name)) << name;
  }
  EXPECT_FALSE(IsServerName(std::string(65, 'a')));
}

TEST(ServerChoiceTest, WhatWasKeptOfOneServerIsNeverGivenToAnother) {
  const ConnectionOptions lab = ChooseServer({}, Of({}), Kept());
  EXPECT_EQ(lab.token, "kept-token");
  EXPECT_EQ(lab.tls.ca, "kept-ca");
  EXPECT_FALSE(lab.token_without_tls);
  const ConnectionOptions far = ChooseServer({}, Of({{"BRAINALIGN_SERVER", "far:2"}}), Kept());
  EXPECT_EQ(far.token, "far-token");
  EXPECT_EQ(far.tls.ca, "");
  EXPECT_TRUE(far.token_without_tls);
  for (const std::string address : {"stranger:1", "lab:2", "xlab:1"}) {
    ServerFlags flags;
    flags.address = address;
    const ConnectionOptions stranger = ChooseServer(flags, Of({}), Kept());
    EXPECT_EQ(stranger.token, "") << address;
    EXPECT_EQ(stranger.tls.ca, "") << address;
    EXPECT_EQ(stranger.tls.key, "") << address;
  }
}

TEST(ServerChoiceTest, EachTlsOptionIsOfTheFlagThenTheEnvironmentThenTheFile) {
  const Environment environment = Of({{"BRAINALIGN_TLS_CA", "environment-ca"},
                                      {"BRAINALIGN_TLS_SERVER_NAME", "environment-n"},
                                      {"BRAINALIGN_TLS_CERTIFICATE", "environment-c"},
                                      {"BRAINALIGN_TLS_KEY", "environment-k"}});
  ServerFlags flags;
  flags.tls = {.ca = "flag-ca", .certificate = "flag-c", .key = "flag-k", .server_name = "flag-n"};
  const auto tls = [](const ConnectionOptions& options) {
    return options.tls.ca + " " + options.tls.certificate + " " + options.tls.key + " " +
           options.tls.server_name;
  };
  EXPECT_EQ(tls(ChooseServer(flags, environment, Kept())), "flag-ca flag-c flag-k flag-n");
  EXPECT_EQ(tls(ChooseServer({}, environment, Kept())),
            "environment-ca environment-c environment-k environment-n");
  EXPECT_EQ(tls(ChooseServer({}, Of({}), Kept())), "kept-ca kept-c kept-k kept-n");
}

TEST(ServerChoiceTest, AKeptKeyIsNotPairedWithAnotherCertificate) {
  ServerFlags flags;
  flags.tls.certificate = "flag-c";
  const ConnectionOptions options = ChooseServer(flags, Of({}), Kept());
  EXPECT_EQ(options.tls.certificate, "flag-c");
  EXPECT_EQ(options.tls.key, "");
}

// A file that nobody else can read.
void WriteSecret(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
}

TEST(GivenTokenTest, TheFlagsFileGoesBeforeTheVariableAndThatBeforeItsFile) {
  const ScratchFolder folder;
  WriteSecret(folder.Path("flag"), "flag-token\n");
  WriteSecret(folder.Path("variable"), "  file-token\r\n");
  ServerFlags flags;
  flags.token_file = folder.Path("flag");
  const Variables file = {{"BRAINALIGN_TOKEN_FILE", folder.Path("variable")}};
  const Variables both = {{"BRAINALIGN_TOKEN_FILE", folder.Path("variable")},
                          {"BRAINALIGN_TOKEN", "variable-token"}};
  EXPECT_EQ(*FindGivenToken(flags, Of(both)), "flag-token");
  EXPECT_EQ(*FindGivenToken({}, Of(both)), "variable-token");
  EXPECT_EQ(*FindGivenToken({}, Of(file)), "file-token");
  EXPECT_EQ(*FindGivenToken({}, Of({})), "");
  flags.token = "token itself\n";
  EXPECT_FALSE(FindGivenToken(flags, Of(both)).ok());
  flags.token = "program-token\n";
  EXPECT_EQ(*FindGivenToken(flags, Of(both)), "program-token");
}

TEST(FindServerTest, TakesWhatLoginKeptUnlessItIsGiven) {
  const ScratchFolder folder;
  const Variables home = {{"XDG_CONFIG_HOME", folder.Path("config")}};
  ASSERT_TRUE(WriteCredentials(CredentialsPath(Of(home)), Kept()).ok());
  const auto kept = FindServer({}, Of(home));
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_EQ(kept->address, "lab:1");
  EXPECT_EQ(kept->token, "kept-token");
  EXPECT_EQ(kept->tls.ca, "kept-ca");
  const auto given = FindServer({.token = "given-token"}, Of(home));
  ASSERT_TRUE(given.ok()) << given.status();
  EXPECT_EQ(given->address, "lab:1");
  EXPECT_EQ(given->token, "given-token");
  ASSERT_EQ(chmod(CredentialsPath(Of(home)).c_str(), 0644), 0);
  EXPECT_EQ(FindServer({}, Of(home)).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(GivenTokenTest, AFileThatOthersCanReadIsRefusedAsThatOfLoginIs) {
  const ScratchFolder folder;
  const std::string path = folder.Path("token");
  WriteSecret(path, "a-token\n");
  for (const mode_t wide : {0644U, 0640U, 0602U}) {
    ASSERT_EQ(chmod(path.c_str(), wide), 0);
    const absl::Status refused = FindGivenToken({}, Of({{"BRAINALIGN_TOKEN_FILE", path}})).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(refused.message()), HasSubstr("run chmod 600 on it"));
  }
  ASSERT_EQ(chmod(path.c_str(), 0400), 0);
  EXPECT_EQ(*FindGivenToken({}, Of({{"BRAINALIGN_TOKEN_FILE", path}})), "a-token");
}

TEST(GivenTokenTest, APipeIsReadAsItIs) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  ASSERT_EQ(write(pipe_ends[1], "a-token\n", 8), 8);
  close(pipe_ends[1]);
  ServerFlags flags;
  flags.token_file = "/dev/fd/" + std::to_string(pipe_ends[0]);
  EXPECT_EQ(*FindGivenToken(flags, Of({})), "a-token");
  close(pipe_ends[0]);
}

TEST(GivenTokenTest, WhatIsNoTokenIsRefusedByItsPlaceAndNotRepeated) {
  const ScratchFolder folder;
  WriteSecret(folder.Path("empty"), "\n");
  WriteSecret(folder.Path("two"), "secret words\n");
  WriteSecret(folder.Path("long"), std::string(100'000, 'x'));
  for (const std::string name : {"empty", "two", "long", "missing"}) {
    ServerFlags flags;
    flags.token_file = folder.Path(name);
    const absl::Status refused = FindGivenToken(flags, Of({})).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_THAT(std::string(refused.message()), HasSubstr(folder.Path(name)));
    EXPECT_THAT(std::string(refused.message()), testing::Not(HasSubstr("secret")));
  }
  const absl::Status refused =
      FindGivenToken({}, Of({{"BRAINALIGN_TOKEN", "secret\nx: y"}})).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("BRAINALIGN_TOKEN"));
}

}  // namespace
}  // namespace brainalign
