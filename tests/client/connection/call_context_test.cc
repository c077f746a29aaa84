#include "client/connection/call_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "client/connection/refusal.h"
#include "client/jobs/job_calls.h"
#include "client/jobs/watch.h"
#include "client/tensors/upload.h"
#include "tests/client/fakes/fake_server.h"

namespace brainalign {
namespace {

using testing::HasSubstr;
using testing::IsSupersetOf;

// Uploads, submits, watches and lists, with `token`.
void MakeEveryKindOfCall(FakeServer& server, const std::string& token) {
  FakeClock clock;
  ConnectionOptions options = server.OptionsFor(clock);
  options.token = token;
  const auto connection = Connection::Open(options);
  ASSERT_TRUE(connection.ok()) << connection.status();
  const auto tensor = Tensor::FromBytes({.dtype = DType::kF32, .shape = {2}},
                                        std::vector<std::byte>(2 * sizeof(float)));
  ASSERT_TRUE(tensor.ok()) << tensor.status();
  const auto stored = UploadTensors(**connection, {{.name = "t", .tensor = *tensor}}, nullptr);
  ASSERT_TRUE(stored.ok()) << stored.status();
  ASSERT_TRUE(CreateJob(**connection, JobRequest()).ok());
  v1::WatchJobResponse end;
  end.set_sequence(1);
  end.mutable_job()->set_job_id("job-1");
  end.mutable_job()->set_state(v1::JOB_STATE_SUCCEEDED);
  server.jobs.events.push_back(end);
  ASSERT_TRUE(WatchJob(**connection, "job-1", 0, {}).ok());
  ASSERT_TRUE(ListJobs(**connection, {}, 1).ok());
}

std::set<std::string> MethodsOf(const std::vector<RecordedCall>& calls) {
  std::set<std::string> methods;
  for (const RecordedCall& call : calls) methods.insert(call.method);
  return methods;
}

TEST(CallContextTest, EveryCallCarriesTheTokenStreamsToo) {
  FakeServer server;
  ASSERT_NO_FATAL_FAILURE(MakeEveryKindOfCall(server, "ba_secret"));
  const std::vector<RecordedCall> calls = server.recorder.calls();
  EXPECT_THAT(MethodsOf(calls), IsSupersetOf({"GetServerInfo", "FindMissingTensors", "StartUpload",
                                              "WriteUpload", "CreateJob", "WatchJob", "ListJobs"}));
  for (const RecordedCall& call : calls) {
    ASSERT_EQ(call.metadata.count("authorization"), 1u) << call.method;
    EXPECT_EQ(call.metadata.find("authorization")->second, "Bearer ba_secret") << call.method;
  }
}

TEST(CallContextTest, EveryCallHasANameOfItsOwn) {
  FakeServer server;
  ASSERT_NO_FATAL_FAILURE(MakeEveryKindOfCall(server, ""));
  const std::vector<RecordedCall> calls = server.recorder.calls();
  std::set<std::string> ids;
  for (const RecordedCall& call : calls) {
    EXPECT_EQ(call.metadata.count("authorization"), 0u) << call.method;
    ASSERT_EQ(call.metadata.count("x-request-id"), 1u) << call.method;
    const std::string id = call.metadata.find("x-request-id")->second;
    EXPECT_TRUE(std::regex_match(id, std::regex("[0-9a-f]{16}"))) << id;
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), calls.size());
}

TEST(CallContextTest, AFailureCarriesTheNameOfItsCall) {
  FakeServer server;
  FakeClock clock;
  const auto connection = server.Connect(clock);
  const absl::Status failure = GetJob(*connection, "job-2").status();
  EXPECT_EQ(failure.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(CallIdOf(failure),
            server.recorder.calls().back().metadata.find("x-request-id")->second);
}

TEST(CallContextTest, AFailureToReachTheServerCarriesNone) {
  ConnectionOptions options;
  {
    const FakeServer server;
    options.address = server.address();
  }
  FakeClock clock;
  options.clock = &clock;
  const absl::Status failure = Connection::Open(options).status();
  EXPECT_EQ(failure.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(CallIdOf(failure), "");
}

TEST(CallContextTest, ATensorsNameInFrontOfAFailureKeepsTheCallsName) {
  FakeServer server;
  server.tensors.RefuseStart(grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "Not you."));
  FakeClock clock;
  const auto connection = server.Connect(clock);
  const auto tensor = Tensor::FromBytes({.dtype = DType::kF32, .shape = {2}},
                                        std::vector<std::byte>(2 * sizeof(float)));
  const absl::Status failure =
      UploadTensors(*connection, {{.name = "epochs", .tensor = *tensor}}, nullptr).status();
  EXPECT_EQ(std::string(failure.message()), "epochs: Not you.");
  EXPECT_EQ(CallIdOf(failure).size(), 16u);
}

TEST(TokenTest, WithoutTlsATokenStaysOnThisMachineUnlessOneSaysOtherwise) {
  // 192.0.2.0/24 is for documentation: nobody is there, and nobody is asked.
  ConnectionOptions options;
  options.address = "192.0.2.1:7733";
  options.token = "ba_secret";
  const absl::Status refused = Connection::Open(options).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("server.token_without_tls"));
  EXPECT_THAT(std::string(refused.message()), testing::Not(HasSubstr("ba_secret")));

  // 0.0.0.0 leads to this machine and is no loopback address.
  FakeServer server;
  FakeClock clock;
  options = server.OptionsFor(clock);
  options.address = "0.0.0.0" + options.address.substr(options.address.rfind(':'));
  options.token = "ba_secret";
  EXPECT_EQ(Connection::Open(options).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(server.recorder.calls().empty());
  options.token_without_tls = true;
  EXPECT_TRUE(Connection::Open(options).ok());
}

TEST(TokenTest, WhatCannotTravelAsOneIsRefused) {
  FakeServer server;
  FakeClock clock;
  ConnectionOptions options = server.OptionsFor(clock);
  options.token = "ba_secret\nx-forged: 1";
  EXPECT_EQ(Connection::Open(options).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace brainalign
