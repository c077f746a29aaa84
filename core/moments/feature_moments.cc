#include "core/moments/feature_moments.h"

#include <algorithm>
#include <utility>

#include "core/linalg/large_pages.h"

namespace brainalign {
namespace {

// Rows summed at a time: they stay in the processor's second-level cache.
constexpr Eigen::Index kRowsSummedAtOnce = 512;

// Calls `of_column(c, what of column c lies in the lower triangle)`.
template <typename OfColumn>
void ForEachLowerColumn(Matrix& matrix, const OfColumn& of_column) {
  for (Eigen::Index c = 0; c < matrix.cols(); ++c) {
    of_column(c, matrix.col(c).tail(matrix.rows() - c));
  }
}

template <typename T>
FeatureSums SumsAt(const ColMatrix<T>& values, const std::vector<std::int32_t>& positions) {
  FeatureSums sums = FeatureSums::Zero(values.cols());
  if (positions.empty()) return sums;
  Matrix rows(static_cast<Eigen::Index>(positions.size()), values.cols());
  for (Eigen::Index column = 0; column < values.cols(); ++column) {
    for (std::size_t i = 0; i < positions.size(); ++i) {
      rows(static_cast<Eigen::Index>(i), column) = values(positions[i], column);
    }
  }
  sums.AddRows(rows);
  return sums;
}

}  // namespace

FeatureSums FeatureSums::Zero(Eigen::Index features) {
  Matrix memory(features, features);
  UseLargePages(memory);
  FeatureSums sums = {0, Vector::Zero(memory.cols()), std::move(memory)};
  sums.gram.setZero();
  return sums;
}

void FeatureSums::AddRows(const Matrix& rows) {
  count += static_cast<double>(rows.rows());
  sum += rows.colwise().sum().transpose();
  gram.selfadjointView<Eigen::Lower>().rankUpdate(rows.transpose());
}

void FeatureSums::Add(const FeatureSums& other) {
  count += other.count;
  sum += other.sum;
  ForEachLowerColumn(
      gram, [&](Eigen::Index c, auto column) { column += other.gram.col(c).tail(column.size()); });
}

void FeatureSums::Subtract(const FeatureSums& other) {
  count -= other.count;
  sum -= other.sum;
  ForEachLowerColumn(
      gram, [&](Eigen::Index c, auto column) { column -= other.gram.col(c).tail(column.size()); });
}

FeatureSums FeatureSums::Without(const FeatureSums& other) const {
  Matrix memory(gram.rows(), gram.cols());
  ForEachLowerColumn(memory, [&](Eigen::Index c, auto column) {
    column = gram.col(c).tail(column.size()) - other.gram.col(c).tail(column.size());
  });
  return {count - other.count, sum - other.sum, std::move(memory)};
}

CentredFeatures Centre(FeatureSums sums) {
  CentredFeatures centred;
  centred.count = sums.count;
  centred.mean = sums.sum / sums.count;
  centred.summed = sums.gram.diagonal();
  centred.gram = std::move(sums.gram);
  centred.gram.selfadjointView<Eigen::Lower>().rankUpdate(centred.mean, -sums.count);
  // A feature that is constant in this set leaves rounding errors of its sum of
  // squares; they must not pass for variance.
  constexpr double kConstant = 1e-12;
  for (Eigen::Index i = 0; i < centred.gram.rows(); ++i) {
    if (centred.gram(i, i) <= kConstant * centred.summed(i)) {
      centred.gram.row(i).setZero();
      centred.gram.col(i).setZero();
    }
  }
  centred.gram.triangularView<Eigen::StrictlyUpper>() = centred.gram.transpose();
  return centred;
}

Vector Deviation(const CentredFeatures& set) {
  return (set.gram.diagonal().array() / set.count).sqrt().matrix();
}

Vector InverseDeviation(const CentredFeatures& set) {
  const Eigen::ArrayXd deviation = Deviation(set).array();
  return (deviation > 0.0).select(deviation.inverse(), 1.0).matrix();
}

Vector ScaleOfVarying(const Vector& scale, const CentredFeatures& set) {
  return (set.gram.diagonal().array() > 0.0).select(scale.array(), 0.0).matrix();
}

double SquaresBesideVariation(const CentredFeatures& set, const Vector& scale) {
  const double about_origin = scale.cwiseAbs2().dot(set.summed);
  if (!(about_origin > 0)) return 1;
  return about_origin / scale.cwiseAbs2().dot(set.gram.diagonal());
}

template <typename T>
std::vector<FeatureSums> SegmentFeatureSums(const ColMatrix<T>& raw, const Vector& origin,
                                            const Vector& scale, const Segments& segments) {
  std::vector<FeatureSums> all;
  Matrix rows;
  for (int s = 0; s < segments.count(); ++s) {
    FeatureSums sums = FeatureSums::Zero(raw.cols());
    const Eigen::Index end = segments.begin[static_cast<std::size_t>(s) + 1];
    for (Eigen::Index row = segments.begin[static_cast<std::size_t>(s)]; row < end;
         row += kRowsSummedAtOnce) {
      const Eigen::Index count = std::min(kRowsSummedAtOnce, end - row);
      rows = ((raw.middleRows(row, count).template cast<double>().rowwise() - origin.transpose())
                  .array()
                  .rowwise() *
              scale.transpose().array())
                 .matrix();
      sums.AddRows(rows);
    }
    all.push_back(std::move(sums));
  }
  return all;
}

template <typename T>
PerSet<CentredFeatures> AssembleFeatures(const std::vector<FeatureSums>& segment_sums,
                                         const ColMatrix<T>& values, const FoldSets& sets) {
  const auto at = [&](const std::vector<std::int32_t>& positions) {
    return SumsAt(values, positions);
  };
  const auto of_set = [&](const WordSet& set) { return AddSegments(segment_sums, set, at); };
  PerSet<FeatureSums> sums = AssembleSets<FeatureSums>(sets, of_set, at);
  PerSet<CentredFeatures> centred;
  centred.train = Centre(std::move(sums.train));
  centred.test = Centre(std::move(sums.test));
  for (FeatureSums& set : sums.inner_test) centred.inner_test.push_back(Centre(std::move(set)));
  for (FeatureSums& set : sums.inner_train) {
    centred.inner_train.push_back(Centre(std::move(set)));
    centred.inner_train.back().summed = centred.train.summed;  // less those that are held out
  }
  return centred;
}

template std::vector<FeatureSums> SegmentFeatureSums<float>(const ColMatrix<float>&, const Vector&,
                                                            const Vector&, const Segments&);
template std::vector<FeatureSums> SegmentFeatureSums<double>(const ColMatrix<double>&,
                                                             const Vector&, const Vector&,
                                                             const Segments&);
template PerSet<CentredFeatures> AssembleFeatures<float>(const std::vector<FeatureSums>&,
                                                         const ColMatrix<float>&, const FoldSets&);
template PerSet<CentredFeatures> AssembleFeatures<double>(const std::vector<FeatureSums>&,
                                                          const ColMatrix<double>&,
                                                          const FoldSets&);

}  // namespace brainalign
