#include <cmath>

#include "gmock/gmock.h"
#include "tests/server/server_test.h"

// What was done to a recording before it was uploaded, as a job keeps it.

namespace brainalign {
namespace {

class JobPreparationTest : public ServerTest {
 protected:
  void SetUp() override { Start(); }

  // Whether the preparation is what the request is refused for.
  bool IsRefused(const v1::CreateJobRequest& request) {
    const auto bad = DetailOf<v1::BadRequest>(TryCreate(request), "BadRequest");
    return bad.field_violations_size() == 1 && bad.field_violations(0).field() == "preparation";
  }
};

TEST_F(JobPreparationTest, IsReturnedWithTheJob) {
  v1::CreateJobRequest request = MakeLongRequest(2, 4);
  v1::RecordingPreparation& done = *request.mutable_preparation();
  done.add_band_pass_hz(0.1);
  done.add_band_pass_hz(20);
  done.set_resample_hz(30);
  done.set_original_sfreq_hz(1000);
  done.set_filter_samples(33001);
  done.set_largest_shift_seconds(0.0125);
  done.set_edge_words(17);
  done.add_notes("Several times read one sample.");
  const v1::Job job = Create(request);
  EXPECT_EQ(job.preparation().SerializeAsString(), done.SerializeAsString());
  const v1::RecordingPreparation asked = done;
  // No part of the cache key, and each job has its own.
  request.clear_preparation();
  request.set_request_id("without");
  const v1::Job without = Create(request);
  EXPECT_EQ(without.cache_key(), job.cache_key());
  EXPECT_FALSE(without.has_preparation());
  Restart();
  EXPECT_EQ(Get(job.job_id()).preparation().SerializeAsString(), asked.SerializeAsString());
}

TEST_F(JobPreparationTest, AnotherOneUnderTheSameRequestIdIsRefused) {
  v1::CreateJobRequest request = MakeLongRequest(2, 4);
  request.mutable_preparation()->set_original_sfreq_hz(1000);
  request.mutable_preparation()->add_band_pass_hz(0.1);
  request.mutable_preparation()->add_band_pass_hz(20);
  request.set_layer_order("by the numbers in their names");
  const v1::Job job = Create(request);
  Restart();
  EXPECT_EQ(Create(request).job_id(), job.job_id());
  v1::CreateJobRequest other = request;
  other.mutable_preparation()->set_band_pass_hz(1, 30);
  EXPECT_EQ(TryCreate(other).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  other.clear_preparation();
  EXPECT_EQ(TryCreate(other).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  other = request;
  other.set_layer_order("as given");
  EXPECT_EQ(TryCreate(other).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(JobPreparationTest, ThatCannotBeIsRefused) {
  v1::CreateJobRequest request = MakeLongRequest(2, 4);
  v1::RecordingPreparation& done = *request.mutable_preparation();
  EXPECT_TRUE(IsRefused(request));  // no rate
  done.set_original_sfreq_hz(1000);
  done.add_band_pass_hz(20);
  EXPECT_TRUE(IsRefused(request));
  done.add_band_pass_hz(0.1);
  EXPECT_TRUE(IsRefused(request));
  done.set_band_pass_hz(1, std::nan(""));
  EXPECT_TRUE(IsRefused(request));
  done.set_band_pass_hz(1, 40);
  done.set_edge_words(-1);
  EXPECT_TRUE(IsRefused(request));
  done.set_edge_words(1);
  done.set_resample_hz(0);  // which is no rate; unset, it was not resampled
  EXPECT_TRUE(IsRefused(request));
  done.clear_resample_hz();
  done.add_notes(std::string(1001, 'x'));
  EXPECT_TRUE(IsRefused(request));
  done.clear_notes();
  for (int i = 0; i < 21; ++i) done.add_notes("A note.");
  EXPECT_TRUE(IsRefused(request));
  done.mutable_notes()->RemoveLast();
  EXPECT_TRUE(TryCreate(request).ok());
  // Epochs were cut before.
  v1::CreateJobRequest of_epochs = MakeRequest(2);
  *of_epochs.mutable_preparation() = done;
  EXPECT_TRUE(IsRefused(of_epochs));
}

}  // namespace
}  // namespace brainalign
