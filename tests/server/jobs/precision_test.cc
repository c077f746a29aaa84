// Results of different precisions, or from different kernels, never stand in for each
// other, nor mix in one result.
#include "core/linalg/bf16_product.h"
#include "gmock/gmock.h"
#include "tests/server/server_test.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

class PrecisionTest : public ServerTest {
 protected:
  void SetUp() override {
    SetBf16ChoiceForTest(Bf16Choice::kAnywhere);
    if (Bf16KernelName().empty()) GTEST_SKIP() << "oneDNN multiplies no bf16 on this processor";
    Start();
  }
  void TearDown() override { SetBf16ChoiceForTest(Bf16Choice::kQuick); }

  v1::CreateJobRequest Request(v1::Precision precision, int layers = 1) {
    v1::CreateJobRequest request = MakeRequest(layers);
    request.mutable_spec()->mutable_options()->set_precision(precision);
    return request;
  }

  // A fast job of three tiles, one of them finished.
  v1::Job OneOfThree() {
    workshop_.Hold();
    const v1::Job job = Create(Request(v1::PRECISION_FAST, 3));
    workshop_.LetGo(1);
    EXPECT_TRUE(workshop_.AwaitBegun(3));
    while (Get(job.job_id()).tiles_done() == 0) {
    }
    return job;
  }
};

TEST_F(PrecisionTest, LeavingItOutAsksForExact) {
  const v1::Job unset = Create(MakeRequest(1));
  Await(unset.job_id(), v1::JOB_STATE_SUCCEEDED);
  const v1::Job exact = Create(Request(v1::PRECISION_EXACT));
  EXPECT_EQ(exact.cache_key(), unset.cache_key());
  EXPECT_EQ(exact.reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
}

TEST_F(PrecisionTest, ExactIsNoAnswerToFast) {
  const v1::Job exact = Create(Request(v1::PRECISION_EXACT));
  Await(exact.job_id(), v1::JOB_STATE_SUCCEEDED);
  const v1::Job fast = Create(Request(v1::PRECISION_FAST));
  EXPECT_NE(fast.cache_key(), exact.cache_key());
  EXPECT_NE(fast.reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
  Await(fast.job_id(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(Create(Request(v1::PRECISION_FAST)).reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
}

TEST_F(PrecisionTest, AnotherKernelIsNoAnswerToFast) {
  const v1::Job first = Create(Request(v1::PRECISION_FAST));
  Await(first.job_id(), v1::JOB_STATE_SUCCEEDED);
  SetBf16ChoiceForTest(Bf16Choice::kNowhere);
  const v1::Job second = Create(Request(v1::PRECISION_FAST));
  EXPECT_NE(second.cache_key(), first.cache_key());
  EXPECT_NE(second.reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
}

TEST_F(PrecisionTest, FastJobGoesOnAfterACrash) {
  const v1::Job job = OneOfThree();
  CrashAndRestart();
  const int begun = workshop_.begun();
  workshop_.LetAllGo();
  const v1::Job done = Await(job.job_id(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(done.cache_key(), job.cache_key());
  EXPECT_LE(workshop_.begun() - begun, 2);
}

TEST_F(PrecisionTest, JobThatHasTilesFailsRatherThanMixKernels) {
  const v1::Job job = OneOfThree();
  SetBf16ChoiceForTest(Bf16Choice::kNowhere);  // as when the data folder moves to another machine
  CrashAndRestart();
  const v1::Job failed = Get(job.job_id());
  EXPECT_EQ(failed.state(), v1::JOB_STATE_FAILED);
  EXPECT_EQ(failed.reason(), v1::JOB_REASON_COMPUTATION_FAILED);
  EXPECT_THAT(failed.message(), HasSubstr("no-bf16 while the job was under way"));
}

TEST_F(PrecisionTest, JobWithoutTilesTakesUpTheKernelItFinds) {
  workshop_.Hold();
  const v1::Job job = Create(Request(v1::PRECISION_FAST));
  ASSERT_TRUE(workshop_.AwaitBegun(1));
  SetBf16ChoiceForTest(Bf16Choice::kNowhere);
  CrashAndRestart();
  workshop_.LetAllGo();
  const v1::Job done = Await(job.job_id(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_NE(done.cache_key(), job.cache_key());
  EXPECT_EQ(Create(Request(v1::PRECISION_FAST)).cache_key(), done.cache_key());
}

TEST_F(PrecisionTest, UnknownPrecisionIsRefusedWithItsField) {
  const grpc::Status status = TryCreate(Request(static_cast<v1::Precision>(9)));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("spec.options.precision"));
}

}  // namespace
}  // namespace brainalign
