#include "core/columns/layer_components.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/columns/unmix.h"
#include "core/linalg/single_range.h"
#include "core/problem/needs_double.h"

namespace brainalign {
namespace {

// What a component's variance must be of what rounding may have added along it, for its direction
// to be that of the data.
constexpr double kClearly = 1024;

// As SymmetricBlocks has it, of sums over `count` words. Each element errs by some roundoffs of the
// diagonal of what was summed over all words, independently, which makes sqrt(d) times as much
// along some direction: five times what was seen in single precision with d from 1,024 to 2,048.
// The error is as large where only the other words have large values.
template <typename T>
Vector RoundingOfSums(const ActivationSums<double>& total, double count) {
  const double of_element = std::is_same_v<T, float> ? kClearly * 0x1p-21 : 0x1p-50;
  const auto width = static_cast<double>(total.gram.cols());
  return of_element * std::sqrt(width) * count / total.count * total.gram.diagonal();
}

// As MayBeMixed has it: the same errors along two directions that do not depend on them.
template <typename T>
Vector RoundingOfProducts(const ActivationSums<double>& total, double count) {
  const double of_element = std::is_same_v<T, float> ? 0x1p-22 : 0x1p-51;
  return of_element * count / total.count * total.gram.diagonal();
}

// Words of a fold's training set.
template <typename T>
double CountWithout(const ActivationSums<double>& total, const ActivationSums<T>* without,
                    const Matrix& removed) {
  return total.count - (without ? without->count : 0.0) - static_cast<double>(removed.rows());
}

// A fold's training words are all words but its test words and those that a purge removes.
template <typename T>
class Covariance final : public SymmetricBlocks {
 public:
  // `without` may be null. `removed` (words, d) are further words to be left out.
  Covariance(const ActivationSums<double>& total, const ActivationSums<T>* without, Matrix removed)
      : SymmetricBlocks(RoundingOfSums<T>(total, CountWithout(total, without, removed))),
        total_(total),
        without_(without),
        removed_(std::move(removed)),
        count_(CountWithout(total, without, removed_)),
        mean_(total.sum - removed_.colwise().sum().transpose()) {
    if (without_) mean_ -= without_->sum;
    mean_ /= count_;
  }

  const Vector& mean() const { return mean_; }
  // (d) See RoundingOfProducts.
  Vector of_products() const { return RoundingOfProducts<T>(total_, count_); }

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
  const double count_;
  Vector mean_;
};

// Whether T holds the squares of a layer's dimensions, whose sums over `count` words are given.
template <typename T>
absl::Status CheckSquares(const Vector& sums, double count, const std::string& layer) {
  if (std::is_same_v<T, double> || SingleHolds((sums / count).cwiseSqrt())) return absl::OkStatus();
  return NeedsDouble(absl::StrCat("activations of layer ", layer,
                                  " are too large or too small for single precision"));
}

// In single precision all requested components must have been found. In double precision, missing
// components must be missing in the data, and not be hidden by a far larger dimension.
template <typename T>
absl::Status CheckComponents(const Projection& projection, const Vector& sums_of_squares,
                             const std::string& layer) {
  const Eigen::ArrayXd found = projection.components.colwise().squaredNorm().transpose();
  if ((found > 0.0).all()) return absl::OkStatus();
  if (std::is_same_v<T, float>) {
    return NeedsDouble(absl::StrCat("principal components of layer ", layer,
                                    " are as small as the rounding of single precision"));
  }
  // Variances that float64 cannot distinguish from the rounding of the largest.
  constexpr double kHidden = 1e-12;
  Eigen::Index largest = 0;
  const double most = sums_of_squares.maxCoeff(&largest);
  const auto hidden = sums_of_squares.array() > 0.0 && sums_of_squares.array() < kHidden * most;
  if (!hidden.any()) return absl::OkStatus();
  Eigen::Index first = 0;
  while (!hidden(first)) ++first;
  return absl::InvalidArgumentError(absl::StrCat(
      hidden.count(), hidden.count() == 1 ? " dimension" : " dimensions", " of layer ", layer,
      ", such as dimension ", first, ", vary less than a millionth of dimension ", largest,
      ": their principal components cannot be found beside it; look for a fill value in dimension ",
      largest, ", or leave the small ones out"));
}

}  // namespace

ComponentsBytes BytesOfComponents(const ProblemSize& size, Eigen::Index width) {
  const auto d = static_cast<double>(width);
  const bool per_fold = size.projections > 1;
  const double sums = size.value_bytes * d * d;
  const auto single_rows = static_cast<double>(EigenSearch::SingleRows(width));
  ComponentsBytes bytes;
  bytes.held = 8 * d * d + (per_fold ? size.folds : 1) * sums +
               8 * d * static_cast<double>(SearchWidth(size.components)) +
               8 * size.projections * d * size.components;
  const double spanned = DecomposesInFull(width, size.components)
                             ? d
                             : static_cast<double>(SearchWidth(size.components));
  bytes.sum = per_fold ? 0 : sums;
  const double fitting =
      4 * single_rows * d + 8 * 2 * size.removed_words * d +
      std::max(LeadingEigenBytes(width, size.components), UnmixBytes(d, spanned));
  bytes.unit = std::max(ProductsOverBytes(size, d), fitting);
  return bytes;
}

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
  if (!sums.ok()) return sums.status();
  MutexLock lock(mutex_);
  parts_[k] = *std::move(sums);
  // In order, whichever is done first. The test words of all folds are all words.
  for (; added_ < parts_.size() && parts_[added_]; ++added_) {
    std::optional<ActivationSums<T>>& part = parts_[added_];
    AddToTotal(*part);
    if (per_fold_) continue;
    memory_for_sums().Give(std::move(part->gram));
    part.reset();
  }
  return absl::OkStatus();
}

template <typename T>
std::vector<std::int32_t> LayerComponents<T>::Words(std::size_t fit) const {
  if (per_fold_) return TrainPositions(segments_, segments_.folds[fit]);
  std::vector<std::int32_t> all(static_cast<std::size_t>(segments_.words()));
  std::iota(all.begin(), all.end(), 0);
  return all;
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
  const Vector sums_of_squares = total_.gram.diagonal();
  if (absl::Status status = CheckSquares<T>(sums_of_squares, total_.count, rows_.name(layer_));
      !status.ok()) {
    return status;
  }
  const Eigen::Index width = rows_.width(layer_);
  // Folds differ little: the others start from where the first one ended.
  EigenSearch search;
  if (fit > 0) search.space = space_;
  search.single = memory_.in_single.Take(EigenSearch::SingleRows(width), width);
  absl::StatusOr<Projection> projection =
      ProjectionFromMoments(covariance.mean(), covariance, components_, &search, cancel);
  if (!projection.ok()) return projection.status();
  if (absl::Status status = CheckComponents<T>(*projection, sums_of_squares, rows_.name(layer_));
      !status.ok()) {
    return status;
  }
  const NextComponents next = {search.next_vectors, search.next_values};
  if (MayBeMixed(*projection, next, covariance.of_products())) {
    const auto at = [&](const std::vector<std::int32_t>& some) { return rows_.At(layer_, some); };
    absl::Status status = Unmix(Words(k), at, next, cancel, *projection);
    if (!status.ok()) return status;
  }
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
