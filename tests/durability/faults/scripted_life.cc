#include "tests/durability/faults/scripted_life.h"

#include <algorithm>

#include "tests/fakes/result_values.h"

namespace brainalign {
namespace {

bool HasEnded(v1::JobState state) {
  return state == v1::JOB_STATE_SUCCEEDED || state == v1::JOB_STATE_FAILED ||
         state == v1::JOB_STATE_CANCELLED;
}

std::string Say(const std::string& what, const grpc::Status& status) {
  return what + ": code " + std::to_string(status.error_code()) + ", " + status.error_message();
}

// What a server may answer when its disk fails, or when an earlier step failed.
bool IsClear(const grpc::Status& status) {
  static const std::set<grpc::StatusCode> codes = {
      grpc::StatusCode::UNAVAILABLE,         grpc::StatusCode::INTERNAL,
      grpc::StatusCode::RESOURCE_EXHAUSTED,  grpc::StatusCode::DATA_LOSS,
      grpc::StatusCode::FAILED_PRECONDITION, grpc::StatusCode::NOT_FOUND};
  return codes.count(status.error_code()) != 0 && status.error_message().size() > 10;
}

// Worth another try, with or without the bytes sent again.
bool MayPass(const grpc::Status& status) {
  return status.error_code() != grpc::StatusCode::FAILED_PRECONDITION;
}

}  // namespace

ScriptedLife::ScriptedLife(const Experiment& experiment, std::function<std::uint64_t()> operations)
    : experiment_(experiment), operations_(std::move(operations)) {}

bool ScriptedLife::Ask(const std::string& what, const std::function<grpc::Status()>& call) {
  constexpr int kTries = 3;
  for (int i = 0; i < kTries; ++i) {
    const grpc::Status status = call();
    if (status.ok()) return true;
    failures_.push_back(Say(what, status));
    if (!IsClear(status)) complaints_.push_back("an unclear error: " + failures_.back());
    if (!MayPass(status)) return false;
  }
  return false;
}

void ScriptedLife::Remember() { history_.emplace_back(operations_(), promises_); }

bool ScriptedLife::Upload(ServiceCalls& calls, const std::string& tensor,
                          std::size_t first_part_bytes) {
  const TensorBytes& bytes = experiment_.tensors.at(tensor);
  return Ask("upload " + tensor, [&] {
    v1::Upload upload;
    if (grpc::Status status = calls.StartUpload(bytes, upload); !status.ok()) return status;
    if (!upload.complete() &&
        upload.committed_bytes() < static_cast<std::int64_t>(first_part_bytes)) {
      grpc::Status status = calls.Write(bytes, first_part_bytes, upload);
      if (!status.ok()) return status;
      promises_.parts[upload.upload_id()] = {upload, bytes};
      Remember();
    }
    if (!upload.complete()) {
      grpc::Status status = calls.Write(bytes, bytes.bytes.size(), upload);
      if (!status.ok()) {
        // An error may mean that the server has given the upload up.
        promises_.parts.erase(upload.upload_id());
        Remember();
        return status;
      }
    }
    if (!upload.complete()) complaints_.push_back("all bytes are sent, yet not complete");
    promises_.stored[bytes.ref.digest()] = bytes;
    Remember();
    return grpc::Status::OK;
  });
}

void ScriptedLife::UploadPart(ServiceCalls& calls, const std::string& tensor, std::size_t size) {
  const TensorBytes& bytes = experiment_.tensors.at(tensor);
  Ask("upload a part of " + tensor, [&] {
    v1::Upload upload;
    if (grpc::Status status = calls.StartUpload(bytes, upload); !status.ok()) return status;
    grpc::Status status = calls.Write(bytes, size, upload);
    if (!status.ok()) return status;
    v1::Upload queried;
    status = calls.QueryUpload(upload.upload_id(), queried);
    if (!status.ok()) return status;
    if (queried.committed_bytes() < static_cast<std::int64_t>(size)) {
      complaints_.push_back("an upload went back to " + std::to_string(queried.committed_bytes()));
    }
    promises_.parts[queried.upload_id()] = {queried, bytes};
    Remember();
    return status;
  });
}

bool ScriptedLife::UploadAll(ServiceCalls& calls) {
  bool all = true;
  for (const auto& [name, bytes] : experiment_.tensors) {
    if (name != "abandoned" && name != "left half") {
      all = Upload(calls, name, bytes.bytes.size() * 3 / 5) && all;
    }
  }
  return all;
}

void ScriptedLife::Learn(const std::string& request_id, const v1::Job& job) {
  Promises::JobPromise& promise = promises_.jobs[request_id];
  if (!promise.job.job_id().empty() && promise.job.job_id() != job.job_id()) {
    complaints_.push_back("request " + request_id + " made two jobs");
  }
  if (job.sequence() >= promise.job.sequence()) promise.job = job;
  if (job.state() == v1::JOB_STATE_FAILED && job.message().size() < 10) {
    complaints_.push_back("a job failed without a reason: " + job.ShortDebugString());
  }
  Remember();
}

bool ScriptedLife::Submit(ServiceCalls& calls, const std::string& request_id) {
  v1::Job job;
  const bool done = Ask("create " + request_id,
                        [&] { return calls.CreateJob(experiment_.jobs.at(request_id), job); });
  if (done) Learn(request_id, job);
  return done;
}

void ScriptedLife::Watch(ServiceCalls& calls, const std::string& request_id) {
  const auto found = promises_.jobs.find(request_id);
  if (found == promises_.jobs.end()) return;
  const std::string job_id = found->second.job.job_id();
  std::vector<std::string>& events = promises_.jobs[request_id].events;
  Ask("watch " + request_id, [&] {
    return calls.Watch(job_id, static_cast<std::int64_t>(events.size()),
                       [&](const v1::WatchJobResponse& event) {
                         if (event.sequence() != static_cast<std::int64_t>(events.size()) + 1) {
                           complaints_.push_back("event " + std::to_string(event.sequence()) +
                                                 " comes after " + std::to_string(events.size()));
                         }
                         events.push_back(event.SerializeAsString());
                         Remember();
                         if (event.has_job()) Learn(request_id, event.job());
                       });
  });
}

void ScriptedLife::Fetch(ServiceCalls& calls, const std::string& request_id) {
  const auto found = promises_.jobs.find(request_id);
  if (found == promises_.jobs.end() || found->second.job.state() != v1::JOB_STATE_SUCCEEDED) return;
  v1::AlignmentResult result;
  if (!Ask("result of " + request_id,
           [&] { return calls.Result(found->second.job.job_id(), result); })) {
    return;
  }
  const std::vector<double> scores = Values(result, "score");
  if (scores != experiment_.scores.at(request_id)) {
    complaints_.push_back("a wrong result of " + request_id);
  }
  found->second.result = result.SerializeAsString();
  Remember();
}

void ScriptedLife::Cancel(ServiceCalls& calls, const std::string& request_id) {
  const auto found = promises_.jobs.find(request_id);
  if (found == promises_.jobs.end()) return;
  v1::Job job;
  if (!Ask("cancel " + request_id,
           [&] { return calls.CancelJob(found->second.job.job_id(), job); })) {
    return;
  }
  if (!HasEnded(job.state())) complaints_.push_back("cancelled, yet " + job.ShortDebugString());
  Learn(request_id, job);
}

void ScriptedLife::Delete(ServiceCalls& calls, const std::string& request_id) {
  const auto found = promises_.jobs.find(request_id);
  if (found == promises_.jobs.end() || !HasEnded(found->second.job.state())) return;
  const std::string job_id = found->second.job.job_id();
  promises_.jobs.erase(found);  // from now on it may be gone
  Remember();
  if (!Ask("delete " + request_id, [&] { return calls.DeleteJob(job_id); })) return;
  promises_.deleted.insert(job_id);
  Remember();
}

void ScriptedLife::List(ServiceCalls& calls) {
  std::vector<v1::Job> jobs;
  if (!Ask("list", [&] { return calls.ListJobs(jobs); })) return;
  for (const auto& [request_id, promise] : promises_.jobs) {
    const bool listed = std::any_of(jobs.begin(), jobs.end(), [&](const v1::Job& job) {
      return job.job_id() == promise.job.job_id();
    });
    if (!listed) complaints_.push_back("the list lacks " + request_id);
  }
}

void ScriptedLife::FirstDay(const std::string& address) {
  ServiceCalls calls(address);
  UploadPart(calls, "left half", experiment_.tensors.at("left half").bytes.size() / 2);
  UploadPart(calls, "abandoned", 1000);
  for (auto part = promises_.parts.begin(); part != promises_.parts.end(); ++part) {
    const auto [id, promise] = *part;
    if (promise.second.ref.digest() != experiment_.tensors.at("abandoned").ref.digest()) continue;
    promises_.parts.erase(part);  // from now on it may be gone
    Remember();
    Ask("give an upload up", [&] { return calls.CancelUpload(id); });
    break;
  }
  UploadAll(calls);
  Submit(calls, "first");
  Watch(calls, "first");
  Fetch(calls, "first");
  Submit(calls, "first again");
  Watch(calls, "first again");
  Submit(calls, "running");
  Submit(calls, "queued");
  Cancel(calls, "queued");
  Cancel(calls, "running");
  Delete(calls, "queued");
  List(calls);
  Submit(calls, "overnight");
}

void ScriptedLife::SecondDay(const std::string& address) {
  ServiceCalls calls(address);
  List(calls);
  Upload(calls, "left half", 0);
  UploadAll(calls);
  Submit(calls, "first");
  Watch(calls, "first");
  Watch(calls, "overnight");
  Fetch(calls, "overnight");
  Submit(calls, "second");
  Watch(calls, "second");
  Fetch(calls, "second");
  Delete(calls, "first again");
  Fetch(calls, "first");    // which has the same result
  Delete(calls, "second");  // and its result with it
}

}  // namespace brainalign
