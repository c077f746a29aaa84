// How soon a job of the published size is answered when an identical one has finished.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/server/server_test.h"

namespace brainalign {
namespace {

constexpr int kManyWords = 40'000;
constexpr int kManyTimes = 166;
constexpr int kSomeLayers = 9;
constexpr int kSessions = 10;

class CacheHitTest : public ServerTest {
 protected:
  void SetUp() override { Start(); }

  // Shapes of the published evaluation, but with few dimensions: a hit looks at no
  // tensor's bytes.
  v1::CreateJobRequest PaperSized() {
    v1::CreateJobRequest request;
    v1::AlignmentSpec& spec = *request.mutable_spec();
    v1::BrainInput& brain = *spec.mutable_brain();
    *brain.mutable_continuous() = Store({2, 1000}, 1);
    brain.set_sfreq_hz(30);
    std::vector<double> onsets;
    std::vector<std::int64_t> groups;
    for (int word = 0; word < kManyWords; ++word) {
      onsets.push_back(0.9 * word);
      groups.push_back(word / (kManyWords / kSessions));
    }
    *brain.mutable_onsets_seconds() = StoreList(onsets);
    *brain.mutable_groups() = StoreList(groups);
    for (int time = 0; time < kManyTimes; ++time) brain.add_times_seconds((time - 75) / 30.0);
    for (int i = 0; i < kSomeLayers; ++i) {
      v1::LayerInput& layer = *spec.add_layers();
      *layer.mutable_activations() = Store({kManyWords, 2}, static_cast<float>(i));
      layer.set_relative_depth((i + 1.0) / kSomeLayers);
      layer.set_name(absl::StrCat("layer ", i));
    }
    return request;
  }
};

TEST_F(CacheHitTest, PaperSizedResultIsServedInUnderTenMilliseconds) {
  v1::CreateJobRequest request = PaperSized();
  request.set_request_id("first");
  Watch(Create(request).job_id());
  std::vector<double> create_ms;
  std::vector<double> result_ms;
  for (int i = 0; i < 15; ++i) {
    request.set_request_id(absl::StrCat("again ", i));
    const auto start = std::chrono::steady_clock::now();
    const v1::Job job = Create(request);
    const auto created = std::chrono::steady_clock::now();
    v1::AlignmentResult result;
    ASSERT_TRUE(Result(job.job_id(), &result).ok());
    const auto fetched = std::chrono::steady_clock::now();
    ASSERT_EQ(job.reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
    ASSERT_EQ(job.state(), v1::JOB_STATE_SUCCEEDED);
    ASSERT_EQ(static_cast<int>(Values(result, "score").size()), kSomeLayers * kManyTimes);
    ASSERT_EQ(static_cast<int>(Values(result, "score_per_fold").size()),
              5 * kSomeLayers * kManyTimes);
    create_ms.push_back(std::chrono::duration<double, std::milli>(created - start).count());
    result_ms.push_back(std::chrono::duration<double, std::milli>(fetched - created).count());
  }
  std::sort(create_ms.begin(), create_ms.end());
  std::sort(result_ms.begin(), result_ms.end());
  std::printf("cached job: created in %.2f ms (median of 15; least %.2f), result in %.2f ms\n",
              create_ms[7], create_ms[0], result_ms[7]);
#ifndef __SANITIZE_ADDRESS__  // which looks for other things, and takes its time
  // Over the network's loopback, too. The quickest of all: other programs may run.
  EXPECT_LT(create_ms[0] + result_ms[0], 10);
#endif
}

}  // namespace
}  // namespace brainalign
