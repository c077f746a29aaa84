// More jobs than a server takes in.
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "server/blobs/blob_folder.h"
#include "server/blobs/tensors.h"
#include "server/blobs/uploads.h"
#include "server/jobs/job_book.h"
#include "server/record/digest.h"
#include "server/rpc/status.h"
#include "server/store/database.h"
#include "server/store/store.h"
#include "tests/server/server_test.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

class FullQueueTest : public testing::Test {
 protected:
  FullQueueTest() {
    std::string pattern = testing::TempDir() + "/brainalign_queue_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }

  void SetUp() override {
    auto database = Database::Open(folder_ + "/db");
    ASSERT_TRUE(database.ok()) << database.status();
    store_ = std::make_unique<Store>(*std::move(database));
    auto blobs = BlobFolder::Open(folder_);
    ASSERT_TRUE(blobs.ok()) << blobs.status();
    blobs_ = *std::move(blobs);
    tensors_ = std::make_unique<Tensors>(absl::Hours(1), SystemClock(), store_.get(), blobs_.get());
    auto uploads = Uploads::Open({}, SystemClock(), store_.get(), blobs_.get(), tensors_.get());
    ASSERT_TRUE(uploads.ok()) << uploads.status();
    uploads_ = *std::move(uploads);
    JobSettings settings;
    settings.limits.max_queued_executions = 1;
    auto book = JobBook::Open(settings, SystemClock(), workshop_.Factory(), store_.get(),
                              blobs_.get(), tensors_.get());
    ASSERT_TRUE(book.ok()) << book.status();
    book_ = *std::move(book);
  }

  ~FullQueueTest() override {
    workshop_.LetAllGo();
    book_.reset();
    uploads_.reset();
    tensors_.reset();
    blobs_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  TensorRef Put(const std::vector<std::int64_t>& shape, std::string bytes) {
    TensorRef ref = {HexSha256Of(bytes), {DType::kF32, shape, Order::kC}};
    const auto upload =
        uploads_->Start(kDefaultProject, ref, static_cast<std::int64_t>(bytes.size()));
    EXPECT_TRUE(upload.ok()) << upload.status();
    const auto writer = uploads_->OpenWriter(kDefaultProject, upload->upload_id);
    EXPECT_TRUE(writer.ok()) << writer.status();
    const std::uint32_t crc32c = Crc32c(bytes.data(), bytes.size());
    EXPECT_TRUE((*writer)->Write(0, bytes, crc32c).ok());
    EXPECT_TRUE((*writer)->Finish().ok());
    return ref;
  }

  std::string folder_;
  Workshop workshop_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<BlobFolder> blobs_;
  std::unique_ptr<Tensors> tensors_;
  std::unique_ptr<Uploads> uploads_;
  std::unique_ptr<JobBook> book_;
};

TEST_F(FullQueueTest, SaysWhenToComeBackAndTakesJobsAgain) {
  workshop_.Hold();
  JobRequest request;
  request.request_id = "first";
  request.specification.brain.epochs = Put({20, 3, 4}, std::string(20 * 3 * 4 * 4, '\1'));
  request.specification.brain.times_seconds = {0, 0.1, 0.2, 0.3};
  request.specification.layers.push_back(
      {Put({20, 2}, std::string(20 * 2 * 4, '\2')), 0, 1, "layer"});
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
