#include <chrono>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/server/server_test.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class JobTest : public ServerTest {
 protected:
  void SetUp() override { Start(); }

  // A job that waits until the workshop lets another one go, and the file of its layer.
  std::pair<v1::Job, std::string> WaitForPlace() {
    workshop_.SetPlan({900'000, 100, 100});
    workshop_.Hold();
    Create(MakeRequest(1));
    const v1::CreateJobRequest request = MakeRequest(1, 30);
    const std::string digest = request.spec().layers(0).activations().digest();
    return {Create(request),
            absl::StrCat(options_.data_folder, "/blobs/", digest.substr(0, 2), "/", digest)};
  }
};

TEST_F(JobTest, RunsToItsResult) {
  const v1::Job job = Create(MakeRequest(3));
  EXPECT_EQ(job.tiles_total(), 3);
  EXPECT_EQ(job.layers(), 3);
  EXPECT_EQ(job.times(), 4);
  EXPECT_EQ(job.folds(), 5);
  EXPECT_EQ(job.memory_bytes(), 1000 + 2 * 100);
  EXPECT_GT(job.estimated_seconds(), 0);
  EXPECT_EQ(Get(job.job_id()).estimated_seconds(), job.estimated_seconds());
  EXPECT_EQ(job.create_time().seconds(), now_seconds_);

  const auto events = Watch(job.job_id());
  EXPECT_THAT(Sequences(events), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(Tiles(events), UnorderedElementsAre(0, 1, 2));
  EXPECT_EQ(events[0].job().state(), v1::JOB_STATE_QUEUED);
  EXPECT_EQ(events[1].job().state(), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(events[1].job().attempt(), 1);
  EXPECT_EQ(events[5].job().state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(events[5].job().tiles_done(), 3);
  EXPECT_EQ(events[5].job().sequence(), 6);
  for (const auto& event : events) {
    if (!event.has_tile()) continue;
    ASSERT_NE(FindBox(event.tile(), "score"), nullptr);
    EXPECT_THAT(FindBox(event.tile(), "score")->begin(), ElementsAre(event.tile().tile(), 0));
    EXPECT_THAT(FindBox(event.tile(), "score")->count(), ElementsAre(1, 4));
    EXPECT_THAT(Values(event.tile(), "score"),
                ElementsAre(10 * event.tile().tile(), 10 * event.tile().tile() + 1,
                            10 * event.tile().tile() + 2, 10 * event.tile().tile() + 3));
  }

  v1::AlignmentResult result;
  ASSERT_TRUE(Result(job.job_id(), &result).ok());
  EXPECT_THAT(Values(result, "score"), ElementsAre(0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23));
  EXPECT_EQ(result.job_id(), job.job_id());
  EXPECT_FALSE(result.from_cache());
  EXPECT_THAT(AxisOf(result, "layer").labels(), ElementsAre("layer 0", "layer 1", "layer 2"));
  EXPECT_EQ(result.options().selection(), v1::SELECTION_BLOCKED);
  EXPECT_EQ(result.options().alphas_size(), 13);
}

TEST_F(JobTest, SameRequestIdIsTheSameJob) {
  v1::CreateJobRequest request = MakeRequest(2);
  const v1::Job job = Create(request);
  Watch(job.job_id());
  EXPECT_EQ(Create(request).job_id(), job.job_id());
  Restart();
  EXPECT_EQ(Create(request).job_id(), job.job_id());
  request.set_display_name("another name");
  EXPECT_EQ(TryCreate(request).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request.set_display_name("a job");
  request.mutable_spec()->mutable_options()->set_pca(1);
  EXPECT_EQ(TryCreate(request).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(JobTest, FinishedAlignmentIsServedFromTheCache) {
  v1::CreateJobRequest request = MakeRequest(2);
  const v1::Job first = Create(request);
  Watch(first.job_id());
  const int created = workshop_.created();
  Restart();

  request.set_request_id("again");
  request.set_display_name("another name");
  const v1::Job second = Create(request);
  EXPECT_NE(second.job_id(), first.job_id());
  EXPECT_EQ(second.cache_key(), first.cache_key());
  EXPECT_EQ(second.state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(second.reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
  EXPECT_EQ(second.tiles_done(), 2);
  const auto events = Watch(second.job_id());
  EXPECT_THAT(Sequences(events), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(Tiles(events), ElementsAre(0, 1));
  EXPECT_EQ(events[3].job().state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(workshop_.created(), created);  // the data were not even looked at
  EXPECT_EQ(workshop_.begun(), 2);
  v1::AlignmentResult result;
  ASSERT_TRUE(Result(second.job_id(), &result).ok());
  EXPECT_TRUE(result.from_cache());
  EXPECT_EQ(result.job_id(), second.job_id());

  // The same, said with defaults spelt out, is the same alignment.
  request.set_request_id("spelt out");
  request.mutable_spec()->mutable_options()->set_preset(v1::PRESET_STRICT);
  request.mutable_spec()->mutable_options()->set_folds(5);
  EXPECT_EQ(Create(request).reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
}

TEST_F(JobTest, WhateverTheResultDependsOnMissesTheCache) {
  const v1::CreateJobRequest request = MakeRequest(2);
  Watch(Create(request).job_id());
  int number = 0;
  const auto misses = [&](auto change) {
    v1::CreateJobRequest changed = request;
    changed.set_request_id(absl::StrCat("changed-", ++number));
    change(*changed.mutable_spec());
    const v1::Job job = Create(changed);
    EXPECT_EQ(Watch(job.job_id()).back().job().reason(), v1::JOB_REASON_UNSPECIFIED)
        << "change " << number;
  };
  misses([](v1::AlignmentSpec& spec) { spec.mutable_layers()->SwapElements(0, 1); });
  misses([](v1::AlignmentSpec& spec) { spec.mutable_brain()->set_times_seconds(0, -0.1); });
  std::vector<std::int64_t> groups;
  for (int i = 0; i < 20; ++i) groups.push_back(i / 4);
  misses([&](v1::AlignmentSpec& spec) {
    *spec.mutable_brain()->mutable_groups() = StoreList(groups);
  });
  misses([](v1::AlignmentSpec& spec) { spec.mutable_options()->set_folds(4); });
  misses([](v1::AlignmentSpec& spec) { spec.mutable_options()->add_window_bounds_seconds(0.1); });
  misses([](v1::AlignmentSpec& spec) { spec.mutable_options()->add_alphas(2); });
  misses([](v1::AlignmentSpec& spec) { spec.mutable_options()->set_purge_seconds(0.25); });
}

TEST_F(JobTest, SkipCacheComputesAnew) {
  v1::CreateJobRequest request = MakeRequest(2);
  Watch(Create(request).job_id());
  request.set_request_id("anew");
  request.set_skip_cache(true);
  const v1::Job anew = Create(request);
  EXPECT_EQ(Watch(anew.job_id()).back().job().reason(), v1::JOB_REASON_UNSPECIFIED);
  EXPECT_EQ(workshop_.begun(), 4);
  request.set_request_id("and again");
  request.set_skip_cache(false);
  EXPECT_EQ(Create(request).reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
}

TEST_F(JobTest, IdenticalJobJoinsTheOneThatRuns) {
  workshop_.Hold();
  v1::CreateJobRequest request = MakeRequest(3);
  const v1::Job first = Create(request);
  workshop_.LetGo(1);
  ASSERT_TRUE(workshop_.AwaitBegun(3));  // so the first is finished
  Await(first.job_id(), v1::JOB_STATE_RUNNING);
  request.set_request_id("second");
  const v1::Job second = Create(request);
  EXPECT_NE(second.job_id(), first.job_id());
  EXPECT_EQ(second.state(), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(second.reason(), v1::JOB_REASON_JOINED);
  EXPECT_EQ(second.tiles_done(), 1);
  workshop_.LetAllGo();
  for (const std::string& id : {first.job_id(), second.job_id()}) {
    const auto events = Watch(id);
    EXPECT_THAT(Tiles(events), UnorderedElementsAre(0, 1, 2));
    EXPECT_EQ(events.back().job().state(), v1::JOB_STATE_SUCCEEDED);
    for (std::size_t i = 0; i < events.size(); ++i) {
      EXPECT_EQ(events[i].sequence(), static_cast<std::int64_t>(i) + 1);
    }
  }
  EXPECT_EQ(workshop_.begun(), 3);
}

TEST_F(JobTest, CancelledJobLeavesTheOneThatJoinedRunning) {
  workshop_.Hold();
  v1::CreateJobRequest request = MakeRequest(2);
  const v1::Job first = Create(request);
  request.set_request_id("second");
  const v1::Job second = Create(request);
  EXPECT_EQ(Cancel(first.job_id()).state(), v1::JOB_STATE_CANCELLED);
  workshop_.LetAllGo();
  EXPECT_EQ(Watch(second.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
  const auto events = Watch(first.job_id());
  EXPECT_EQ(events.back().job().state(), v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(events.back().job().reason(), v1::JOB_REASON_CANCELLED_BY_CLIENT);
  v1::AlignmentResult result;
  EXPECT_EQ(Result(first.job_id(), &result).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(JobTest, CancelStopsARunningJobAndFreesItsMemory) {
  workshop_.SetPlan({900'000, 100, 100});
  workshop_.Hold();
  const v1::Job running = Create(MakeRequest(2));
  ASSERT_TRUE(workshop_.AwaitBegun(1));
  const v1::Job waiting = Create(MakeRequest(2, 30));
  EXPECT_EQ(waiting.state(), v1::JOB_STATE_QUEUED);
  EXPECT_EQ(waiting.reason(), v1::JOB_REASON_WAITING_FOR_MEMORY);
  EXPECT_EQ(Cancel(running.job_id()).state(), v1::JOB_STATE_CANCELLED);
  // Nobody let the held tiles go: they heard of the cancel.
  Await(waiting.job_id(), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(Cancel(running.job_id()).state(), v1::JOB_STATE_CANCELLED);  // no error
  workshop_.LetAllGo();
  Watch(waiting.job_id());
}

TEST_F(JobTest, CancelledQueuedJobNeverRuns) {
  workshop_.SetPlan({900'000, 100, 100});
  workshop_.Hold();
  const v1::Job running = Create(MakeRequest(1));
  const v1::Job waiting = Create(MakeRequest(1, 30));
  Cancel(waiting.job_id());
  workshop_.LetAllGo();
  Watch(running.job_id());
  EXPECT_EQ(workshop_.begun(), 1);
  const auto events = Watch(waiting.job_id());
  EXPECT_EQ(events.back().job().state(), v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(events.back().job().attempt(), 0);
}

TEST_F(JobTest, SmallJobIsNotStuckBehindABigOne) {
  Stop();
  options_.threads = 1;
  Start();
  workshop_.Hold();
  const v1::Job big = Create(MakeRequest(20));
  ASSERT_TRUE(workshop_.AwaitBegun(1));
  const v1::Job small = Create(MakeRequest(1, 30));
  // One thread: the small one is opened, prepared and computed between tiles of the big
  // one. How many of them depends on what each took by the clock, but not all come first.
  for (int tile = 0; tile < 15 && Get(small.job_id()).state() != v1::JOB_STATE_SUCCEEDED; ++tile) {
    workshop_.LetGo(1);
    ASSERT_TRUE(workshop_.AwaitBegun(tile + 2));
  }
  EXPECT_EQ(Get(small.job_id()).state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_LT(Get(big.job_id()).tiles_done(), 20);
  workshop_.LetAllGo();
  Watch(big.job_id());
}

TEST_F(JobTest, JobBeyondTheWholeBudgetIsRefused) {
  workshop_.SetPlan({999'999, 100, 100});
  const grpc::Status status = TryCreate(MakeRequest(1));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "JOB_TOO_LARGE");
  EXPECT_THAT(status.error_message(), HasSubstr("memory is 976 KiB"));
  EXPECT_THAT(status.error_message(), HasSubstr("can do with is 977 KiB"));
  // With room for one unit at a time it runs, one unit at a time.
  workshop_.SetPlan({999'850, 100, 100});
  const v1::Job job = Create(MakeRequest(2));
  EXPECT_EQ(job.memory_bytes(), 999'950);
  EXPECT_EQ(Watch(job.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(JobTest, FailedComputationSaysWhy) {
  workshop_.SetTileError(absl::InternalError("the eigenvalues of layer 0 did not converge"));
  v1::CreateJobRequest request = MakeRequest(2);
  const v1::Job job = Watch(Create(request).job_id()).back().job();
  EXPECT_EQ(job.state(), v1::JOB_STATE_FAILED);
  EXPECT_EQ(job.reason(), v1::JOB_REASON_COMPUTATION_FAILED);
  EXPECT_EQ(job.message(), "the eigenvalues of layer 0 did not converge");
  // A failure is not cached.
  workshop_.SetTileError(absl::OkStatus());
  request.set_request_id("again");
  EXPECT_EQ(Watch(Create(request).job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(JobTest, RunningOutOfMemoryFailsTheJobAndNotTheServer) {
  workshop_.ThrowBadAlloc();
  const v1::Job job = Watch(Create(MakeRequest(1)).job_id()).back().job();
  EXPECT_EQ(job.state(), v1::JOB_STATE_FAILED);
  EXPECT_THAT(job.message(), HasSubstr("memory"));
}

TEST_F(JobTest, DamagedTensorFailsTheJobAndCanBeSentAgain) {
  workshop_.SetPlan({900'000, 100, 100});
  workshop_.Hold();
  const v1::Job running = Create(MakeRequest(1));
  v1::CreateJobRequest request = MakeRequest(1, 30);
  const v1::Job waiting = Create(request);
  const std::string digest = request.spec().layers(0).activations().digest();
  const std::string path =
      absl::StrCat(options_.data_folder, "/blobs/", digest.substr(0, 2), "/", digest);
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary).seekp(17).put('x');
  // Another time than that of the upload, however coarse the file system's clock.
  std::filesystem::last_write_time(
      path, std::filesystem::last_write_time(path) + std::chrono::seconds(1));
  workshop_.LetAllGo();
  const v1::Job job = Watch(waiting.job_id()).back().job();
  EXPECT_EQ(job.state(), v1::JOB_STATE_FAILED);
  EXPECT_EQ(job.reason(), v1::JOB_REASON_INPUT_LOST);
  EXPECT_EQ(job.message(),
            "spec.layers[0].activations: the activations are damaged on the server's disk; upload "
            "them again");

  request.set_request_id("again");
  EXPECT_EQ(TryCreate(request).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  Store({30, 2}, 0);
  EXPECT_EQ(Watch(Create(request).job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
}

// The bytes of a tensor on a disk that does not give them, as long as this lives: a folder
// can be opened and not read.
class Unreadable {
 public:
  explicit Unreadable(std::string path) : path_(std::move(path)) {
    std::filesystem::rename(path_, path_ + ".away");
    std::filesystem::create_directory(path_);
  }
  ~Unreadable() {
    std::filesystem::remove(path_);
    std::filesystem::rename(path_ + ".away", path_);
  }

 private:
  const std::string path_;
};

TEST_F(JobTest, UnreadableTensorSendsTheJobBackUntilItCanBeRead) {
  const auto [waiting, path] = WaitForPlace();
  {
    const Unreadable layer(path);
    workshop_.LetAllGo();
    v1::Job job = Await(waiting.job_id(), v1::JOB_STATE_QUEUED, v1::JOB_REASON_INPUT_UNREADABLE);
    EXPECT_EQ(job.message(),
              "spec.layers[0].activations: the activations cannot be read from the server's disk; "
              "its log says why; it is tried again in 5s");
    EXPECT_EQ(job.attempt(), 1);
    clock_set_by_seconds_ = -3600;  // which nobody's waiting goes by
    now_seconds_ += 5;
    while (job.attempt() < 2 || job.state() != v1::JOB_STATE_QUEUED) job = Get(waiting.job_id());
    EXPECT_THAT(job.message(), HasSubstr("in 10s"));
    // Others go on meanwhile.
    const v1::Job other = Create(MakeRequest(1, 40));
    EXPECT_EQ(Watch(other.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
  }
  now_seconds_ += 10;
  const v1::Job job = Watch(waiting.job_id()).back().job();
  EXPECT_EQ(job.state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(job.reason(), v1::JOB_REASON_UNSPECIFIED);
  EXPECT_EQ(job.attempt(), 3);
}

TEST_F(JobTest, TensorThatCannotBeReadForADayFailsTheJob) {
  const auto [waiting, path] = WaitForPlace();
  const Unreadable layer(path);
  workshop_.LetAllGo();
  Await(waiting.job_id(), v1::JOB_STATE_QUEUED, v1::JOB_REASON_INPUT_UNREADABLE);
  now_seconds_ += 24 * 3600;
  const v1::Job job = Watch(waiting.job_id()).back().job();
  EXPECT_EQ(job.state(), v1::JOB_STATE_FAILED);
  EXPECT_EQ(job.reason(), v1::JOB_REASON_INPUT_UNREADABLE);
  EXPECT_THAT(job.message(), HasSubstr("2 times in 24h"));
}

TEST_F(JobTest, LostTensorFailsTheJobThatWaitedForIt) {
  const auto [waiting, path] = WaitForPlace();
  std::filesystem::remove(path);
  workshop_.LetAllGo();
  const v1::Job job = Watch(waiting.job_id()).back().job();
  EXPECT_EQ(job.state(), v1::JOB_STATE_FAILED);
  EXPECT_EQ(job.reason(), v1::JOB_REASON_INPUT_LOST);
  EXPECT_EQ(job.message(),
            "spec.layers[0].activations: the activations are not on the server any more; upload "
            "them again");
}

}  // namespace
}  // namespace brainalign
