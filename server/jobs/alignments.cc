#include "server/jobs/alignments.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/jobs/check_specification.h"
#include "server/jobs/select_words.h"
#include "server/schedule/start_order.h"

namespace brainalign {
namespace {

// A lost input stays lost. Any other disk error may be temporary.
absl::Status TellUnreadable(const absl::Status& why) {
  const bool is_final = absl::IsDataLoss(why) || absl::IsNotFound(why) || absl::IsCancelled(why);
  return is_final ? why : absl::AbortedError(why.message());
}

}  // namespace

Alignments::Alignments(const JobSettings& settings, AlignmentFactory factory, Tensors* tensors)
    : threads_(settings.threads),
      memory_budget_bytes_(settings.memory_budget_bytes),
      scratch_folder_(settings.scratch_folder),
      factory_(std::move(factory)),
      tensors_(tensors),
      brain_cache_(settings.brain_cache_bytes > 0
                       ? std::make_shared<BrainCache>(settings.brain_cache_bytes)
                       : nullptr) {}

AlignmentResources Alignments::Resources(std::int64_t memory_bytes) const {
  return {.memory_bytes = memory_bytes, .threads = threads_, .scratch_folder = scratch_folder_};
}

absl::StatusOr<std::unique_ptr<Alignment>> Alignments::MakeToPlan(
    AlignmentInputs inputs, const AlignmentOptions& options, std::vector<FieldProblem>* problems,
    const CancelCheck& is_cancelled) const {
  auto alignment =
      factory_(inputs, options, problems, Resources(LongShare(memory_budget_bytes_)), is_cancelled);
  if (!absl::IsResourceExhausted(alignment.status())) return alignment;
  return factory_(std::move(inputs), options, problems, Resources(memory_budget_bytes_),
                  is_cancelled);
}

absl::Status Alignments::VerifyInputs(const JobSpecification& specification,
                                      const CancelCheck& is_cancelled) const {
  const auto go_on = [&] { return !is_cancelled(); };
  for (const NamedRef& named : ListTensors(specification)) {
    const absl::Status status = tensors_->VerifyOnce(named.ref.digest, go_on);
    if (!status.ok()) return TellUnreadable(DescribeUnreadable(named.field, status));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Alignment>> Alignments::MakeToRun(
    const ExecutionDescription& description, const CancelCheck& is_cancelled) const {
  const JobSpecification& specification = description.specification;
  if (absl::Status status = VerifyInputs(specification, is_cancelled); !status.ok()) return status;
  auto inputs = OpenInputs(specification, *tensors_, [&] { return !is_cancelled(); });
  if (!inputs.ok()) {
    const bool is_invalid = absl::IsInvalidArgument(inputs.status());
    if (is_invalid) return absl::DataLossError(inputs.status().message());
    return TellUnreadable(inputs.status());
  }
  absl::Status selected = SelectConditionWords(
      specification, *tensors_, [&] { return !is_cancelled(); }, inputs->brain);
  if (absl::IsInvalidArgument(selected)) return absl::DataLossError(selected.message());
  if (!selected.ok()) return TellUnreadable(selected);
  // The cache of a recording changes the duration of a job, so it is only for the project that owns
  // it.
  if (!inputs->brain.digest.empty()) {
    inputs->brain.digest = absl::StrCat(description.cache_owner, " ", inputs->brain.digest);
  }
  AlignmentResources resources = Resources(description.memory_bytes);
  resources.brain_cache = brain_cache_;
  auto alignment = factory_(*inputs, specification.options, nullptr, resources, is_cancelled);
  if (absl::IsResourceExhausted(alignment.status())) {
    resources.memory_bytes = memory_budget_bytes_;
    alignment =
        factory_(*std::move(inputs), specification.options, nullptr, resources, is_cancelled);
  }
  if (!alignment.ok() || description.why_double.empty()) return alignment;
  return (*alignment)->InDouble(description.why_double);
}

bool Fits(const TileScores& tile, const Alignment& alignment) {
  const auto at = static_cast<std::size_t>(tile.index);
  if (tile.index < 0 || at >= alignment.tiles().size() || tile.tile != alignment.tiles()[at]) {
    return false;
  }
  const auto layers = static_cast<std::size_t>(tile.tile.layer_count);
  const std::size_t cells = layers * static_cast<std::size_t>(tile.tile.time_count);
  if (tile.tile.kind == TileKind::kNulls) {
    return tile.null_scores.size() == cells * static_cast<std::size_t>(tile.tile.null_count) &&
           (tile.score_for_nulls.empty() || tile.score_for_nulls.size() == cells);
  }
  if (tile.tile.kind == TileKind::kInfluence) {
    const std::size_t values = cells * static_cast<std::size_t>(alignment.block_count());
    return tile.held_out_influence.size() == values && tile.refit_influence.size() == values &&
           (tile.alphas_influence.empty() ||  // of a version that did not compute it
            tile.alphas_influence.size() ==
                cells * static_cast<std::size_t>(alignment.left_out_folds()));
  }
  if (tile.tile.kind == TileKind::kTimeGeneralisation) {
    return tile.time_generalisation.size() ==
           cells * static_cast<std::size_t>(alignment.time_count());
  }
  const AlignmentSpec& spec = alignment.spec();
  const ColumnAxes columns = alignment.column_axes();
  return tile.score.size() == cells &&
         tile.score_per_target.size() == cells * static_cast<std::size_t>(columns.targets) &&
         tile.score_per_sensor.size() == cells * static_cast<std::size_t>(columns.sensors) &&
         tile.score_per_fold.size() == cells * static_cast<std::size_t>(spec.folds) &&
         tile.alpha_counts.size() == layers * spec.alphas.size();
}

}  // namespace brainalign
