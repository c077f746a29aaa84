// A tensor's file fails while the engine reads it through a mapping. It is made shorter here,
// which to the reader of a mapping is the same as a disk that gives a page no more.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/tensor/mapped_faults.h"
#include "gmock/gmock.h"
#include "tests/server/server_test.h"

namespace brainalign {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kMappedWords = 400;
constexpr std::int64_t kMappedSensors = 5;
constexpr std::int64_t kMappedTimes = 6;

class UnreadableMappingTest : public ServerTest {
 protected:
  UnreadableMappingTest() { options_.memory_budget_bytes = std::int64_t{1} << 30; }

  void SetUp() override {
    InstallMappedFaultHandler();
    StartWith([this](AlignmentInputs inputs, const AlignmentOptions& options,
                     std::vector<FieldProblem>* problems, const AlignmentResources& resources,
                     const CancelCheck& is_cancelled) {
      const bool is_watched = inputs.layers.front().name == "watched";
      if (is_watched && ++made_ == fail_before_) Damage();
      auto alignment =
          Alignment::Create(std::move(inputs), options, problems, resources, is_cancelled);
      if (is_watched && made_ == fail_after_) Damage();
      return alignment;
    });
  }

  v1::CreateJobRequest Request(const std::string& name, const std::string& layer,
                               unsigned brain_seed = 1) {
    v1::CreateJobRequest request;
    request.set_request_id(name);
    v1::AlignmentSpec& spec = *request.mutable_spec();
    const std::string brain = Noise(kMappedWords * kMappedSensors * kMappedTimes, brain_seed);
    *spec.mutable_brain()->mutable_epochs() =
        StoreBytes({kMappedWords, kMappedSensors, kMappedTimes}, brain);
    for (int time = 0; time < kMappedTimes; ++time)
      spec.mutable_brain()->add_times_seconds(0.1 * time);
    v1::LayerInput& input = *spec.add_layers();
    *input.mutable_activations() = StoreBytes(
        {kMappedWords, static_cast<std::int64_t>(layer.size()) / 4 / kMappedWords}, layer);
    input.set_relative_depth(1);
    input.set_name(name);
    return request;
  }

  std::string PathOf(const v1::TensorRef& ref) const {
    return absl::StrCat(options_.data_folder, "/blobs/", ref.digest().substr(0, 2), "/",
                        ref.digest());
  }

  void Damage() const { std::filesystem::resize_file(path_, 0); }

  std::string path_;  // of the tensor that fails
  // Of the watched job's alignments: the one before whose making the tensor fails, or
  // after. The first is made when the job is submitted, one more each time it is started.
  std::atomic<int> fail_before_ = 0;
  std::atomic<int> fail_after_ = 0;
  std::atomic<int> made_ = 0;
  int requests_ = 0;
};

TEST_F(UnreadableMappingTest, JobIsNotTakenInWhileItsTensorCannotBeRead) {
  // Where a word has no number, the words that are used have to be looked at.
  std::string layer = Noise(kMappedWords * 3, 2);
  layer.replace(0, 4, "\xff\xff\xff\xff");
  const v1::CreateJobRequest request = Request("watched", layer);
  path_ = PathOf(request.spec().layers(0).activations());
  fail_before_ = 1;
  const grpc::Status status = TryCreate(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(ReasonOf(status), "TENSOR_UNREADABLE");
  EXPECT_EQ(
      status.error_message(),
      "spec.layers[0].activations: the activations cannot be read from the server's disk; its "
      "log says why");
  std::ofstream(path_, std::ios::binary) << layer;  // the disk is well again
  const grpc::Status read = TryCreate(request);
  EXPECT_EQ(read.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(read.error_message(), HasSubstr("NaN or infinity at word 0, dimension 0"));
}

TEST_F(UnreadableMappingTest, RunningJobGoesBackAndEndsWithTheSameNumbersOnceItCanBeRead) {
  const std::string layer = Noise(kMappedWords * 3, 2);
  const v1::CreateJobRequest request = Request("watched", layer);
  for (const auto& [failure, ref] :
       {std::pair(&fail_before_, request.spec().layers(0).activations()),
        std::pair(&fail_after_, request.spec().layers(0).activations()),
        std::pair(&fail_after_, request.spec().brain().epochs())}) {
    path_ = PathOf(ref);
    std::ifstream whole(path_, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(whole), {}};
    made_ = 0;
    *failure = 2;
    v1::CreateJobRequest again = request;
    again.set_request_id(absl::StrCat("request ", ++requests_));
    again.set_skip_cache(true);
    const v1::Job job = Create(again);
    const v1::Job waiting =
        Await(job.job_id(), v1::JOB_STATE_QUEUED, v1::JOB_REASON_INPUT_UNREADABLE);
    EXPECT_THAT(waiting.message(), HasSubstr("cannot be read from the server's disk"));
    EXPECT_THAT(waiting.message(), Not(HasSubstr(options_.data_folder)));
    EXPECT_EQ(waiting.tiles_done(), 0);
    // Others go on meanwhile.
    v1::CreateJobRequest beside = Request("other", Noise(kMappedWords * 2, 3), 4);
    beside.set_request_id(absl::StrCat("request ", ++requests_));
    beside.set_skip_cache(true);
    EXPECT_EQ(Watch(Create(beside).job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);

    std::ofstream(path_, std::ios::binary) << bytes;  // the disk is well again
    now_seconds_ += 5;
    const v1::Job ended = Watch(job.job_id()).back().job();
    EXPECT_EQ(ended.state(), v1::JOB_STATE_SUCCEEDED) << ended.message();
    EXPECT_EQ(ended.attempt(), 2);
    v1::AlignmentResult result;
    ASSERT_TRUE(Result(job.job_id(), &result).ok());
    *failure = 0;
    again.set_request_id(absl::StrCat("request ", ++requests_));
    const v1::Job undisturbed = Create(again);
    EXPECT_EQ(Watch(undisturbed.job_id()).back().job().attempt(), 1);
    v1::AlignmentResult expected;
    ASSERT_TRUE(Result(undisturbed.job_id(), &expected).ok());
    EXPECT_TRUE(Values(result, "score_per_fold") == Values(expected, "score_per_fold"));
  }
}

TEST_F(UnreadableMappingTest, TensorThatIsDamagedForGoodFailsTheJobWhenItIsTriedAgain) {
  const v1::CreateJobRequest request = Request("watched", Noise(kMappedWords * 3, 2));
  path_ = PathOf(request.spec().layers(0).activations());
  fail_after_ = 2;
  const v1::Job job = Create(request);
  Await(job.job_id(), v1::JOB_STATE_QUEUED, v1::JOB_REASON_INPUT_UNREADABLE);
  now_seconds_ += 5;
  const v1::Job ended = Watch(job.job_id()).back().job();
  EXPECT_EQ(ended.state(), v1::JOB_STATE_FAILED);
  EXPECT_EQ(ended.reason(), v1::JOB_REASON_INPUT_LOST);
  EXPECT_EQ(ended.tiles_done(), 0);
}

}  // namespace
}  // namespace brainalign
