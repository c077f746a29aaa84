#include "tests/durability/faults/service_calls.h"

#include <isa-l/crc.h>

#include <algorithm>
#include <chrono>

namespace brainalign {
namespace {

constexpr std::size_t kChunkBytes = 900;
constexpr int kPageSize = 2;

// A call that cannot hang a test.
class Context : public grpc::ClientContext {
 public:
  Context() { set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30)); }
};

std::uint32_t Crc32cOf(const std::string& bytes) {
  // isa-l takes the bytes as not const, and does not change them.
  return ~crc32_iscsi(const_cast<unsigned char*>(static_cast<const unsigned char*>(
                          static_cast<const void*>(bytes.data()))),
                      static_cast<int>(bytes.size()), 0xFFFFFFFF);
}

}  // namespace

ServiceCalls::ServiceCalls(const std::string& address) {
  grpc::ChannelArguments arguments;
  // Another server may have had this port; nothing of its connection is to be kept.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  channel_ = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  tensors_ = v1::TensorService::NewStub(channel_);
  jobs_ = v1::JobService::NewStub(channel_);
}

grpc::Status ServiceCalls::StartUpload(const TensorBytes& tensor, v1::Upload& upload) {
  Context context;
  v1::StartUploadRequest request;
  *request.mutable_tensor() = tensor.ref;
  request.set_size_bytes(static_cast<std::int64_t>(tensor.bytes.size()));
  v1::StartUploadResponse response;
  grpc::Status status = tensors_->StartUpload(&context, request, &response);
  if (status.ok()) upload = response.upload();
  return status;
}

grpc::Status ServiceCalls::Write(const TensorBytes& tensor, std::size_t end, v1::Upload& upload) {
  Context context;
  v1::WriteUploadResponse response;
  const auto writer = tensors_->WriteUpload(&context, &response);
  auto at = static_cast<std::size_t>(upload.committed_bytes());
  do {  // at least once: all may be there but for the end
    v1::WriteUploadRequest chunk;
    chunk.set_upload_id(upload.upload_id());
    chunk.set_offset_bytes(static_cast<std::int64_t>(at));
    chunk.set_data(tensor.bytes.substr(at, std::min(kChunkBytes, end - at)));
    chunk.set_crc32c(Crc32cOf(chunk.data()));
    if (!writer->Write(chunk)) break;
    at += chunk.data().size();
  } while (at < end);
  writer->WritesDone();
  grpc::Status status = writer->Finish();
  if (status.ok()) upload = response.upload();
  return status;
}

grpc::Status ServiceCalls::QueryUpload(const std::string& upload_id, v1::Upload& upload) {
  Context context;
  v1::QueryUploadRequest request;
  request.set_upload_id(upload_id);
  v1::QueryUploadResponse response;
  grpc::Status status = tensors_->QueryUpload(&context, request, &response);
  if (status.ok()) upload = response.upload();
  return status;
}

grpc::Status ServiceCalls::CancelUpload(const std::string& upload_id) {
  Context context;
  v1::CancelUploadRequest request;
  request.set_upload_id(upload_id);
  v1::CancelUploadResponse response;
  return tensors_->CancelUpload(&context, request, &response);
}

grpc::Status ServiceCalls::FindMissing(const std::vector<std::string>& digests,
                                       std::vector<std::string>& missing) {
  Context context;
  v1::FindMissingTensorsRequest request;
  request.mutable_digests()->Assign(digests.begin(), digests.end());
  v1::FindMissingTensorsResponse response;
  grpc::Status status = tensors_->FindMissingTensors(&context, request, &response);
  missing.assign(response.missing_digests().begin(), response.missing_digests().end());
  return status;
}

grpc::Status ServiceCalls::Read(const std::string& digest, std::string& bytes) {
  Context context;
  v1::ReadTensorRequest request;
  request.set_digest(digest);
  const auto reader = tensors_->ReadTensor(&context, request);
  bytes.clear();
  for (v1::ReadTensorResponse piece; reader->Read(&piece);) bytes += piece.data();
  return reader->Finish();
}

grpc::Status ServiceCalls::CreateJob(const v1::CreateJobRequest& request, v1::Job& job) {
  Context context;
  v1::CreateJobResponse response;
  grpc::Status status = jobs_->CreateJob(&context, request, &response);
  if (status.ok()) job = response.job();
  return status;
}

grpc::Status ServiceCalls::GetJob(const std::string& job_id, v1::Job& job) {
  Context context;
  v1::GetJobRequest request;
  request.set_job_id(job_id);
  v1::GetJobResponse response;
  grpc::Status status = jobs_->GetJob(&context, request, &response);
  if (status.ok()) job = response.job();
  return status;
}

grpc::Status ServiceCalls::CancelJob(const std::string& job_id, v1::Job& job) {
  Context context;
  v1::CancelJobRequest request;
  request.set_job_id(job_id);
  v1::CancelJobResponse response;
  grpc::Status status = jobs_->CancelJob(&context, request, &response);
  if (status.ok()) job = response.job();
  return status;
}

grpc::Status ServiceCalls::DeleteJob(const std::string& job_id) {
  Context context;
  v1::DeleteJobRequest request;
  request.set_job_id(job_id);
  v1::DeleteJobResponse response;
  return jobs_->DeleteJob(&context, request, &response);
}

grpc::Status ServiceCalls::ListJobs(std::vector<v1::Job>& jobs) {
  jobs.clear();
  v1::ListJobsRequest request;
  request.set_page_size(kPageSize);
  for (;;) {
    Context context;
    v1::ListJobsResponse response;
    const grpc::Status status = jobs_->ListJobs(&context, request, &response);
    if (!status.ok()) return status;
    jobs.insert(jobs.end(), response.jobs().begin(), response.jobs().end());
    if (response.next_page_token().empty()) return status;
    request.set_page_token(response.next_page_token());
  }
}

grpc::Status ServiceCalls::Watch(const std::string& job_id, std::int64_t after_sequence,
                                 const std::function<void(const v1::WatchJobResponse&)>& on_event) {
  Context context;
  v1::WatchJobRequest request;
  request.set_job_id(job_id);
  request.set_after_sequence(after_sequence);
  const auto reader = jobs_->WatchJob(&context, request);
  for (v1::WatchJobResponse event; reader->Read(&event);) {
    event.clear_streamed();  // of the stream, and not of the event
    if (!event.has_heartbeat()) on_event(event);
  }
  return reader->Finish();
}

grpc::Status ServiceCalls::Result(const std::string& job_id, v1::AlignmentResult& result) {
  Context context;
  v1::GetJobResultRequest request;
  request.set_job_id(job_id);
  v1::GetJobResultResponse response;
  grpc::Status status = jobs_->GetJobResult(&context, request, &response);
  result = response.result();
  return status;
}

}  // namespace brainalign
