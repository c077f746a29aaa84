#include "tests/server/blobs/upload_test.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "server/rows/digest.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(UploadTest, WholeTensorInOneStream) {
  v1::Upload upload = StartFor(bytes_);
  EXPECT_FALSE(upload.complete());
  EXPECT_EQ(upload.committed_bytes(), 0);
  EXPECT_EQ(upload.expire_time().seconds(), now_seconds_ + 600);  // no byte is there
  const std::string other = HexSha256Of("other");
  EXPECT_THAT(Missing({RefTo(bytes_).digest(), other}), ElementsAre(RefTo(bytes_).digest(), other));

  const std::string id = upload.upload_id();
  ASSERT_TRUE(
      Write({Chunk(id, bytes_, 0, 200 * kKilo), Chunk(id, bytes_, 200 * kKilo, 100 * kKilo)},
            &upload)
          .ok());
  EXPECT_TRUE(upload.complete());
  EXPECT_EQ(upload.committed_bytes(), bytes_.size());
  EXPECT_THAT(Missing({RefTo(bytes_).digest(), other}), ElementsAre(other));
  EXPECT_EQ(PartFiles(), 0U);

  grpc::Status status;
  EXPECT_EQ(Read(RefTo(bytes_).digest(), 0, 0, &status), bytes_);
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(Read(RefTo(bytes_).digest(), 1000, 17, &status), bytes_.substr(1000, 17));
  EXPECT_TRUE(status.ok());
  Read(RefTo(bytes_).digest(), 300 * kKilo + 1, 0, &status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::OUT_OF_RANGE);
  Read(other, 0, 0, &status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(UploadTest, StoredTensorNeedsNoBytesAgain) {
  v1::Upload first = StartFor(bytes_);
  v1::Upload upload;
  ASSERT_TRUE(Write({Chunk(first.upload_id(), bytes_, 0, bytes_.size())}, &upload).ok());
  EXPECT_TRUE(StartFor(bytes_).complete());
  // A client whose answer was lost asks where it stands.
  ASSERT_TRUE(Query(first.upload_id(), &upload).ok());
  EXPECT_TRUE(upload.complete());
  Restart();
  EXPECT_TRUE(StartFor(bytes_).complete());
  EXPECT_THAT(Missing({RefTo(bytes_).digest()}), ElementsAre());
}

TEST_F(UploadTest, PausedStreamGoesOnFromTheCommittedOffset) {
  v1::Upload upload = StartFor(bytes_);
  const std::string id = upload.upload_id();
  ASSERT_TRUE(Write({Chunk(id, bytes_, 0, 10 * kKilo)}, &upload).ok());
  EXPECT_FALSE(upload.complete());
  EXPECT_EQ(upload.committed_bytes(), 10 * kKilo);
  EXPECT_EQ(StartFor(bytes_).upload_id(), id);  // joins the open one
  ASSERT_TRUE(Write({Chunk(id, bytes_, 10 * kKilo, 290 * kKilo)}, &upload).ok());
  EXPECT_TRUE(upload.complete());
}

TEST_F(UploadTest, EarlierOffsetIsSkippedAndGapRefused) {
  v1::Upload upload = StartFor(bytes_);
  const std::string id = upload.upload_id();
  ASSERT_TRUE(Write({Chunk(id, bytes_, 0, 100), Chunk(id, bytes_, 0, 100),
                     Chunk(id, bytes_, 50, 100), Chunk(id, bytes_, 20, 30)},
                    &upload)
                  .ok());
  EXPECT_EQ(upload.committed_bytes(), 150);
  grpc::Status status = Write({Chunk(id, bytes_, 151, 10)}, &upload);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_THAT(status.error_message(), HasSubstr("holds 150 bytes"));
  EXPECT_EQ(ReasonOf(status), "CHUNK_GAP");
  v1::WriteUploadRequest beyond = Chunk(id, bytes_, 0, 300 * kKilo);
  beyond.set_offset_bytes(150);
  status = Write({beyond}, &upload);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(ReasonOf(status), "CHUNK_PAST_END");
  ASSERT_TRUE(Write({Chunk(id, bytes_, 150, bytes_.size() - 150)}, &upload).ok());
  EXPECT_TRUE(upload.complete());
}

TEST_F(UploadTest, WrongChecksumLeavesTheUploadAsItWas) {
  v1::Upload upload = StartFor(bytes_);
  const std::string id = upload.upload_id();
  v1::WriteUploadRequest bad = Chunk(id, bytes_, 100, 100);
  bad.set_crc32c(bad.crc32c() ^ 1);
  const grpc::Status status = Write({Chunk(id, bytes_, 0, 100), bad}, &upload);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DATA_LOSS);
  EXPECT_EQ(ReasonOf(status), "CHUNK_CHECKSUM");
  ASSERT_TRUE(Query(id, &upload).ok());
  EXPECT_EQ(upload.committed_bytes(), 100);
  ASSERT_TRUE(Write({Chunk(id, bytes_, 100, bytes_.size() - 100)}, &upload).ok());
  EXPECT_TRUE(upload.complete());
}

TEST_F(UploadTest, OtherBytesThanAnnouncedAreDiscarded) {
  v1::Upload upload = StartFor(bytes_);
  const std::string id = upload.upload_id();
  const grpc::Status status =
      Write({Chunk(id, Bytes(bytes_.size(), 'b'), 0, bytes_.size())}, &upload);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DATA_LOSS);
  EXPECT_EQ(ReasonOf(status), "DIGEST_MISMATCH");
  EXPECT_EQ(Query(id, &upload).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(PartFiles(), 0U);
  EXPECT_THAT(Missing({RefTo(bytes_).digest()}), ElementsAre(RefTo(bytes_).digest()));
}

TEST_F(UploadTest, SecondWriterIsTurnedAway) {
  v1::Upload upload = StartFor(bytes_);
  const std::string id = upload.upload_id();
  Context context;
  v1::WriteUploadResponse response;
  auto writer = tensors_->WriteUpload(&context, &response);
  // Two sync intervals: once they are committed, the stream is known to be open.
  ASSERT_TRUE(writer->Write(Chunk(id, bytes_, 0, 128 * kKilo)));
  for (upload.Clear(); upload.committed_bytes() == 0;) ASSERT_TRUE(Query(id, &upload).ok());

  const grpc::Status status = Write({Chunk(id, bytes_, 0, 100)}, &upload);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(ReasonOf(status), "UPLOAD_BUSY");
  Context cancel_context;
  v1::CancelUploadRequest cancel;
  cancel.set_upload_id(id);
  v1::CancelUploadResponse cancelled;
  EXPECT_EQ(tensors_->CancelUpload(&cancel_context, cancel, &cancelled).error_code(),
            grpc::StatusCode::ABORTED);

  writer->Write(Chunk(id, bytes_, 128 * kKilo, 172 * kKilo));
  writer->WritesDone();
  EXPECT_TRUE(writer->Finish().ok());
  EXPECT_TRUE(response.upload().complete());
}

TEST_F(UploadTest, GivenUpUploadLeavesNothing) {
  v1::Upload upload = StartFor(bytes_);
  ASSERT_TRUE(Write({Chunk(upload.upload_id(), bytes_, 0, 100)}, &upload).ok());
  for (int time = 0; time < 2; ++time) {
    Context context;
    v1::CancelUploadRequest request;
    request.set_upload_id(upload.upload_id());
    v1::CancelUploadResponse response;
    EXPECT_TRUE(tensors_->CancelUpload(&context, request, &response).ok());
  }
  EXPECT_EQ(PartFiles(), 0U);
  EXPECT_EQ(Query(upload.upload_id(), &upload).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(UploadTest, SurvivesARestartAndIsHashedAgain) {
  v1::Upload upload = StartFor(bytes_);
  const std::string id = upload.upload_id();
  ASSERT_TRUE(Write({Chunk(id, bytes_, 0, 70 * kKilo)}, &upload).ok());
  Stop();
  {
    // What a crash leaves: bytes beyond the committed offset, not to be trusted.
    std::ofstream part(options_.data_folder + "/uploads/" + id + ".part",
                       std::ios::app | std::ios::binary);
    part << std::string(5000, 'x');
  }
  Start();
  ASSERT_TRUE(Query(id, &upload).ok());
  EXPECT_EQ(upload.committed_bytes(), 70 * kKilo);
  EXPECT_EQ(StartFor(bytes_).upload_id(), id);
  ASSERT_TRUE(Write({Chunk(id, bytes_, 70 * kKilo, 230 * kKilo)}, &upload).ok());
  EXPECT_TRUE(upload.complete());
  grpc::Status status;
  EXPECT_EQ(Read(RefTo(bytes_).digest(), 0, 0, &status), bytes_);
}

TEST_F(UploadTest, BrokenStreamLosesAtMostOneSyncInterval) {
  v1::Upload upload = StartFor(bytes_);
  const std::string id = upload.upload_id();
  {
    Context context;
    v1::WriteUploadResponse response;
    auto writer = tensors_->WriteUpload(&context, &response);
    ASSERT_TRUE(writer->Write(Chunk(id, bytes_, 0, 64 * kKilo)));
    ASSERT_TRUE(writer->Write(Chunk(id, bytes_, 64 * kKilo, 30 * kKilo)));
    for (upload.Clear(); upload.committed_bytes() == 0;) ASSERT_TRUE(Query(id, &upload).ok());
    context.TryCancel();
    writer->Finish();
  }
  // The server lets go of the broken stream in its own time.
  grpc::Status status;
  do {
    ASSERT_TRUE(Query(id, &upload).ok());
    EXPECT_GE(upload.committed_bytes(), 64 * kKilo);
    const auto from = static_cast<std::size_t>(upload.committed_bytes());
    status = Write({Chunk(id, bytes_, from, bytes_.size() - from)}, &upload);
  } while (status.error_code() == grpc::StatusCode::ABORTED);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(upload.complete());
}

TEST_F(UploadTest, IdleUploadExpires) {
  v1::Upload upload = StartFor(bytes_);
  const std::string id = upload.upload_id();
  now_seconds_ += 599;
  ASSERT_TRUE(Query(id, &upload).ok());
  ASSERT_TRUE(Write({Chunk(id, bytes_, 0, 100)}, &upload).ok());
  now_seconds_ += 24 * 3600 - 1;
  ASSERT_TRUE(Query(id, &upload).ok());
  now_seconds_ += 1;
  EXPECT_EQ(Query(id, &upload).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(PartFiles(), 0U);
}

TEST_F(UploadTest, AnUploadOfWhichNoByteCameLastsMinutes) {
  v1::Upload upload = StartFor(bytes_);
  now_seconds_ += 600;
  EXPECT_EQ(Query(upload.upload_id(), &upload).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(UploadTest, LostBlobIsMissingAndCanBeSentAgain) {
  v1::Upload upload = StartFor(bytes_);
  ASSERT_TRUE(Write({Chunk(upload.upload_id(), bytes_, 0, bytes_.size())}, &upload).ok());
  const std::string digest = RefTo(bytes_).digest();
  std::filesystem::remove(
      absl::StrCat(options_.data_folder, "/blobs/", digest.substr(0, 2), "/", digest));
  EXPECT_THAT(Missing({digest}), ElementsAre(digest));
  upload = StartFor(bytes_);
  EXPECT_FALSE(upload.complete());
  ASSERT_TRUE(Write({Chunk(upload.upload_id(), bytes_, 0, bytes_.size())}, &upload).ok());
  EXPECT_THAT(Missing({digest}), ElementsAre());
}

TEST_F(UploadTest, RefusesWhatMakesNoSense) {
  v1::Upload upload;
  v1::TensorRef ref = RefTo(bytes_);
  grpc::Status status = TryStart(ref, 12, &upload);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const auto bad = DetailOf<v1::BadRequest>(status, "BadRequest");
  ASSERT_EQ(bad.field_violations_size(), 1);
  EXPECT_EQ(bad.field_violations(0).field(), "size_bytes");

  ref.set_digest("../../etc/passwd");
  EXPECT_EQ(TryStart(ref, static_cast<std::int64_t>(bytes_.size()), &upload).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  ref = RefTo(bytes_);
  ref.mutable_spec()->clear_shape();
  for (int axis = 0; axis < 3; ++axis) ref.mutable_spec()->add_shape(std::int64_t{1} << 40);
  EXPECT_EQ(TryStart(ref, 0, &upload).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  ref.mutable_spec()->clear_shape();
  ref.mutable_spec()->add_shape(0);
  EXPECT_EQ(TryStart(ref, 0, &upload).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  ref = RefTo(bytes_);
  ref.mutable_spec()->set_data_type(v1::DATA_TYPE_UNSPECIFIED);
  EXPECT_EQ(TryStart(ref, static_cast<std::int64_t>(bytes_.size()), &upload).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);

  EXPECT_EQ(Query("nobody's", &upload).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Write({Chunk("nobody's", bytes_, 0, 1)}, &upload).error_code(),
            grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Write({}, &upload).error_code(), grpc::StatusCode::INVALID_ARGUMENT);

  const std::string big = Bytes(2 * kKilo * kKilo, 'c');
  const v1::Upload open = StartFor(big);
  status = Write({Chunk(open.upload_id(), big, 0, kKilo * kKilo + 1)}, &upload);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("1048577"));
}

TEST_F(UploadTest, DiskWithoutRoomIsRefusedAtTheStart) {
  Stop();
  options_.disk_reserve_bytes = std::int64_t{1} << 60;
  Start();
  v1::Upload upload;
  const grpc::Status status =
      TryStart(RefTo(bytes_), static_cast<std::int64_t>(bytes_.size()), &upload);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "DISK_FULL");
  EXPECT_EQ(DetailOf<v1::QuotaFailure>(status, "QuotaFailure").violations(0).subject(), "disk");
  EXPECT_EQ(DetailOf<v1::RetryInfo>(status, "RetryInfo").retry_delay().seconds(), 3600);
}

}  // namespace
}  // namespace brainalign
