#include "core/columns/layer_components.h"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

namespace brainalign {
namespace {

// Of sums of d = `width` dimensions, as SymmetricBlocks has it. In single precision each element
// errs by some 1e-7 of the diagonal, independently, which makes sqrt(d) times as much along some
// direction: five times what was seen with d from 1,024 to 2,048.
template <typename T>
double RoundingOfSums(Eigen::Index width) {
  return std::is_same_v<T, float> ? 0x1p-21 * std::sqrt(static_cast<double>(width)) : 0;
}

// A fold's training words are all words but its test words and those that a purge removes.
template <typename T>
class Covariance final : public SymmetricBlocks {
 public:
  // `without` may be null. `removed` (words, d) are further words to be left out.
  Covariance(const ActivationSums<double>& total, const ActivationSums<T>* without, Matrix removed)
      : SymmetricBlocks(total.gram.cols(), RoundingOfSums<T>(total.gram.cols())),
        total_(total),
        without_(without),
        removed_(std::move(removed)),
        count_(total.count - static_cast<double>(removed_.rows())),
        mean_(total.sum - removed_.colwise().sum().transpose()) {
    if (without_) {
      count_ -= without_->count;
      mean_ -= without_->sum;
    }
    mean_ /= count_;
  }

  const Vector& mean() const { return mean_; }

  void Get(Eigen::Index row, Eigen::Index column, Eigen::Ref<Matrix> block) const override {
    const Eigen::Index height = block.rows();
    const Eigen::Index width = block.cols();
    block = total_.gram.block(row, column, height, width);
    if (without_) {
      block -= without_->gram.block(row, column, height, width).template cast<double>();
    }
    if (removed_.rows() > 0) {
      block.noalias() -=
          removed_.middleCols(row, height).transpose() * removed_.middleCols(column, width);
    }
    block.noalias() -=
        count_ * mean_.segment(row, height) * mean_.segment(column, width).transpose();
  }

 private:
  const ActivationSums<double>& total_;
  const ActivationSums<T>* const without_;
  const Matrix removed_;
  double count_;
  Vector mean_;
};

}  // namespace

template <typename T>
LayerComponents<T>::LayerComponents(const ActivationRows<T>& rows, int layer,
                                    const Segments& segments, int components, bool per_fold,
                                    ComponentsMemory& memory)
    : rows_(rows),
      layer_(layer),
      segments_(segments),
      components_(components),
      per_fold_(per_fold),
      memory_(memory),
      parts_(segments.folds.size()),
      fits_left_(per_fold ? static_cast<int>(segments.folds.size()) : 1),
      projections_(per_fold ? segments.folds.size() : 1) {}

template <typename T>
SpareMatrices<T>& LayerComponents<T>::memory_for_sums() {
  if constexpr (std::is_same_v<T, float>) {
    return memory_.in_single;
  } else {
    return memory_.in_double;
  }
}

template <typename T>
void LayerComponents<T>::AddToTotal(const ActivationSums<T>& part) {
  const Eigen::Index width = part.gram.cols();
  const bool first = total_.gram.size() == 0;
  if (first) total_ = {0, Vector::Zero(width), memory_.in_double.Take(width, width)};
  total_.count += part.count;
  total_.sum += part.sum;
  for (Eigen::Index c = 0; c < width; ++c) {
    auto column = total_.gram.col(c).tail(width - c);
    const auto more = part.gram.col(c).tail(width - c).template cast<double>();
    if (first) {
      column = more;
    } else {
      column += more;
    }
  }
}

template <typename T>
absl::Status LayerComponents<T>::Sum(int fold, const CancelFlag& cancel) {
  const auto k = static_cast<std::size_t>(fold);
  const Eigen::Index width = rows_.width(layer_);
  absl::StatusOr<ActivationSums<T>> sums = ProductsOver<T>(
      rows_, layer_, segments_.folds[k].test.ranges, memory_for_sums().Take(width, width), cancel);
  std::unique_lock<std::mutex> lock(mutex_);
  if (!sums.ok()) {
    failure_.Update(sums.status());
    added_or_failed_.notify_all();
    return failure_;
  }
  // In order, whichever is done first. The test words of all folds are all words.
  if (per_fold_) {
    parts_[k] = *std::move(sums);
    for (; added_ < parts_.size() && parts_[added_]; ++added_) AddToTotal(*parts_[added_]);
    return absl::OkStatus();
  }
  // Waits its turn, so that no more of them are held than there are threads.
  while (added_ < k) {
    if (!failure_.ok()) return failure_;
    if (cancel) return CancelledByFlag();
    added_or_failed_.wait_for(lock, kBetweenLooks);
  }
  AddToTotal(*sums);
  ++added_;
  added_or_failed_.notify_all();
  memory_for_sums().Give(std::move(sums->gram));
  return absl::OkStatus();
}

template <typename T>
absl::Status LayerComponents<T>::Fit(int fit, const CancelFlag& cancel) {
  const auto k = static_cast<std::size_t>(fit);
  std::vector<std::int32_t> removed;
  if (per_fold_) {
    for (const WordSet& words : segments_.folds[k].parts) {
      removed.insert(removed.end(), words.removed.begin(), words.removed.end());
    }
  }
  const Covariance<T> covariance(total_, per_fold_ ? &*parts_[k] : nullptr,
                                 rows_.At(layer_, removed));
  const Eigen::Index width = rows_.width(layer_);
  // Folds differ little: the others start from where the first one ended.
  EigenSearch search{fit == 0 ? Matrix() : space_,
                     memory_.in_single.Take(EigenSearch::SingleRows(width), width)};
  absl::StatusOr<Projection> projection =
      ProjectionFromMoments(covariance.mean(), covariance, components_, &search, cancel);
  if (!projection.ok()) return projection.status();
  projections_[k] = *std::move(projection);
  if (fit == 0) space_ = std::move(search.space);
  memory_.in_single.Give(std::move(search.single));
  if (per_fold_) memory_for_sums().Give(std::move(parts_[k]->gram));
  if (--fits_left_ == 0) memory_.in_double.Give(std::move(total_.gram));
  return absl::OkStatus();
}

template class LayerComponents<float>;
template class LayerComponents<double>;

}  // namespace brainalign
