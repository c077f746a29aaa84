#include "bench/upload/bare_upload.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>

#include "brainalign/v1/tensor.grpc.pb.h"

namespace brainalign {
namespace {

constexpr std::int64_t kMessageBytes = 1 << 20;

std::shared_ptr<grpc::ChannelCredentials> Credentials(const std::string& authority_path) {
  if (authority_path.empty()) return grpc::InsecureChannelCredentials();
  std::ifstream file(authority_path, std::ios::binary);
  grpc::SslCredentialsOptions options;
  options.pem_root_certs.assign(std::istreambuf_iterator<char>(file),
                                std::istreambuf_iterator<char>());
  return grpc::SslCredentials(options);
}

}  // namespace

absl::Status SendBare(const std::string& address, const std::string& authority_path,
                      const Tensor& tensor) {
  const auto stub =
      v1::TensorService::NewStub(grpc::CreateChannel(address, Credentials(authority_path)));
  grpc::ClientContext context;
  v1::WriteUploadResponse response;
  const auto stream = stub->WriteUpload(&context, &response);
  v1::WriteUploadRequest chunk;
  for (std::int64_t offset = 0; offset < tensor.size_bytes(); offset += kMessageBytes) {
    const std::int64_t size = std::min(kMessageBytes, tensor.size_bytes() - offset);
    chunk.set_offset_bytes(offset);
    chunk.set_data(tensor.data() + offset, static_cast<std::size_t>(size));
    if (!stream->Write(chunk)) break;
  }
  stream->WritesDone();
  const grpc::Status status = stream->Finish();
  if (!status.ok()) return absl::UnavailableError(status.error_message());
  if (response.upload().committed_bytes() != tensor.size_bytes()) {
    return absl::DataLossError("the bare server did not get all bytes");
  }
  return absl::OkStatus();
}

}  // namespace brainalign
