// Alignments of the metrics that need nothing but held-out words: cka, cka_debiased and rsa.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "core/align/similarity_alignment.h"
#include "core/linalg/unit_exponent.h"
#include "core/similarity/held_out_side.h"

namespace brainalign {
namespace {

// What standardises a sensor: its mean and deviation over some words. A deviation of 0 counts as 1.
struct SensorStandard {
  double mean = 0;
  double deviation = 1;
};

SensorStandard StandardOver(const Eigen::Ref<const Vector>& values, const PositionRanges& ranges) {
  const auto count = static_cast<double>(CountOf(ranges));
  double least = values(ranges.front().first);
  double most = least;
  double sum = 0;
  for (const auto& [begin, end] : ranges) {
    const auto part = values.segment(begin, end - begin);
    least = std::min(least, part.minCoeff());
    most = std::max(most, part.maxCoeff());
    sum += part.sum();
  }
  if (least == most) return {least, 1};
  const double mean = sum / count;
  double squares = 0;
  for (const auto& [begin, end] : ranges) {
    squares += (values.segment(begin, end - begin).array() - mean).square().sum();
  }
  const double deviation = std::sqrt(squares / count);
  return {mean, deviation > 0 ? deviation : 1};
}

// One side and its prepared matrix.
struct BrainFold {
  HeldOutSide side;
  Matrix values;  // (test words, s)
};
using HeldOutBrain = std::vector<BrainFold>;  // (K)

struct HeldOutLayer {
  Eigen::RowVectorXd signs;  // (d) of components; empty where they do not matter
  HeldOutSide side;
};

class HeldOutSimilarity final : public SimilarityAlignment<HeldOutBrain, HeldOutLayer> {
 public:
  using SimilarityAlignment::SimilarityAlignment;

 private:
  absl::StatusOr<std::vector<HeldOutBrain>> MakeBrain(int time_begin, int count,
                                                      const CancelFlag& cancel) const override {
    std::vector<Matrix> sensors = Gather(time_begin, count);
    std::vector<HeldOutBrain> brain;
    for (Matrix& of_time : sensors) {
      HeldOutBrain folds;
      for (int fold = 0; fold < fold_count(); ++fold) {
        if (cancel) return CancelledByFlag();
        const Matrix standardised = Standardised(of_time, fold);
        const WordMatrix words = {standardised.rows(), standardised.cols(),
                                  [&](Eigen::Index begin, Eigen::Index columns) -> Matrix {
                                    return standardised.middleCols(begin, columns);
                                  }};
        HeldOutSide side = HeldOutSide::Make(problem_.spec.metric, words);
        Matrix values = side.Prepare(standardised, 0);
        folds.push_back({std::move(side), std::move(values)});
      }
      brain.push_back(std::move(folds));
      of_time.resize(0, 0);
    }
    return brain;
  }

  // (count) of (n, s): the sensors as they were recorded, less their trends, by position.
  std::vector<Matrix> Gather(int time_begin, int count) const {
    const Eigen::Index words = problem_.segments.words();
    const Eigen::Index sensors = problem_.epochs.sensors();
    std::vector<Matrix> times(static_cast<std::size_t>(count), Matrix(words, sensors));
    std::vector<double*> out(times.size());
    for (Eigen::Index sensor = 0; sensor < sensors; ++sensor) {
      for (std::size_t t = 0; t < times.size(); ++t) out[t] = times[t].col(sensor).data();
      problem_.epochs.Gather(sensor, time_begin, count, problem_.segments.word.data(), words,
                             out.data());
      for (Matrix& of_time : times) {
        BringToUnit(of_time.col(sensor).data(), Size(words));  // standardised later
        if (problem_.trends != nullptr) problem_.trends->TakeOut(of_time.col(sensor));
      }
    }
    return times;
  }

  // (test words, s) Each sensor z-scored as the specification says.
  Matrix Standardised(const Matrix& sensors, int fold) const {
    const PositionRanges all = {{0, problem_.segments.words()}};
    const bool per_fold = problem_.spec.zscore_words == FitWords::kTraining;
    Matrix rows = RowsAt(sensors, test(fold));
    for (Eigen::Index sensor = 0; sensor < sensors.cols(); ++sensor) {
      const SensorStandard standard =
          StandardOver(sensors.col(sensor), per_fold ? train(fold) : all);
      rows.col(sensor) = (rows.col(sensor).array() - standard.mean) / standard.deviation;
    }
    return rows;
  }

  bool is_rsa() const { return problem_.spec.metric == Metric::kRsa; }

  // (d) The signs that give each component of a layer a positive value at the word, among those
  // that it was fitted on, where it is largest. It is the rule of scikit-learn's svd_flip. Only the
  // correlations of rows depend on signs: for other metrics it is empty.
  Eigen::RowVectorXd SignsOf(const ActivationColumns<double>& columns, int layer, int fold) const {
    if (!is_rsa() || !columns.projected()) return {};
    const PositionRanges all = {{0, problem_.segments.words()}};
    const PositionRanges& fitted = columns.per_fold() ? train(fold) : all;
    const Matrix values = ReadRows(columns, fold, fitted, begin(layer), begin(layer + 1));
    Eigen::RowVectorXd signs(values.cols());
    for (Eigen::Index column = 0; column < values.cols(); ++column) {
      Eigen::Index largest = 0;
      values.col(column).cwiseAbs().maxCoeff(&largest);
      signs(column) = values(largest, column) < 0 ? -1 : 1;
    }
    return signs;
  }

  // The columns [first, first + count) of a layer on the test words. Correlations of rows use the
  // activations as given, less their trends. Other metrics do not depend on a constant that is
  // subtracted from a column.
  Matrix ReadColumns(const PairedWords& words, int layer, int fold, const Eigen::RowVectorXd& signs,
                     Eigen::Index first, Eigen::Index count) const {
    const int from = begin(layer) + static_cast<int>(first);
    const int to = from + static_cast<int>(count);
    Matrix rows = ReadRows(*words.columns, fold, words.test[Size(fold)], from, to);
    if (is_rsa()) rows.rowwise() += words.columns->Shift(from, to).matrix().transpose();
    if (signs.size() > 0) rows.array().rowwise() *= signs.segment(first, count).array();
    return rows;
  }

  absl::StatusOr<HeldOutLayer> MakeLayerFold(const PairedWords& words, int layer,
                                             int fold) const override {
    HeldOutLayer kept = {SignsOf(*words.columns, layer, fold), {}};
    kept.side = HeldOutSide::Make(
        problem_.spec.metric,
        {CountOf(test(fold)), width(layer), [&](Eigen::Index first, Eigen::Index count) {
           return ReadColumns(words, layer, fold, kept.signs, first, count);
         }});
    return kept;
  }

  // A check reads components as activations.
  Tensor ColumnsAsInput(int layer, int fold) const override {
    Tensor columns = SimilarityAlignment::ColumnsAsInput(layer, fold);
    const Eigen::RowVectorXd signs = SignsOf(activations_, layer, fold);
    if (signs.size() == 0) return columns;
    std::vector<double> values = columns.ToDoubles();
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] *= signs(static_cast<Eigen::Index>(i) % signs.size());
    }
    std::vector<std::byte> bytes(values.size() * sizeof(double));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return Tensor::FromBytes(columns.spec(), std::move(bytes)).value();
  }

  absl::Status ScoreLayer(const std::vector<HeldOutBrain>& brain, const PairedWords& words,
                          int layer, const std::vector<HeldOutLayer>& folds,
                          const CancelFlag& cancel, const AddScore& add) const override {
    for (int fold = 0; fold < fold_count(); ++fold) {
      const auto k = static_cast<std::size_t>(fold);
      const HeldOutLayer& kept = folds[k];
      const HeldOutSide& side = kept.side;
      std::vector<double> squared(brain.size());
      for (Eigen::Index first = 0; first < width(layer); first += kSimilarityColumnsAtOnce) {
        const Eigen::Index count = std::min(kSimilarityColumnsAtOnce, width(layer) - first);
        const Matrix columns =
            side.Prepare(ReadColumns(words, layer, fold, kept.signs, first, count), first);
        for (std::size_t t = 0; t < brain.size(); ++t) {
          if (cancel) return CancelledByFlag();
          squared[t] += SquaredProduct(brain[t][k].values, columns);
        }
      }
      for (std::size_t t = 0; t < brain.size(); ++t) {
        add(static_cast<int>(t), fold,
            ScoreHeldOut(problem_.spec.metric, brain[t][k].side, side, squared[t]));
      }
    }
    return absl::OkStatus();
  }
};

}  // namespace

absl::StatusOr<std::unique_ptr<Alignment>> MakeHeldOutSimilarity(
    AlignmentProblem problem, const AlignmentResources& resources) {
  auto alignment = std::make_unique<HeldOutSimilarity>(std::move(problem), resources);
  if (absl::Status status = alignment->MakePlan(); !status.ok()) return status;
  return alignment;
}

}  // namespace brainalign
