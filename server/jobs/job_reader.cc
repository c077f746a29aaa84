#include "server/jobs/job_reader.h"

#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/align/result_arrays.h"
#include "server/jobs/check_specification.h"
#include "server/jobs/job_planner.h"
#include "server/jobs/request_digest.h"
#include "server/rows/codec.h"
#include "server/rows/digest.h"
#include "server/rows/page.h"
#include "server/rows/status_details.h"
#include "server/store/keys.h"

namespace brainalign {
namespace {

// Jobs that one call looks at: filters may pass by all that there are.
constexpr int kMostVisited = 10'000;

std::string NameOfJobQuery(const JobQuery& query) {
  const std::string states = absl::StrJoin(
      query.states, ",",
      [](std::string* text, JobState state) { absl::StrAppend(text, static_cast<int>(state)); });
  return NameOfQuery("jobs", {states, query.project, query.person, query.recording, query.model});
}

bool Matches(const Job& job, const JobQuery& query) {
  return (query.person.empty() || job.person == query.person) &&
         (query.recording.empty() || job.recording == query.recording) &&
         (query.model.empty() || job.model == query.model);
}

bool AreSame(const std::optional<RecordingPreparation>& one,
             const std::optional<RecordingPreparation>& other) {
  if (!one || !other) return one.has_value() == other.has_value();
  const auto facts = [](const RecordingPreparation& p) {
    return std::tie(p.band_pass_hz, p.resample_hz, p.original_sfreq_hz, p.filter_samples,
                    p.largest_shift_seconds, p.edge_words, p.notes);
  };
  return facts(*one) == facts(*other);
}

// Names and depths of the job's layers: its own, or those of its execution's specification.
absl::StatusOr<JobLayers> ReadLayers(const Store& store, const Job& job) {
  absl::StatusOr<std::optional<JobLayers>> own = store.FindLayers(job.order);
  if (!own.ok()) return own.status();
  if (own->has_value()) return **std::move(own);
  const absl::StatusOr<JobSpecification> specification = store.ReadSpecification(job.execution_id);
  if (!specification.ok()) return specification.status();
  return LayersOf(*specification);
}

}  // namespace

absl::Status JobNotFoundError(const std::string& job_id) {
  return WithReason(absl::NotFoundError(absl::StrCat("there is no job '",
                                                     absl::CHexEscape(job_id.substr(0, 64)), "'")),
                    "JOB_NOT_FOUND");
}

JobReader::JobReader(const Store* store, const Outlook* outlook, LiveJobs* live_jobs)
    : store_(store), outlook_(outlook), live_jobs_(live_jobs) {}

absl::StatusOr<Job> JobReader::Get(const std::string& job_id) const {
  auto job = store_->FindJob(job_id);
  if (!job.ok()) return job.status();
  if (!job->has_value()) {
    return JobNotFoundError(job_id);
  }
  outlook_->Tell(**job);
  return **std::move(job);
}

absl::StatusOr<std::shared_ptr<LiveJob>> JobReader::FindLive(const std::string& job_id) const {
  while (true) {
    if (auto live = live_jobs_->FindJob(job_id)) return live;
    auto job = Get(job_id);
    if (!job.ok()) return job.status();
    if (IsTerminal(job->state)) return std::make_shared<LiveJob>(*std::move(job));
    // It became durable just now, or ended just now: its creator is about to be done.
    const Turns::Turn turn = live_jobs_->TurnsToMake(*job);
  }
}

absl::StatusOr<std::optional<Job>> JobReader::FindMade(const JobRequest& request) const {
  auto before = store_->FindJobByRequest(request.project, request.request_id);
  if (!before.ok() || !before->has_value()) return before;
  // What is only kept for people is not in the digest: it is compared as the job has it.
  const bool is_same = (*before)->body_digest == BodyDigest(request) &&
                       (*before)->layer_order == request.layer_order &&
                       AreSame((*before)->preparation, request.preparation);
  if (is_same) return before;
  return RequestIdUsedError(request.request_id);
}

absl::StatusOr<JobPage> JobReader::List(const JobQuery& query) const {
  const auto size = PageSizeOf(query.page_size);
  if (!size.ok()) return size.status();
  const std::string name = NameOfJobQuery(query);
  const auto position = ReadPageToken(query.page_token, name);
  if (!position.ok()) return position.status();
  const std::int64_t before = position->empty() ? INT64_MAX : TrailingNumber(*position);
  JobPage page;
  std::int64_t last = before;
  int visited = 0;
  std::size_t bytes = 0;
  absl::Status scanned = store_->ScanJobs(query.project, query.states, before, [&](const Job& job) {
    if (std::ssize(page.jobs) == *size || visited == kMostVisited || bytes > kFullPageBytes) {
      page.next_page_token = MakePageToken(EncodeNumber(last), name);
      return false;
    }
    ++visited;
    last = job.order;
    if (!Matches(job, query)) return true;
    page.jobs.push_back(job);
    bytes += Encode(job).size();
    outlook_->Tell(page.jobs.back());
    return true;
  });
  if (!scanned.ok()) return scanned;
  return page;
}

absl::StatusOr<std::vector<Axis>> JobReader::ReadAxes(const Job& job) const {
  absl::StatusOr<JobSpecification> specification = store_->ReadSpecification(job.execution_id);
  if (!specification.ok()) return specification.status();
  absl::StatusOr<JobLayers> layers = ReadLayers(*store_, job);
  if (!layers.ok()) return layers.status();
  std::vector<FieldProblem> problems;  // it was resolved before
  AlignmentSpec resolved = Resolve(*specification, problems);
  const AxisLengths lengths = {
      .folds = job.folds,
      .nulls = job.nulls,
      .blocks = job.blocks,
      .inner_folds = job.blocks > 0 && resolved.chooses_by_inner_folds() ? resolved.inner_folds : 0,
      .columns = ColumnAxesOf(*specification, resolved),
      .time_generalisation = resolved.time_generalisation};
  return MatrixAxesOf(std::move(layers->names), std::move(layers->relative_depth),
                      std::move(specification->brain.times_seconds), std::move(resolved.alphas),
                      lengths);
}

absl::StatusOr<ResolvedSpecification> JobReader::ReadSpecification(const Job& job) const {
  auto specification = store_->ReadSpecification(job.execution_id);
  if (!specification.ok()) return specification.status();
  const absl::StatusOr<JobLayers> layers = ReadLayers(*store_, job);
  if (!layers.ok()) return layers.status();
  TakeLayers(*layers, *specification);
  specification->options.uncertainty.draws = job.draws;
  specification->options.uncertainty.seed = job.seed;
  std::vector<FieldProblem> problems;
  AlignmentSpec resolved = Resolve(*specification, problems);
  if (!problems.empty()) {
    return WithReason(absl::DataLossError("the stored specification makes no sense"),
                      "RESULT_DAMAGED");
  }
  if (!job.release) {  // those of a sealed recording follow from its onsets
    const auto execution = store_->FindExecution(job.execution_id);
    if (!execution.ok()) return execution.status();
    if (*execution) FillAutomaticWords(**execution, resolved.uncertainty);
  }
  return ResolvedSpecification{*std::move(specification), std::move(resolved)};
}

absl::StatusOr<StoredResult> JobReader::OpenResult(const Job& job) const {
  if (job.state != JobState::kSucceeded) {
    return WithReason(
        absl::FailedPreconditionError(absl::StrCat(
            "job ", job.job_id,
            IsTerminal(job.state) ? " has no result: it failed or was cancelled"
                                  : " has no result yet: watch it until it has succeeded")),
        "JOB_NOT_SUCCEEDED", {{"job_id", job.job_id}});
  }
  absl::StatusOr<std::string> record = store_->ReadResult(job.execution_id);
  if (!record.ok()) return record.status();
  absl::StatusOr<JobLayers> layers = ReadLayers(*store_, job);
  if (!layers.ok()) return layers.status();
  return StoredResult{*std::move(record),
                      [store = store_, id = job.execution_id](PieceName name) {
                        return store->ReadPiece(id, name);
                      },
                      *std::move(layers), job.draws, job.seed};
}

}  // namespace brainalign
