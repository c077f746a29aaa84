#ifndef BRAINALIGN_TESTS_SERVER_BLOBS_UPLOAD_TEST_H_
#define BRAINALIGN_TESTS_SERVER_BLOBS_UPLOAD_TEST_H_

#include <filesystem>
#include <string>
#include <vector>

#include "server/rows/digest.h"
#include "tests/server/server_test.h"

namespace brainalign {

constexpr std::size_t kKilo = 1024;

// A server that syncs uploads every 64 KiB, and calls on it.
class UploadTest : public ServerTest {
 protected:
  UploadTest() { options_.sync_interval_bytes = 64 * kKilo; }

  void SetUp() override { Start(); }

  grpc::Status TryStart(const v1::TensorRef& ref, std::int64_t size_bytes, v1::Upload* upload) {
    Context context;
    v1::StartUploadRequest request;
    *request.mutable_tensor() = ref;
    request.set_size_bytes(size_bytes);
    v1::StartUploadResponse response;
    const grpc::Status status = tensors_->StartUpload(&context, request, &response);
    *upload = response.upload();
    return status;
  }

  v1::Upload StartFor(const std::string& bytes) {
    v1::Upload upload;
    const grpc::Status status =
        TryStart(RefTo(bytes), static_cast<std::int64_t>(bytes.size()), &upload);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return upload;
  }

  // Sends the chunks in one stream and ends it.
  grpc::Status Write(const std::vector<v1::WriteUploadRequest>& chunks, v1::Upload* upload) {
    Context context;
    v1::WriteUploadResponse response;
    auto writer = tensors_->WriteUpload(&context, &response);
    for (const auto& chunk : chunks) {
      if (!writer->Write(chunk)) break;
    }
    writer->WritesDone();
    const grpc::Status status = writer->Finish();
    *upload = response.upload();
    return status;
  }

  grpc::Status Query(const std::string& upload_id, v1::Upload* upload) {
    Context context;
    v1::QueryUploadRequest request;
    request.set_upload_id(upload_id);
    v1::QueryUploadResponse response;
    const grpc::Status status = tensors_->QueryUpload(&context, request, &response);
    *upload = response.upload();
    return status;
  }

  // The stored tensor's bytes from `offset`, at most `limit` (0: all).
  std::string Read(const std::string& digest, std::int64_t offset, std::int64_t limit,
                   grpc::Status* status) {
    Context context;
    v1::ReadTensorRequest request;
    request.set_digest(digest);
    request.set_offset_bytes(offset);
    if (limit != 0) request.set_limit_bytes(limit);
    auto reader = tensors_->ReadTensor(&context, request);
    std::string bytes;
    v1::ReadTensorResponse part;
    while (reader->Read(&part)) {
      EXPECT_EQ(part.offset_bytes(), offset + static_cast<std::int64_t>(bytes.size()));
      EXPECT_EQ(part.crc32c(), Crc32c(part.data().data(), part.data().size()));
      bytes += part.data();
    }
    *status = reader->Finish();
    return bytes;
  }

  std::vector<std::string> Missing(const std::vector<std::string>& digests) {
    Context context;
    v1::FindMissingTensorsRequest request;
    for (const auto& digest : digests) request.add_digests(digest);
    v1::FindMissingTensorsResponse response;
    EXPECT_TRUE(tensors_->FindMissingTensors(&context, request, &response).ok());
    return {response.missing_digests().begin(), response.missing_digests().end()};
  }

  std::size_t PartFiles() {
    const std::filesystem::directory_iterator files(options_.data_folder + "/uploads");
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }

  const std::string bytes_ = Bytes(300 * kKilo, 'a');
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_SERVER_BLOBS_UPLOAD_TEST_H_
