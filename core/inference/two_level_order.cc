#include "core/inference/two_level_order.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "core/inference/curve_times.h"
#include "core/inference/order_test.h"
#include "core/inference/random_draws.h"
#include "core/linalg/lapack.h"

namespace brainalign {
namespace {

constexpr std::uint64_t kBlockStream = 4;   // and 5: blocks of a draw of the first level
constexpr std::uint64_t kWeightStream = 6;  // and 7: weights of inner draws, common to all

// Inner draws of a draw of the first level. Where p_order is larger than kClearlyNone nothing hangs
// on the digits of the p, and fewer will do.
constexpr int kMostInner = 199;
constexpr int kInnerWhereNone = 39;
constexpr double kClearlyNone = 0.2;
constexpr int kInnerAtOnce = 40;
constexpr int kLeastOuter = 200;
constexpr int kMostOuter = 1000;
// Products of all draws together that more than kLeastOuter of the first level may take.
constexpr double kMostProducts = 2e10;

// Inner draws of which so many exceed that data with the p seen have as many with a chance of at
// most this are not continued.
constexpr double kNothing = 1e-9;
// Rounding within which two scores are equal.
constexpr double kEqualScores = 1e-12;

int InnerDraws(int draws, const OrderTest& test) {
  const double least = std::min(test.p_temporal_score.value_or(1), test.p_half_score.value_or(1));
  return std::min(draws, least > kClearlyNone ? kInnerWhereNone : kMostInner);
}

int OuterDraws(int draws, double products_of_one) {
  const double allowed = kMostProducts / products_of_one;
  return std::min(draws, static_cast<int>(std::clamp<double>(allowed, kLeastOuter, kMostOuter)));
}

// (n + 1) The chance that at least k of n independent draws exceed, where each does with `share`.
std::vector<double> ChanceOfAtLeast(int n, double share) {
  std::vector<double> chance(static_cast<std::size_t>(n) + 1, 0.0);
  double sum = 0;
  for (int k = n; k > 0; --k) {
    if (share >= 1) {
      sum = 1;
    } else if (share > 0) {
      sum += std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0) +
                      k * std::log(share) + (n - k) * std::log1p(-share));
    }
    chance[static_cast<std::size_t>(k)] = std::min(sum, 1.0);
  }
  chance[0] = 1;
  return chance;
}

// How often the second level is applied. Draws of the first level have no more directions than
// there are degrees of freedom, and show too little of the excess: by t_half about half of it
// (docs/calibration.md), so that its p goes through the second level once more.
constexpr int kTimesByPeak = 1;
constexpr int kTimesByHalf = 2;
// What the p between the two may be at most: the larger of kLeastAgain and kMostGrowth times the
// share before.
constexpr double kLeastAgain = 0.1;
constexpr double kMostGrowth = 3;

// The p of one of the two scores: by t_max or by t_half.
class SecondLevelP {
 public:
  // `first_level` is the p of `draws` draws, or nothing. Applies the second level `times` times.
  SecondLevelP(CurveTime curve_time, int times, std::optional<double> first_level, int draws,
               int inner)
      : curve_time_(curve_time), times_(times), is_asked_(first_level.has_value()), inner_(inner) {
    if (!is_asked_) return;
    share_ = (std::round(*first_level * (1.0 + draws)) - 1) / draws;
    // What is applied again begins with a larger p.
    const double largest = times > 1 ? std::max(kLeastAgain, kMostGrowth * share_) : share_;
    chance_ = ChanceOfAtLeast(inner, std::min(largest, 1.0));
  }

  // Begins with the matrix of a draw of the first level. An undefined score counts as the largest.
  void Begin(const double* matrix, const ScoreMatrix& seen) {
    score_ = Score(matrix, seen);
    counts_.push_back(0);
  }

  // Whether an inner draw can change anything yet.
  bool IsOpen() const {
    return is_asked_ && std::isfinite(score_) && chance_[counts_.back()] > kNothing;
  }

  void Count(const double* matrix, const ScoreMatrix& seen) {
    const double score = Score(matrix, seen);
    if (!std::isfinite(score) || std::abs(score) >= std::abs(score_) - kEqualScores) {
      ++counts_.back();
    }
  }

  std::optional<double> P() const {
    if (!is_asked_) return std::nullopt;
    double p = share_;
    for (int i = 0; i < times_; ++i) {
      const std::vector<double> chance = ChanceOfAtLeast(inner_, p);
      double sum = 1;
      for (const std::size_t count : counts_) sum += chance[count];
      p = sum / (1 + static_cast<double>(counts_.size()));
    }
    return p;
  }

 private:
  double Score(const double* matrix, const ScoreMatrix& seen) const {
    return DepthCorrelation(TimesOfLayers(curve_time_, matrix, seen.layers(), seen.times_seconds),
                            seen.depth);
  }

  CurveTime curve_time_;
  int times_;
  bool is_asked_;
  int inner_;
  double share_ = 1;  // of the draws around the matrix seen that exceed
  // (inner + 1) Of as many exceedances. Counting ends where it is nothing.
  std::vector<double> chance_;
  double score_ = 0;                 // of the draw of the first level that is being looked at
  std::vector<std::size_t> counts_;  // inner draws that exceed, of each draw of the first level
};

// (B, B) Row b: block b of a draw of the first level, as weights of the blocks that were seen. In
// each fold the blocks are independent and normal, with the covariance that was seen there.
RowMatrix<double> DrawBlocks(const std::vector<int>& fold_of_block, std::uint64_t seed,
                             std::uint64_t draw) {
  std::map<int, double> blocks_of_fold;
  for (const int fold : fold_of_block) ++blocks_of_fold[fold];
  const std::size_t count = fold_of_block.size();
  RowMatrix<double> blocks =
      RowMatrix<double>::Zero(static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(count));
  for (std::size_t b = 0; b < count; ++b) {
    for (std::size_t seen = 0; seen < count; ++seen) {
      if (fold_of_block[b] != fold_of_block[seen]) continue;
      blocks(static_cast<Eigen::Index>(b), static_cast<Eigen::Index>(seen)) =
          NormalDraw(seed, kBlockStream, draw, b * count + seen) /
          std::sqrt(blocks_of_fold[fold_of_block[b]]);
    }
  }
  return blocks;
}

RowMatrix<double> InnerWeights(int inner, Eigen::Index blocks, std::uint64_t seed) {
  RowMatrix<double> weights(inner, blocks);
  for (int draw = 0; draw < inner; ++draw) {
    for (Eigen::Index block = 0; block < blocks; ++block) {
      weights(draw, block) = NormalDraw(seed, kWeightStream, static_cast<std::uint64_t>(draw),
                                        static_cast<std::uint64_t>(block));
    }
  }
  return weights;
}

}  // namespace

absl::Status AddSecondLevel(const ScoreMatrix& seen, const BlockInfluence& influence,
                            const std::vector<int>& fold_of_block, std::uint64_t seed, int draws,
                            OrderTest& test) {
  const int df = influence.degrees_of_freedom;
  if (df < 1 || df >= kTwoLevelDegrees || draws == 0) return absl::OkStatus();
  if (!test.p_temporal_score.has_value() && !test.p_half_score.has_value()) {
    return absl::OkStatus();
  }
  UseCallersThreads();
  const RowMatrix<double>& values = influence.values;
  const int inner = InnerDraws(draws, test);
  const int outer =
      OuterDraws(draws, static_cast<double>(values.size()) * static_cast<double>(inner));
  SecondLevelP by_peak(PeakTime, kTimesByPeak, test.p_temporal_score, draws, inner);
  SecondLevelP by_half(HalfMaximumTime, kTimesByHalf, test.p_half_score, draws, inner);
  const absl::StatusOr<std::vector<double>> common = CommonTimeCourse(seen.score, seen.layers());
  if (!common.ok()) return common.status();
  const RowMatrix<double> weights = InnerWeights(inner, values.rows(), seed);
  std::vector<double> matrix(seen.score.size());
  for (int draw = 0; draw < outer; ++draw) {
    RowMatrix<double> blocks = DrawBlocks(fold_of_block, seed, static_cast<std::uint64_t>(draw));
    const RowMatrix<double> noise = blocks.colwise().sum() * values;
    for (std::size_t cell = 0; cell < matrix.size(); ++cell) {
      matrix[cell] = (*common)[cell] + noise.data()[cell];
    }
    by_peak.Begin(matrix.data(), seen);
    by_half.Begin(matrix.data(), seen);
    const absl::StatusOr<std::vector<double>> own = CommonTimeCourse(matrix, seen.layers());
    if (!own.ok()) return own.status();
    const RowMatrix<double> mixed =
        weights * CentreInFolds(std::move(blocks), fold_of_block).values;
    for (int first = 0; first < inner && (by_peak.IsOpen() || by_half.IsOpen());
         first += kInnerAtOnce) {
      const int count = std::min(kInnerAtOnce, inner - first);
      const RowMatrix<double> drawn = mixed.middleRows(first, count) * values;
      for (int one = 0; one < count; ++one) {
        const double* inner_noise = drawn.data() + one * drawn.cols();
        for (std::size_t cell = 0; cell < matrix.size(); ++cell) {
          matrix[cell] = (*own)[cell] + inner_noise[cell];
        }
        if (by_peak.IsOpen()) by_peak.Count(matrix.data(), seen);
        if (by_half.IsOpen()) by_half.Count(matrix.data(), seen);
      }
    }
  }
  test.two_level_p_temporal_score = by_peak.P();
  test.two_level_p_half_score = by_half.P();
  return absl::OkStatus();
}

}  // namespace brainalign
