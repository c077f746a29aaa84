#include "server/calls/job_calls.h"

#include <cmath>
#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/calls/brain_fields.h"
#include "server/rows/convert.h"
#include "server/rows/release.h"
#include "server/rows/status_details.h"

namespace brainalign {
namespace {

// Each reads its tensors, and may hold megabytes of onsets.
constexpr int kMaxSubmissions = 64;
// Arrays that are sent at a time: each holds a thread.
constexpr int kMaxArrayReads = 64;
// Each call computes on its own thread, outside the pool of jobs.
constexpr int kMaxUncertainties = 4;

// A tile is streamed whole up to the first size. Of a larger one only its scores are streamed, up
// to the second size (result.proto).
constexpr std::size_t kMostStreamedBytes = std::size_t{1} << 20;
constexpr std::size_t kMostStreamedScoreBytes = std::size_t{3} << 20;

v1::ResultTile WithoutLargeBoxes(v1::ResultTile tile) {
  if (tile.ByteSizeLong() <= kMostStreamedBytes) return tile;
  std::optional<v1::ArrayBox> scores;
  for (v1::ArrayBox& box : *tile.mutable_boxes()) {
    if (box.array() == "score" && box.ByteSizeLong() <= kMostStreamedScoreBytes) {
      scores = std::move(box);
    }
  }
  tile.clear_boxes();
  if (scores) *tile.add_boxes() = *std::move(scores);
  return tile;
}

// Fills `response` with an event of a job, as far as `policy` allows. False if the stored bytes are
// not a tile.
bool FillEvent(const WatchEvent& event, const std::optional<SealPolicy>& policy,
               v1::WatchJobResponse& response) {
  response.set_sequence(event.sequence);
  if (const Job* job = std::get_if<Job>(&event.content)) {
    *response.mutable_job() = Release(*job, policy);
    return true;
  }
  if (const std::string* bytes = std::get_if<std::string>(&event.content)) {
    v1::ResultTile tile;
    if (!tile.ParseFromString(*bytes)) return false;
    *response.mutable_tile() = WithoutLargeBoxes(Release(std::move(tile), policy));
    return true;
  }
  const Heartbeat& heartbeat = std::get<Heartbeat>(event.content);
  v1::Heartbeat& proto = *response.mutable_heartbeat();
  proto.set_progress(heartbeat.progress);
  if (!std::isnan(heartbeat.remaining_seconds)) {
    proto.set_remaining_seconds(heartbeat.remaining_seconds);
  }
  if (heartbeat.queue_place > 0) {
    proto.set_queue_place(heartbeat.queue_place);
    proto.set_expected_start_seconds(heartbeat.expected_start_seconds);
  }
  return true;
}

// Left out if the server cannot read them: the events are sufficient.
void AddStreamed(const absl::StatusOr<std::vector<Axis>>& axes,
                 const std::optional<SealPolicy>& policy, v1::WatchJobResponse& response) {
  if (axes.ok()) *response.mutable_streamed() = ReleaseStreamed(*axes, policy);
}

// What a request names, as the names are kept with the job.
void NameFully(JobRequest& asked) {
  JobSpecification& specification = asked.specification;
  if (!specification.recording.empty()) {
    specification.recording = FullNameOf(asked.project, specification.recording);
  }
  if (!specification.model.empty()) asked.model = FullNameOf(asked.project, specification.model);
}

}  // namespace

JobCalls::JobCalls(const CallGate* gate, const Recordings* recordings, const Models* models,
                   const WordTables* word_tables, JobBook* book, StallGuard* guard, int max_watches,
                   UseShares shares)
    : gate_(gate),
      recordings_(recordings),
      models_(models),
      word_tables_(word_tables),
      book_(book),
      guard_(guard),
      submissions_("submissions", kMaxSubmissions, shares),
      watches_("watches", max_watches, shares),
      array_reads_("reads of result arrays", kMaxArrayReads, shares),
      uncertainties_("computations of p values and intervals", kMaxUncertainties, shares) {}

absl::StatusOr<Job> JobCalls::FindFor(const Call& call, const std::string& job_id) const {
  auto job = book_->Get(job_id);
  if (!job.ok()) return job.status();
  switch (call.JudgeThing(job->project, job->person)) {
    case Verdict::kAllowed:
      return job;
    case Verdict::kDenied:
      return call.DescribeDenial();
    case Verdict::kHidden:
      break;
  }
  return JobNotFoundError(job_id);
}

absl::Status JobCalls::Resolve(JobRequest& asked) const {
  if (!asked.model.empty()) {
    absl::Status resolved = models_->Resolve(asked.project, asked.specification);
    if (!resolved.ok()) return resolved;
  }
  if (!asked.specification.recording.empty()) {
    auto recording = recordings_->Resolve(asked.project, asked.specification);
    if (!recording.ok()) return recording.status();
    asked.recording = *std::move(recording);
  }
  const bool is_anothers = asked.recording && asked.recording->project != asked.project;
  if (is_anothers && asked.specification.nuisance) {
    return InvalidFieldError("spec.nuisance",
                             "is set, but the recording belongs to another project, which releases "
                             "scores only without it; leave it out");
  }
  const absl::Status same = word_tables_->CheckSides(
      asked.project, is_anothers, asked.specification, [&] { return !asked.is_gone(); });
  return same.ok() ? word_tables_->Resolve(asked.project, is_anothers, asked.specification) : same;
}

absl::StatusOr<v1::AlignmentSpec> JobCalls::SpecificationOf(const Job& job) const {
  const auto read = book_->ReadSpecification(job);
  if (!read.ok()) return read.status();
  v1::AlignmentSpec exact = ToProto(read->specification);
  *exact.mutable_options() = ToProto(read->resolved);
  return Release(std::move(exact), job);
}

absl::StatusOr<v1::CreateJobResponse> JobCalls::CreateJob(const Credentials& credentials,
                                                          const v1::CreateJobRequest& request) {
  return gate_->Answer<v1::CreateJobResponse>(
      credentials, Method::kCreateJob,
      [&](const Call& call, v1::CreateJobResponse& response) -> absl::Status {
        const CallLimit::Place place(submissions_, call.caller());
        if (!place.status().ok()) return place.status();
        std::vector<FieldProblem> problems;
        JobRequest asked;
        asked.request_id = request.request_id();
        asked.project = call.caller().project;
        asked.person = call.caller().person;
        asked.priority = PriorityFromProto(request.priority(), "priority", problems);
        asked.name = request.display_name();
        asked.layer_order = request.layer_order();
        if (request.has_preparation()) {
          asked.preparation = PreparationFromProto(request.preparation());
        }
        asked.specification = SpecificationFromProto(request.spec(), "spec", problems);
        CheckBrainFields(request.spec().brain(), "spec.brain", problems);
        asked.skip_cache = request.skip_cache();
        // A transport may answer the call itself at its deadline, and report that a little later.
        asked.is_gone = [&call] { return call.is_gone() || call.is_past_deadline(); };
        if (!problems.empty()) return InvalidFieldsError(problems);
        NameFully(asked);
        // A repeated request finds its job, even if the recording or model that it names was
        // deleted.
        const auto made = book_->FindMade(asked);
        if (!made.ok()) return made.status();
        if (made->has_value()) {
          *response.mutable_job() = Release(**made, (*made)->release);
          return absl::OkStatus();
        }
        if (absl::Status resolved = Resolve(asked); !resolved.ok()) return resolved;
        auto job = book_->Create(asked);
        if (!job.ok()) return job.status();
        *response.mutable_job() = Release(*job, job->release);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::GetJobResponse> JobCalls::GetJob(const Credentials& credentials,
                                                    const v1::GetJobRequest& request) {
  return gate_->Answer<v1::GetJobResponse>(
      credentials, Method::kGetJob,
      [&](const Call& call, v1::GetJobResponse& response) -> absl::Status {
        auto job = FindFor(call, request.job_id());
        if (!job.ok()) return job.status();
        *response.mutable_job() = Release(*job, job->release);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::GetJobSpecificationResponse> JobCalls::GetJobSpecification(
    const Credentials& credentials, const v1::GetJobSpecificationRequest& request) {
  return gate_->Answer<v1::GetJobSpecificationResponse>(
      credentials, Method::kGetJobSpecification,
      [&](const Call& call, v1::GetJobSpecificationResponse& response) -> absl::Status {
        const auto job = FindFor(call, request.job_id());
        if (!job.ok()) return job.status();
        auto spec = SpecificationOf(*job);
        if (!spec.ok()) return spec.status();
        *response.mutable_spec() = *std::move(spec);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ListJobsResponse> JobCalls::ListJobs(const Credentials& credentials,
                                                        const v1::ListJobsRequest& request) {
  return gate_->Answer<v1::ListJobsResponse>(
      credentials, Method::kListJobs,
      [&](const Call& call, v1::ListJobsResponse& response) -> absl::Status {
        JobQuery query;
        const Verdict others = call.JudgeThing("", "");
        query.project = others == Verdict::kAllowed ? "" : call.caller().project;
        query.page_size = request.page_size();
        query.page_token = request.page_token();
        for (int i = 0; i < request.states_size(); ++i) {
          const int state = request.states(i);
          if (state < v1::JOB_STATE_QUEUED || state > v1::JOB_STATE_CANCELLED) {
            return InvalidFieldError(absl::StrCat("states[", i, "]"),
                                     absl::StrCat("is ", state, "; states are 1 to 5"));
          }
          query.states.push_back(static_cast<JobState>(state));
        }
        query.person = request.person();
        for (const auto& [field, asked, name] :
             {std::tuple("recording", &request.recording(), &query.recording),
              std::tuple("model", &request.model(), &query.model)}) {
          if (asked->empty()) continue;
          const auto named = NameOfResource(call.caller().project, *asked);
          if (!named) return InvalidFieldError(field, "is no name; give PROJECT/NAME");
          *name = named->FullName();
        }
        auto page = book_->List(query);
        if (!page.ok()) return page.status();
        for (const Job& job : page->jobs) *response.add_jobs() = Release(job, job.release);
        response.set_next_page_token(page->next_page_token);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::CancelJobResponse> JobCalls::CancelJob(const Credentials& credentials,
                                                          const v1::CancelJobRequest& request) {
  return gate_->Answer<v1::CancelJobResponse>(
      credentials, Method::kCancelJob,
      [&](const Call& call, v1::CancelJobResponse& response) -> absl::Status {
        auto job = FindFor(call, request.job_id());
        if (job.ok()) job = book_->Cancel(request.job_id());
        if (!job.ok()) return job.status();
        *response.mutable_job() = Release(*job, job->release);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::DeleteJobResponse> JobCalls::DeleteJob(const Credentials& credentials,
                                                          const v1::DeleteJobRequest& request) {
  return gate_->Answer<v1::DeleteJobResponse>(
      credentials, Method::kDeleteJob,
      [&](const Call& call, v1::DeleteJobResponse& /*response*/) -> absl::Status {
        const auto job = FindFor(call, request.job_id());
        // There is none that the caller may know of, which is what was asked for.
        if (absl::IsNotFound(job.status())) return absl::OkStatus();
        if (!job.ok()) return job.status();
        return book_->Delete(request.job_id());
      });
}

absl::Status JobCalls::WatchJob(const Credentials& credentials, const v1::WatchJobRequest& request,
                                Sink<v1::WatchJobResponse> send) {
  return gate_->Run(credentials, Method::kWatchJob, [&](const Call& call) -> absl::Status {
    const CallLimit::Place place(watches_, call.caller());
    if (!place.status().ok()) return place.status();
    const auto job = FindFor(call, request.job_id());
    if (!job.ok()) return job.status();
    StallGuard::Stream stream(*guard_, call.peer(), call.cancel());
    bool is_first = true;
    absl::Status watched = book_->Watch(
        request.job_id(), request.after_sequence(),
        [&](const WatchEvent& event) {
          v1::WatchJobResponse response;
          if (!call.CheckAccess().ok() || !FillEvent(event, job->release, response)) return false;
          if (std::exchange(is_first, false)) {
            AddStreamed(book_->ReadAxes(*job), job->release, response);
          }
          return stream.Await([&] { return send(response); });
        },
        [&] { return call.is_gone() || !call.CheckAccess().ok(); });
    if (absl::Status access = call.CheckAccess(); !access.ok()) return access;
    return watched;
  });
}

}  // namespace brainalign
