#include "core/ridge/single_precision_judge.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/linalg/float_product.h"
#include "core/linalg/held_bytes.h"
#include "core/linalg/lapack.h"
#include "core/problem/needs_double.h"
#include "core/ridge/coefficient_loops.h"

namespace brainalign {
namespace {

constexpr Eigen::Index kTargetsAtOnce = 128;

// Of the target: what combining a few alphas' solutions may leave out of a prediction.
constexpr double kTolerance = 3e-7;

// Bounds on errors of a criterion. Roundoffs of the terms that make up a prediction's length: those
// of solutions, of the factor, and of sums over it.
constexpr double kTermRounding = 4 * kUnitRoundoff<float>;
// Centred and rotated cross-products are rounded about as much as their sums are.
constexpr double kSourcesLikeProducts = 2;
// What a combination is off by between the eigenvalues that it was fitted to.
constexpr double kBetweenEigenvalues = 2;

// What an eigenvalue of the fit on a part of the training words may be of the least one on all.
constexpr double kLeastOfPart = 0.25;

// Added to each element of a diagonal, as a share of it, before a Cholesky factorisation. Rounding
// can give a direction without variance a negative square. The share is the same for all elements,
// so that columns of very different spread keep their proportions. The first share is less than
// single precision resolves. The second is for evaluation words whose mean is far from the origin,
// where sums round more.
constexpr std::array<double, 2> kRaises = {1e-10, 1e-8};

// (p, p) The upper Cholesky factor U of a symmetric matrix, U'U, of which the upper triangle is
// read. An element of the diagonal that is 0 belongs to a column that does not vary. `raise`: what
// was added to each element of the diagonal, as a share of it.
absl::StatusOr<Matrix> UpperCholesky(const Matrix& matrix, double& raise) {
  const Vector root = matrix.diagonal().cwiseMax(0.0).cwiseSqrt();
  const Vector inverse = (root.array() > 0.0).select(root.array().inverse(), 0.0).matrix();
  Matrix factor(matrix.rows(), matrix.cols());
  for (const double added : kRaises) {
    for (Eigen::Index j = 0; j < matrix.cols(); ++j) {
      factor.col(j).head(j) = inverse(j) * matrix.col(j).head(j).cwiseProduct(inverse.head(j));
      factor.col(j).tail(matrix.rows() - j).setZero();
    }
    factor.diagonal().setConstant(1.0 + added);
    if (!CholeskyUpper(factor)) continue;
    raise = added;
    for (Eigen::Index j = 0; j < matrix.cols(); ++j) factor.col(j).head(j + 1) *= root(j);
    return factor;
  }
  return NeedsDouble("the Gram matrix of held-out words is rounded too much");
}

// Upper U with U'U = rotation' gram rotation, from the Cholesky factor of the Gram matrix: half the
// work of turning that. `raise`: what was added to squares of predictions, as a share of the
// squares of their terms.
absl::StatusOr<Matrix> UpperFactor(const CentredFeatures& evaluation, const Ridge& ridge,
                                   double& raise) {
  double of_gram = 0;
  const absl::StatusOr<Matrix> upper = UpperCholesky(evaluation.gram, of_gram);
  if (!upper.ok()) return upper.status();
  const Matrix rotated = upper->triangularView<Eigen::Upper>() * ridge.rotation();
  Matrix squared = Matrix::Zero(rotated.cols(), rotated.cols());
  squared.selfadjointView<Eigen::Upper>().rankUpdate(rotated.transpose());
  double of_rotated = 0;
  absl::StatusOr<Matrix> factor = UpperCholesky(squared, of_rotated);
  raise = of_gram + of_rotated;
  return factor;
}

// Lengths of predictions on the evaluation words, relative to those on the training words, and of
// the terms that they are made of, relative to them: the largest of random targets.
struct Terms {
  double growth = 0;
  double cancellation = 0;
};

// `factor` (p, p): upper, of the evaluation words' Gram matrix; `random` (p, targets): coefficients
// of what the evaluation words are to predict.
Terms MeasureTerms(const RidgeSolver& solver, const std::vector<double>& alphas,
                   const Matrix& factor, const RowMatrix<double>& random) {
  const auto upper = factor.triangularView<Eigen::Upper>();
  const RowMatrix<double> b = upper.transpose() * Matrix(upper * random);
  const Eigen::RowVectorXd lengths = factor.colwise().squaredNorm();
  const std::array<double, 3> some = {alphas.front(), alphas[alphas.size() / 2], alphas.back()};
  const Eigen::Index targets = random.cols();
  Matrix solutions(factor.rows(), targets * static_cast<Eigen::Index>(some.size()));
  RowMatrix<double> z;
  for (std::size_t a = 0; a < some.size(); ++a) {
    solver.Solve(some[a], b, z);
    solutions.middleCols(static_cast<Eigen::Index>(a) * targets, targets) = z;
  }
  const Matrix predictions = upper * solutions;
  Terms terms;
  for (std::size_t a = 0; a < some.size(); ++a) {
    const Eigen::Index begin = static_cast<Eigen::Index>(a) * targets;
    const auto solved = solutions.middleCols(begin, targets);
    const double squares = predictions.middleCols(begin, targets).squaredNorm();
    const double of_train = solver.Squares(RowMatrix<double>(solved)).sum();
    if (!(squares > 0) || !(of_train > 0)) continue;
    terms.growth = std::max(terms.growth, std::sqrt(squares / of_train));
    terms.cancellation =
        std::max(terms.cancellation, std::sqrt((lengths * solved.cwiseAbs2()).sum() / squares));
  }
  return terms;
}

// The cross-products of the targets [begin, begin + width) about the means of the set itself;
// 0 for a target that does not vary there, of which only rounding would be left.
void CentreColumns(const SinglePrecisionJudge::Cross& cross, Eigen::Index begin, Eigen::Index width,
                   RowMatrix<float>& centred) {
  const Eigen::ArrayXd weighted = cross.targets.count * cross.targets.mean.segment(begin, width);
  const Eigen::ArrayXd varies = (cross.targets.squares.segment(begin, width) > 0.0).cast<double>();
  centred.resize(cross.product.rows(), width);
  for (Eigen::Index i = 0; i < centred.rows(); ++i) {
    CentreInSingle(Size(width), cross.product.row(i).data() + begin, cross.feature_mean(i),
                   weighted.data(), varies.data(), centred.row(i).data());
  }
}

}  // namespace

absl::StatusOr<SinglePrecisionJudge::Combinations> SinglePrecisionJudge::CombinationsFor(
    const Ridge& outer, const std::vector<double>& alphas) {
  Vector eigenvalues;
  absl::Status status = outer.solver().Eigenvalues(eigenvalues);
  if (!status.ok()) return status;
  Combinations combinations;
  const double most = eigenvalues.maxCoeff();
  double least = most;
  const Eigen::ArrayXd spanned = SpannedDirections(eigenvalues);
  for (Eigen::Index i = 0; i < eigenvalues.size(); ++i) {
    if (spanned(i) > 0) least = std::min(least, eigenvalues(i));
  }
  if (!(most > 0)) return combinations;  // no feature varies
  combinations.least = kLeastOfPart * least;
  combinations.rounding = std::min(combinations.least, kNegligibleShare * most);
  combinations.solutions =
      InterpolateSolutionsBetween(combinations.least, most, alphas, kTolerance);
  return combinations;
}

absl::StatusOr<SinglePrecisionJudge> SinglePrecisionJudge::Make(
    const Ridge& ridge, const CentredFeatures& evaluation, const std::vector<double>& alphas,
    const Combinations& combinations, const RoundingBound::Errors& errors) {
  SinglePrecisionJudge judge;
  judge.rotation_ = ridge.rotation().cast<float>();
  const absl::StatusOr<Matrix> factor = UpperFactor(evaluation, ridge, judge.raise_);
  if (!factor.ok()) return factor.status();
  judge.factor_ = factor->cast<float>();
  judge.solver_ = ridge.solver();
  judge.shift_ = ridge.evaluation().shift;
  judge.alphas_ = alphas;
  // None is above those of all training words, of which these are a part.
  SolutionInterpolation interpolation = combinations.solutions;
  if (combinations.least == 0 || ridge.solver().CountBelow(combinations.least) !=
                                     ridge.solver().CountBelow(combinations.rounding)) {
    Vector eigenvalues;
    absl::Status status = ridge.solver().Eigenvalues(eigenvalues);
    if (!status.ok()) return status;
    interpolation = InterpolateSolutions(eigenvalues, alphas, kTolerance);
  }
  judge.chosen_ = std::move(interpolation.chosen);
  for (int a = 0; a < static_cast<int>(alphas.size()); ++a) {
    if (std::find(judge.chosen_.begin(), judge.chosen_.end(), a) == judge.chosen_.end()) {
      judge.others_.push_back(a);
    }
  }
  judge.combinations_ =
      interpolation.coefficients(Eigen::all, judge.others_).transpose().cast<float>();
  judge.interpolation_error_ = interpolation.error;
  judge.rounding_ =
      RoundingBound::Make(FitOf(ridge), errors, alphas, [&](const RowMatrix<double>& z) {
        const Matrix predicted = factor->triangularView<Eigen::Upper>() * z;
        return Eigen::ArrayXd(predicted.colwise().squaredNorm().transpose().array());
      });
  const Terms terms =
      MeasureTerms(judge.solver_, alphas, *factor, ridge.rotation().transpose() * errors.draws);
  judge.growth_ = std::max(1.0, terms.growth * std::sqrt(ridge.train_count() / evaluation.count));
  judge.cancellation_ = std::max(1.0, terms.cancellation);
  return judge;
}

void SinglePrecisionJudge::AddSquaredError(const Cross& train, const Cross& evaluation,
                                           Criterion& criterion, Criterion& inflation,
                                           Criterion& error_bound) const {
  const Eigen::Index p = rotation_.rows();
  const auto terms = static_cast<Eigen::Index>(chosen_.size());
  const auto others = static_cast<Eigen::Index>(others_.size());
  RowMatrix<float> centred;
  RowMatrix<float> in_single;
  RowMatrix<double> b;
  RowMatrix<double> h;
  RowMatrix<double> z;
  RowMatrix<float> solutions;
  RowMatrix<float> predicted;
  for (Eigen::Index begin = 0; begin < criterion.cols(); begin += kTargetsAtOnce) {
    const Eigen::Index width = std::min(kTargetsAtOnce, criterion.cols() - begin);
    const auto rotate = [&](const Cross& cross, RowMatrix<double>& rotated) {
      CentreColumns(cross, begin, width, centred);
      MultiplyFloat(ByColumns(rotation_).transposed(), ByRows(centred), in_single);
      rotated = in_single.cast<double>();
    };
    rotate(train, b);
    const TargetStatistics of_train = {train.targets.count,
                                       train.targets.mean.segment(begin, width),
                                       train.targets.squares.segment(begin, width)};
    Criterion added = Criterion::Zero(criterion.rows(), width);
    rounding_.AddInflation(rounding_.Scale(of_train, centred.data()), added);
    inflation.middleCols(begin, width) += added;
    rotate(evaluation, h);
    const TargetStatistics of_evaluation = {evaluation.targets.count,
                                            evaluation.targets.mean.segment(begin, width),
                                            evaluation.targets.squares.segment(begin, width)};
    const Eigen::ArrayXd products_scale = rounding_.Scale(of_evaluation, centred.data());
    Criterion products = Criterion::Zero(terms, width);
    Criterion shifts = Criterion::Zero(terms, width);
    solutions.resize(p, terms * width);
    for (Eigen::Index q = 0; q < terms; ++q) {
      solver_.Solve(alphas_[Size(chosen_[Size(q)])], b, z);
      AddSolved(Size(p), Size(width), z.data(), h.data(), shift_.data(), products.row(q).data(),
                shifts.row(q).data(), solutions.data() + q * width, Size(terms * width));
    }
    predicted.resize(p, terms * width);
    MultiplyTriangle(ByColumns(factor_), Triangle::kUpper, ByRows(solutions), predicted.data(),
                     predicted.cols());
    Criterion squares = Criterion::Zero(terms + others, width);
    AddCombinedSquares(Size(p), Size(width), Size(terms), Size(others), predicted.data(),
                       combinations_.data(), squares.data());
    const Matrix combinations = combinations_.cast<double>();
    const Criterion other_products = combinations * products;
    const Criterion other_shifts = combinations * shifts;
    const auto observed = evaluation.targets.squares.segment(begin, width).transpose();
    const auto offset =
        (evaluation.targets.mean - train.targets.mean).segment(begin, width).transpose();
    Criterion errors(criterion.rows(), width);
    const auto set = [&](int alpha, const auto& square, const auto& product, const auto& shift) {
      errors.row(alpha).array() = observed - 2.0 * product.array() + square.array() +
                                  evaluation.targets.count * (offset - shift.array()).square();
    };
    for (Eigen::Index q = 0; q < terms; ++q) {
      set(chosen_[Size(q)], squares.row(q), products.row(q), shifts.row(q));
    }
    for (Eigen::Index o = 0; o < others; ++o) {
      set(others_[Size(o)], squares.row(terms + o), other_products.row(o), other_shifts.row(o));
    }
    criterion.middleCols(begin, width) += errors;
    AddErrorBound({errors, squares, added, of_train.squares.sqrt(), products_scale,
                   train.targets.count, evaluation.targets.count},
                  error_bound.middleCols(begin, width));
  }
}

void SinglePrecisionJudge::AddErrorBound(const Computed& computed,
                                         Eigen::Ref<Criterion> error_bound) const {
  const auto terms = static_cast<Eigen::Index>(chosen_.size());
  const double share = std::sqrt(computed.evaluation_count / computed.train_count);
  const double of_terms = (kTermRounding + raise_ * cancellation_) * cancellation_;
  const Criterion lengths = computed.squares.cwiseSqrt();
  const auto add = [&](int alpha, const auto& length, const auto& term_length) {
    // Of the predictions on the evaluation words: their rounding, and what a combination leaves
    // out.
    const Eigen::ArrayXd error =
        kSourcesLikeProducts * computed.inflation.row(alpha).array().sqrt().transpose() +
        kBetweenEigenvalues * interpolation_error_(alpha) * growth_ * share * computed.of_train;
    const Eigen::ArrayXd left = computed.errors.row(alpha).array().max(0.0).sqrt().transpose();
    const Eigen::ArrayXd terms_of = of_terms * term_length;
    error_bound.row(alpha).array() +=
        (error * (2.0 * left + error) + terms_of * (2.0 * length + terms_of) +
         2.0 * terms_of * computed.products / std::sqrt(computed.evaluation_count))
            .transpose();
  };
  for (Eigen::Index q = 0; q < terms; ++q) {
    const Eigen::ArrayXd length = lengths.row(q).transpose().array();
    add(chosen_[Size(q)], length, length);
  }
  for (Eigen::Index o = 0; o < static_cast<Eigen::Index>(others_.size()); ++o) {
    const Eigen::RowVectorXd sizes =
        combinations_.row(o).cast<double>().cwiseAbs() * lengths.topRows(terms);
    add(others_[Size(o)], Eigen::ArrayXd(lengths.row(terms + o).transpose().array()),
        Eigen::ArrayXd(sizes.transpose().array()));
  }
}

std::int64_t SinglePrecisionJudge::held_bytes() const {
  return HeldBytes(rotation_) + HeldBytes(factor_) + solver_.held_bytes() + HeldBytes(shift_) +
         HeldBytes(alphas_) + HeldBytes(chosen_) + HeldBytes(others_) + HeldBytes(combinations_) +
         rounding_.held_bytes();
}

}  // namespace brainalign
