#include <isa-l/crc.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "client/connection/stubs.h"
#include "client/wire/spec_to_proto.h"
#include "gtest/gtest.h"
#include "tests/durability/crash/calls.h"
#include "tests/durability/crash/once.h"

namespace brainalign {
namespace {

constexpr std::int64_t kMostInAChunk = 64 << 10;

std::uint32_t Crc32c(const std::string& data) {
  auto* bytes = reinterpret_cast<unsigned char*>(const_cast<char*>(data.data()));
  return crc32_iscsi(bytes, static_cast<int>(data.size()), 0xFFFFFFFFu) ^ 0xFFFFFFFFu;
}

void Acknowledge(const v1::Upload& upload, KnownTensor& tensor) {
  EXPECT_EQ(upload.tensor().digest(), tensor.digest);
  EXPECT_GE(upload.committed_bytes(), tensor.committed_bytes)
      << "acknowledged bytes are gone: " << upload.ShortDebugString();
  tensor.upload_id = upload.upload_id();
  tensor.committed_bytes = upload.committed_bytes();
  tensor.stored = upload.complete();
  // The other way round need not be: a kill may come before the digest is compared.
  EXPECT_TRUE(!upload.complete() || upload.committed_bytes() == tensor.size_bytes);
}

}  // namespace

absl::Status UploadSome(Connection& connection, std::mt19937_64& random, KnownTensor& tensor) {
  const Tensor bytes = tensor.Bytes();
  v1::StartUploadRequest request;
  request.mutable_tensor()->set_digest(tensor.digest);
  *request.mutable_tensor()->mutable_spec() = ToProto(bytes.spec());
  request.set_size_bytes(tensor.size_bytes);
  const auto begun = Once<v1::StartUploadResponse>(connection, [&](auto* context, auto* response) {
    return connection.stubs().tensors->StartUpload(context, request, response);
  });
  if (!begun.ok()) return begun.status();
  Acknowledge(begun->upload(), tensor);

  CallContext context(connection.options(), /*timeout_seconds=*/60);
  v1::WriteUploadResponse response;
  const auto stream = connection.stubs().tensors->WriteUpload(context.get(), &response);
  std::int64_t offset = tensor.committed_bytes;
  const std::int64_t end =
      offset + static_cast<std::int64_t>(
                   random() % static_cast<std::uint64_t>(tensor.size_bytes - offset + 1));
  do {
    v1::WriteUploadRequest chunk;
    chunk.set_upload_id(tensor.upload_id);
    const std::int64_t size = std::min(kMostInAChunk, end - offset);
    chunk.set_offset_bytes(offset);
    chunk.set_data(bytes.data() + offset, static_cast<std::size_t>(size));
    chunk.set_crc32c(Crc32c(chunk.data()));
    if (!stream->Write(chunk)) break;
    offset += size;
  } while (offset < end);
  stream->WritesDone();
  absl::Status status = context.Conclude(stream->Finish());
  if (!status.ok()) return status;
  EXPECT_EQ(response.upload().committed_bytes(), end) << response.upload().ShortDebugString();
  Acknowledge(response.upload(), tensor);
  return absl::OkStatus();
}

absl::Status GiveUp(Connection& connection, KnownTensor& tensor) {
  v1::CancelUploadRequest request;
  request.set_upload_id(tensor.upload_id);
  const auto answer =
      Once<v1::CancelUploadResponse>(connection, [&](auto* context, auto* response) {
        return connection.stubs().tensors->CancelUpload(context, request, response);
      });
  tensor.given_up = answer.ok();
  return answer.status();
}

absl::Status CheckUpload(Connection& connection, const KnownTensor& tensor) {
  v1::QueryUploadRequest request;
  request.set_upload_id(tensor.upload_id);
  const auto answer = Once<v1::QueryUploadResponse>(connection, [&](auto* context, auto* response) {
    return connection.stubs().tensors->QueryUpload(context, request, response);
  });
  if (tensor.given_up) {
    if (absl::IsNotFound(answer.status())) return absl::OkStatus();
    EXPECT_FALSE(answer.ok()) << "was given up and is there: "
                              << answer->upload().ShortDebugString();
  }
  if (!answer.ok()) return answer.status();
  KnownTensor copy = tensor;
  Acknowledge(answer->upload(), copy);
  return absl::OkStatus();
}

absl::Status CheckBytes(Connection& connection, const KnownTensor& tensor) {
  CallContext context(connection.options(), /*timeout_seconds=*/60);
  v1::ReadTensorRequest request;
  request.set_digest(tensor.digest);
  const auto stream = connection.stubs().tensors->ReadTensor(context.get(), request);
  const Tensor expected = tensor.Bytes();
  std::int64_t offset = 0;
  v1::ReadTensorResponse response;
  while (stream->Read(&response)) {
    const auto size = static_cast<std::int64_t>(response.data().size());
    EXPECT_EQ(response.offset_bytes(), offset);
    const bool same =
        offset + size <= tensor.size_bytes &&
        std::memcmp(response.data().data(), expected.data() + offset, response.data().size()) == 0;
    EXPECT_TRUE(same) << "other bytes at " << offset << " of tensor " << tensor.digest;
    offset += size;
  }
  absl::Status status = context.Conclude(stream->Finish());
  EXPECT_TRUE(!status.ok() || offset == tensor.size_bytes) << tensor.digest;
  return status;
}

}  // namespace brainalign
