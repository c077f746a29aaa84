#include "core/regressions/block_influence.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/linalg/float_product.h"
#include "core/problem/needs_double.h"
#include "core/regressions/fold_words.h"
#include "core/regressions/influence_maps.h"

namespace brainalign {
namespace {

// Columns of a layer whose weights are made at a time.
constexpr int kInfluenceColumns = 504;
// Bytes of the quadratic forms of a group of layers, and of the Gram matrices of blocks at hand.
constexpr double kFormsBytes = 128 << 20;
constexpr double kGramsBytes = 32 << 20;
// What rounding of block sums in single precision may move an influence by.
constexpr double kMostInfluenceError = 1e-5;

template <typename T>
class Influence {
 public:
  Influence(const InfluenceProblem<T>& problem, const CancelFlag& cancel)
      : problem_(problem),
        cancel_(cancel),
        features_(problem.features.values.front().cols()),
        per_fold_(problem.features.per_fold() || problem.columns.per_fold()) {
    while (problem.columns.column_begin(layers_) < problem.columns.columns()) ++layers_;
    const BlockPositions& blocks = problem.blocks;
    result_.held_out.setZero(blocks.count(), layers_);
    result_.refit.setZero(blocks.count(), layers_);
    block_of_position_.resize(blocks.position.size());
    for (int b = 0; b < blocks.count(); ++b) {
      for (std::int32_t i = Begin(b); i < Begin(b + 1); ++i) {
        block_of_position_[static_cast<std::size_t>(blocks.position[static_cast<std::size_t>(i)])] =
            b;
      }
    }
  }

  absl::StatusOr<LayerInfluence> Run() {
    const int folds = static_cast<int>(problem_.segments.folds.size());
    const double of_layer = 16.0 * folds * static_cast<double>(features_ * features_);
    const int at_once = std::max(1, static_cast<int>(kFormsBytes / of_layer));
    for (int space = 0; space < (per_fold_ ? folds : 1); ++space) {
      folds_.clear();
      for (int fold = 0; fold < folds; ++fold) {
        if (!per_fold_ || fold == space) folds_.push_back(fold);
      }
      LoadFeatures();
      for (int first = 0; first < layers_; first += at_once) {
        const int last = std::min(layers_, first + at_once);
        absl::Status status = AddLayers(first, last);
        if (!status.ok()) return status;
      }
    }
    return std::move(result_);
  }

 private:
  std::int32_t Begin(int block) const {
    return problem_.blocks.begin[static_cast<std::size_t>(block)];
  }
  std::int32_t Words(int block) const { return Begin(block + 1) - Begin(block); }
  const ColMatrix<T>& values() const {
    return problem_.features.values[problem_.features.block(folds_.front())];
  }

  // Features in the order of blocks, and the moments of each fold's sets.
  void LoadFeatures() {
    const std::vector<std::int32_t>& position = problem_.blocks.position;
    x_.resize(std::ssize(position), features_);
    x_sum_.resize(problem_.blocks.count(), features_);
    for (int b = 0; b < problem_.blocks.count(); ++b) {
      for (Eigen::Index c = 0; c < features_; ++c) {
        double sum = 0;
        for (std::int32_t i = Begin(b); i < Begin(b + 1); ++i) {
          x_(i, c) = values()(position[static_cast<std::size_t>(i)], c);
          sum += static_cast<double>(x_(i, c));
        }
        x_sum_(b, c) = sum;
      }
    }
    moments_.clear();
    for (const int fold : folds_) {
      moments_.push_back(
          AssembleFeatures(problem_.features.segment_sums[problem_.features.block(fold)], values(),
                           problem_.segments.folds[static_cast<std::size_t>(fold)]));
    }
  }

  absl::Status AddLayers(int first, int last) {
    const auto count = static_cast<std::size_t>(last - first);
    const std::vector<RowMatrix<double>> zero(folds_.size(),
                                              RowMatrix<double>::Zero(features_, features_));
    refit_forms_.assign(count, zero);
    held_out_forms_.assign(count, zero);
    for (int layer = first; layer < last; ++layer) {
      const int end = problem_.columns.column_begin(layer + 1);
      for (int begin = problem_.columns.column_begin(layer); begin < end;
           begin += kInfluenceColumns) {
        if (cancel_) return CancelledByFlag();
        absl::Status status =
            AddColumns(layer, first, begin, std::min(end, begin + kInfluenceColumns));
        if (!status.ok()) return status;
      }
    }
    std::vector<QuadraticFunction> all;  // refit, of each layer
    for (int layer = first; layer < last; ++layer) {
      QuadraticFunction& sum = all.emplace_back(features_);
      for (std::size_t k = 0; k < folds_.size(); ++k) {
        sum.Add(1, refit_forms_[static_cast<std::size_t>(layer - first)][k],
                moments_[k].train.mean);
      }
    }
    for (int fold = 0; fold < static_cast<int>(problem_.segments.folds.size()); ++fold) {
      if (cancel_) return CancelledByFlag();
      AddForms(first, last, fold, all);
    }
    return absl::OkStatus();
  }

  // The index of a fold among those at hand, if it is one of them.
  std::optional<std::size_t> AtHand(int fold) const {
    const auto found = std::find(folds_.begin(), folds_.end(), fold);
    if (found == folds_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - folds_.begin());
  }

  // What an influence on a layer is divided by: its mean is over columns and folds.
  double Divisor(int layer) const {
    return static_cast<double>(problem_.columns.column_begin(layer + 1) -
                               problem_.columns.column_begin(layer)) *
           static_cast<double>(problem_.segments.folds.size());
  }

  absl::Status AddColumns(int layer, int first_layer, int begin, int end) {
    RowMatrix<T> storage;
    const RowMatrixRef<T> targets = problem_.columns.Columns(folds_.front(), begin, end, storage);
    absl::StatusOr<std::vector<FoldMaps>> maps = MapsOf(layer, targets, begin);
    if (!maps.ok()) return maps.status();
    const auto group = static_cast<std::size_t>(layer - first_layer);
    for (std::size_t k = 0; k < folds_.size(); ++k) {
      const FoldMaps& of_fold = (*maps)[k];
      refit_forms_[group][k].noalias() += of_fold.gradient * of_fold.weights.transpose();
      const RowMatrix<double> weighted =
          of_fold.weights * (0.5 * of_fold.over_ff).matrix().asDiagonal();
      held_out_forms_[group][k].noalias() += weighted * of_fold.weights.transpose();
      TakeOutPurged(layer, targets, k, of_fold);
    }
    // The targets in the order of blocks.
    RowMatrix<T> y(x_.rows(), end - begin);
    for (Eigen::Index i = 0; i < y.rows(); ++i) {
      y.row(i) = targets.row(problem_.blocks.position[Size(i)]);
    }
    MomentFunction all(features_, end - begin);
    for (std::size_t k = 0; k < folds_.size(); ++k) {
      all.Add(1, (*maps)[k].gradient, moments_[k].train.mean, (*maps)[k].train_mean);
    }
    for (int fold = 0; fold < static_cast<int>(problem_.segments.folds.size()); ++fold) {
      MomentFunction refit = all;
      std::optional<MomentFunction> held_out;
      const FoldMaps* own = nullptr;
      if (const auto k = AtHand(fold)) {
        own = &(*maps)[*k];
        refit.Add(-1, own->gradient, moments_[*k].train.mean, own->train_mean);
        held_out.emplace(features_, end - begin);
        held_out->Add(1, own->scaled, moments_[*k].test.mean, own->test_mean);
      }
      AddProducts(layer, fold, refit, held_out, own, y);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<FoldMaps>> MapsOf(int layer, const RowMatrixRef<T>& targets,
                                               int begin) const {
    const Segments& segments = problem_.segments;
    const std::vector<TargetSums> sums = SegmentTargetSums<T>(targets, segments);
    std::vector<PerSet<CrossSums>> cross;
    if (per_fold_) {
      cross.push_back(FoldCrossSums<T>(values(), targets,
                                       segments.folds[static_cast<std::size_t>(folds_.front())]));
    } else {
      cross = CrossOfAllFolds<T>(problem_.features, targets, segments);
    }
    std::vector<FoldMaps> maps;
    for (std::size_t k = 0; k < folds_.size(); ++k) {
      const auto fold = static_cast<std::size_t>(folds_[k]);
      const FoldTargets statistics = AssembleTargets<T>(sums, targets, segments.folds[fold]);
      const auto first = problem_.alphas[fold].begin() + begin;
      maps.push_back(MakeFoldMaps(problem_.regressions[fold], problem_.spec.alphas, moments_[k],
                                  cross[k], statistics, {first, first + targets.cols()}));
      if (std::is_same_v<T, float> &&
          !(ErrorOfRefit(maps.back(), moments_[k].train, statistics.train) <=
            kMostInfluenceError * Divisor(layer))) {
        return NeedsDouble(absl::StrCat("rounding of ", Name(problem_.spec.precision_used()),
                                        " could have moved an influence of words"));
      }
    }
    return maps;
  }

  // Words that a purge removes have no part in the fold's fit.
  void TakeOutPurged(int layer, const RowMatrixRef<T>& targets, std::size_t k,
                     const FoldMaps& maps) {
    const std::vector<std::int32_t>& removed =
        problem_.segments.folds[static_cast<std::size_t>(folds_[k])].parts.front().removed;
    if (removed.empty()) return;
    const Matrix words = WordsAbout(values(), removed, moments_[k].train.mean);
    RowMatrix<double> residual = -words * maps.weights;
    for (Eigen::Index i = 0; i < residual.rows(); ++i) {
      residual.row(i) +=
          targets.row(removed[Size(i)]).template cast<double>() - maps.train_mean.transpose();
    }
    const RowMatrix<double> along = words * maps.gradient;
    const Vector sums = along.cwiseProduct(residual).rowwise().sum();
    for (std::size_t i = 0; i < removed.size(); ++i) {
      const int block = block_of_position_[static_cast<std::size_t>(removed[i])];
      result_.refit(block, layer) -= sums(static_cast<Eigen::Index>(i)) / Divisor(layer);
    }
  }

  // out = left' right, of words by rows.
  static void MultiplyWords(const RowMatrixRef<T>& left, const RowMatrixRef<T>& right, T* out) {
    if constexpr (std::is_same_v<T, float>) {
      MultiplyFloat(ByRows(left).transposed(), ByRows(right), out, right.cols());
    } else {
      Eigen::Map<RowMatrix<double>>(out, left.cols(), right.cols()).noalias() =
          left.transpose() * right;
    }
  }

  // Adds the parts of the functions that are linear in the targets, for the blocks of a fold.
  void AddProducts(int layer, int fold, const MomentFunction& refit,
                   const std::optional<MomentFunction>& held_out, const FoldMaps* own,
                   const RowMatrix<T>& y) {
    using Flat = Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, 1>>;
    const RowMatrix<T> refit_product = refit.product.template cast<T>();
    RowMatrix<T> held_out_product;
    if (held_out) held_out_product = held_out->product.template cast<T>();
    RowMatrix<T> product(features_, y.cols());
    const auto value = [&](const MomentFunction& function, const RowMatrix<T>& of, int b,
                           const Vector& sum_y) {
      return static_cast<double>(Flat(of.data(), of.size()).dot(Flat(product.data(), of.size()))) +
             function.y.dot(sum_y) + x_sum_.row(b).dot(function.x) + function.one * Words(b);
    };
    for (int b = 0; b < problem_.blocks.count(); ++b) {
      if (problem_.blocks.fold[static_cast<std::size_t>(b)] != fold) continue;
      const auto of_block = y.middleRows(Begin(b), Words(b));
      MultiplyWords(x_.middleRows(Begin(b), Words(b)), of_block, product.data());
      const Vector sum_y = of_block.template cast<double>().colwise().sum().transpose();
      result_.refit(b, layer) += value(refit, refit_product, b, sum_y) / Divisor(layer);
      if (!held_out) continue;
      const Eigen::ArrayXd squares =
          (of_block.template cast<double>().rowwise() - own->test_mean.transpose())
              .colwise()
              .squaredNorm()
              .transpose()
              .array();
      result_.held_out(b, layer) +=
          (value(*held_out, held_out_product, b, sum_y) - 0.5 * (own->over_yy * squares).sum()) /
          Divisor(layer);
    }
  }

  // Takes off the parts that are quadratic in the features, for the blocks of a fold.
  void AddForms(int first, int last, int fold, const std::vector<QuadraticFunction>& all) {
    const Eigen::Index square = features_ * features_;
    std::vector<QuadraticFunction> functions;  // (layers, 2): refit, held-out
    RowMatrix<T> forms(2 * (last - first), square);
    for (int layer = first; layer < last; ++layer) {
      const auto group = static_cast<std::size_t>(layer - first);
      QuadraticFunction refit = all[group];
      QuadraticFunction held_out(features_);
      if (const auto k = AtHand(fold)) {
        refit.Add(-1, refit_forms_[group][*k], moments_[*k].train.mean);
        held_out.Add(1, held_out_forms_[group][*k], moments_[*k].test.mean);
      }
      for (QuadraticFunction* function : {&refit, &held_out}) {
        forms.row(std::ssize(functions)) =
            Eigen::Map<const Eigen::RowVectorXd>(function->form.data(), square).template cast<T>();
        function->form.resize(0, 0);
        functions.push_back(std::move(*function));
      }
    }
    std::vector<int> blocks;
    for (int b = 0; b < problem_.blocks.count(); ++b) {
      if (problem_.blocks.fold[static_cast<std::size_t>(b)] == fold) blocks.push_back(b);
    }
    const auto at_once = static_cast<std::size_t>(
        std::max(1.0, kGramsBytes / (sizeof(T) * static_cast<double>(square))));
    RowMatrix<T> grams;
    RowMatrix<T> values;
    for (std::size_t begin = 0; begin < blocks.size(); begin += at_once) {
      const std::size_t count = std::min(at_once, blocks.size() - begin);
      grams.resize(static_cast<Eigen::Index>(count), square);
      for (std::size_t i = 0; i < count; ++i) {
        const int b = blocks[begin + i];
        const auto words = x_.middleRows(Begin(b), Words(b));
        MultiplyWords(words, words, grams.row(static_cast<Eigen::Index>(i)).data());
      }
      if constexpr (std::is_same_v<T, float>) {
        MultiplyFloat(ByRows(grams), ByRows(forms).transposed(), values);
      } else {
        values = grams * forms.transpose();
      }
      for (std::size_t i = 0; i < count; ++i) {
        const int b = blocks[begin + i];
        for (int row = 0; row < 2 * (last - first); ++row) {
          const QuadraticFunction& function = functions[static_cast<std::size_t>(row)];
          const int layer = first + row / 2;
          RowMatrix<double>& out = row % 2 == 0 ? result_.refit : result_.held_out;
          out(b, layer) -= (static_cast<double>(values(static_cast<Eigen::Index>(i), row)) -
                            x_sum_.row(b).dot(function.x) - function.one * Words(b)) /
                           Divisor(layer);
        }
      }
    }
  }

  const InfluenceProblem<T>& problem_;
  const CancelFlag& cancel_;
  const Eigen::Index features_;
  // Whether features or columns differ between folds. If not, all folds are worked on at once.
  const bool per_fold_;
  int layers_ = 0;
  std::vector<int> block_of_position_;
  LayerInfluence result_;
  // Of the folds at hand.
  std::vector<int> folds_;
  RowMatrix<T> x_;           // (n, p) in the order of blocks
  RowMatrix<double> x_sum_;  // (B, p)
  std::vector<PerSet<CentredFeatures>> moments_;
  // By layer of the group and fold: (p, p)
  std::vector<std::vector<RowMatrix<double>>> refit_forms_;     // sum of h w'
  std::vector<std::vector<RowMatrix<double>>> held_out_forms_;  // sum of r / (2 S_ff) w w'
};

}  // namespace

template <typename T>
absl::StatusOr<LayerInfluence> InfluenceOfBlocks(const InfluenceProblem<T>& problem,
                                                 const CancelFlag& cancel) {
  return Influence<T>(problem, cancel).Run();
}

double InfluenceBytes(const ProblemSize& size, double features, double widest, double layers,
                      double blocks) {
  const double columns = std::min<double>(widest, kInfluenceColumns);
  const double square = features * features;
  const double at_hand = size.column_blocks() > 1 ? 1 : size.folds;
  const double words = size.words * size.value_bytes * (features + 2 * columns);
  const double of_layer = 16 * size.folds * square;
  const double group = std::min(layers, std::max(1.0, std::floor(kFormsBytes / of_layer)));
  // Moments of each fold; forms; maps; cross-products; block products and forms of one fold.
  return words + 8 * blocks * features + 8 * at_hand * (2 + 2 * group) * square +
         8 * features * columns * (3 * at_hand + 12) +
         CrossSumsBytes(size, features, columns, /*all_folds=*/true) +
         size.value_bytes * (2 * group + 1) * square +
         std::min(std::max(kGramsBytes, size.value_bytes * square),
                  size.value_bytes * blocks * square) +
         8 * 3 * square;
}

Work InfluenceWork(const ProblemSize& size, const FeatureSize& of, double columns, double layers,
                   double blocks) {
  const double p = of.features;
  const double spaces = std::max(size.column_blocks(), of.blocks);
  // Cross-products of the fit and of blocks, their products with the maps, Gram matrices of blocks.
  Work work = OnWords(size.value_bytes,
                      4 * size.words * p * columns * spaces + 4 * blocks * p * columns * spaces +
                          2 * size.words * p * p * spaces + 4 * blocks * layers * p * p * spaces);
  work.double_operations += size.folds * 14 * p * p * columns;
  work.bytes += 8 * size.words * columns * spaces;
  return work;
}

template absl::StatusOr<LayerInfluence> InfluenceOfBlocks<float>(const InfluenceProblem<float>&,
                                                                 const CancelFlag&);
template absl::StatusOr<LayerInfluence> InfluenceOfBlocks<double>(const InfluenceProblem<double>&,
                                                                  const CancelFlag&);

}  // namespace brainalign
