#include "server/jobs/job_planner.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/planning/needed_memory.h"
#include "core/problem/unreadable_input.h"
#include "server/jobs/check_specification.h"
#include "server/jobs/sealed.h"
#include "server/jobs/select_words.h"
#include "server/rows/status_details.h"

namespace brainalign {
namespace {

// The disk does not give a tensor, which is not the client's fault.
absl::Status UnreadableError(absl::string_view message) {
  return WithReason(absl::InternalError(message), "TENSOR_UNREADABLE");
}

// Why nobody can have prepared a recording so; empty if somebody can.
std::string DescribeBadPreparation(const JobRequest& request) {
  const RecordingPreparation& preparation = *request.preparation;
  const auto is_sound = [](double value) { return std::isfinite(value) && value >= 0; };
  if (request.recording || !request.specification.brain.continuous) {
    return "is for a continuous recording of the job's own, and spec.brain.continuous is not set";
  }
  const std::vector<double>& band = preparation.band_pass_hz;
  if (!band.empty() &&
      (band.size() != 2 || !is_sound(band[0]) || !is_sound(band[1]) || band[0] >= band[1])) {
    return "has a band_pass_hz that is not two frequencies in ascending order";
  }
  const std::optional<double>& resampled = preparation.resample_hz;
  if (resampled && !(is_sound(*resampled) && *resampled > 0)) {
    return "has a resample_hz that is not above 0; leave it out for a recording that was not "
           "resampled";
  }
  if (!is_sound(preparation.largest_shift_seconds) || !is_sound(preparation.original_sfreq_hz) ||
      preparation.original_sfreq_hz == 0) {
    return "has rates or a shift that are not finite numbers, or no original_sfreq_hz above 0";
  }
  if (preparation.filter_samples && *preparation.filter_samples < 1) {
    return "has a filter_samples that is not above 0; leave it out for a recording without a band";
  }
  if (preparation.edge_words < 0) return "has a negative edge_words";
  constexpr std::size_t kMostNotes = 20;
  constexpr std::size_t kMostNoteBytes = 1000;
  const bool fit =
      std::all_of(preparation.notes.begin(), preparation.notes.end(),
                  [](const std::string& note) { return note.size() <= kMostNoteBytes; });
  if (preparation.notes.size() > kMostNotes || !fit) {
    return absl::StrCat("has more than ", kMostNotes, " notes, or one of more than ",
                        kMostNoteBytes, " bytes");
  }
  return "";
}

}  // namespace

JobPlanner::JobPlanner(const JobSettings& settings, const Alignments* alignments, Tensors* tensors,
                       const Executor* executor)
    : limits_(settings.limits), alignments_(alignments), tensors_(tensors), executor_(executor) {}

absl::Status JobPlanner::CheckRequest(const JobRequest& request) const {
  FieldProblems problems;
  if (std::string bad = DescribeBadRequestId(request.request_id, limits_); !bad.empty()) {
    problems.push_back({"request_id", std::move(bad)});
  }
  CheckName("display_name", request.name, limits_.max_name_bytes, problems);
  CheckName("layer_order", request.layer_order, limits_.max_name_bytes, problems);
  if (request.preparation) {
    std::string bad = DescribeBadPreparation(request);
    if (!bad.empty()) problems.push_back({"preparation", std::move(bad)});
  }
  CheckSpecification(request.specification, limits_, problems);
  if (!problems.empty()) return InvalidFieldsError(problems);
  return absl::OkStatus();
}

absl::Status JobPlanner::CheckCaller(const JobRequest& request) {
  if (!request.is_gone || !request.is_gone()) return absl::OkStatus();
  return absl::CancelledError("the client no longer waits for the job: nothing was queued");
}

absl::Status JobPlanner::CheckTensors(const JobRequest& request) const {
  std::vector<PreconditionViolation> missing;
  for (const NamedRef& named : ListTensors(request.specification)) {
    // The tensors of a recording belong to its own project, and only that project can send them.
    const bool is_kept = request.recording && absl::StartsWith(named.field, "spec.brain.");
    auto there =
        tensors_->Use(is_kept ? request.recording->project : request.project, named.ref.digest);
    if (there.ok() && !*there && is_kept) {
      return WithReason(absl::UnavailableError(absl::StrCat(
                            "the data of the recording ", request.recording->FullName(),
                            " is damaged or lost; whoever uploaded it must do so again")),
                        "RECORDING_LOST", {{"recording", request.recording->FullName()}});
    }
    if (!there.ok()) return there.status();
    if (!*there) {
      missing.push_back({"TENSOR_MISSING", named.ref.digest,
                         absl::StrCat(named.field, " is not on the server; upload it first")});
    }
  }
  if (missing.empty()) return absl::OkStatus();
  return PreconditionError(
      absl::StrCat(missing.size(), missing.size() == 1 ? " tensor is" : " tensors are",
                   " not on the server, such as ", missing.front().subject, "; upload ",
                   missing.size() == 1 ? "it" : "them", " first"),
      "TENSOR_MISSING", missing);
}

void FillAutomaticWords(const Execution& execution, UncertaintyOptions& options) {
  if (execution.block_words > 0 && !options.block_words) {
    options.block_words = execution.block_words;
  }
  if (execution.min_shift_words > 0 && !options.min_shift_words) {
    options.min_shift_words = execution.min_shift_words;
  }
}

absl::StatusOr<PlannedExecution> JobPlanner::Plan(const JobRequest& request,
                                                  const std::function<bool()>& is_stopping) const {
  const auto nobody_waits = [&] { return is_stopping() || !CheckCaller(request).ok(); };
  auto inputs = OpenInputs(request.specification, *tensors_, [&] { return !nobody_waits(); });
  if (!inputs.ok()) {
    const absl::Status& why = inputs.status();
    if (HasReason(why)) return why;
    if (absl::IsDataLoss(why) || absl::IsInvalidArgument(why)) {
      return WithReason(absl::InvalidArgumentError(why.message()), "TENSOR_SIZE");
    }
    return UnreadableError(why.message());
  }
  absl::Status selected = SelectConditionWords(
      request.specification, *tensors_, [&] { return !nobody_waits(); }, inputs->brain);
  if (absl::IsInvalidArgument(selected)) return selected;
  if (!selected.ok()) return UnreadableError(selected.message());
  std::vector<FieldProblem> problems;
  auto alignment = alignments_->MakeToPlan(*std::move(inputs), request.specification.options,
                                           &problems, nobody_waits);
  if (absl::IsCancelled(alignment.status())) {
    if (is_stopping()) return ShuttingDownError();
    absl::Status gone = CheckCaller(request);
    return gone.ok() ? alignment.status() : gone;
  }
  for (FieldProblem& problem : problems) problem.field = "spec." + problem.field;
  if (!problems.empty()) return InvalidFieldsError(problems);
  if (absl::IsResourceExhausted(alignment.status())) {
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat("the server's jobs have less memory than this one "
                                                "needs (brainalignd --memory): ",
                                                alignment.status().message())),
        "JOB_TOO_LARGE",
        {{"limit_bytes", absl::StrCat(executor_->capacity().memory_bytes)},
         {"needed_bytes", absl::StrCat(NeededMemoryBytes(alignment.status()))}});
  }
  if (const std::string field = UnreadableField(alignment.status()); !field.empty()) {
    return UnreadableError(DescribeUnreadable("spec." + field, alignment.status()).message());
  }
  if (!alignment.ok()) return alignment.status();
  if (absl::Status status = CheckFoldWords(request, **alignment); !status.ok()) return status;

  PlannedExecution planned;
  CopyPlan(**alignment, planned.execution);
  planned.execution.inputs = InputDigests(request.specification);
  planned.tiles = (*alignment)->tiles();
  return planned;
}

absl::Status JobPlanner::PlanInDouble(const JobSpecification& specification, const std::string& why,
                                      const CancelCheck& is_cancelled, Execution& execution) const {
  auto inputs = OpenInputs(specification, *tensors_, [&] { return !is_cancelled(); });
  if (!inputs.ok()) return inputs.status();
  absl::Status selected = SelectConditionWords(
      specification, *tensors_, [&] { return !is_cancelled(); }, inputs->brain);
  if (!selected.ok()) return selected;
  auto alignment =
      alignments_->MakeToPlan(*std::move(inputs), specification.options, nullptr, is_cancelled);
  if (alignment.ok()) alignment = (*alignment)->InDouble(why);
  if (!alignment.ok()) return alignment.status();
  execution.why_double = why;
  CopyPlan(**alignment, execution);
  return absl::OkStatus();
}

void JobPlanner::CopyPlan(const Alignment& alignment, Execution& execution) const {
  execution.tiles_total = static_cast<int>(alignment.tiles().size());
  execution.layers = alignment.layer_count();
  execution.times = alignment.time_count();
  execution.folds = alignment.spec().folds;
  execution.nulls = alignment.null_count();
  execution.blocks = alignment.block_count();
  execution.block_words = alignment.spec().uncertainty.block_words.value_or(0);
  execution.min_shift_words = alignment.spec().uncertainty.min_shift_words.value_or(0);
  execution.memory_bytes = alignment.plan().peak_bytes();
  execution.estimated_seconds = executor_->EstimateSeconds(alignment.plan());
}

}  // namespace brainalign
