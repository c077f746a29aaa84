#ifndef BRAINALIGN_CORE_ALIGN_RESULT_H_
#define BRAINALIGN_CORE_ALIGN_RESULT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/problem/spec.h"

namespace brainalign {

// A rectangle of the layer x time matrix: what one unit of work computes.
struct Tile {
  int layer_begin = 0;
  int layer_count = 0;
  int time_begin = 0;
  int time_count = 0;

  bool operator==(const Tile&) const = default;
};

// A finished tile. Arrays are layer-major.
struct TileScores {
  int index = 0;  // which tile of the alignment
  Tile tile;
  std::vector<double> score;               // (layer_count, time_count), mean over folds
  std::vector<double> score_per_fold;      // (K, layer_count, time_count)
  std::vector<std::int64_t> alpha_counts;  // (layer_count, alphas), over times, folds, targets
  std::int64_t constant_targets = 0;       // columns constant on their test words
};

struct WindowMean {
  double begin_seconds = 0;
  double end_seconds = 0;    // infinity for the last
  std::vector<double> mean;  // (L); NaN where no time sample lies inside
};

// What is read off the matrix (METHOD, "What is read off R").
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

// What was done to the data on the way, and what is odd about it.
struct InputReport {
  std::int64_t words_given = 0;
  std::int64_t words_used = 0;
  std::int64_t dropped_words = 0;  // epochs that leave the recording
  std::int64_t backward_onset_steps = 0;
  std::vector<std::int64_t> fold_sizes;      // (K) test words
  std::vector<std::int64_t> training_sizes;  // (K)
  std::vector<std::int64_t> purged_words;    // (K)
  std::vector<int> constant_sensors;
  std::vector<std::string> notes;  // sentences
};

struct AlignmentResult {
  int layers = 0;
  int times = 0;
  std::vector<double> score;           // (L, T)
  std::vector<double> score_per_fold;  // (K, L, T)
  std::vector<double> times_seconds;   // (T)
  std::vector<double> depth;           // (L)
  std::vector<std::string> layer_names;
  MatrixReadout readout;
  AlignmentSpec spec;
  std::vector<std::int64_t> alpha_counts;  // (L, alphas)
  std::int64_t constant_targets = 0;
  InputReport input;
  std::string numerics_version;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_RESULT_H_
