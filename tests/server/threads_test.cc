// Many threads at what the server keeps, without gRPC: for ThreadSanitizer, which
// sees nothing in a program that has gRPC in it.
#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/blobs/tensors.h"
#include "server/blobs/uploads.h"
#include "server/jobs/job_book.h"
#include "server/rows/digest.h"
#include "server/store/store.h"
#include "tests/server/jobs/book_test.h"

namespace brainalign {
namespace {

constexpr int kThreads = 4;

class ThreadsTest : public BookTest {
 protected:
  void SetUp() override {
    UploadLimits limits;
    limits.sync_interval_bytes = 100;
    JobSettings settings;
    settings.threads = 2;
    settings.max_running_executions = 2;
    Open(limits, settings);
  }

  // All threads at once; each is told which it is.
  template <typename Work>
  static void Together(const Work& work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back([&work, i] { work(i); });
    for (std::thread& thread : threads) thread.join();
  }
};

TEST_F(ThreadsTest, UploadersOfTheSameAndOfOtherTensors) {
  Together([&](int thread) {
    for (int round = 0; round < 6; ++round) {
      // Even rounds: all send the same.
      const std::string bytes(400, static_cast<char>(round % 2 == 0 ? round : 10 * thread + round));
      const TensorRef ref = RefTo({100}, bytes);
      const absl::Status status = Upload(ref, bytes);
      // Somebody else may have written the last byte meanwhile.
      EXPECT_TRUE(status.ok() || absl::IsAborted(status) || absl::IsNotFound(status)) << status;
      uploads_->DropExpired();
      EXPECT_TRUE(tensors_->Use(kDefaultProject, ref.digest).ok());
      EXPECT_TRUE(tensors_->RemoveUnused([] { return true; }).ok());
    }
  });
}

TEST_F(ThreadsTest, SubmittersWatchersListersAndCancellers) {
  ASSERT_TRUE(Upload(RefTo({20, 3, 4}, brain_), brain_).ok());
  ASSERT_TRUE(Upload(RefTo({20, 2}, layer_), layer_).ok());
  std::atomic<int> succeeded{0};
  Together([&](int thread) {
    for (int round = 0; round < 8; ++round) {
      // Two threads always ask for the same, and join or find it in the cache.
      const double depth = 1.0 / (1 + round) / (1 + thread / 2);
      auto job = book_->Create(MakeRequest(absl::StrCat("job ", thread, " ", round), depth));
      ASSERT_TRUE(job.ok()) << job.status();
      const bool cancel = round % 4 == 3;
      EXPECT_TRUE(!cancel || book_->Cancel(job->job_id).ok());
      std::int64_t last = 0;
      const absl::Status watched = book_->Watch(
          job->job_id, 0,
          [&](const WatchEvent& event) {
            if (!std::holds_alternative<Heartbeat>(event.content)) {
              EXPECT_EQ(event.sequence, ++last);
            }
            return true;
          },
          [] { return false; });
      EXPECT_TRUE(watched.ok()) << watched;
      EXPECT_TRUE(book_->List({}).ok());
      book_->CountJobs();
      book_->Tick();
      auto ended = book_->Get(job->job_id);
      ASSERT_TRUE(ended.ok()) << ended.status();
      if (ended->state != JobState::kSucceeded) continue;
      ++succeeded;
      EXPECT_TRUE(book_->OpenResult(*ended).ok());
    }
  });
  EXPECT_GE(succeeded, kThreads * 6);
}

TEST_F(ThreadsTest, DrainsUnderSubmittersAndRunningWork) {
  ASSERT_TRUE(Upload(RefTo({20, 3, 4}, brain_), brain_).ok());
  ASSERT_TRUE(Upload(RefTo({20, 2}, layer_), layer_).ok());
  Together([&](int thread) {
    for (int round = 0; round < 8; ++round) {
      if (thread == 0) {
        book_->HoldBack(true);
        book_->PutBackRunning();
        book_->MeasureLoad();
        book_->HoldBack(false);
        continue;
      }
      const double depth = 1.0 / (1 + round) / thread;
      auto job = book_->Create(MakeRequest(absl::StrCat("job ", thread, " ", round), depth));
      ASSERT_TRUE(job.ok()) << job.status();
      const absl::Status watched = book_->Watch(
          job->job_id, 0, [](const WatchEvent&) { return true; },
          [&] {
            book_->Tick();
            return false;
          });
      EXPECT_TRUE(watched.ok()) << watched;
      EXPECT_EQ(book_->Get(job->job_id)->state, JobState::kSucceeded);
    }
  });
}

TEST_F(ThreadsTest, AStopUnderWatchersAndRunningWork) {
  ASSERT_TRUE(Upload(RefTo({20, 3, 4}, brain_), brain_).ok());
  ASSERT_TRUE(Upload(RefTo({20, 2}, layer_), layer_).ok());
  workshop_.Hold();
  Together([&](int thread) {
    auto job = book_->Create(MakeRequest(absl::StrCat("job ", thread), 1.0 / (1 + thread)));
    if (absl::IsUnavailable(job.status())) return;  // it came after the stop
    ASSERT_TRUE(job.ok()) << job.status();
    if (thread == 0) {
      EXPECT_TRUE(workshop_.AwaitBegun(1));
      book_->Stop();
    } else {
      const absl::Status watched = book_->Watch(
          job->job_id, 0, [](const WatchEvent&) { return true; }, [] { return false; });
      EXPECT_TRUE(absl::IsUnavailable(watched)) << watched;
    }
  });
}

}  // namespace
}  // namespace brainalign
