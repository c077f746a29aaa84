#ifndef BRAINALIGN_CORE_INFERENCE_UNCERTAINTY_H_
#define BRAINALIGN_CORE_INFERENCE_UNCERTAINTY_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/inference/blocks.h"
#include "core/inference/null_tests.h"
#include "core/inference/uncertainty_result.h"
#include "core/linalg/matrix_types.h"
#include "core/problem/folds.h"
#include "core/problem/uncertainty_options.h"

namespace brainalign {

// Facts about the words of an alignment that are known before anything is computed, and the shifts
// and blocks that the engine uses. The facts are part of the result; the engine adds the drifts.
struct UncertaintyPlan : UncertaintyFacts {
  std::vector<Words> sessions;  // of WordsOfSessions
  // (nulls) The attempts of DrawPairings, where nulls swap sessions; else empty.
  std::vector<std::uint64_t> pairings;
  WordBlocks blocks;

  // Blocks whose influence is computed.
  int influence_blocks() const { return draws > 0 ? static_cast<int>(blocks.count()) : 0; }
};

// The plan of words 0..w-1, in the order of the recording. `sessions` and `onsets_seconds` (w) or
// empty, `test_words` of each fold. The words are those of the alignment: selected, and with an
// epoch inside the recording. For swaps all sessions must have as many words. Requires options
// without a problem.
UncertaintyPlan PlanUncertainty(const UncertaintyOptions& options,
                                const std::vector<std::int64_t>& sessions,
                                const std::vector<double>& onsets_seconds, double epoch_seconds,
                                const std::vector<Words>& test_words);

// Sets block_words and min_shift_words of the options that `plan` was made of to what it uses,
// where it has blocks or shifts.
void ResolveWords(const UncertaintyPlan& plan, UncertaintyOptions& options);

// (w) In null `null`, word i of the brain meets the activations of word result[i]: ShiftedWords, or
// SwappedWords.
std::vector<std::int32_t> WordsOfNull(const UncertaintyPlan& plan, int null);

// The matrices that the engine computes. Each has a row for each null or block, with the cells (L *
// T), layer-major.
struct UncertaintyInputs {
  ScoreMatrix seen;  // the reported matrix: mean over folds
  // (L, T) The observed matrix with the PCA basis that the nulls use. Empty: as `seen`.
  std::vector<double> score_for_nulls;
  // (nulls, L * T) Row n: mean over folds of the score when word i of the brain is paired with
  // activations of word WordsOfNull(plan, n)[i]. Weights are fitted again. Folds, purge, scaling,
  // alphas and PCA stay.
  MatrixDraws null;
  // (B, L * T) Sums, over the words of each block, of the derivative of R(l, t) in the weight of
  // the word: through the held-out moments, and through the fit. Not centred. No rows: not
  // computed.
  RowMatrix<double> held_out_influence;
  RowMatrix<double> refit_influence;
  // (J, L * T) What is added to `seen` when alphas are chosen without one inner fold, in all outer
  // folds at once. No rows: alphas are given, or it was not computed.
  RowMatrix<double> alphas_influence = {};
};

// (L, T) The standard error of each cell, of which its interval is made: se_refit + se_alphas.
std::vector<double> StandardErrors(const Uncertainty& uncertainty);

// INVALID_ARGUMENT if a shape does not match the facts or a number is not finite, with the name of
// the array. INTERNAL if LAPACK does not converge.
absl::StatusOr<Uncertainty> ComputeUncertainty(const UncertaintyFacts& facts,
                                               const UncertaintyInputs& inputs);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_UNCERTAINTY_H_
