#include "server/jobs/sealed.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/problem/requested_arrays.h"
#include "server/jobs/cache_key.h"
#include "server/rows/codec.h"
#include "server/rows/digest.h"
#include "server/rows/status_details.h"

namespace brainalign {
namespace {

template <typename Choice>
void CheckChoice(const Recording& recording, const std::string& field, Choice asked,
                 const std::vector<Choice>& allowed, std::vector<FieldProblem>& problems) {
  if (std::find(allowed.begin(), allowed.end(), asked) != allowed.end()) return;
  const std::string names =
      absl::StrJoin(allowed, " or ", [](std::string* out, Choice choice) { *out += Name(choice); });
  problems.push_back({field, absl::StrCat("is ", Name(asked), "; the policy of the recording ",
                                          recording.FullName(), " allows ", names, " alone")});
}

bool IsAnothers(const JobRequest& request) {
  return request.recording && request.recording->project != request.project;
}

absl::Status CheckOptions(const Recording& recording, const AlignmentSpec& spec) {
  std::vector<FieldProblem> problems;
  CheckChoice(recording, "spec.options.metric", spec.metric, recording.seal->policy.metrics,
              problems);
  CheckChoice(recording, "spec.options.direction", spec.direction,
              recording.seal->policy.directions, problems);
  for (const auto& [field, count] : {std::pair("spec.options.nulls", spec.uncertainty.nulls),
                                     std::pair("spec.options.draws", spec.uncertainty.draws)}) {
    if (count == 0) continue;
    problems.push_back(
        {field, absl::StrCat("is ", count, ", but the recording ", recording.FullName(),
                             " is sealed and releases no arrays that p values and "
                             "intervals are computed from; leave it out")});
  }
  for (const std::string& name : RequestedArrays(spec)) {
    problems.push_back({"spec.options.arrays",
                        absl::StrCat("has ", name, ", but the recording ", recording.FullName(),
                                     " is sealed and releases no scores of single columns; leave "
                                     "it out")});
  }
  if (spec.time_generalisation) {
    problems.push_back(
        {"spec.options.time_generalisation",
         absl::StrCat("is set, but the recording ", recording.FullName(),
                      " is sealed and releases only the scores of each time; leave it out")});
  }
  return problems.empty() ? absl::OkStatus() : InvalidFieldsError(problems);
}

// Digests of the layers' tensors, each once.
std::vector<std::string> ActivationDigests(const JobSpecification& specification) {
  std::vector<std::string> digests;
  for (const LayerRef& layer : specification.layers) {
    const std::string& digest = layer.activations.digest;
    if (std::find(digests.begin(), digests.end(), digest) == digests.end()) {
      digests.push_back(digest);
    }
  }
  return digests;
}

}  // namespace

absl::Status ApplyPolicy(const JobRequest& request, const AlignmentSpec& resolved, Job& job) {
  if (!request.recording) return absl::OkStatus();
  job.recording = request.recording->FullName();
  if (!IsAnothers(request)) return absl::OkStatus();
  if (absl::Status status = CheckOptions(*request.recording, resolved); !status.ok()) return status;
  const JobSpecification& specification = request.specification;
  job.release = request.recording->seal->policy;
  job.released_numbers = ReleasedNumbers(
      *job.release, static_cast<std::int64_t>(specification.layers.size()),
      static_cast<std::int64_t>(specification.brain.times_seconds.size()), resolved);
  return absl::OkStatus();
}

absl::Status CheckFoldWords(const JobRequest& request, const Alignment& alignment) {
  if (!IsAnothers(request)) return absl::OkStatus();
  const InputReport& report = alignment.input_report();
  const std::int64_t least = request.recording->seal->policy.min_test_words;
  const std::string asks =
      absl::StrCat("; the policy of the recording ", request.recording->FullName(),
                   " asks for at least ", least);
  for (std::size_t fold = 0; fold < report.fold_sizes.size(); ++fold) {
    if (report.fold_sizes[fold] >= least) continue;
    return InvalidFieldError(
        "spec.options.folds",
        absl::StrCat("is ", alignment.spec().folds, ", and fold ", fold + 1, " tests on ",
                     report.fold_sizes[fold], " words", asks, "; use fewer folds"));
  }
  for (std::size_t fold = 0; fold < report.training_sizes.size(); ++fold) {
    if (report.training_sizes[fold] >= least) continue;
    return InvalidFieldError("spec.options.purge_seconds",
                             absl::StrCat("is ", alignment.spec().purge_seconds, ", and fold ",
                                          fold + 1, " trains on fewer words than it must", asks,
                                          "; use a smaller value or other folds"));
  }
  return absl::OkStatus();
}

Submission MakeSubmission(const JobRequest& request, const Job& job) {
  return {.order = job.order,
          .create_time = job.create_time,
          .project = job.project,
          .person = job.person,
          .job_id = job.job_id,
          .job_name = job.name,
          .activations = ActivationDigests(request.specification),
          .released_numbers = job.released_numbers,
          // A job that is computed again counts again.
          .release_key = request.skip_cache ? job.job_id : job.cache_key};
}

std::string CacheKeyOf(const Job& job, const JobSpecification& specification,
                       const AlignmentSpec& resolved) {
  std::string key = ComputeCacheKey(specification, resolved);
  if (!job.release) return key;
  return HexSha256Of(absl::StrCat(key, " ", job.recording, " ", Encode(*job.release)));
}

}  // namespace brainalign
