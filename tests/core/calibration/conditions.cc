#include "tests/core/calibration/conditions.h"

#include <functional>
#include <string>

namespace brainalign {
namespace {

constexpr int kNulls = 79;
constexpr int kMetricNulls = 39;
constexpr int kDraws = 400;

void FixAlpha(Condition& condition, double alpha) {
  condition.options.selection = Selection::kFixed;
  condition.options.alphas = {alpha};
}

Condition With(const std::string& name, Condition condition,
               const std::function<void(Condition&)>& change) {
  condition.name = name;
  change(condition);
  return condition;
}

void SplitWords(Condition& condition, int sessions, int words) {
  condition.sessions = sessions;
  condition.words_per_session = words;
}

// Nuisance that drives the brain. One layer and few penalties, because a job takes ten times as
// long.
void AddNuisance(Condition& condition, double in_model) {
  condition.layers = 1;
  condition.options.alphas = {10, 100, 1000, 10000};
  condition.nuisance = 2;
  condition.nuisance_snr = 0.3;
  condition.nuisance_in_model = in_model;
  condition.options.nuisance = {"first", "second"};
}

// Nuisance that is taken out of many columns, as layers of models have: an error that is small in
// each is large beside the spread of their mean.
void TakeOutOfManyColumns(Condition& condition, int columns) {
  AddNuisance(condition, 0.1);
  SplitWords(condition, 5, 100);
  condition.dims = columns;
  condition.nuisance_snr = 1;
  condition.options.uncertainty.nulls = kMetricNulls;
}

// The sensors of a whole head. Three layers and one alpha, because a job takes ten times as long.
void TakeWholeHead(Condition& condition) {
  condition.sensors = 275;
  condition.layers = 3;
  FixAlpha(condition, 300);
}

void ChooseByGcv(Condition& condition) {
  condition.options.alphas = {};
  condition.options.selection = Selection::kGcv;
}

void ReducePerFold(Condition& condition) {
  condition.dims = 6;
  condition.options.pca = 2;
}

// Contiguous folds of one session, with words purged between them.
void CutOneSession(Condition& condition) {
  SplitWords(condition, 1, 1000);
  condition.options.fold_by = FoldBy::kContiguous;
}

// Of activations with more dimensions: two values in a row have a correlation of 1 or -1. Fewer
// words, layers and nulls, because a null takes as long as the matrix.
void CompareMatrices(Condition& condition, Metric metric) {
  SplitWords(condition, 3, 100);
  condition.options.folds = 3;
  condition.dims = 6;
  condition.layers = 3;
  condition.options.uncertainty.nulls = kMetricNulls;
  condition.options.metric = metric;
  condition.options.selection.reset();
}

}  // namespace

std::vector<Condition> UnrelatedConditions() {
  Condition base;
  base.options.selection = Selection::kGcv;
  base.options.uncertainty.nulls = kNulls;
  return {
      With("5 x 200 words", base, [](Condition&) {}),
      With("5 x 200, alpha fixed", base, [](Condition& c) { FixAlpha(c, 300); }),
      With("5 x 200, strict", base,
           [](Condition& c) { c.options.selection = Selection::kBlocked; }),
      With("2 x 400 words", base,
           [](Condition& c) {
             SplitWords(c, 2, 400);
             c.options.folds = 2;
           }),
      With("20 x 50 words", base, [](Condition& c) { SplitWords(c, 20, 50); }),
      With("40 x 25 words", base, [](Condition& c) { SplitWords(c, 40, 25); }),
      With("one session of 1000", base, CutOneSession),
      With("AR .9, noise 1/f^1.5", base,
           [](Condition& c) {
             c.word_memory = 0.9;
             c.noise_exponent = 1.5;
           }),
      With("PCA per fold", base, ReducePerFold),
      With("100 sensors", base, [](Condition& c) { c.sensors = 100; }),
      With("275 sensors", base, TakeWholeHead),
      With("model to brain", base,
           [](Condition& c) { c.options.direction = Direction::kModelToBrain; }),
      With("drift in both sides, detrended", base,
           [](Condition& c) {
             c.slow_drift = 0.5;
             c.options.uncertainty.detrend = 3;
           }),
      // Activations that add nothing to nuisance.
      With("nuisance beside the activations", base,
           [](Condition& c) {
             AddNuisance(c, 0);
             c.is_uniform = false;
             c.options.direction = Direction::kModelToBrain;
           }),
      With("nuisance beside activations with a part of it", base,
           [](Condition& c) {
             AddNuisance(c, 0.7);
             c.options.direction = Direction::kModelToBrain;
             c.is_uniform = false;
           }),
      With("nuisance taken out of activations", base, [](Condition& c) { AddNuisance(c, 0.7); }),
      With("nuisance taken out of 64 columns", base,
           [](Condition& c) { TakeOutOfManyColumns(c, 64); }),
      With("nuisance taken out of 300 columns", base,
           [](Condition& c) { TakeOutOfManyColumns(c, 300); }),
      With("metric cca", base, [](Condition& c) { CompareMatrices(c, Metric::kCca); }),
      With("metric cka", base, [](Condition& c) { CompareMatrices(c, Metric::kCka); }),
      With("metric cka_debiased", base,
           [](Condition& c) { CompareMatrices(c, Metric::kCkaDebiased); }),
      With("metric rsa", base, [](Condition& c) { CompareMatrices(c, Metric::kRsa); }),
      With("metric cka_debiased, drift in both sides, detrended", base,
           [](Condition& c) {
             CompareMatrices(c, Metric::kCkaDebiased);
             c.slow_drift = 0.5;
             c.options.uncertainty.detrend = 3;
             c.most_cells = 0.5;  // told in a caution (core/align/not_calibrated.h)
             c.most_maxima = 0.4;
             c.is_uniform = false;
           }),
  };
}

std::vector<Condition> UnorderedConditions() {
  Condition base;
  FixAlpha(base, 300);
  base.snr = 0.07;
  base.options.uncertainty.draws = kDraws;
  return {
      With("medium signal", base, [](Condition&) {}),
      With("weak signal", base, [](Condition& c) { c.snr = 0.045; }),
      With("strong signal", base, [](Condition& c) { c.snr = 0.15; }),
      With("gain falls with depth", base, [](Condition& c) { c.last_gain = 0.4; }),
      With("skewed curve", base,
           [](Condition& c) {
             c.rise_seconds = 0.1;
             c.fall_seconds = 0.35;
           }),
      With("5 x 60 words", base, [](Condition& c) { SplitWords(c, 5, 60); }),
      With("5 x 400 words", base, [](Condition& c) { SplitWords(c, 5, 400); }),
      With("layers correlated .98", base, [](Condition& c) { c.layer_correlation = 0.98; }),
      With("AR .9", base, [](Condition& c) { c.word_memory = 0.9; }),
      With("5 x 100, independent layers", base,
           [](Condition& c) {
             SplitWords(c, 5, 100);
             c.sensors = 10;
             c.layer_correlation = 0;
             c.word_memory = 0;
           }),
      // Beyond the ten: what was never tried.
      With("5 x 200, independent layers", base,
           [](Condition& c) {
             c.sensors = 10;
             c.layer_correlation = 0;
             c.word_memory = 0;
           }),
      With("100 sensors", base, [](Condition& c) { c.sensors = 100; }),
      With("alpha per target, blocked", base,
           [](Condition& c) {
             c.options.alphas = {};
             c.options.selection = Selection::kBlocked;
           }),
      With("alpha per target, GCV", base, ChooseByGcv),
      With("PCA per fold", base, ReducePerFold),
      With("one session of 1000, purged", base, CutOneSession),
      With("275 sensors", base, TakeWholeHead),
  };
}

std::vector<Condition> OrderedConditions() {
  std::vector<Condition> ordered = UnorderedConditions();
  for (Condition& condition : ordered) {
    condition.first_delay = 0.2;
    condition.last_delay = 0.6;
  }
  ordered.push_back(With("small delays", ordered.front(), [](Condition& c) {
    c.first_delay = 0.35;
    c.last_delay = 0.45;
  }));
  return ordered;
}

std::vector<Condition> PairedConditions() {
  Condition base;
  FixAlpha(base, 300);
  base.snr = 0.07;
  base.model_noise = 1;
  // Any number gives the influences, which the comparison takes draws of itself.
  base.options.uncertainty.draws = 1;
  return {
      With("medium signal, two models", base, [](Condition&) {}),
      With("weak signal, two models", base, [](Condition& c) { c.snr = 0.045; }),
      With("ordered, two models", base,
           [](Condition& c) {
             c.first_delay = 0.2;
             c.last_delay = 0.6;
           }),
      With("PCA per fold, two models", base, ReducePerFold),
      With("alpha per target, GCV, two models", base, ChooseByGcv),
      With("one session of 1000, purged, two models", base, CutOneSession),
  };
}

}  // namespace brainalign
