// Many threads at what the server keeps, without gRPC: for ThreadSanitizer, which
// sees nothing in a program that has gRPC in it.
#include <atomic>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/blobs/blob_folder.h"
#include "server/blobs/tensors.h"
#include "server/blobs/uploads.h"
#include "server/jobs/job_book.h"
#include "server/record/digest.h"
#include "server/store/database.h"
#include "server/store/store.h"
#include "tests/server/fakes/workshop.h"

namespace brainalign {
namespace {

constexpr int kThreads = 4;

class ThreadsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "/brainalign_threads_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    auto database = Database::Open(folder_ + "/db");
    ASSERT_TRUE(database.ok()) << database.status();
    store_ = std::make_unique<Store>(*std::move(database));
    auto blobs = BlobFolder::Open(folder_);
    ASSERT_TRUE(blobs.ok()) << blobs.status();
    blobs_ = *std::move(blobs);
    tensors_ = std::make_unique<Tensors>(absl::Hours(1), SystemClock(), store_.get(), blobs_.get());
    UploadLimits limits;
    limits.sync_interval_bytes = 100;
    auto uploads = Uploads::Open(limits, SystemClock(), store_.get(), blobs_.get(), tensors_.get());
    ASSERT_TRUE(uploads.ok()) << uploads.status();
    uploads_ = *std::move(uploads);
    JobSettings settings;
    settings.threads = 2;
    settings.max_running_executions = 2;
    auto book = JobBook::Open(settings, SystemClock(), workshop_.Factory(), store_.get(),
                              blobs_.get(), tensors_.get());
    ASSERT_TRUE(book.ok()) << book.status();
    book_ = *std::move(book);
  }

  ~ThreadsTest() override {
    book_.reset();
    uploads_.reset();
    tensors_.reset();
    blobs_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  // A float32 tensor whose bytes all are `byte`, uploaded in chunks of 64 bytes. Any
  // thread may be the writer; the others find it busy or done.
  absl::Status Upload(const TensorRef& ref, const std::string& bytes) {
    auto upload = uploads_->Start(kDefaultProject, ref, static_cast<std::int64_t>(bytes.size()));
    if (!upload.ok()) return upload.status();
    if (upload->complete) return absl::OkStatus();
    auto writer = uploads_->OpenWriter(kDefaultProject, upload->upload_id);
    if (!writer.ok()) return writer.status();
    constexpr std::size_t kChunk = 64;
    for (std::size_t at = 0; at < bytes.size(); at += kChunk) {
      std::string chunk = bytes.substr(at, kChunk);
      absl::Status status = (*writer)->Write(static_cast<std::int64_t>(at), chunk,
                                             Crc32c(chunk.data(), chunk.size()));
      if (!status.ok()) return status;
    }
    return (*writer)->Finish().status();
  }

  static TensorRef RefTo(const std::vector<std::int64_t>& shape, const std::string& bytes) {
    return {HexSha256Of(bytes), {DType::kF32, shape, Order::kC}};
  }

  // Three layers of 20 words, 4 times: three tiles.
  JobRequest MakeRequest(const std::string& id, double depth) {
    JobRequest request;
    request.request_id = id;
    request.name = id;
    request.specification.brain.epochs = RefTo({20, 3, 4}, brain_);
    request.specification.brain.times_seconds = {0, 0.1, 0.2, 0.3};
    for (int i = 0; i < 3; ++i) {
      request.specification.layers.push_back(
          {RefTo({20, 2}, layer_), 0, depth * (i + 1) / 3, absl::StrCat("layer ", i)});
    }
    return request;
  }

  // All threads at once; each is told which it is.
  template <typename Work>
  static void Together(const Work& work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back([&work, i] { work(i); });
    for (std::thread& thread : threads) thread.join();
  }

  const std::string brain_ = std::string(std::size_t{20} * 3 * 4 * 4, '\1');
  const std::string layer_ = std::string(std::size_t{20} * 2 * 4, '\2');
  std::string folder_;
  Workshop workshop_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<BlobFolder> blobs_;
  std::unique_ptr<Tensors> tensors_;
  std::unique_ptr<Uploads> uploads_;
  std::unique_ptr<JobBook> book_;
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
      EXPECT_TRUE(book_->ReadResult(job->job_id).ok());
    }
  });
  EXPECT_GE(succeeded, kThreads * 6);
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
