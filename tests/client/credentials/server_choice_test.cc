#include "client/credentials/server_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(GivenTokenTest, TheFlagsFileGoesBeforeTheVariableAndThatBeforeItsFile) {
  const ScratchFolder folder;
  std::ofstream(folder.Path("flag")) << "flag-token\n";
  std::ofstream(folder.Path("variable")) << "  file-token\r\n";
  ServerFlags flags;
  flags.token_file = folder.Path("flag");
  const Variables file = {{"BRAINALIGN_TOKEN_FILE", folder.Path("variable")}};
  const Variables both = {{"BRAINALIGN_TOKEN_FILE", folder.Path("variable")},
                          {"BRAINALIGN_TOKEN", "variable-token"}};
  EXPECT_EQ(*FindGivenToken(flags, Of(both)), "flag-token");
  EXPECT_EQ(*FindGivenToken({}, Of(both)), "variable-token");
  EXPECT_EQ(*FindGivenToken({}, Of(file)), "file-token");
  EXPECT_EQ(*FindGivenToken({}, Of({})), "");
}

TEST(GivenTokenTest, WhatIsNoTokenIsRefusedByItsPlaceAndNotRepeated) {
  const ScratchFolder folder;
  std::ofstream(folder.Path("empty")) << "\n";
  std::ofstream(folder.Path("two")) << "secret words\n";
  std::ofstream(folder.Path("long")) << std::string(100'000, 'x');
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
