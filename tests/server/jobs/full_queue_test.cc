// More jobs than a server takes in.
#include "gmock/gmock.h"
#include "server/rpc/status.h"
#include "tests/server/jobs/book_test.h"
#include "tests/server/server_test.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

class FullQueueTest : public BookTest {
 protected:
  void SetUp() override {
    JobSettings settings;
    settings.limits.max_queued_executions = 1;
    Open({}, settings);
  }
};

TEST_F(FullQueueTest, SaysWhenToComeBackAndTakesJobsAgain) {
  ASSERT_TRUE(Upload(brain(), brain_).ok());
  ASSERT_TRUE(Upload(layer(), layer_).ok());
  workshop_.Hold();
  JobRequest request = MakeRequest("first", 1);
  const auto first = book_->Create(request);
  ASSERT_TRUE(first.ok()) << first.status();
  request.request_id = "second";
  request.skip_cache = true;

  const grpc::Status refused = ToGrpc(book_->Create(request).status());
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), "QUEUE_FULL");
  EXPECT_THAT(refused.error_message(), HasSubstr("the queue is full with 1 jobs"));
  EXPECT_EQ(DetailOf<v1::RetryInfo>(refused, "RetryInfo").retry_delay().seconds(), 10);

  ASSERT_TRUE(book_->Cancel(first->job_id).ok());
  EXPECT_TRUE(book_->Create(request).ok());
}

}  // namespace
}  // namespace brainalign
