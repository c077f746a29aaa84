#include "tests/core/draws/drawn_options.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace brainalign {

AlignmentOptions DrawOptions(Chances& chances, const AlignmentInputs& inputs) {
  ReproducibleRandom& random = chances.random;
  AlignmentOptions options;
  options.preset = random.From<Preset>({Preset::kStrict, Preset::kPaper});
  options.direction = random.From<Direction>(
      {Direction::kBrainToModel, Direction::kBrainToModel, Direction::kModelToBrain});
  options.metric = random.From<Metric>(
      {Metric::kPearson, Metric::kPearson, Metric::kPearson, Metric::kCosine, Metric::kR2});
  options.folds = random.From<int>({2, 3, 5, 5});
  options.inner_folds = random.From<int>({2, 5, 5});
  options.shared_alpha = random.Chance(20);
  if (random.Chance(60)) {
    options.selection = random.From<Selection>(
        {Selection::kFixed, Selection::kLoo, Selection::kGcv, Selection::kBlocked});
  }
  if (options.selection == Selection::kFixed) {
    options.alphas = {random.From<double>({1e-12, 1e-4, 1e-4, 1, 1e4, 1e8, 1e20, 1e39})};
  } else if (random.Chance(20)) {
    options.alphas = {0.1, 10, 1000};
  } else if (random.Chance(15)) {
    options.alphas = {1e-12, 1e-4, 1, 1e8, 1e39};
  }
  // The most that is accepted, where data are at the ends of float64. (Formulas do not serve the
  // least: beside it rounding of repeated sensors has weight.)
  if (chances.IsTold("beyond float")) {
    std::replace(options.alphas.begin(), options.alphas.end(), 1e39, 1e40);
  }
  const std::int64_t dims = inputs.layers.front().activations.dim(1);
  if (dims > 400 || random.Chance(50)) {
    const int most = static_cast<int>(std::min<std::int64_t>(dims, 40));
    options.pca = std::min(most, random.From<int>({1, 3, 8, 12, 40}));
  }
  if (random.Chance(20)) options.purge_seconds = random.From<double>({0, 0.3, 2});
  if (random.Chance(20)) options.fold_by = FoldBy::kContiguous;
  const std::vector<FitWords> both = {FitWords::kAll, FitWords::kTraining};
  if (random.Chance(30)) options.zscore_words = random.From(both);
  if (random.Chance(30)) options.pca_words = random.From(both);
  return options;
}

std::string Describe(const AlignmentSpec& spec) {
  const std::vector<double>& alphas = spec.alphas;
  return absl::StrCat(
      Name(spec.direction), ", ", Name(spec.metric), ", ", spec.folds, " folds ",
      Name(spec.fold_by), ", ", Name(spec.selection), " of ",
      alphas.size() == 13 ? "13 decades" : absl::StrCat("{", absl::StrJoin(alphas, ", "), "}"),
      spec.shared_alpha ? " shared" : "", ", ", spec.inner_folds, " inner folds, pca ", spec.pca,
      " on ", Name(spec.pca_words), ", z-score on ", Name(spec.zscore_words), ", purge ",
      spec.purge_seconds, " s");
}

}  // namespace brainalign
