#include "core/align/single_precision_judge.h"

#include <Eigen/Cholesky>
#include <algorithm>

#include "core/align/coefficient_loops.h"
#include "core/align/float_product.h"
#include "core/align/held_bytes.h"
#include "core/align/lapack.h"

namespace brainalign {
namespace {

constexpr Eigen::Index kTargetsAtOnce = 128;

// Of the target: what combining a few alphas' solutions may leave out of a prediction.
constexpr double kTolerance = 3e-7;

// Upper U with U'U = gram. A direction without variance leaves rounding of either
// sign; what is added is below what single precision resolves.
ColMatrix<float> UpperFactor(const Matrix& gram) {
  Matrix raised = gram;
  raised.diagonal().array() += 1e-10 * std::max(gram.diagonal().maxCoeff(), 1e-300);
  const Eigen::LLT<Eigen::Ref<Matrix>> factor(raised);
  return Matrix(factor.matrixU()).cast<float>();
}

}  // namespace

absl::StatusOr<SinglePrecisionJudge> SinglePrecisionJudge::Make(const Ridge& ridge,
                                                                const std::vector<double>& alphas) {
  SinglePrecisionJudge judge;
  Vector eigenvalues;
  absl::Status status = ridge.solver().Eigenvalues(eigenvalues);
  if (!status.ok()) return status;
  judge.rotation_ = ridge.rotation().cast<float>();
  judge.factor_ = UpperFactor(ridge.evaluation());
  if (!judge.factor_.allFinite()) {
    return absl::InternalError("the Gram matrix of held-out words could not be factorised");
  }
  judge.solver_ = ridge.solver();
  judge.shift_ = ridge.shift();
  judge.alphas_ = alphas;
  judge.interpolation_ = InterpolateSolutions(eigenvalues, alphas, kTolerance);
  return judge;
}

void SinglePrecisionJudge::AddSquaredError(const RowMatrix<double>& train_cross,
                                           const RowMatrix<double>& evaluation_cross,
                                           const TargetStatistics& train,
                                           const TargetStatistics& evaluation,
                                           Criterion& criterion) const {
  const Eigen::Index p = rotation_.rows();
  const auto terms = static_cast<Eigen::Index>(interpolation_.chosen.size());
  const auto count = static_cast<Eigen::Index>(alphas_.size());
  const RowMatrix<float> coefficients = interpolation_.coefficients.transpose().cast<float>();
  const RowMatrix<float> weight = RowMatrix<float>::Ones(p, count);
  RowMatrix<float> narrow;
  RowMatrix<float> turned;
  RowMatrix<double> b;
  RowMatrix<double> h;
  RowMatrix<double> z;
  RowMatrix<float> solutions;
  for (Eigen::Index begin = 0; begin < train_cross.cols(); begin += kTargetsAtOnce) {
    const Eigen::Index width = std::min(kTargetsAtOnce, train_cross.cols() - begin);
    const auto rotate = [&](const RowMatrix<double>& cross, RowMatrix<double>& rotated) {
      narrow = cross.middleCols(begin, width).cast<float>();
      MultiplyFloat(ByColumns(rotation_).transposed(), ByRows(narrow), turned);
      rotated = turned.cast<double>();
    };
    rotate(train_cross, b);
    rotate(evaluation_cross, h);
    Matrix products = Matrix::Zero(width, terms);
    Matrix shifts(width, terms);
    solutions.resize(p, terms * width);
    for (Eigen::Index q = 0; q < terms; ++q) {
      const int alpha = interpolation_.chosen[static_cast<std::size_t>(q)];
      solver_.Solve(alphas_[static_cast<std::size_t>(alpha)], b, z);
      AddColumnProducts(Size(p), Size(width), z.data(), h.data(), products.col(q).data());
      shifts.col(q).noalias() = (shift_ * z).transpose();
      solutions.middleCols(q * width, width) = z.cast<float>();
    }
    MultiplyUpper(factor_, solutions);
    const RowMatrix<float> origin = RowMatrix<float>::Zero(p, width);
    Criterion errors = Criterion::Zero(count, width);
    AddWeightedErrors(Size(p), Size(width), Size(terms), Size(count), origin.data(),
                      solutions.data(), coefficients.data(), weight.data(), errors.data());
    errors -= 2.0 * (products * interpolation_.coefficients).transpose();
    errors.rowwise() += evaluation.squares.segment(begin, width).matrix().transpose();
    const Eigen::RowVectorXd offset =
        (evaluation.mean - train.mean).segment(begin, width).matrix().transpose();
    errors.array() +=
        evaluation.count *
        ((-(shifts * interpolation_.coefficients).transpose()).rowwise() + offset).array().square();
    criterion.middleCols(begin, width) += errors;
  }
}

std::int64_t SinglePrecisionJudge::held_bytes() const {
  return HeldBytes(rotation_) + HeldBytes(factor_) + solver_.held_bytes() + HeldBytes(shift_) +
         HeldBytes(alphas_) + HeldBytes(interpolation_.chosen) +
         HeldBytes(interpolation_.coefficients);
}

}  // namespace brainalign
