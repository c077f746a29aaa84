// Uploads after crashes and failures of the disk between their last steps.
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "server/files/file.h"
#include "server/rpc/status.h"
#include "server/store/changes.h"
#include "server/store/store.h"
#include "tests/server/blobs/upload_test.h"

namespace brainalign {
namespace {

using testing::ElementsAre;

// A crash between the rename of a whole tensor and its record: the last record says
// that all bytes are committed, and the file lies under its digest.
class CrashedRenameTest : public UploadTest {
 protected:
  void Leave(const std::string& bytes_on_disk) {
    upload_id_ = StartFor(bytes_).upload_id();
    Stop();
    const std::string digest = RefTo(bytes_).digest();
    const std::string subfolder =
        absl::StrCat(options_.data_folder, "/blobs/", digest.substr(0, 2));
    std::filesystem::create_directories(subfolder);
    std::ofstream(subfolder + "/" + digest, std::ios::binary) << bytes_on_disk;
    auto database = Database::Open(options_.data_folder + "/db");
    ASSERT_TRUE(database.ok()) << database.status();
    brainalign::Store store(*std::move(database));
    Upload upload = store.ListUploads()->at(0);
    upload.committed_bytes = upload.size_bytes;
    ASSERT_TRUE(store.Commit(SaveUpload(upload)).ok());
  }

  std::string upload_id_;
};

TEST_F(CrashedRenameTest, GoesOnWithNoByteSentAgain) {
  Leave(bytes_);
  Start();
  v1::Upload upload;
  ASSERT_TRUE(Query(upload_id_, &upload).ok());
  EXPECT_EQ(upload.committed_bytes(), upload.size_bytes());
  EXPECT_FALSE(upload.complete());
  ASSERT_TRUE(Write({Chunk(upload_id_, bytes_, bytes_.size(), 0)}, &upload).ok());
  EXPECT_TRUE(upload.complete());
  EXPECT_EQ(PartFiles(), 0U);
  grpc::Status status;
  EXPECT_EQ(Read(RefTo(bytes_).digest(), 0, 0, &status), bytes_);
}

TEST_F(CrashedRenameTest, BytesThatRottedMeanwhileAreNotTaken) {
  std::string rotten = bytes_;
  rotten[1000] = static_cast<char>(rotten[1000] ^ 1);
  Leave(rotten);
  Start();
  v1::Upload upload;
  const grpc::Status status = Write({Chunk(upload_id_, bytes_, bytes_.size(), 0)}, &upload);
  EXPECT_EQ(ReasonOf(status), "DIGEST_MISMATCH");
  EXPECT_THAT(Missing({RefTo(bytes_).digest()}), ElementsAre(RefTo(bytes_).digest()));
  EXPECT_EQ(PartFiles(), 0U);
}

TEST_F(UploadTest, BlobThatCannotBePublishedStaysAnUpload) {
  v1::Upload upload = StartFor(bytes_);
  const std::string id = upload.upload_id();
  // Where the tensor's folder would be lies a file.
  const std::string subfolder =
      absl::StrCat(options_.data_folder, "/blobs/", RefTo(bytes_).digest().substr(0, 2));
  std::ofstream(subfolder) << "in the way";
  EXPECT_FALSE(Write({Chunk(id, bytes_, 0, bytes_.size())}, &upload).ok());
  ASSERT_TRUE(Query(id, &upload).ok());
  EXPECT_FALSE(upload.complete());
  EXPECT_EQ(upload.committed_bytes(), bytes_.size());
  std::filesystem::remove(subfolder);
  ASSERT_TRUE(Write({Chunk(id, bytes_, bytes_.size(), 0)}, &upload).ok());
  EXPECT_TRUE(upload.complete());
}

TEST_F(UploadTest, DamagedTensorIsNotServed) {
  v1::Upload upload = StartFor(bytes_);
  ASSERT_TRUE(Write({Chunk(upload.upload_id(), bytes_, 0, bytes_.size())}, &upload).ok());
  Restart();
  const std::string digest = RefTo(bytes_).digest();
  const std::string path =
      absl::StrCat(options_.data_folder, "/blobs/", digest.substr(0, 2), "/", digest);
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary).seekp(200'000).put('~');
  grpc::Status status;
  EXPECT_EQ(Read(digest, 0, 100, &status), "");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DATA_LOSS);
  EXPECT_THAT(Missing({digest}), ElementsAre(digest));
}

TEST(ClientMessageTest, TroubleWithAFileIsToldWithoutItsPath) {
  const absl::Status failed = SystemError(EIO, "reading", "/srv/blobs/ab/abcd");
  EXPECT_THAT(std::string(failed.message()), testing::HasSubstr("/srv/blobs/ab/abcd"));
  const grpc::Status told = ToGrpc(failed);
  EXPECT_EQ(told.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(told.error_message(), "the server's disk failed: Input/output error");
  EXPECT_THAT(told.error_details(), testing::Not(testing::HasSubstr("abcd")));
}

TEST_F(UploadTest, ClientThatStallsDoesNotKeepTheUpload) {
  Stop();
  options_.stall_seconds = 0.1;
  Start();
  v1::Upload upload = StartFor(bytes_);
  const std::string id = upload.upload_id();
  Context context;
  v1::WriteUploadResponse response;
  auto stalled = tensors_->WriteUpload(&context, &response);
  ASSERT_TRUE(stalled->Write(Chunk(id, bytes_, 0, 64 * kKilo)));
  for (upload.Clear(); upload.committed_bytes() == 0;) ASSERT_TRUE(Query(id, &upload).ok());
  // It is connected, but sends no more; another gets the upload in the end.
  grpc::Status status;
  do {
    status = Write({Chunk(id, bytes_, 64 * kKilo, bytes_.size() - 64 * kKilo)}, &upload);
  } while (status.error_code() == grpc::StatusCode::ABORTED);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(upload.complete());
  EXPECT_EQ(stalled->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

}  // namespace
}  // namespace brainalign
