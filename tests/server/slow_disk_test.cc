// Whoever waits for the disk holds nobody else up.
#include <atomic>
#include <functional>
#include <thread>

#include "gmock/gmock.h"
#include "tests/server/blobs/upload_test.h"
#include "tests/server/fakes/failing_disk.h"

namespace brainalign {
namespace {

using testing::IsEmpty;
using Failure = FailingDisk::Failure;

class SlowDiskTest : public UploadTest {
 protected:
  void SetUp() override {
    database_env_ = disk_.env();
    Start();
    other_ = StartFor(Bytes(kKilo, 'o'));
    stored_ = StoreBytes({256}, Bytes(kKilo, 's')).digest();
  }
  // The disk's files end before it does.
  void TearDown() override {
    disk_.Fail(Failure::kNone);
    Stop();
  }

  // `call` waits for the disk until others have been answered.
  void WhileItWaits(const std::function<grpc::Status()>& call) {
    disk_.Fail(Failure::kStall);
    grpc::Status status;
    std::atomic<bool> is_answered = false;
    {
      std::jthread caller([&] {
        status = call();
        is_answered = true;
      });
      EXPECT_TRUE(disk_.AwaitStalled());
      v1::Upload upload;
      EXPECT_TRUE(Query(other_.upload_id(), &upload).ok());
      EXPECT_THAT(Missing({stored_}), IsEmpty());
      EXPECT_FALSE(is_answered);
      disk_.Fail(Failure::kNone);
    }
    EXPECT_TRUE(status.ok()) << status.error_message();
  }

  FailingDisk disk_;
  v1::Upload other_;
  std::string stored_;
};

TEST_F(SlowDiskTest, StartOfAnUpload) {
  WhileItWaits([&] {
    v1::Upload upload;
    return TryStart(RefTo(bytes_), static_cast<std::int64_t>(bytes_.size()), &upload);
  });
}

TEST_F(SlowDiskTest, UploadThatIsGivenUp) {
  v1::CancelUploadRequest request;
  request.set_upload_id(StartFor(bytes_).upload_id());
  WhileItWaits([&] {
    Context context;
    v1::CancelUploadResponse response;
    return tensors_->CancelUpload(&context, request, &response);
  });
}

TEST_F(SlowDiskTest, TensorWhoseLastUseIsNoted) {
  const std::string digest = StoreBytes({512}, Bytes(2 * kKilo, 'u')).digest();
  now_seconds_ += 20 * 24 * 3600;
  EXPECT_THAT(Missing({stored_}), IsEmpty());  // so that nothing is noted of this one now
  other_ = StartFor(Bytes(kKilo, 'p'));        // the one before has expired
  WhileItWaits([&] {
    Context context;
    v1::FindMissingTensorsRequest request;
    request.add_digests(digest);
    v1::FindMissingTensorsResponse response;
    return tensors_->FindMissingTensors(&context, request, &response);
  });
}

}  // namespace
}  // namespace brainalign
