#include "client/jobs/job_calls.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/connection/stubs.h"
#include "client/wire/crc32c.h"
#include "client/wire/job_from_proto.h"
#include "client/wire/result_from_proto.h"
#include "client/wire/spec_to_proto.h"
#include "client/wire/unknown_options.h"

namespace brainalign {
namespace {

constexpr int kJobsOfPage = 100;

// Appends what one stream gives to the elements of `array`.
absl::Status ReadStream(Connection& connection, const std::string& job_id, v1::ResultArray& array) {
  CallContext context(connection.options(), /*timeout_seconds=*/0);
  std::string& data = *array.mutable_data();
  v1::ReadResultArrayRequest request;
  request.set_job_id(job_id);
  request.set_name(array.name());
  request.set_offset_bytes(static_cast<std::int64_t>(data.size()));
  const auto stream = connection.stubs().jobs->ReadResultArray(context.get(), request);
  v1::ReadResultArrayResponse response;
  while (stream->Read(&response)) {
    if (response.offset_bytes() == static_cast<std::int64_t>(data.size()) &&
        response.crc32c() == Crc32c(response.data())) {
      data += response.data();
      continue;
    }
    context.get()->TryCancel();
    stream->Finish();
    return absl::UnavailableError(
        absl::StrCat("A part of the array ", array.name(), " was damaged on its way."));
  }
  return context.Conclude(stream->Finish());
}

// Reads the elements of `array`, which has none yet. A stream that breaks is opened again where it
// stopped.
absl::Status ReadArray(Connection& connection, const std::string& job_id, v1::ResultArray& array) {
  const ConnectionOptions& options = connection.options();
  Retry retry(options.retry, *options.clock, options.stop);
  while (true) {
    const std::size_t before = array.data().size();
    const absl::Status status = ReadStream(connection, job_id, array);
    if (status.ok()) return status;
    if (array.data().size() > before) retry.Progress();
    const bool again = retry.Again(status, [&](double seconds) {
      if (options.on_retry) options.on_retry(status, seconds);
    });
    if (!again) return status;
  }
}

absl::StatusOr<v1::AlignmentSpec> GetSpecification(Connection& connection,
                                                   const std::string& job_id) {
  v1::GetJobSpecificationRequest request;
  request.set_job_id(job_id);
  absl::StatusOr<v1::GetJobSpecificationResponse> response = Call<v1::GetJobSpecificationResponse>(
      connection.options(), [&](grpc::ClientContext* context, auto* answer) {
        return connection.stubs().jobs->GetJobSpecification(context, request, answer);
      });
  if (!response.ok()) return response.status();
  return *std::move(response->mutable_spec());
}

// FAILED_PRECONDITION if the job computes without some of what `sent` asks for; it is stopped.
absl::Status CheckTakenIn(Connection& connection, const v1::AlignmentSpec& sent,
                          const std::string& job_id) {
  const absl::StatusOr<v1::AlignmentSpec> echoed = GetSpecification(connection, job_id);
  if (!echoed.ok()) return echoed.status();
  const std::vector<std::string> unknown = UnknownOptions(sent, *echoed);
  if (unknown.empty()) return absl::OkStatus();
  const std::string names = absl::StrJoin(unknown, ", ");
  const absl::Status stopped = CancelJob(connection, job_id).status();
  return absl::FailedPreconditionError(absl::StrCat(
      "The server at ", connection.options().address, ", version ",
      connection.server_info().version, ", is too old for ", names, ", and ignores it. ",
      stopped.ok() ? absl::StrCat("The job ", job_id, " was cancelled. ")
                   : absl::StrCat("The job ", job_id, " continues: cancel it. "),
      "Ask for an update of the server, or leave out ", names, "."));
}

}  // namespace

std::string NewRequestId() {
  std::random_device random;
  std::array<std::uint32_t, 4> bits;
  for (std::uint32_t& b : bits) b = random();
  return absl::StrFormat("%08x-%04x-4%03x-%04x-%04x%08x", bits[0], bits[1] >> 16, bits[1] & 0xFFF,
                         0x8000 | (bits[2] >> 16 & 0x3FFF), bits[2] & 0xFFFF, bits[3]);
}

absl::StatusOr<Job> CreateJob(Connection& connection, const JobRequest& request) {
  v1::CreateJobRequest proto = ToProto(request);
  if (proto.request_id().empty()) proto.set_request_id(NewRequestId());
  const ConnectionOptions& options = connection.options();
  absl::StatusOr<v1::CreateJobResponse> response = Call<v1::CreateJobResponse>(
      options, options.retry, options.create_timeout_seconds,
      [&](grpc::ClientContext* context, auto* answer) {
        return connection.stubs().jobs->CreateJob(context, proto, answer);
      });
  if (!response.ok()) return response.status();
  const absl::Status taken_in = CheckTakenIn(connection, proto.spec(), response->job().job_id());
  if (!taken_in.ok()) return taken_in;
  return JobFromProto(response->job());
}

absl::StatusOr<Job> GetJob(Connection& connection, const std::string& job_id) {
  v1::GetJobRequest request;
  request.set_job_id(job_id);
  absl::StatusOr<v1::GetJobResponse> response = Call<v1::GetJobResponse>(
      connection.options(), [&](grpc::ClientContext* context, auto* answer) {
        return connection.stubs().jobs->GetJob(context, request, answer);
      });
  if (!response.ok()) return response.status();
  return JobFromProto(response->job());
}

absl::StatusOr<std::string> GetJobSpecificationJson(Connection& connection,
                                                    const std::string& job_id) {
  const absl::StatusOr<v1::AlignmentSpec> specification = GetSpecification(connection, job_id);
  if (!specification.ok()) return specification.status();
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto written = google::protobuf::util::MessageToJsonString(*specification, &json, options);
  if (!written.ok()) {
    return absl::InternalError("The server sent a specification that is no text.");
  }
  return json;
}

absl::StatusOr<Job> CancelJob(Connection& connection, const std::string& job_id) {
  v1::CancelJobRequest request;
  request.set_job_id(job_id);
  absl::StatusOr<v1::CancelJobResponse> response = Call<v1::CancelJobResponse>(
      connection.options(), [&](grpc::ClientContext* context, auto* answer) {
        return connection.stubs().jobs->CancelJob(context, request, answer);
      });
  if (!response.ok()) return response.status();
  return JobFromProto(response->job());
}

absl::Status DeleteJob(Connection& connection, const std::string& job_id) {
  v1::DeleteJobRequest request;
  request.set_job_id(job_id);
  return Call<v1::DeleteJobResponse>(connection.options(),
                                     [&](grpc::ClientContext* context, auto* answer) {
                                       return connection.stubs().jobs->DeleteJob(context, request,
                                                                                 answer);
                                     })
      .status();
}

absl::StatusOr<JobResult> GetJobResult(Connection& connection, const std::string& job_id) {
  v1::GetJobResultRequest request;
  request.set_job_id(job_id);
  absl::StatusOr<v1::GetJobResultResponse> response = Call<v1::GetJobResultResponse>(
      connection.options(), [&](grpc::ClientContext* context, auto* answer) {
        return connection.stubs().jobs->GetJobResult(context, request, answer);
      });
  if (!response.ok()) return response.status();
  for (v1::ResultArray& array : *response->mutable_result()->mutable_arrays()) {
    if (array.has_data() || !IsKnownArray(array.name())) continue;
    if (absl::Status status = ReadArray(connection, job_id, array); !status.ok()) return status;
  }
  absl::StatusOr<JobResult> result = ResultFromProto(response->result());
  if (result.ok()) result->inputs = InputsFromProto(response->spec());
  return result;
}

absl::StatusOr<std::vector<Job>> ListJobs(Connection& connection, const JobFilter& filter,
                                          int limit) {
  v1::ListJobsRequest request;
  for (const JobState state : filter.states) {
    request.add_states(static_cast<v1::JobState>(state));  // ours are the protocol's
  }
  request.set_person(filter.person);
  request.set_recording(filter.recording);
  request.set_model(filter.model);
  std::vector<Job> jobs;
  while (true) {
    const int left = limit > 0 ? limit - static_cast<int>(jobs.size()) : kJobsOfPage;
    const int server_limit = connection.server_info().max_page_size;
    request.set_page_size(
        std::min({left, kJobsOfPage, server_limit > 0 ? server_limit : kJobsOfPage}));
    absl::StatusOr<v1::ListJobsResponse> response = Call<v1::ListJobsResponse>(
        connection.options(), [&](grpc::ClientContext* context, auto* answer) {
          return connection.stubs().jobs->ListJobs(context, request, answer);
        });
    if (!response.ok()) return response.status();
    for (const v1::Job& job : response->jobs()) jobs.push_back(JobFromProto(job));
    const bool enough = limit > 0 && static_cast<int>(jobs.size()) >= limit;
    if (enough || response->next_page_token().empty()) return jobs;
    request.set_page_token(response->next_page_token());
  }
}

}  // namespace brainalign
