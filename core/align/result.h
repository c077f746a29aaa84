#ifndef BRAINALIGN_CORE_ALIGN_RESULT_H_
#define BRAINALIGN_CORE_ALIGN_RESULT_H_

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/inference/uncertainty_result.h"
#include "core/problem/spec.h"

namespace brainalign {

// The kinds of tiles, by the arrays that they compute.
enum class TileKind {
  kScores,              // the matrix itself
  kNulls,               // matrices of shifted or swapped activations
  kInfluence,           // influence of blocks of words
  kTimeGeneralisation,  // maps of the tile's times scored at all times
};

// A rectangle of the layer x time matrix. One unit of work computes it. Tiles of all kinds are
// streamed, stored and resumed alike. Those of kScores come first in Alignment::tiles().
struct Tile {
  int layer_begin = 0;
  int layer_count = 0;
  int time_begin = 0;
  int time_count = 0;
  TileKind kind = TileKind::kScores;
  // The nulls of a tile of kNulls.
  int null_begin = 0;
  int null_count = 0;

  bool operator==(const Tile&) const = default;
};

// A finished tile. Arrays are layer-major. A tile has only the arrays of its kind.
struct TileScores {
  int index = 0;  // index into Alignment::tiles()
  Tile tile;
  // kScores
  std::vector<double> score;               // (layer_count, time_count), mean over folds
  std::vector<double> score_per_fold;      // (K, layer_count, time_count)
  std::vector<std::int64_t> alpha_counts;  // (layer_count, alphas), over times, folds, targets
  std::int64_t constant_targets = 0;       // columns constant on their test words
  // One of the two, if it was requested; else both are empty. (layer_count, time_count, columns),
  // mean over folds; NaN beyond the columns of a layer.
  std::vector<double> score_per_target;
  std::vector<double> score_per_sensor;
  // (time_count, c) How well the brain predicts each column of nuisance that is taken out; else
  // empty.
  std::vector<double> brain_to_nuisance;
  // (layer_count, time_count, 2) Of the nuisance and of the activations, if they predict the brain
  // together (AlignmentSpec::is_banded); else empty. Scores of each band alone, and its part in the
  // score of both. `score` is then that of both less that of the nuisance alone.
  std::vector<double> score_of_band;
  std::vector<double> product_measure;
  // kNulls
  std::vector<double> null_scores;  // (null_count, layer_count, time_count), mean over folds
  // (layer_count, time_count) The scores without a shift, with the PCA basis that the nulls use.
  // Only the tile with null 0 has it, and only where that basis is not the one of `score`.
  std::vector<double> score_for_nulls;
  // kInfluence: (B, layer_count, time_count), not centred (UncertaintyInputs)
  std::vector<double> held_out_influence;
  std::vector<double> refit_influence;
  // (J, layer_count, time_count), if inner folds choose the alphas; else empty (UncertaintyInputs)
  std::vector<double> alphas_influence;
  // kTimeGeneralisation: (layer_count, time_count, T), mean over folds
  std::vector<double> time_generalisation;
};

// The accuracy of the result, from cells that were computed again. A cell is one layer, time and
// fold.
struct SelfCheck {
  // A larger difference says that arithmetic in single precision does not serve.
  static constexpr double kMostDifference = 1e-5;
  static constexpr double kMostDifferenceFast = 5e-3;
  static double Most(const AlignmentSpec& spec) {
    return spec.precision_used() == Precision::kFast ? kMostDifferenceFast : kMostDifference;
  }

  int cells = 0;  // number of cells that were computed again in float64 and compared
  // Of a score among these cells; for r2 relative to its size where that is above 1.
  double largest_difference = 0;
  // Whether the result is in float64 because single precision was not accurate enough.
  bool fell_back = false;

  // Adds the cells of `more`. NaN counts as the largest difference.
  void Add(const SelfCheck& more) {
    cells += more.cells;
    if (std::isnan(more.largest_difference) || more.largest_difference > largest_difference) {
      largest_difference = more.largest_difference;
    }
  }
};

// The mean score of each layer over one window of times.
struct WindowMean {
  double begin_seconds = 0;
  double end_seconds = 0;    // infinity for the last
  std::vector<double> mean;  // (L); NaN if no time sample is inside
};

// What is read off the matrix (docs/method.md, "What is read off the matrix").
struct MatrixReadout {
  std::vector<double> t_max;           // (L) seconds; NaN where undefined
  std::vector<double> t_argmax;        // (L) seconds
  std::vector<bool> t_max_contiguous;  // (L)
  double temporal_score = 0;           // NaN where undefined
  double temporal_score_p = 0;         // two-sided parametric
  double alignment_score_mean_of_layer_maxima = 0;
  double alignment_score_best_layer = 0;
  std::vector<WindowMean> windows;
  std::vector<int> window_of_maximum;  // (L); -1 if in none
};

// Facts about the inputs: how they were processed, and what is unusual about them.
struct InputReport {
  std::int64_t words_given = 0;
  std::int64_t words_used = 0;
  std::int64_t unselected_words = 0;  // words that a condition left out
  // Of them, those that it left out because a value is missing.
  std::int64_t words_without_value = 0;
  // Selected words that were dropped; see docs/method.md, "Epochs".
  std::int64_t dropped_words = 0;
  std::int64_t backward_onset_steps = 0;
  std::vector<std::int64_t> fold_sizes;      // (K) test words
  std::vector<std::int64_t> training_sizes;  // (K)
  std::vector<std::int64_t> purged_words;    // (K)
  std::vector<int> constant_sensors;
  std::vector<std::string> notes;  // sentences on the inputs
};

// Server, client and protocol know its arrays by their names (core/align/result_arrays.h).
struct AlignmentResult {
  int layers = 0;
  int times = 0;
  std::vector<double> score;           // (L, T)
  std::vector<double> score_per_fold;  // (K, L, T)
  // (L, T, columns), or empty: as in TileScores.
  std::vector<double> score_per_target;
  std::vector<double> score_per_sensor;
  // (L, T, T) or empty: the map of a time (second axis) scored at another (third axis).
  std::vector<double> time_generalisation;
  // With nuisance that is taken out: (L) the scores of regressions of the layer on it alone, and
  // (T, c) those of each of its columns on the brain.
  std::vector<double> nuisance_to_model;
  std::vector<double> brain_to_nuisance;
  // (L, T, 2), or empty: as in TileScores.
  std::vector<double> score_of_band;
  std::vector<double> product_measure;
  std::vector<double> times_seconds;  // (T)
  std::vector<double> depth;          // (L)
  std::vector<std::string> layer_names;
  MatrixReadout readout;  // ReadOff computes it
  AlignmentSpec spec;
  std::vector<std::int64_t> alpha_counts;  // (L, alphas)
  std::int64_t constant_targets = 0;
  // With nulls: (N, L, T), and (L, T) or empty: as `score`.
  std::vector<double> null_scores;
  std::vector<double> score_for_nulls;
  // With draws: (B, L, T)
  std::vector<double> held_out_influence;
  std::vector<double> refit_influence;
  // With draws, if inner folds choose the alphas: (J, L, T); else empty.
  std::vector<double> alphas_influence;
  // (L), or empty: not computed. Of each layer over words: at lag 1, and its integral in words (1
  // for white noise). NaN for constant activations.
  std::vector<double> autocorrelation_lag_1;
  std::vector<double> autocorrelation_integral;
  UncertaintyFacts uncertainty_facts;
  std::optional<Uncertainty> uncertainty;  // ReadOffUncertainty computes it
  InputReport input;
  SelfCheck self_check;
  std::vector<std::string> notes;  // sentences: input.notes, then those on the result
  std::string numerics_version;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_RESULT_H_
