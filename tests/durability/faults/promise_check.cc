#include <algorithm>
#include <map>

#include "tests/durability/faults/scripted_life.h"
#include "tests/fakes/result_values.h"

// What a server that came back must still know, and be able to do.

namespace brainalign {
namespace {

class Check {
 public:
  Check(const Experiment& experiment, const Promises& promises, const std::string& address)
      : experiment_(experiment), promises_(promises), calls_(address) {}

  std::vector<std::string> Run() {
    Tensors();
    Uploads();
    Listing();
    Deleted();
    Jobs();
    GoesOn();
    return std::move(problems_);
  }

 private:
  void Problem(const std::string& text) { problems_.push_back(text); }
  bool Answers(const std::string& what, const grpc::Status& status) {
    if (status.ok()) return true;
    Problem(what + ": code " + std::to_string(status.error_code()) + ", " + status.error_message());
    return false;
  }

  void Tensors() {
    for (const auto& [digest, tensor] : promises_.stored) {
      std::vector<std::string> missing;
      if (!Answers("asking for " + digest, calls_.FindMissing({digest}, missing))) continue;
      if (!missing.empty()) Problem("tensor " + digest + " was stored and is missing");
      std::string bytes;
      if (Answers("reading " + digest, calls_.Read(digest, bytes)) && bytes != tensor.bytes) {
        Problem("tensor " + digest + " has other bytes");
      }
    }
  }

  void Uploads() {
    for (const auto& [id, part] : promises_.parts) {
      const auto& [promised, tensor] = part;
      v1::Upload upload;
      if (!Answers("asking for upload " + id, calls_.QueryUpload(id, upload))) continue;
      if (upload.committed_bytes() < promised.committed_bytes()) {
        Problem("upload " + id + " had " + std::to_string(promised.committed_bytes()) +
                " bytes and has " + std::to_string(upload.committed_bytes()));
      }
    }
  }

  void Listing() {
    std::vector<v1::Job> jobs;
    if (!Answers("listing", calls_.ListJobs(jobs))) return;
    std::map<std::string, int> listed;
    for (const v1::Job& job : jobs) {
      // A job's name is the request that it came from.
      if (experiment_.jobs.count(job.display_name()) == 0) Problem("a job that nobody asked for");
      if (promises_.deleted.count(job.job_id()) != 0) Problem("a deleted job is back");
      if (++listed[job.display_name()] > 1) Problem("two jobs of request " + job.display_name());
    }
    for (const auto& [request_id, promise] : promises_.jobs) {
      if (listed.count(request_id) == 0) Problem("the list lacks the job of " + request_id);
    }
  }

  void Deleted() {
    for (const std::string& job_id : promises_.deleted) {
      v1::Job job;
      const grpc::Status status = calls_.GetJob(job_id, job);
      if (status.error_code() != grpc::StatusCode::NOT_FOUND) {
        Problem("deleted job " + job_id + ": code " + std::to_string(status.error_code()));
      }
    }
  }

  void Jobs() {
    for (const auto& [request_id, promise] : promises_.jobs) {
      v1::Job job;
      if (!Answers("asking for the job of " + request_id,
                   calls_.GetJob(promise.job.job_id(), job))) {
        continue;
      }
      const bool ended = promise.job.state() >= v1::JOB_STATE_SUCCEEDED;
      if (ended && job.SerializeAsString() != promise.job.SerializeAsString()) {
        Problem("the job of " + request_id + " had ended as " + promise.job.ShortDebugString() +
                " and is " + job.ShortDebugString());
      }
      if (job.sequence() < promise.job.sequence()) Problem("events of " + request_id + " are lost");
      v1::Job again;
      if (Answers("asking again for " + request_id,
                  calls_.CreateJob(experiment_.jobs.at(request_id), again)) &&
          again.job_id() != promise.job.job_id()) {
        Problem("request " + request_id + " made a second job");
      }
      Watch(request_id, promise.job.job_id(), promise.events);
      Result(request_id, promise.job.job_id(), promise.result);
    }
  }

  void Watch(const std::string& request_id, const std::string& job_id,
             const std::vector<std::string>& promised) {
    std::vector<std::string> events;
    std::map<int, int> tiles;
    v1::Job last;
    const grpc::Status status = calls_.Watch(job_id, 0, [&](const v1::WatchJobResponse& event) {
      events.push_back(event.SerializeAsString());
      if (event.sequence() != static_cast<std::int64_t>(events.size())) {
        Problem("a gap in the events of " + request_id + " at " + std::to_string(events.size()));
      }
      if (event.has_tile() && ++tiles[event.tile().tile()] > 1) {
        Problem("tile " + std::to_string(event.tile().tile()) + " of " + request_id + " twice");
      }
      if (event.has_job()) last = event.job();
    });
    if (!Answers("watching " + request_id, status)) return;
    if (events.size() < promised.size() ||
        !std::equal(promised.begin(), promised.end(), events.begin())) {
      Problem("the events of " + request_id + " are not those that were told");
    }
    if (last.state() == v1::JOB_STATE_SUCCEEDED &&
        static_cast<int>(tiles.size()) != last.tiles_total()) {
      Problem("rows of " + request_id + " are missing");
    }
    if (last.state() < v1::JOB_STATE_SUCCEEDED) Problem("the job of " + request_id + " never ends");
    // A disk that failed may fail a job, with a reason; one that was whole may not.
    if (last.state() == v1::JOB_STATE_FAILED && last.message().size() < 10) {
      Problem("the job of " + request_id + " failed and does not say why");
    }
  }

  void Result(const std::string& request_id, const std::string& job_id,
              const std::string& promised) {
    v1::Job job;
    if (!Answers("asking for the job", calls_.GetJob(job_id, job))) return;
    if (job.state() != v1::JOB_STATE_SUCCEEDED) return;
    v1::AlignmentResult result;
    if (!Answers("the result of " + request_id, calls_.Result(job_id, result))) return;
    if (!promised.empty() && result.SerializeAsString() != promised) {
      Problem("the result of " + request_id + " has changed");
    }
    const std::vector<double> scores = Values(result, "score");
    if (scores != experiment_.scores.at(request_id)) Problem("a wrong result of " + request_id);
  }

  // Everything can be sent and asked for anew, without a hand.
  void GoesOn() {
    for (const auto& [name, tensor] : experiment_.tensors) {
      v1::Upload upload;
      if (!Answers("starting upload " + name, calls_.StartUpload(tensor, upload))) continue;
      if (!upload.complete() && !Answers("going on with upload " + name,
                                         calls_.Write(tensor, tensor.bytes.size(), upload))) {
        continue;
      }
      std::string bytes;
      if (!upload.complete()) Problem("upload " + name + " does not end");
      if (Answers("reading " + name, calls_.Read(tensor.ref.digest(), bytes)) &&
          bytes != tensor.bytes) {
        Problem("upload " + name + " ended with other bytes");
      }
    }
    v1::CreateJobRequest fresh = experiment_.jobs.at("first");
    fresh.set_request_id("after");
    fresh.set_display_name("after");
    fresh.set_skip_cache(true);
    v1::Job job;
    if (!Answers("a new job", calls_.CreateJob(fresh, job))) return;
    Watch("after", job.job_id(), {});
    if (!Answers("a new job", calls_.GetJob(job.job_id(), job))) return;
    v1::AlignmentResult result;
    if (!Answers("a new result", calls_.Result(job.job_id(), result))) return;
    const std::vector<double> scores = Values(result, "score");
    if (scores != experiment_.scores.at("first")) Problem("a wrong new result");
  }

  const Experiment& experiment_;
  const Promises& promises_;
  ServiceCalls calls_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> CheckPromises(const Experiment& experiment, const Promises& promises,
                                       const std::string& address) {
  return Check(experiment, promises, address).Run();
}

}  // namespace brainalign
