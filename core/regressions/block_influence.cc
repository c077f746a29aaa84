#include "core/regressions/block_influence.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/problem/needs_double.h"
#include "core/regressions/fold_words.h"
#include "core/regressions/influence_forms.h"
#include "core/regressions/influence_maps.h"
#include "core/regressions/words_of_blocks.h"

namespace brainalign {
namespace {

// Columns whose maps are made at a time.
constexpr int kInfluenceColumns = 504;
// Bytes of the quadratic forms of a group of layers.
constexpr double kFormsBytes = 128 << 20;
// What rounding in single precision may move an influence by.
constexpr double kMostInfluenceError = 1e-5;

// Layers whose forms are held together, for so many folds at hand.
int LayersAtOnce(double folds, double features, double value_bytes) {
  const double of_layer = (2 * folds + 1) * features * features * value_bytes;
  return std::max(1, static_cast<int>(kFormsBytes / of_layer));
}

// The same outer folds over the same segments. Inner folds partition only the training words.
Segments OuterFolds(Segments segments) {
  for (FoldSets& sets : segments.folds) {
    sets.purged.clear();
    sets.kept_count.clear();
  }
  return segments;
}

CrossSums ColumnsOf(const CrossSums& sums, Eigen::Index begin, Eigen::Index count) {
  return {sums.product.middleCols(begin, count)};
}

template <typename T>
class Influence {
 public:
  Influence(const InfluenceProblem<T>& problem, const CancelFlag& cancel)
      : problem_(problem),
        cancel_(cancel),
        segments_(OuterFolds(problem.segments)),
        features_(problem.features.values.front().cols()),
        all_folds_(static_cast<int>(segments_.folds.size())) {
    while (problem.columns.column_begin(layers_) < problem.columns.columns()) ++layers_;
    const BlockPositions& blocks = problem.blocks;
    result_.held_out.setZero(blocks.count(), layers_);
    result_.refit.setZero(blocks.count(), layers_);
    block_of_position_.resize(blocks.position.size());
    for (int b = 0; b < blocks.count(); ++b) {
      for (std::int32_t i = blocks.begin[Size(b)]; i < blocks.begin[Size(b + 1)]; ++i) {
        block_of_position_[Size(blocks.position[Size(i)])] = b;
      }
    }
  }

  absl::StatusOr<LayerInfluence> Run() {
    const bool per_fold = problem_.features.per_fold();
    for (int space = 0; space < (per_fold ? all_folds_ : 1); ++space) {
      folds_.clear();
      for (int fold = 0; fold < all_folds_; ++fold) {
        if (!per_fold || fold == space) folds_.push_back(fold);
      }
      LoadFeatures();
      const int at_once = LayersAtOnce(static_cast<double>(folds_.size()),
                                       static_cast<double>(features_), sizeof(T));
      for (int first = 0; first < layers_; first += at_once) {
        absl::Status status = AddLayers(first, std::min(layers_, first + at_once));
        if (!status.ok()) return status;
      }
    }
    for (int layer = 0; layer < layers_; ++layer) {
      result_.refit.col(layer) /= Divisor(layer);
      result_.held_out.col(layer) /= Divisor(layer);
    }
    return std::move(result_);
  }

 private:
  const ColMatrix<T>& values() const {
    return problem_.features.values[problem_.features.block(folds_.front())];
  }
  const FoldSets& Sets(std::size_t k) const { return segments_.folds[Size(folds_[k])]; }

  void LoadFeatures() {
    words_.emplace(problem_.blocks, values());
    moments_.clear();
    for (std::size_t k = 0; k < folds_.size(); ++k) {
      moments_.push_back(AssembleFeatures(
          problem_.features.segment_sums[problem_.features.block(folds_[k])], values(), Sets(k)));
    }
  }

  absl::Status AddLayers(int first, int last) {
    const std::size_t folds = folds_.size();
    forms_.assign(folds, InfluenceForms<T>(first, last, features_));
    // Folds whose columns are the same are worked on at once.
    std::vector<std::vector<std::size_t>> spaces(problem_.columns.per_fold() ? folds : 1);
    for (std::size_t k = 0; k < folds; ++k) spaces[std::min(k, spaces.size() - 1)].push_back(k);
    const int end = problem_.columns.column_begin(last);
    for (const std::vector<std::size_t>& space : spaces) {
      for (int begin = problem_.columns.column_begin(first); begin < end;
           begin += kInfluenceColumns) {
        if (cancel_) return CancelledByFlag();
        absl::Status status = AddColumns(space, begin, std::min(end, begin + kInfluenceColumns));
        if (!status.ok()) return status;
      }
    }
    const InfluenceForms<T> all = InfluenceForms<T>::RefitOf(forms_);
    for (int fold = 0; fold < all_folds_; ++fold) {
      if (cancel_) return CancelledByFlag();
      const std::optional<std::size_t> own = AtHand(fold);
      if (own) forms_[*own].UseRefitOfOthers(all);
      AddForms(fold, own ? forms_[*own] : all, *words_, problem_.blocks, result_.refit,
               result_.held_out);
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
           static_cast<double>(all_folds_);
  }

  std::vector<LayerPart> PartsOf(int begin, int end) const {
    std::vector<LayerPart> parts;
    for (int layer = 0; layer < layers_; ++layer) {
      const int from = std::max(begin, problem_.columns.column_begin(layer));
      const int to = std::min(end, problem_.columns.column_begin(layer + 1));
      if (from < to) parts.push_back({layer, from - begin, to - from});
    }
    return parts;
  }

  // Adds what depends on some columns. `space`: indices of the folds at hand that have them.
  absl::Status AddColumns(const std::vector<std::size_t>& space, int begin, int end) {
    RowMatrix<T> storage;
    const RowMatrixRef<T> targets =
        problem_.columns.Columns(folds_[space.front()], begin, end, storage);
    const std::vector<LayerPart> parts = PartsOf(begin, end);
    absl::StatusOr<std::vector<FoldMaps<T>>> maps = MapsOf(space, parts, targets, begin);
    if (!maps.ok()) return maps.status();
    ProductFunction<double> all = {RowMatrix<double>::Zero(features_, end - begin),
                                   Eigen::ArrayXd::Zero(end - begin)};
    std::vector<Eigen::ArrayXd> shifts;
    for (std::size_t i = 0; i < space.size(); ++i) {
      shifts.push_back(forms_[space[i]].Add((*maps)[i], moments_[space[i]], parts));
      TakeOutPurged(space[i], parts, targets, (*maps)[i]);
      all.product += (*maps)[i].gradient.template cast<double>();
      all.shift += shifts.back();
    }
    const ProductFunction<T> of_all = {all.product.template cast<T>(), all.shift};
    for (int fold = 0; fold < all_folds_; ++fold) {
      if (cancel_) return CancelledByFlag();
      const auto own = std::find_if(space.begin(), space.end(),
                                    [&](std::size_t k) { return folds_[k] == fold; });
      const bool is_own = own != space.end();
      const auto i = static_cast<std::size_t>(own - space.begin());
      if (!is_own) {
        words_->AddProducts(fold, of_all, targets, parts, result_.refit);
        continue;
      }
      if (space.size() > 1) {
        const RowMatrix<double> of_others =
            all.product - (*maps)[i].gradient.template cast<double>();
        words_->AddProducts(fold, {of_others.template cast<T>(), all.shift - shifts[i]}, targets,
                            parts, result_.refit);
      }
      const FoldMaps<T>& of_fold = (*maps)[i];
      const RowMatrix<double> scaled =
          of_fold.weights.template cast<double>() * of_fold.inverse.matrix().asDiagonal();
      const Eigen::ArrayXd shift = -(scaled.transpose() * moments_[*own].test.mean).array();
      words_->AddProducts(fold, {scaled.template cast<T>(), shift}, targets, parts,
                          result_.held_out);
      words_->AddSquares(fold, -0.5 * of_fold.over_yy, of_fold.test_mean, targets, parts,
                         result_.held_out);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<FoldMaps<T>>> MapsOf(const std::vector<std::size_t>& space,
                                                  const std::vector<LayerPart>& parts,
                                                  const RowMatrixRef<T>& targets, int begin) const {
    std::vector<PerSet<CrossSums>> cross(space.size());
    if (problem_.cross == nullptr && space.size() == 1) {
      cross.front() = FoldCrossSums<T>(values(), targets, Sets(space.front()));
    } else if (problem_.cross == nullptr) {
      cross = CrossOfAllFolds<T>(problem_.features, targets, segments_);
    }
    std::vector<FoldMaps<T>> maps;
    for (std::size_t i = 0; i < space.size(); ++i) {
      const int fold = folds_[space[i]];
      const auto first = problem_.alphas[Size(fold)].begin() + begin;
      const PerSet<CrossSums>* known = problem_.cross ? &(*problem_.cross)[Size(fold)] : nullptr;
      if (known && known->train.product.cols() != targets.cols()) {
        cross[i].train = ColumnsOf(known->train, begin, targets.cols());
        cross[i].test = ColumnsOf(known->test, begin, targets.cols());
        known = nullptr;
      }
      maps.push_back(MakeFoldMaps<T>(
          problem_.regressions[Size(fold)], problem_.spec.alphas, moments_[space[i]],
          known ? *known : cross[i],
          problem_.columns.Statistics(fold, begin, begin + static_cast<int>(targets.cols())),
          {first, first + targets.cols()}));
      cross[i] = {};
      for (const LayerPart& part : parts) {
        if (!(maps.back().error.segment(part.begin, part.count).sum() <=
              kMostInfluenceError * Divisor(part.layer))) {
          return NeedsDouble(absl::StrCat("rounding of ", Name(problem_.spec.precision_used()),
                                          " could have moved an influence of words"));
        }
      }
    }
    return maps;
  }

  // Words that a purge removes have no part in the fold's fit.
  void TakeOutPurged(std::size_t k, const std::vector<LayerPart>& parts,
                     const RowMatrixRef<T>& targets, const FoldMaps<T>& maps) {
    std::vector<std::int32_t> removed;
    for (const WordSet& part : Sets(k).parts) {
      removed.insert(removed.end(), part.removed.begin(), part.removed.end());
    }
    if (removed.empty()) return;
    const Matrix words = WordsAbout(values(), removed, moments_[k].train.mean);
    RowMatrix<double> residual = -words * maps.weights.template cast<double>();
    for (Eigen::Index i = 0; i < residual.rows(); ++i) {
      residual.row(i) +=
          targets.row(removed[Size(i)]).template cast<double>() - maps.train_mean.transpose();
    }
    const RowMatrix<double> along = words * maps.gradient.template cast<double>();
    const RowMatrix<double> product = along.cwiseProduct(residual);
    for (Eigen::Index i = 0; i < product.rows(); ++i) {
      const int block = block_of_position_[Size(removed[Size(i)])];
      for (const LayerPart& part : parts) {
        result_.refit(block, part.layer) -= product.row(i).segment(part.begin, part.count).sum();
      }
    }
  }

  const InfluenceProblem<T>& problem_;
  const CancelFlag& cancel_;
  const Segments segments_;
  const Eigen::Index features_;
  const int all_folds_;
  int layers_ = 0;
  std::vector<int> block_of_position_;
  LayerInfluence result_;  // until the end not divided
  // The folds at hand: those that share the features. What follows is by fold at hand.
  std::vector<int> folds_;
  std::optional<WordsOfBlocks<T>> words_;
  std::vector<PerSet<CentredFeatures>> moments_;
  std::vector<InfluenceForms<T>> forms_;  // of the layers at hand
};

}  // namespace

template <typename T>
absl::StatusOr<LayerInfluence> InfluenceOfBlocks(const InfluenceProblem<T>& problem,
                                                 const CancelFlag& cancel) {
  return Influence<T>(problem, cancel).Run();
}

double InfluenceBytes(const ProblemSize& size, double features, double all_columns, double layers,
                      double blocks, bool has_cross) {
  const double columns = std::min<double>(all_columns, kInfluenceColumns);
  const double square = features * features;
  const double at_hand = size.folds;
  const double space = size.column_blocks() > 1 ? 1 : size.folds;
  const double group = std::min<double>(layers, LayersAtOnce(at_hand, features, size.value_bytes));
  const double read =
      size.components > 0 && size.nuisance == 0 ? 0 : size.words * columns * size.value_bytes;
  const FoldMapsBytes maps = BytesOfFoldMaps(size.value_bytes, features, columns);
  // Moments and forms of each fold; maps of the folds that share columns, and what is made of them.
  return read + 8 * 2 * at_hand * square + size.value_bytes * (2 * at_hand + 1) * group * square +
         space * maps.held +
         (has_cross ? 0 : CrossSumsBytes(size, features, columns, /*all_folds=*/true)) +
         std::max(maps.making, 4 * 8 * features * columns) +
         WordsOfBlocksBytes(size.value_bytes, features, columns, blocks);
}

Work InfluenceWork(const ProblemSize& size, const FeatureSize& of, double columns, double layers,
                   double blocks, bool has_cross) {
  const double p = of.features;
  const double spaces = std::max(size.column_blocks(), of.blocks);
  // Cross-products of the fits. Then each word meets the refit map and the map of the fold that
  // tests it, or where folds have columns of their own, one of the two in each. Gram matrices of
  // blocks, and their products with the forms.
  const double products =
      2 * size.words * p * columns * ((has_cross ? 0 : spaces) + std::max(spaces, 2.0));
  Work work = OnWords(size.value_bytes, products + 2 * size.words * p * p * of.blocks +
                                            2 * blocks * 2 * layers * p * p * of.blocks);
  work += OnWords(size.value_bytes, size.folds * 8 * p * p * columns);
  work.double_operations += size.folds * 6 * p * p * columns;
  work.bytes += (has_cross ? 4 : 8) * size.words * columns * spaces;
  return work;
}

template absl::StatusOr<LayerInfluence> InfluenceOfBlocks<float>(const InfluenceProblem<float>&,
                                                                 const CancelFlag&);
template absl::StatusOr<LayerInfluence> InfluenceOfBlocks<double>(const InfluenceProblem<double>&,
                                                                  const CancelFlag&);

}  // namespace brainalign
