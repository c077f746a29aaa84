// The gate and the guard of streams alone: no transport.
#include "server/calls/call_gate.h"

#include "brainalign/v1/error.pb.h"
#include "gmock/gmock.h"
#include "server/calls/stall_guard.h"
#include "server/rows/status_details.h"
#include "tests/server/jobs/book_test.h"

namespace brainalign {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

class CallGateTest : public BookTest {
 protected:
  void SetUp() override {
    Open({}, {});
    auto list = AccessList::Open(folder_, TokenRule::kAlways, SystemClock(), store_.get());
    ASSERT_TRUE(list.ok()) << list.status();
    list_ = *std::move(list);
    credentials_.request_id = "the-call";
    credentials_.peer = "ipv4:127.0.0.1:7";
  }

  std::unique_ptr<AccessList> list_;
  CallRecords records_{nullptr};
  Credentials credentials_;
};

TEST_F(CallGateTest, WithoutAListAnyoneMayDoAll) {
  const CallGate gate(nullptr, nullptr, &records_);
  bool is_gone = false;
  credentials_.is_gone = [&] { return is_gone; };
  const absl::Status status =
      gate.Run(credentials_, Method::kGetJob, [&](const Call& call) -> absl::Status {
        EXPECT_EQ(call.request_id(), "the-call");
        EXPECT_EQ(call.caller().peer, "ipv4:127.0.0.1:7");
        EXPECT_FALSE(call.is_gone());
        is_gone = true;
        EXPECT_TRUE(call.is_gone());
        return absl::NotFoundError("there is no such job");
      });
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_EQ(status.message(), "there is no such job");
}

// The reason that an error has for programs.
std::string ReasonFrom(const absl::Status& status) {
  v1::ErrorInfo info;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo");
  return payload && info.ParseFromString(std::string(*payload)) ? info.reason() : "";
}

TEST_F(CallGateTest, NoErrorLeavesWithoutAReason) {
  const CallGate gate(nullptr, nullptr, &records_);
  const auto reason_of = [&](const absl::Status& answer) {
    return ReasonFrom(
        gate.Run(credentials_, Method::kGetJob, [&](const Call& /*call*/) { return answer; }));
  };
  EXPECT_EQ(reason_of(absl::OkStatus()), "");
  EXPECT_EQ(reason_of(absl::InternalError("the disk")), "UNEXPECTED_ERROR");
  EXPECT_EQ(reason_of(absl::CancelledError("gone")), "CALL_CANCELLED");
  EXPECT_EQ(reason_of(InvalidFieldError("name", "is empty")), "INVALID_FIELD");
}

TEST_F(CallGateTest, WhoShowsNothingOrNonsenseIsNotLetIn) {
  const CallGate gate(list_.get(), nullptr, &records_);
  const auto body = [](const Call& /*call*/) {
    ADD_FAILURE() << "it was let in";
    return absl::OkStatus();
  };
  const absl::Status nothing = gate.Run(credentials_, Method::kGetJob, body);
  EXPECT_EQ(nothing, TokenMissingError());
  credentials_.authorization = "Basic dXNlcg==";
  const absl::Status nonsense = gate.Run(credentials_, Method::kGetJob, body);
  EXPECT_TRUE(absl::IsUnauthenticated(nonsense));
  EXPECT_THAT(std::string(nonsense.message()), HasSubstr("is no 'Bearer TOKEN'"));
  credentials_.authorization = "Bearer " + std::string(64, 'x');
  EXPECT_TRUE(absl::IsUnauthenticated(gate.Run(credentials_, Method::kGetJob, body)));
}

TEST(ChooseRequestId, TakesWhatALogCanHold) {
  EXPECT_EQ(ChooseRequestId("a_B-9"), "a_B-9");
  EXPECT_EQ(ChooseRequestId(std::string(64, 'x')), std::string(64, 'x'));
  for (const std::string& bad : {std::string(), std::string(65, 'x'), std::string("a\nb")}) {
    EXPECT_THAT(ChooseRequestId(bad), MatchesRegex("[0-9a-f]{16}"));
  }
  EXPECT_NE(ChooseRequestId(std::nullopt), ChooseRequestId(std::nullopt));
}

TEST(StallGuardTest, EndsAStreamThatWaitsTooLongAndNoOther) {
  StallGuard guard(absl::ZeroDuration());
  int ended = 0;
  StallGuard::Stream stream(guard, "somebody", [&] { ++ended; });
  guard.Tick();
  EXPECT_EQ(ended, 0);  // it waits for nobody
  EXPECT_TRUE(stream.Await([&] {
    guard.Tick();
    guard.Tick();
    return true;
  }));
  EXPECT_EQ(ended, 1);
  guard.Tick();
  EXPECT_EQ(ended, 1);
}

}  // namespace
}  // namespace brainalign
