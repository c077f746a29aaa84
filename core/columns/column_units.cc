// Units of ActivationColumns.
#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/columns/activation_columns.h"
#include "core/linalg/unit_exponent.h"

namespace brainalign {
namespace {

// Of a penalty, by its logarithm to base 2: smaller sums of squares do not show beside it.
constexpr double kNotSeenBeside = -60;

// `number` * 2^exponent, which float64 may not hold.
std::string InWords(double number, int exponent) {
  const double log = std::log10(number) + exponent * std::log10(2.0);
  return absl::StrFormat("%.3ge%+d", std::pow(10, log - std::floor(log)),
                         static_cast<int>(std::floor(log)));
}

}  // namespace

template <typename T>
absl::Status ActivationColumns<T>::FindMeans(int layer, const CancelFlag& cancel) {
  absl::Status status = rows_.FindMeans(layer, cancel);
  return status.ok() ? CheckUnit(layer) : status;
}

template <typename T>
absl::Status ActivationColumns<T>::CheckUnit(int layer) const {
  const Vector& largest = rows_.largest(layer);
  const bool are_features =
      spec_.direction == Direction::kModelToBrain && !IsSimilarity(spec_.metric);
  if (!are_features || largest.size() == 0 || exponent(layer) == 0) return absl::OkStatus();
  Eigen::Index most = 0;
  largest.maxCoeff(&most);
  const std::string beginning = absl::StrCat("activations of layer ", rows_.name(layer), " ");
  if (spec_.is_banded()) {
    return absl::InvalidArgumentError(
        absl::StrCat(beginning, "reach ", InWords(largest(most), exponent(layer)),
                     ", which is too far from the size of the standardised nuisance beside them; "
                     "scale them to about 1"));
  }
  if (projected()) return absl::OkStatus();  // small components count as constant
  const double penalty = std::log2(spec_.alphas.front()) - 2.0 * exponent(layer);
  for (Eigen::Index d = 0; d < largest.size(); ++d) {
    if (!(largest(d) > 0) || UnitExponent(largest(d)) >= 0) continue;
    const double squares = 2 * std::log2(largest(d)) + std::log2(segments_.words());
    if (squares < penalty + kNotSeenBeside) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        beginning, "reach ", InWords(largest(most), exponent(layer)), " in dimension ", most,
        ", but ", InWords(largest(d), exponent(layer)), " in dimension ", d,
        ": float64 does not hold the squares of both; scale one of them, or leave it out"));
  }
  return absl::OkStatus();
}

template <typename T>
std::vector<int> ActivationColumns<T>::Exponents(int layer) const {
  if (!projected()) return rows_.exponents(layer);
  return std::vector<int>(static_cast<std::size_t>(spec_.pca), exponent(layer));
}

template <typename T>
Eigen::ArrayXd ActivationColumns<T>::Weights(int begin, int end) const {
  Eigen::ArrayXd weights = Eigen::ArrayXd::Ones(end - begin);
  if (projected()) return weights;
  for (std::size_t layer = 0; layer < layer_count(); ++layer) {
    const int from = std::max(begin, column_begin_[layer]);
    const int to = std::min(end, column_begin_[layer + 1]);
    if (from >= to) continue;
    const Vector& largest = rows_.largest(static_cast<int>(layer));
    if (largest.size() == 0) continue;
    const std::vector<int>& exponents = rows_.exponents(static_cast<int>(layer));
    // Constant columns have no errors.
    int most = std::numeric_limits<int>::min();
    for (Eigen::Index d = 0; d < largest.size(); ++d) {
      if (largest(d) > 0) most = std::max(most, exponents[Size(d)]);
    }
    for (Eigen::Index d = from - column_begin_[layer]; d < to - column_begin_[layer]; ++d) {
      if (!(largest(d) > 0)) continue;
      weights(column_begin_[layer] + d - begin) = std::ldexp(1.0, 2 * (exponents[Size(d)] - most));
    }
  }
  return weights;
}

#define BRAINALIGN_INSTANTIATE(T)                                                \
  template absl::Status ActivationColumns<T>::FindMeans(int, const CancelFlag&); \
  template absl::Status ActivationColumns<T>::CheckUnit(int) const;              \
  template std::vector<int> ActivationColumns<T>::Exponents(int) const;          \
  template Eigen::ArrayXd ActivationColumns<T>::Weights(int, int) const;

BRAINALIGN_INSTANTIATE(float)
BRAINALIGN_INSTANTIATE(double)
#undef BRAINALIGN_INSTANTIATE

}  // namespace brainalign
