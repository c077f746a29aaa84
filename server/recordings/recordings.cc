#include "server/recordings/recordings.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/jobs/check_specification.h"
#include "server/record/project.h"
#include "server/record/status_details.h"
#include "server/store/changes.h"

namespace brainalign {
namespace {

constexpr std::int64_t kDefaultSubmissions = 100;
constexpr int kDefaultLayers = 64;

absl::Status NotFound(const std::string& full_name) {
  return WithReason(
      absl::NotFoundError(absl::StrCat("there is no sealed recording '",
                                       absl::CHexEscape(full_name.substr(0, 130)),
                                       "'; brainalign recording list shows those you may score")),
      "RECORDING_NOT_FOUND");
}

struct FullName {
  std::string project;
  std::string name;
};

std::optional<FullName> Split(const std::string& full_name) {
  const std::size_t slash = full_name.find('/');
  if (slash == std::string::npos) return std::nullopt;
  FullName split{full_name.substr(0, slash), full_name.substr(slash + 1)};
  if (!IsProjectName(split.project) || !IsProjectName(split.name)) return std::nullopt;
  return split;
}

bool MaySubmit(const SealedRecording& recording, const std::string& project) {
  return project == recording.project || recording.projects.empty() ||
         std::find(recording.projects.begin(), recording.projects.end(), project) !=
             recording.projects.end();
}

std::int64_t WordsOf(const BrainRef& brain) {
  if (!brain.onsets_seconds.empty()) return static_cast<std::int64_t>(brain.onsets_seconds.size());
  return brain.epochs && !brain.epochs->spec.shape.empty() ? brain.epochs->spec.shape.front() : 0;
}

std::vector<std::string> DigestsOf(const BrainRef& brain) {
  std::vector<std::string> digests;
  if (brain.epochs) digests.push_back(brain.epochs->digest);
  if (brain.continuous) digests.push_back(brain.continuous->digest);
  return digests;
}

absl::Status CheckFields(const SealedRecording& recording, const JobLimits& limits) {
  std::vector<FieldProblem> problems;
  if (!IsProjectName(recording.name)) {
    problems.push_back({"name", "is " + DescribeBadProjectName(recording.name)});
  }
  if (std::string bad = DescribeBadName(recording.description, limits.max_name_bytes);
      !bad.empty()) {
    problems.push_back({"description", std::move(bad)});
  }
  for (std::size_t i = 0; i < recording.projects.size(); ++i) {
    if (IsProjectName(recording.projects[i])) continue;
    problems.push_back(
        {absl::StrCat("projects[", i, "]"), "is " + DescribeBadProjectName(recording.projects[i])});
  }
  if (recording.max_submissions < 0) {
    problems.push_back({"max_submissions", "is negative; give 0 for the default, or more"});
  }
  if (recording.max_layers < 0 || recording.max_layers > limits.max_layers) {
    problems.push_back({"max_layers", absl::StrCat("is ", recording.max_layers, "; give 0 to ",
                                                   limits.max_layers)});
  }
  JobSpecification specification;
  specification.brain = recording.brain;
  std::vector<FieldProblem> all;
  CheckSpecification(specification, limits, all);
  for (FieldProblem& problem : all) {
    constexpr char kBrain[] = "spec.brain";
    if (!absl::StartsWith(problem.field, kBrain)) continue;  // there are no layers yet
    problem.field = problem.field.substr(sizeof "spec." - 1);
    problems.push_back(std::move(problem));
  }
  return problems.empty() ? absl::OkStatus() : InvalidFieldsError(problems);
}

}  // namespace

Recordings::Recordings(JobLimits limits, Clock clock, Store* store, Tensors* tensors)
    : limits_(limits), clock_(std::move(clock)), store_(store), tensors_(tensors) {}

absl::StatusOr<SealedRecording> Recordings::Seal(SealedRecording recording) {
  if (absl::Status status = CheckFields(recording, limits_); !status.ok()) return status;
  recording.create_time = clock_();
  recording.words = WordsOf(recording.brain);
  if (recording.max_submissions == 0) recording.max_submissions = kDefaultSubmissions;
  if (recording.max_layers == 0) recording.max_layers = kDefaultLayers;
  MutexLock lock(mutex_);
  const auto there = store_->FindRecording(recording.project, recording.name);
  if (!there.ok()) return there.status();
  if (there->has_value()) {
    return WithReason(absl::AlreadyExistsError(absl::StrCat(
                          "the recording ", recording.FullName(),
                          " is sealed already; choose another name, or unseal it first")),
                      "RECORDING_EXISTS");
  }
  for (const std::string& digest : DigestsOf(recording.brain)) {
    auto held = tensors_->Use(recording.project, digest);
    if (!held.ok()) return held.status();
    if (*held) continue;
    return PreconditionError(
        absl::StrCat("the recording's tensor ", digest, " is not on the server; upload it first"),
        "TENSOR_MISSING", {{"TENSOR_MISSING", digest, "is not on the server; upload it first"}});
  }
  if (absl::Status status = store_->Commit(SealRecording(recording, DigestsOf(recording.brain)));
      !status.ok()) {
    return status;
  }
  return recording;
}

absl::StatusOr<SealedRecording> Recordings::Find(const std::string& project,
                                                 const std::string& full_name) const {
  const auto split = Split(full_name);
  if (!split) return NotFound(full_name);
  auto found = store_->FindRecording(split->project, split->name);
  if (!found.ok()) return found.status();
  if (!found->has_value() || !MaySubmit(**found, project)) return NotFound(full_name);
  return **std::move(found);
}

absl::StatusOr<std::vector<SealedRecording>> Recordings::List(const std::string& project) const {
  auto all = store_->ListRecordings("");
  if (!all.ok()) return all.status();
  std::vector<SealedRecording> seen;
  for (SealedRecording& recording : *all) {
    if (MaySubmit(recording, project)) seen.push_back(std::move(recording));
  }
  return seen;
}

absl::Status Recordings::Unseal(const std::string& project, const std::string& full_name) {
  const auto split = Split(full_name);
  if (!split || split->project != project) return absl::OkStatus();
  MutexLock lock(mutex_);
  const auto found = store_->FindRecording(split->project, split->name);
  if (!found.ok()) return found.status();
  if (!found->has_value()) return absl::OkStatus();
  return store_->Commit(UnsealRecording(**found, DigestsOf((*found)->brain)));
}

absl::StatusOr<SealedRecording> Recordings::Resolve(const std::string& project,
                                                    JobSpecification& specification) const {
  auto recording = Find(project, specification.sealed_recording);
  if (!recording.ok()) return recording.status();
  const auto layers = static_cast<int>(specification.layers.size());
  if (project != recording->project && layers > recording->max_layers) {
    return InvalidFieldError(
        "spec.layers", absl::StrCat("has ", layers, " entries; a submission against ",
                                    recording->FullName(), " has at most ", recording->max_layers));
  }
  specification.brain = recording->brain;
  specification.sealed_recording.clear();
  return recording;
}

absl::StatusOr<std::int64_t> Recordings::SubmissionsLeft(const SealedRecording& recording,
                                                         const std::string& project) const {
  std::int64_t left = recording.max_submissions;
  absl::Status failed;
  const auto count = [&](const Submission& submission) {
    if (submission.project != project) return true;
    const auto job = store_->FindJob(submission.job_id);
    if (!job.ok()) failed = job.status();
    const bool told_nothing =
        job.ok() && job->has_value() && (*job)->tiles_done == 0 &&
        ((*job)->state == JobState::kFailed || (*job)->state == JobState::kCancelled);
    if (!told_nothing) --left;
    return failed.ok();
  };
  absl::Status scanned =
      store_->ScanSubmissions(recording.project, recording.name, INT64_MAX, count);
  if (!scanned.ok()) return scanned;
  if (!failed.ok()) return failed;
  return std::max<std::int64_t>(left, 0);
}

absl::StatusOr<std::vector<Submission>> Recordings::ListSubmissions(const std::string& project,
                                                                    const std::string& full_name,
                                                                    std::int64_t before_order,
                                                                    int limit) const {
  const auto split = Split(full_name);
  if (!split || split->project != project) return NotFound(full_name);
  std::vector<Submission> submissions;
  absl::Status scanned = store_->ScanSubmissions(
      split->project, split->name, before_order, [&](const Submission& submission) {
        submissions.push_back(submission);
        return submissions.size() < static_cast<std::size_t>(limit);
      });
  if (!scanned.ok()) return scanned;
  return submissions;
}

absl::StatusOr<bool> Recordings::IsSealed(const std::string& project,
                                          const std::string& digest) const {
  auto sealed = store_->ListRecordings(project);
  if (!sealed.ok()) return sealed.status();
  return std::any_of(sealed->begin(), sealed->end(), [&](const SealedRecording& recording) {
    const std::vector<std::string> digests = DigestsOf(recording.brain);
    return std::find(digests.begin(), digests.end(), digest) != digests.end();
  });
}

}  // namespace brainalign
