#ifndef BRAINALIGN_TESTS_CLIENT_REPORT_SMALL_RESULT_H_
#define BRAINALIGN_TESTS_CLIENT_REPORT_SMALL_RESULT_H_

#include <limits>

#include "client/jobs/job.h"

namespace brainalign {

// Two layers, three times, two folds; the second layer has no peak.
inline JobResult SmallResult() {
  JobResult result;
  result.job_id = "job-1";
  result.from_cache = true;
  result.compute_seconds = 1.5;
  AlignmentResult& a = result.alignment;
  a.layers = 2;
  a.times = 3;
  a.score = {0.1, 0.25, 1.0 / 3, -0.125, -0.5, -1e-300};
  a.score_per_fold = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  a.times_seconds = {-0.1, 0, 0.1};
  a.depth = {0.5, 1};
  a.layer_names = {"first", "second"};
  a.readout.t_max = {0.1, std::numeric_limits<double>::quiet_NaN()};
  a.readout.t_argmax = {0.1, 0.1};
  a.readout.t_max_contiguous = {true, false};
  a.readout.temporal_score = std::numeric_limits<double>::quiet_NaN();
  a.readout.temporal_score_p = std::numeric_limits<double>::quiet_NaN();
  a.readout.alignment_score_mean_of_layer_maxima = 0.2;
  a.readout.alignment_score_best_layer = 1.0 / 3;
  a.readout.windows = {{.begin_seconds = 0.5,
                        .end_seconds = std::numeric_limits<double>::infinity(),
                        .mean = {0.1, 0.2}}};
  a.readout.window_of_maximum = {-1, 0};
  a.spec.alphas = {1, 10};
  a.spec.window_bounds_seconds = {0.5};
  a.alpha_counts = {1, 2, 3, 4};
  a.input.words_given = 100;
  a.input.words_used = 98;
  a.input.dropped_words = 2;
  a.input.fold_sizes = {49, 49};
  a.input.training_sizes = {40, 41};
  a.input.purged_words = {9, 8};
  a.input.constant_sensors = {3};
  a.notes = {"2 words were dropped."};
  a.numerics_version = "numerics-1";
  return result;
}

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CLIENT_REPORT_SMALL_RESULT_H_
