#include "tests/client/fakes/fake_job_service.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/wire/crc32c.h"

namespace brainalign {

std::vector<std::string> FakeJobService::request_ids() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return request_ids_;
}

std::vector<v1::JobPriority> FakeJobService::priorities() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return priorities_;
}

std::vector<std::int64_t> FakeJobService::after_sequences() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return after_sequences_;
}

std::vector<std::string> FakeJobService::deleted() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return deleted_;
}

std::vector<std::string> FakeJobService::cancelled() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return cancelled_;
}

std::vector<std::int64_t> FakeJobService::read_offsets() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return read_offsets_;
}

grpc::Status FakeJobService::CreateJob(grpc::ServerContext*, const v1::CreateJobRequest* request,
                                       v1::CreateJobResponse* response) {
  const std::lock_guard<std::mutex> lock(mutex_);
  request_ids_.push_back(request->request_id());
  priorities_.push_back(request->priority());
  asked_ = request->spec();
  if (!create_refusals_.empty()) {
    grpc::Status refusal = create_refusals_.front();
    create_refusals_.pop_front();
    return refusal;
  }
  response->mutable_job()->set_job_id("job-1");
  response->mutable_job()->set_state(v1::JOB_STATE_QUEUED);
  return grpc::Status::OK;
}

grpc::Status FakeJobService::GetJobSpecification(grpc::ServerContext*,
                                                 const v1::GetJobSpecificationRequest*,
                                                 v1::GetJobSpecificationResponse* response) {
  const std::lock_guard<std::mutex> lock(mutex_);
  *response->mutable_spec() = asked_;
  v1::AlignmentOptions& options = *response->mutable_spec()->mutable_options();
  for (const std::string& name : unknown_options) {
    options.GetReflection()->ClearField(&options, options.GetDescriptor()->FindFieldByName(name));
  }
  return grpc::Status::OK;
}

grpc::Status FakeJobService::CancelJob(grpc::ServerContext*, const v1::CancelJobRequest* request,
                                       v1::CancelJobResponse* response) {
  const std::lock_guard<std::mutex> lock(mutex_);
  cancelled_.push_back(request->job_id());
  response->mutable_job()->set_job_id(request->job_id());
  response->mutable_job()->set_state(v1::JOB_STATE_CANCELLED);
  return grpc::Status::OK;
}

grpc::Status FakeJobService::GetJob(grpc::ServerContext*, const v1::GetJobRequest* request,
                                    v1::GetJobResponse* response) {
  if (request->job_id() != "job-1") {
    return grpc::Status(grpc::StatusCode::NOT_FOUND, "There is no such job.");
  }
  for (const v1::WatchJobResponse& event : events) {
    if (event.has_job()) *response->mutable_job() = event.job();
  }
  response->mutable_job()->set_sequence(static_cast<std::int64_t>(events.size()));
  return grpc::Status::OK;
}

grpc::Status FakeJobService::DeleteJob(grpc::ServerContext*, const v1::DeleteJobRequest* request,
                                       v1::DeleteJobResponse*) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (events.empty() || events.back().job().state() < v1::JOB_STATE_SUCCEEDED) {
    return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "The job has not ended.");
  }
  deleted_.push_back(request->job_id());
  return grpc::Status::OK;
}

grpc::Status FakeJobService::ListJobs(grpc::ServerContext*, const v1::ListJobsRequest* request,
                                      v1::ListJobsResponse* response) {
  std::size_t begin = 0;
  if (!request->page_token().empty() && !absl::SimpleAtoi(request->page_token(), &begin)) {
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "unknown page token");
  }
  std::size_t i = begin;
  for (; i < jobs.size() && i < begin + static_cast<std::size_t>(request->page_size()); ++i) {
    if (!request->person().empty() && jobs[i].person() != request->person()) continue;
    *response->add_jobs() = jobs[i];
  }
  if (i < jobs.size()) response->set_next_page_token(absl::StrCat(i));
  return grpc::Status::OK;
}

grpc::Status FakeJobService::WatchJob(grpc::ServerContext*, const v1::WatchJobRequest* request,
                                      grpc::ServerWriter<v1::WatchJobResponse>* writer) {
  const std::lock_guard<std::mutex> lock(mutex_);
  after_sequences_.push_back(request->after_sequence());
  Break end = {.events = -1, .code = grpc::StatusCode::OK};
  if (!breaks_.empty()) {
    end = breaks_.front();
    breaks_.pop_front();
  }
  std::size_t next = static_cast<std::size_t>(request->after_sequence());
  if (repeat_ && next > 0) --next;
  if (skip_) ++next;
  repeat_ = skip_ = false;
  for (int sent = 0; next < events.size() && sent != end.events; ++next, ++sent) {
    v1::WatchJobResponse heartbeat;
    heartbeat.set_sequence(static_cast<std::int64_t>(next));
    heartbeat.mutable_heartbeat()->set_progress(0.5);
    writer->Write(heartbeat);
    writer->Write(events[next]);
  }
  return end.code == grpc::StatusCode::OK ? grpc::Status::OK : grpc::Status(end.code, "as planned");
}

grpc::Status FakeJobService::GetJobResult(grpc::ServerContext*, const v1::GetJobResultRequest*,
                                          v1::GetJobResultResponse* response) {
  *response->mutable_result() = result;
  return grpc::Status::OK;
}

grpc::Status FakeJobService::ReadResultArray(
    grpc::ServerContext*, const v1::ReadResultArrayRequest* request,
    grpc::ServerWriter<v1::ReadResultArrayResponse>* writer) {
  const std::lock_guard<std::mutex> lock(mutex_);
  read_offsets_.push_back(request->offset_bytes());
  Break end = {.events = -1, .code = grpc::StatusCode::OK};
  if (!read_breaks_.empty()) {
    end = read_breaks_.front();
    read_breaks_.pop_front();
  }
  auto offset = static_cast<std::size_t>(request->offset_bytes());
  for (int sent = 0; offset < large_array.size() && sent != end.events; ++sent) {
    v1::ReadResultArrayResponse chunk;
    chunk.set_offset_bytes(static_cast<std::int64_t>(offset));
    chunk.set_data(large_array.substr(offset, chunk_bytes));
    chunk.set_crc32c(Crc32c(chunk.data()));
    offset += chunk.data().size();
    writer->Write(chunk);
  }
  if (end.damaged) {
    v1::ReadResultArrayResponse chunk;
    chunk.set_offset_bytes(static_cast<std::int64_t>(offset));
    chunk.set_data("damage");
    writer->Write(chunk);
  }
  return end.code == grpc::StatusCode::OK ? grpc::Status::OK : grpc::Status(end.code, "as planned");
}

}  // namespace brainalign
