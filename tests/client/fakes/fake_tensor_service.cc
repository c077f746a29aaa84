#include "tests/client/fakes/fake_tensor_service.h"

#include <openssl/sha.h>

#include <array>
#include <chrono>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

// CRC32C bit by bit, from its definition: reflected polynomial 0x82F63B78.
std::uint32_t SlowCrc32c(const std::string& data) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const char c : data) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78u : 0u);
  }
  return ~crc;
}

std::string Sha256(const std::string& bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

}  // namespace

std::string FakeTensorService::Stored(const std::string& digest) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return stored_[digest];
}

bool FakeTensorService::Has(const std::string& digest) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return stored_.contains(digest);
}

int FakeTensorService::streams() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return streams_;
}

std::vector<std::int64_t> FakeTensorService::offsets() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return offsets_;
}

v1::Upload FakeTensorService::Tell(const std::string& id) {
  v1::Upload upload;
  upload.set_upload_id(id);
  upload.set_size_bytes(uploads_[id].size_bytes);
  upload.set_committed_bytes(static_cast<std::int64_t>(uploads_[id].bytes.size()));
  upload.set_complete(stored_.contains(uploads_[id].digest));
  return upload;
}

grpc::Status FakeTensorService::FindMissingTensors(grpc::ServerContext*,
                                                   const v1::FindMissingTensorsRequest* request,
                                                   v1::FindMissingTensorsResponse* response) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const std::string& digest : request->digests()) {
    if (!stored_.contains(digest)) response->add_missing_digests(digest);
  }
  return grpc::Status::OK;
}

grpc::Status FakeTensorService::StartUpload(grpc::ServerContext*,
                                            const v1::StartUploadRequest* request,
                                            v1::StartUploadResponse* response) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!start_refusals_.empty()) {
    grpc::Status refusal = start_refusals_.front();
    start_refusals_.pop_front();
    return refusal;
  }
  for (const auto& [id, upload] : uploads_) {
    if (upload.digest == request->tensor().digest()) {
      *response->mutable_upload() = Tell(id);
      return grpc::Status::OK;
    }
  }
  const std::string id = absl::StrCat("upload-", next_id_++);
  uploads_[id] = OpenUpload{
      .digest = request->tensor().digest(), .size_bytes = request->size_bytes(), .bytes = ""};
  *response->mutable_upload() = Tell(id);
  return grpc::Status::OK;
}

grpc::Status FakeTensorService::Take(const v1::WriteUploadRequest& chunk, OpenUpload& upload) {
  if (chunk.crc32c() != SlowCrc32c(chunk.data())) {
    return grpc::Status(grpc::StatusCode::DATA_LOSS, "wrong checksum");
  }
  if (chunk.offset_bytes() != static_cast<std::int64_t>(upload.bytes.size())) {
    return grpc::Status(grpc::StatusCode::OUT_OF_RANGE, "gap or repetition");
  }
  offsets_.push_back(chunk.offset_bytes());
  upload.bytes += chunk.data();
  return grpc::Status::OK;
}

grpc::Status FakeTensorService::WriteUpload(grpc::ServerContext*,
                                            grpc::ServerReader<v1::WriteUploadRequest>* reader,
                                            v1::WriteUploadResponse* response) {
  std::unique_lock<std::mutex> lock(mutex_);
  ++streams_;
  StreamPlan plan;
  if (!plans_.empty()) {
    plan = plans_.front();
    plans_.pop_front();
  }
  v1::WriteUploadRequest chunk;
  std::string id;
  std::string before;
  for (int taken = 0;; ++taken) {
    if (taken == plan.chunks) {
      if (plan.lose_chunks) uploads_[id].bytes = before;
      if (plan.lose_upload) uploads_.erase(id);
      return grpc::Status(plan.code, plan.message);
    }
    lock.unlock();
    const bool read = reader->Read(&chunk);
    lock.lock();
    if (!read) break;
    if (taken == 0 && together_ > 0) {
      ++open_streams_;
      opened_.notify_all();
      if (!opened_.wait_for(lock, std::chrono::seconds(20),
                            [this] { return open_streams_ >= together_; })) {
        return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "no other stream came");
      }
    }
    if (taken == 0) {
      id = chunk.upload_id();
      if (!uploads_.contains(id)) return grpc::Status(grpc::StatusCode::NOT_FOUND, "no upload");
      before = uploads_[id].bytes;
    }
    grpc::Status status = Take(chunk, uploads_[id]);
    if (!status.ok()) return status;
  }
  OpenUpload& upload = uploads_[id];
  if (static_cast<std::int64_t>(upload.bytes.size()) == upload.size_bytes) {
    if (Sha256(upload.bytes) != upload.digest) {
      uploads_.erase(id);
      return grpc::Status(grpc::StatusCode::DATA_LOSS, "wrong digest");
    }
    stored_[upload.digest] = upload.bytes;
  }
  *response->mutable_upload() = Tell(id);
  return grpc::Status::OK;
}

grpc::Status FakeTensorService::QueryUpload(grpc::ServerContext*,
                                            const v1::QueryUploadRequest* request,
                                            v1::QueryUploadResponse* response) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!uploads_.contains(request->upload_id())) {
    return grpc::Status(grpc::StatusCode::NOT_FOUND, "no upload");
  }
  *response->mutable_upload() = Tell(request->upload_id());
  return grpc::Status::OK;
}

}  // namespace brainalign
