#include "core/regressions/fold_words.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <string>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "core/linalg/triangular_factor.h"
#include "core/problem/needs_double.h"

namespace brainalign {
namespace {

constexpr std::size_t kRotatedAtOnce = 64;
// As kMostBesideVariationInSingle, for sums in float64.
constexpr double kMostBesideVariation = 1e7;
// Beyond, rounding of the words themselves is more than a millionth of what they vary by.
constexpr double kMostBesideVariationOfWords = 1e20;

// INVALID_ARGUMENT if the squares of `features` (n, p), times `scale` (p), over the words at
// `positions` are more than `most` times those about the words' mean. Words that are all alike
// pass. `what`: for the message, such as "the recording's test words of fold 3".
absl::Status CheckVariation(const ColMatrix<double>& features,
                            const std::vector<std::int32_t>& positions, const Vector& scale,
                            double most, const std::string& what) {
  const Matrix rows = features(positions, Eigen::all);
  const Eigen::RowVectorXd mean = rows.colwise().mean();
  const Eigen::RowVectorXd square = scale.cwiseAbs2().transpose();
  const double about_origin = (rows.cwiseAbs2() * square.transpose()).sum();
  const double about_mean = ((rows.rowwise() - mean).cwiseAbs2() * square.transpose()).sum();
  const bool alike = ((rows.rowwise() - rows.row(0)).array() == 0).all();
  if (alike || about_origin <= most * about_mean) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      what, " vary by ", std::sqrt(about_mean / about_origin),
      " of their distance from the mean of all words, which sums in float64 lose; a session "
      "probably has another unit than the others, or a step: give all sessions in one unit, and "
      "take out the mean of each"));
}

}  // namespace

template <typename T>
Matrix WordsAbout(const ColMatrix<T>& features, const std::vector<std::int32_t>& positions,
                  const Vector& mean) {
  Matrix rows(static_cast<Eigen::Index>(positions.size()), features.cols());
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    rows.row(i) = features.row(positions[Size(i)]).template cast<double>() - mean.transpose();
  }
  return rows;
}

template <typename T>
Matrix WordsAbout(const ColMatrix<T>& features, const std::vector<std::int32_t>& positions,
                  const CentredFeatures& set) {
  Matrix rows = WordsAbout(features, positions, set.mean);
  for (Eigen::Index j = 0; j < rows.cols(); ++j) {
    if (set.gram(j, j) == 0) rows.col(j).setZero();
  }
  return rows;
}

template <typename T>
absl::StatusOr<bool> MustPredictWords(const ColMatrix<T>& features,
                                      const PerSet<CentredFeatures>& moments, const Vector& scale,
                                      const Segments& segments, int fold, Direction direction) {
  const Vector of_varying = ScaleOfVarying(scale, moments.train);
  const double beside = SquaresBesideVariation(moments.test, of_varying);
  if constexpr (std::is_same_v<T, float>) {
    if (beside <= kMostBesideVariationInSingle) return false;
    return NeedsDouble(kFarTestWords);
  } else {
    const FoldSets& sets = segments.folds[static_cast<std::size_t>(fold)];
    const auto check = [&](const char* words, const std::vector<std::int32_t>& positions,
                           const Vector& of_features, double most) {
      const char* const side =
          direction == Direction::kBrainToModel ? "the recording's " : "the activations' ";
      return CheckVariation(
          features, positions, of_features, most,
          absl::StrCat(side, words, " words of fold ", fold + 1, " of ", segments.folds.size()));
    };
    const bool must = !(beside <= kMostBesideVariation);
    absl::Status held;
    if (!(moments.train.gram.diagonal().maxCoeff() > 0)) {  // to the sums
      held = check("training", TrainPositions(segments, sets), Vector::Ones(features.cols()), 0);
    } else if (must) {
      held = check("test", Positions(segments, sets.test), of_varying, kMostBesideVariationOfWords);
    }
    if (!held.ok()) return held;
    return must;
  }
}

template <typename T>
Matrix FactorOfWords(const ColMatrix<T>& features, const std::vector<std::int32_t>& positions,
                     const CentredFeatures& set) {
  TriangularFactor factor(features.cols());
  const auto at_once = static_cast<std::size_t>(features.cols());
  for (std::size_t begin = 0; begin < positions.size(); begin += at_once) {
    const auto first = positions.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last =
        first + static_cast<std::ptrdiff_t>(std::min(at_once, positions.size() - begin));
    factor.Add(WordsAbout(features, std::vector<std::int32_t>(first, last), set));
  }
  return factor.factor();
}

template <typename T>
RowMatrix<double> CrossOfRotatedWords(const ColMatrix<T>& features,
                                      const std::vector<std::int32_t>& positions,
                                      const Vector& mean, const Matrix& rotation,
                                      const RowMatrixRef<T>& targets,
                                      const Eigen::ArrayXd& target_mean) {
  // R of the rotated words T = QR, leading direction first, and Q'Y; new rows below.
  const Eigen::Index p = rotation.cols();
  const auto at_once = static_cast<Eigen::Index>(kRotatedAtOnce);
  Matrix rotated = Matrix::Zero(p + at_once, p);
  Matrix observed = Matrix::Zero(p + at_once, targets.cols());
  for (std::size_t begin = 0; begin < positions.size(); begin += kRotatedAtOnce) {
    const std::size_t end = std::min(begin + kRotatedAtOnce, positions.size());
    const std::vector<std::int32_t> some(positions.begin() + static_cast<std::ptrdiff_t>(begin),
                                         positions.begin() + static_cast<std::ptrdiff_t>(end));
    rotated.bottomRows(at_once).setZero();
    observed.bottomRows(at_once).setZero();
    rotated.middleRows(p, std::ssize(some)) =
        (WordsAbout(features, some, mean) * rotation).rowwise().reverse();
    for (std::size_t i = 0; i < some.size(); ++i) {
      observed.row(p + static_cast<Eigen::Index>(i)) =
          targets.row(some[i]).template cast<double>() - target_mean.matrix().transpose();
    }
    const Eigen::HouseholderQR<Eigen::Ref<Matrix>> qr(rotated);
    observed.applyOnTheLeft(qr.householderQ().adjoint());
    rotated.topRows(p).triangularView<Eigen::StrictlyLower>().setZero();
  }
  return (rotated.diagonal().asDiagonal() * observed.topRows(p)).colwise().reverse();
}

std::vector<std::int32_t> InnerTrainPositions(const Segments& segments, const FoldSets& sets,
                                              std::size_t j) {
  std::vector<std::int32_t> out = Positions(segments, sets.parts[j]);
  out.insert(out.end(), sets.purged[j].begin(), sets.purged[j].end());
  std::sort(out.begin(), out.end());
  std::vector<std::int32_t> kept;
  for (const std::int32_t position : TrainPositions(segments, sets)) {
    if (!std::binary_search(out.begin(), out.end(), position)) kept.push_back(position);
  }
  return kept;
}

#define BRAINALIGN_INSTANTIATE(T)                                                          \
  template Matrix WordsAbout<T>(const ColMatrix<T>&, const std::vector<std::int32_t>&,     \
                                const Vector&);                                            \
  template Matrix WordsAbout<T>(const ColMatrix<T>&, const std::vector<std::int32_t>&,     \
                                const CentredFeatures&);                                   \
  template Matrix FactorOfWords<T>(const ColMatrix<T>&, const std::vector<std::int32_t>&,  \
                                   const CentredFeatures&);                                \
  template RowMatrix<double> CrossOfRotatedWords<T>(                                       \
      const ColMatrix<T>&, const std::vector<std::int32_t>&, const Vector&, const Matrix&, \
      const RowMatrixRef<T>&, const Eigen::ArrayXd&);

BRAINALIGN_INSTANTIATE(float)
BRAINALIGN_INSTANTIATE(double)
#undef BRAINALIGN_INSTANTIATE

template absl::StatusOr<bool> MustPredictWords<float>(const ColMatrix<float>&,
                                                      const PerSet<CentredFeatures>&, const Vector&,
                                                      const Segments&, int, Direction);
template absl::StatusOr<bool> MustPredictWords<double>(const ColMatrix<double>&,
                                                       const PerSet<CentredFeatures>&,
                                                       const Vector&, const Segments&, int,
                                                       Direction);

}  // namespace brainalign
