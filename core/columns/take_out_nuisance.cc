// What ActivationColumns takes out of its columns.
#include <algorithm>

#include "core/columns/activation_columns.h"

namespace brainalign {
namespace {

constexpr Eigen::Index kRowsTakenOutAtOnce = 512;

}  // namespace

template <typename T>
void TakeOut(const RowMatrix<double>& features, const NuisanceWeights& fit, RowMatrix<T>& values) {
  for (Eigen::Index row = 0; row < values.rows(); row += kRowsTakenOutAtOnce) {
    const Eigen::Index count = std::min<Eigen::Index>(kRowsTakenOutAtOnce, values.rows() - row);
    auto block = values.middleRows(row, count);
    block = (block.template cast<double>() - features.middleRows(row, count) * fit.weights)
                .template cast<T>();
  }
  for (Eigen::Index c = 0; c < values.cols(); ++c) {
    if (fit.none(c)) values.col(c).setZero();
  }
}

template <typename T>
RowMatrixRef<T> ActivationColumns<T>::Columns(int fold, int begin, int end,
                                              RowMatrix<T>& storage) const {
  if (nuisance_ == nullptr) return WithNuisance(fold, begin, end, storage);
  if (projected()) {
    storage = WithNuisance(fold, begin, end, storage);
  } else {
    WithNuisance(fold, begin, end, storage);  // which fills it
  }
  TakeOut(nuisance_->features(), TakenOut(fold, begin, end), storage);
  return storage;
}

template <typename T>
NuisanceWeights ActivationColumns<T>::TakenOut(int fold, int begin, int end) const {
  NuisanceWeights taken_out;
  taken_out.weights.resize(nuisance_->features().cols(), end - begin);
  taken_out.none.resize(end - begin);
  for (std::size_t layer = 0; layer < layer_count(); ++layer) {
    const int from = std::max(begin, column_begin_[layer]);
    const int to = std::min(end, column_begin_[layer + 1]);
    if (from >= to) continue;
    const NuisanceWeights& of_layer = taken_out_[layer][static_cast<std::size_t>(fold)];
    taken_out.weights.middleCols(from - begin, to - from) =
        of_layer.weights.middleCols(from - column_begin_[layer], to - from);
    taken_out.none.segment(from - begin, to - from) =
        of_layer.none.segment(from - column_begin_[layer], to - from);
  }
  return taken_out;
}

template <typename T>
Eigen::ArrayXd ActivationColumns<T>::Shift(int begin, int end) const {
  if (nuisance_ != nullptr) return Eigen::ArrayXd::Zero(end - begin);
  return WithNuisanceShift(begin, end);
}

#define BRAINALIGN_INSTANTIATE(T)                                                             \
  template void TakeOut<T>(const RowMatrix<double>&, const NuisanceWeights&, RowMatrix<T>&);  \
  template RowMatrixRef<T> ActivationColumns<T>::Columns(int, int, int, RowMatrix<T>&) const; \
  template NuisanceWeights ActivationColumns<T>::TakenOut(int, int, int) const;               \
  template Eigen::ArrayXd ActivationColumns<T>::Shift(int, int) const;

BRAINALIGN_INSTANTIATE(float)
BRAINALIGN_INSTANTIATE(double)
#undef BRAINALIGN_INSTANTIATE

}  // namespace brainalign
