// Of JobCalls: reading results.
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/calls/job_calls.h"
#include "server/rows/convert_uncertainty.h"
#include "server/rows/digest.h"
#include "server/rows/status_details.h"

namespace brainalign {

absl::StatusOr<v1::GetJobResultResponse> JobCalls::GetJobResult(
    const Credentials& credentials, const v1::GetJobResultRequest& request) {
  return gate_->Answer<v1::GetJobResultResponse>(
      credentials, Method::kGetJobResult,
      [&](const Call& call, v1::GetJobResultResponse& response) -> absl::Status {
        const auto job = FindFor(call, request.job_id());
        if (!job.ok()) return job.status();
        const auto result = OpenResult(*job);
        if (!result.ok()) return result.status();
        auto released = result->Tell();
        if (!released.ok()) return Explain(released.status(), job->job_id);
        *response.mutable_result() = *std::move(released);
        response.mutable_result()->set_job_id(job->job_id);
        response.mutable_result()->set_from_cache(job->reason == JobReason::kServedFromCache);
        auto spec = SpecificationOf(*job);
        if (!spec.ok()) return spec.status();
        *response.mutable_spec() = *std::move(spec);
        return absl::OkStatus();
      });
}

absl::Status JobCalls::ReadResultArray(const Credentials& credentials,
                                       const v1::ReadResultArrayRequest& request,
                                       Sink<v1::ReadResultArrayResponse> send) {
  return gate_->Run(credentials, Method::kReadResultArray, [&](const Call& call) -> absl::Status {
    const CallLimit::Place place(array_reads_, call.caller());
    if (!place.status().ok()) return place.status();
    const auto job = FindFor(call, request.job_id());
    if (!job.ok()) return job.status();
    return SendArray(call, *job, request, send);
  });
}

absl::Status JobCalls::ReadUncertainty(const Credentials& credentials,
                                       const v1::ReadUncertaintyRequest& request,
                                       Sink<v1::ReadUncertaintyResponse> send) {
  return gate_->Run(credentials, Method::kReadUncertainty, [&](const Call& call) -> absl::Status {
    const CallLimit::Place place(uncertainties_, call.caller());
    if (!place.status().ok()) return place.status();
    const auto job = FindFor(call, request.job_id());
    if (!job.ok()) return job.status();
    const auto result = OpenResult(*job);
    if (!result.ok()) return result.status();
    const auto read_off = result->ReadOffUncertainty();
    if (!read_off.ok()) return Explain(read_off.status(), job->job_id);
    StallGuard::Stream stream(*guard_, call.peer(), call.cancel());
    for (const v1::ReadUncertaintyResponse& response : UncertaintyResponses(*read_off)) {
      if (!stream.Await([&] { return send(response); })) {
        return absl::CancelledError("the client has gone");
      }
    }
    return absl::OkStatus();
  });
}

absl::Status JobCalls::SendArray(const Call& call, const Job& job,
                                 const v1::ReadResultArrayRequest& request,
                                 Sink<v1::ReadResultArrayResponse> send) {
  const auto result = OpenResult(job);
  if (!result.ok()) return result.status();
  const auto size_bytes = result->SizeOf(request.name());
  if (!size_bytes.ok()) return size_bytes.status();
  std::int64_t offset = request.offset_bytes();
  if (offset < 0 || offset > *size_bytes) {
    return WithReason(
        absl::OutOfRangeError(absl::StrCat("offset_bytes is ", offset, "; the array ",
                                           request.name(), " has ", *size_bytes, " bytes")),
        "OFFSET_OUT_OF_RANGE", {{"size_bytes", absl::StrCat(*size_bytes)}});
  }
  StallGuard::Stream stream(*guard_, call.peer(), call.cancel());
  while (offset < *size_bytes) {
    if (absl::Status access = call.CheckAccess(); !access.ok()) return access;
    if (call.is_gone()) return absl::CancelledError("the call was cancelled");
    auto bytes = result->Read(request.name(), offset);
    if (!bytes.ok()) return Explain(bytes.status(), job.job_id);
    v1::ReadResultArrayResponse response;
    response.set_offset_bytes(offset);
    response.set_crc32c(Crc32c(bytes->data(), bytes->size()));
    offset += static_cast<std::int64_t>(bytes->size());
    response.set_data(*std::move(bytes));
    if (!stream.Await([&] { return send(response); })) {
      return absl::CancelledError("the client has gone");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<ReleasedResult> JobCalls::OpenResult(const Job& job) const {
  auto stored = book_->OpenResult(job);
  if (!stored.ok()) return Explain(stored.status(), job.job_id);
  return ReleasedResult::Open(*std::move(stored), job.release);
}

absl::Status JobCalls::Explain(const absl::Status& failure, const std::string& job_id) const {
  const auto job = book_->Get(job_id);
  return job.ok() ? failure : job.status();
}

}  // namespace brainalign
