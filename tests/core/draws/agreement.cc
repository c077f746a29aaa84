#include "tests/core/draws/agreement.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/align/alignment.h"
#include "tests/core/align/tensor_of_type.h"
#include "tests/core/align/textbook.h"
#include "tests/core/draws/drawn_options.h"
#include "tests/core/reproducible_random.h"

namespace brainalign {
namespace {

constexpr double kBound = 1e-5;
constexpr double kFastBound = 5e-3;
constexpr double kOwnErrors = 20;              // of the reference, that a difference may come to
constexpr int kOrders = 3;                     // that the reference is worked out in again
constexpr double kDisturbance = 0x1p-44;       // of units
constexpr double kEntryDisturbance = 0x1p-50;  // of single numbers: their rounding in float64
// Of single numbers, where criteria of two penalties may tie: it moves a criterion by some 1e-7 of
// itself, which is what components in float32 are allowed to do (docs/method.md).
constexpr double kTieDisturbance = 0x1p-15;
constexpr int kTieOrders = 8;      // that show whether criteria tie
constexpr double kTieShare = 0.5;  // of the difference, that the reference then shows by itself
constexpr std::int64_t kWordsHeldInDouble = 2048;
// That the formulas by themselves may take in the place of double precision, and beside it.
constexpr double kOperationsInstead = 1e9;
constexpr double kOperationsBeside = 2e8;

absl::StatusOr<AlignmentResult> Run(const AlignmentInputs& inputs, AlignmentOptions options,
                                    Precision precision) {
  options.precision = precision;
  const auto alignment = Alignment::Create(inputs, options, nullptr);
  if (!alignment.ok()) return alignment.status();
  const CancelFlag cancel{false};
  return RunAlignment(**alignment, 1, cancel, nullptr);
}

std::int64_t WordsOf(const AlignmentInputs& inputs) {
  return inputs.layers.front().activations.dim(0);
}

// The same tensor in f64, with the indices of one axis in another order and the values at each
// multiplied by next to 1; then each number by one that differs from 1 by at most `of_entry`.
Tensor Disturbed(ReproducibleRandom& random, const Tensor& tensor, int axis, double of_entry) {
  const std::vector<double> given = tensor.ToDoubles();
  const auto count = static_cast<std::size_t>(tensor.dim(axis));
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t last = count; last > 1; --last) {
    std::swap(order[last - 1],
              order[static_cast<std::size_t>(random.Below(static_cast<int>(last)))]);
  }
  std::vector<double> factor(count);
  for (double& of_index : factor) of_index = 1 + kDisturbance * (random.Uniform() - 0.5);
  std::size_t inner = 1;
  for (int after = axis + 1; after < tensor.rank(); ++after) {
    inner *= static_cast<std::size_t>(tensor.dim(after));
  }
  const std::uint64_t salt = random.Next();
  std::vector<double> values(given.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t at = i / inner % count;
    const double value = given[i + order[at] * inner - at * inner];
    // Equal numbers stay equal: what is constant or repeated stays so.
    ReproducibleRandom of_value(salt ^ std::bit_cast<std::uint64_t>(value));
    values[i] = value * factor[at] * (1 + of_entry * (2 * of_value.Uniform() - 1));
  }
  return TensorOfType(DType::kF64, tensor.spec().shape, values);
}

// Sensors and dimensions in another order and in next to the same units, with rounding errors of
// float64, or of `of_activations` in the activations: the scores are the same but for what these
// decide.
AlignmentInputs Disturbed(ReproducibleRandom& random, AlignmentInputs inputs,
                          double of_activations) {
  BrainInput& brain = inputs.brain;
  if (brain.is_continuous()) {
    brain.continuous = Disturbed(random, brain.continuous, 0, kEntryDisturbance);
  } else {
    brain.epochs = Disturbed(random, brain.epochs, 1, kEntryDisturbance);
  }
  for (LayerInput& layer : inputs.layers) {
    layer.activations = Disturbed(random, layer.activations, 1, of_activations);
  }
  return inputs;
}

// Works out scores per fold; empty where it cannot.
using Reference = std::function<std::vector<double>(const AlignmentInputs&)>;

// What the formulas by themselves take, in operations; infinite where they do not serve.
double OperationsByTheFormulas(const AlignmentInputs& inputs, const AlignmentSpec& spec) {
  if (inputs.brain.is_continuous()) return INFINITY;
  const auto words = static_cast<double>(WordsOf(inputs));
  const auto sensors = static_cast<double>(inputs.brain.epochs.dim(1));
  const auto dims = static_cast<double>(inputs.layers.front().activations.dim(1));
  const double width = spec.pca > 0 ? spec.pca : dims;
  const bool to_model = spec.direction == Direction::kBrainToModel;
  const double features = std::min(words, to_model ? sensors : width);
  const double targets = to_model ? width : sensors;
  const double fits =
      spec.folds *
      (1.0 + (spec.selection == Selection::kBlocked ? static_cast<double>(spec.inner_folds) : 1.0));
  const double alphas = static_cast<double>(spec.alphas.size());
  const double cells =
      static_cast<double>(inputs.brain.epochs.dim(2)) * static_cast<double>(inputs.layers.size());
  const double of_fit = words * features * (10 * features + 2 * alphas * targets);
  const double of_components = spec.pca > 0 ? spec.folds * 10 * words * dims * dims : 0;
  return cells * fits * of_fit + of_components;
}

Reference InDouble(const AlignmentOptions& options) {
  return [options](const AlignmentInputs& of) {
    const auto result = Run(of, options, Precision::kDouble);
    return result.ok() ? result->score_per_fold : std::vector<double>();
  };
}

Reference ByTheFormulas(const AlignmentSpec& spec) {
  return [spec](const AlignmentInputs& of) { return TextbookScores(of, spec); };
}

// Scores and what they ought to be.
class Comparison {
 public:
  Comparison(const AlignmentInputs& inputs, Reference reference)
      : inputs_(inputs), reference_(std::move(reference)), expected_(reference_(inputs)) {}

  // Whether a cell was further from the reference than the bound says, because the reference
  // is not sure of it.
  bool was_unsure() const { return was_unsure_; }

  double LargestDifference(const std::vector<double>& scores) const {
    double largest = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      largest = std::max(largest, Difference(scores, i));
    }
    return largest;
  }

  // A sentence on the worst cell that is further from the reference than it may be; empty if
  // none is.
  std::string Worst(const char* name, const AlignmentResult& result, double bound) {
    const std::vector<double>& scores = result.score_per_fold;
    if (scores.size() != expected_.size()) return "there is no reference: it failed";
    if (LargestDifference(scores) <= bound) return "";
    FindOwnErrors();
    std::size_t worst = scores.size();
    std::size_t beyond = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const double unsure = kOwnErrors * own_error_[i];
      if (Difference(scores, i) <= std::max(bound, unsure) || unsure >= 1) continue;
      ++beyond;
      if (worst == scores.size() || Difference(scores, i) > Difference(scores, worst)) worst = i;
    }
    was_unsure_ = true;
    if (beyond == 0) return "";
    const auto times = static_cast<std::size_t>(result.times);
    const auto layers = static_cast<std::size_t>(result.layers);
    return absl::StrFormat(
        "%s gives %.8f for %.8f in fold %d, layer %d, time %d (and %d of %d cells more are wrong; "
        "the reference itself is sure to %.1e)",
        name, scores[worst], expected_[worst], worst / times / layers, worst / times % layers,
        worst % times, beyond - 1, scores.size(), own_error_[worst]);
  }

  // Whether each score that is further from the reference than `bound` moves by itself, by about
  // as much, when the activations change by what components in float32 err by: two criteria of
  // penalties tie, and the reference takes now one and now the other.
  bool HasOnlyTies(const std::vector<double>& scores, double bound) const {
    std::vector<double> moved(scores.size(), 0);
    ReproducibleRandom random(2);
    for (int order = 0; order < kTieOrders; ++order) {
      const std::vector<double> again = reference_(Disturbed(random, inputs_, kTieDisturbance));
      for (std::size_t i = 0; i < again.size(); ++i) {
        moved[i] = std::max(moved[i], Difference(again, i));
      }
    }
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const double difference = Difference(scores, i);
      if (difference > bound && !(moved[i] >= kTieShare * difference)) return false;
    }
    return true;
  }

 private:
  // Relative to scores beyond 1, which are r2's.
  double Difference(const std::vector<double>& scores, std::size_t i) const {
    const double difference =
        std::abs(scores[i] - expected_[i]) / std::max(1.0, std::abs(expected_[i]));
    return std::isnan(difference) ? INFINITY : difference;
  }

  void FindOwnErrors() {
    if (!own_error_.empty()) return;
    own_error_.assign(expected_.size(), 0);
    ReproducibleRandom random(1);
    for (int order = 0; order < kOrders; ++order) {
      const std::vector<double> again = reference_(Disturbed(random, inputs_, kEntryDisturbance));
      for (std::size_t i = 0; i < again.size(); ++i) {
        own_error_[i] = std::max(own_error_[i], Difference(again, i));
      }
    }
  }

  const AlignmentInputs& inputs_;
  const Reference reference_;
  const std::vector<double> expected_;
  std::vector<double> own_error_;
  bool was_unsure_ = false;
};

// Scores that no metric has.
std::string Impossible(const char* name, const AlignmentResult& result) {
  constexpr double kMost = 1 + 1e-12;  // a mean of numbers up to 1, rounded
  for (const double score : result.score_per_fold) {
    const bool too_low = result.spec.metric != Metric::kR2 && score < -kMost;
    if (!std::isfinite(score) || score > kMost || too_low) {
      return absl::StrFormat("%s gives a %s of %.15g", name, Name(result.spec.metric), score);
    }
  }
  return "";
}

// How many targets have another alpha in one result than in the other.
std::int64_t OtherAlphas(const AlignmentResult& one, const AlignmentResult& other) {
  std::int64_t moved = 0;
  for (std::size_t i = 0; i < one.alpha_counts.size(); ++i) {
    moved += std::abs(one.alpha_counts[i] - other.alpha_counts[i]);
  }
  return moved / 2;
}

// Holds `result` against `comparison`; appends what is wrong to `problems`.
void Hold(const char* name, const AlignmentResult& result, double bound, Comparison& comparison,
          std::vector<std::string>& problems) {
  const std::string impossible = Impossible(name, result);
  if (!impossible.empty()) problems.push_back(impossible);
  const std::string worst = comparison.Worst(name, result, bound);
  if (!worst.empty()) problems.push_back(worst);
}

}  // namespace

Verdict HoldAgainstDouble(const AlignmentInputs& inputs, const AlignmentOptions& options) {
  Verdict verdict;
  const absl::StatusOr<AlignmentResult> exact = Run(inputs, options, Precision::kExact);
  if (absl::IsInvalidArgument(exact.status()) || absl::IsResourceExhausted(exact.status())) {
    verdict.refusal = std::string(exact.status().message());
    return verdict;
  }
  const absl::StatusOr<AlignmentResult> in_double = Run(inputs, options, Precision::kDouble);
  const absl::StatusOr<AlignmentResult> fast = Run(inputs, options, Precision::kFast);
  for (const auto* result : {&exact, &in_double, &fast}) {
    if (!result->ok()) verdict.problems.push_back(result->status().ToString());
  }
  if (!verdict.problems.empty()) return verdict;
  verdict.options = Describe(exact->spec);
  verdict.fell_back = exact->self_check.fell_back;
  verdict.ran_fast = fast->spec.precision_used() == Precision::kFast;

  const bool many = WordsOf(inputs) > kWordsHeldInDouble;
  if (many) {
    Comparison comparison(inputs, InDouble(options));
    Hold("exact", *exact, kBound, comparison, verdict.problems);
    verdict.is_ill_posed = comparison.was_unsure();
    const std::int64_t others = OtherAlphas(*exact, *in_double);
    if (!verdict.problems.empty() && others > 0 && exact->spec.pca > 0 &&
        comparison.HasOnlyTies(exact->score_per_fold, kBound)) {
      verdict.is_tie = true;
      verdict.problems.clear();
    }
    if (verdict.ran_fast) {
      Hold("fast", *fast, kFastBound, comparison, verdict.problems);
      verdict.largest_difference_of_fast = comparison.LargestDifference(fast->score_per_fold);
    }
    verdict.has_reference = true;
    verdict.largest_difference = comparison.LargestDifference(exact->score_per_fold);
    if (!verdict.problems.empty() && others > 0) {
      verdict.problems.push_back(
          absl::StrCat(others, " targets have another alpha in exact than in double"));
    }
  }
  const double operations = OperationsByTheFormulas(inputs, exact->spec);
  if (operations < (many ? kOperationsBeside : kOperationsInstead)) {
    Comparison comparison(inputs, ByTheFormulas(exact->spec));
    Hold("double", *in_double, kBound, comparison, verdict.problems);
    if (!many) {
      verdict.has_reference = true;
      verdict.is_ill_posed = comparison.was_unsure();
      verdict.largest_difference = comparison.LargestDifference(exact->score_per_fold);
    }
  }
  return verdict;
}

}  // namespace brainalign
