#include "core/align/banded_nulls.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>

#include "core/align/banded_scores.h"
#include "core/align/model_at_alphas.h"
#include "core/align/uncertainty_tiles.h"
#include "core/regressions/banded_regressions.h"
#include "core/regressions/explained_by_nuisance.h"
#include "core/regressions/regressions_at_alphas.h"

namespace brainalign {
namespace {

// Bytes of the regressions of several ratios of the penalties, and no more than these.
constexpr double kBytesOfRatios = 128 << 20;

int RatiosAtOnce(const ProblemSize& size, double features) {
  const double held = BytesOfBanded(size, features, /*targets=*/0).held;
  return static_cast<int>(std::clamp(kBytesOfRatios / held, 1.0, BandRatioCount(size)));
}

TargetStatistics AtColumns(const TargetStatistics& all, const std::vector<Eigen::Index>& columns) {
  return {all.count, all.mean(columns), all.squares(columns)};
}

CrossSums AtColumns(const CrossSums& all, const std::vector<Eigen::Index>& columns) {
  return {all.product(Eigen::all, columns)};
}

// The nulls of a tile.
class BandedNulls {
 public:
  using Regression = BandedRegressions::Regression;

  BandedNulls(const BandsAtAlphas& of, const Tile& tile)
      : of_(of),
        tile_(tile),
        segments_(WithoutInnerFolds(of.problem.segments)),
        spec_(WithKnownAlphas(of.problem.spec)),
        ratios_(BandRatios(spec_)),
        sensors_(static_cast<int>(of.problem.epochs.sensors())),
        blocks_(TargetBlocks(tile.time_count, sensors_,
                             TargetsOfSensors(sensors_, of.problem.spec.shared_alpha))),
        sums_(static_cast<int>(segments_.folds.size()), tile) {
    const ProblemSize size = WithKnownAlphas(SizeOf(segments_, spec_, sizeof(double)));
    at_once_ = RatiosAtOnce(size, static_cast<double>(of.nuisance.cols() + of.activations.cols()));
  }

  const Segments& segments() const { return segments_; }

  // Scores a null of the tile, whose activations are `shifted` (n, d).
  absl::Status Score(int null, const RowMatrix<double>& shifted, const CancelFlag& cancel) {
    const BandedFeatures features = MakeBandedFeatures(of_.nuisance, shifted, segments_);
    const int count = static_cast<int>(ratios_.size());
    for (int first = 0; first < count; first += at_once_) {
      std::vector<BandedRegressions> regressions;
      for (int ratio = first; ratio < std::min(count, first + at_once_); ++ratio) {
        if (cancel) return CancelledByFlag();
        absl::StatusOr<BandedRegressions> made =
            BandedRegressions::Make(features, ratios_[Size(ratio)], segments_, spec_);
        if (!made.ok()) return made.status();
        regressions.push_back(*std::move(made));
      }
      for (const TargetBlock& block : blocks_) {
        absl::Status status = ScoreBlock(null, block, first, regressions, features.dual, cancel);
        if (!status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<double>> Finish() const {
    return sums_.Finish(of_.problem.spec, [this](int /*layer*/) { return sensors_; });
  }

 private:
  // `regressions`: of the ratios from `first` on.
  absl::Status ScoreBlock(int null, const TargetBlock& block, int first,
                          const std::vector<BandedRegressions>& regressions, bool dual,
                          const CancelFlag& cancel) {
    const RowMatrix<double> values =
        SensorColumns<double>(of_.problem, tile_.time_begin, block, of_.spare);
    const std::vector<TargetSums> sums = SegmentTargetSums<double>(values, segments_);
    // In the dual each ratio has features of its own, else all have the same.
    std::vector<PerSet<CrossSums>> of_all;
    if (!dual) of_all = regressions.front().CrossOf(values);
    for (std::size_t k = 0; k < segments_.folds.size(); ++k) {
      if (cancel) return CancelledByFlag();
      const int fold = static_cast<int>(k);
      const TargetColumns<double> targets =
          SensorTargets(of_.problem, values, sums, segments_.folds[k], block.times);
      for (std::size_t r = 0; r < regressions.size(); ++r) {
        std::vector<int> alphas;
        const std::vector<Eigen::Index> columns =
            TargetsAt(first + static_cast<int>(r), fold, block, alphas);
        if (columns.empty()) continue;
        const RowMatrix<double> some_values = values(Eigen::all, columns);
        TargetColumns<double> some{{{}, targets.origin(columns)}, some_values, {}, {}};
        some.statistics.train = AtColumns(targets.statistics.train, columns);
        some.statistics.test = AtColumns(targets.statistics.test, columns);
        PerSet<CrossSums> cross;
        if (dual) {
          cross = regressions[r].CrossOfFold(fold, some_values);
        } else {
          cross.train = AtColumns(of_all[k].train, columns);
          cross.test = AtColumns(of_all[k].test, columns);
        }
        Regression::Cross rotated;
        absl::Status status = regressions[r].Rotate(fold, some, cross, rotated);
        if (!status.ok()) return status;
        std::vector<Eigen::Index> each(columns.size());
        std::iota(each.begin(), each.end(), Eigen::Index{0});
        const std::vector<BandedScore> scores =
            ScoreBands(regressions[r], segments_, fold, spec_.metric, some, rotated, alphas, each);
        for (std::size_t i = 0; i < columns.size(); ++i) {
          AddScore(null, fold, block, columns[i], scores[i].score);
        }
      }
    }
    return absl::OkStatus();
  }

  // The targets of a block whose ratio is this one in a fold, with their `alphas`.
  std::vector<Eigen::Index> TargetsAt(int ratio, int fold, const TargetBlock& block,
                                      std::vector<int>& alphas) const {
    const int alpha_count = static_cast<int>(spec_.alphas.size());
    std::vector<Eigen::Index> columns;
    for (Eigen::Index c = 0; c < block.target_count(); ++c) {
      const int choice =
          of_.fits[Size(block.TimeOf(c))]->alpha[Size(fold)][Size(block.SensorOf(c))];
      if (choice / alpha_count != ratio) continue;
      columns.push_back(c);
      alphas.push_back(choice % alpha_count);
    }
    return columns;
  }

  void AddScore(int null, int fold, const TargetBlock& block, Eigen::Index column, double score) {
    const int time = block.TimeOf(column);
    const std::size_t cell = Size(fold) * Size(tile_.time_count) + Size(time);
    const double alone = of_.of_nuisance[cell * Size(sensors_) + Size(block.SensorOf(column))];
    sums_.Add(fold, null, /*layer=*/0, time, score - alone, /*error_bound=*/0);
  }

  const BandsAtAlphas& of_;
  const Tile& tile_;
  const Segments segments_;
  const AlignmentSpec spec_;
  const std::vector<double> ratios_;
  const int sensors_;
  const std::vector<TargetBlock> blocks_;
  NullSums sums_;
  int at_once_ = 1;  // ratios
};

}  // namespace

absl::StatusOr<std::vector<double>> NullsOfBands(const BandsAtAlphas& of, const Tile& tile,
                                                 const CancelFlag& cancel) {
  const absl::StatusOr<Matrix> explained =
      ExplainedByNuisance(of.nuisance, of.activations, of.problem.spec);
  if (!explained.ok()) return explained.status();
  const RowMatrix<double> rest = of.activations - *explained;
  BandedNulls nulls(of, tile);
  for (int null = 0; null < tile.null_count; ++null) {
    const std::vector<std::int32_t> positions =
        ShiftedPositions(nulls.segments(), of.problem.uncertainty, tile.null_begin + null);
    absl::Status status = nulls.Score(null, *explained + rest(positions, Eigen::all), cancel);
    if (!status.ok()) return status;
  }
  return nulls.Finish();
}

double BandedNullsBytes(const ProblemSize& size, double columns, double targets) {
  const double features = size.nuisance + columns;
  const BandedBytes bytes = BytesOfBanded(size, features, targets);
  // The explained part, the rest, and the sum that a null has of them.
  const double activations = 8 * 3 * size.words * columns;
  const double scoring = bytes.scoring + 8 * size.words * targets + 2 * 8 * features * targets;
  const double of_null = BandedFeaturesBytes(size, features) +
                         RatiosAtOnce(size, features) * bytes.held +
                         std::max(bytes.making, scoring);
  return activations + std::max(ExplainedByNuisanceBytes(size, columns), of_null);
}

}  // namespace brainalign
