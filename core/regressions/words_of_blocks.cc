#include "core/regressions/words_of_blocks.h"

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "core/linalg/float_product.h"
#include "core/regressions/influence_loops.h"

namespace brainalign {
namespace {

// Words that are multiplied by a product function at a time.
constexpr std::int32_t kWordsMultiplied = 512;
// Bytes of Gram matrices at hand: they stay in a processor's last cache.
constexpr double kGramsBytes = 8 << 20;

int GramsAtOnce(double value_bytes, double features) {
  return static_cast<int>(std::max(1.0, kGramsBytes / (value_bytes * features * features)));
}

// A view by columns, for MultiplyFloat.
FloatMatrix ViewOf(const Eigen::Ref<const ColMatrix<float>, 0, Eigen::OuterStride<>>& rows) {
  return {rows.data(), rows.rows(), rows.cols(), rows.outerStride(), true};
}

}  // namespace

template <typename T>
WordsOfBlocks<T>::WordsOfBlocks(const BlockPositions& blocks, const ColMatrix<T>& values)
    : blocks_(blocks), values_(values), sums_(blocks.count(), values.cols()) {
  ColMatrix<T> storage;
  for (int b = 0; b < blocks.count(); ++b) {
    const Rows rows = RowsOf(Begin(b), Begin(b + 1), storage);
    for (Eigen::Index c = 0; c < rows.cols(); ++c) {
      double sum = 0;
      for (Eigen::Index i = 0; i < rows.rows(); ++i) sum += static_cast<double>(rows(i, c));
      sums_(b, c) = sum;
    }
  }
}

template <typename T>
std::pair<int, int> WordsOfBlocks<T>::BlocksOf(int fold) const {
  const auto [first, last] = std::equal_range(blocks_.fold.begin(), blocks_.fold.end(), fold);
  return {static_cast<int>(first - blocks_.fold.begin()),
          static_cast<int>(last - blocks_.fold.begin())};
}

template <typename T>
typename WordsOfBlocks<T>::Rows WordsOfBlocks<T>::RowsOf(std::int32_t begin, std::int32_t end,
                                                         ColMatrix<T>& storage) const {
  const std::int32_t first = Position(begin);
  bool neighbours = true;
  for (std::int32_t i = begin; i < end; ++i) {
    neighbours = neighbours && Position(i) == first + i - begin;
  }
  if (neighbours) return values_.middleRows(first, end - begin);
  storage.resize(end - begin, values_.cols());
  for (Eigen::Index c = 0; c < storage.cols(); ++c) {
    for (std::int32_t i = begin; i < end; ++i) storage(i - begin, c) = values_(Position(i), c);
  }
  return storage;
}

template <typename T>
void WordsOfBlocks<T>::AddToLayers(int block, const Eigen::ArrayXd& sums,
                                   const std::vector<LayerPart>& parts,
                                   RowMatrix<double>& out) const {
  for (const LayerPart& part : parts) {
    out(block, part.layer) += sums.segment(part.begin, part.count).sum();
  }
}

template <typename T>
void WordsOfBlocks<T>::AddProducts(int fold, const ProductFunction<T>& function,
                                   const RowMatrixRef<T>& targets,
                                   const std::vector<LayerPart>& parts,
                                   RowMatrix<double>& out) const {
  const auto [first, last] = BlocksOf(fold);
  const Eigen::Index columns = targets.cols();
  ColMatrix<T> storage;
  RowMatrix<T> products;
  int block = first;
  for (std::int32_t begin = Begin(first); begin < Begin(last); begin += kWordsMultiplied) {
    const std::int32_t end = std::min(begin + kWordsMultiplied, Begin(last));
    const Rows rows = RowsOf(begin, end, storage);
    if constexpr (std::is_same_v<T, float>) {
      MultiplyFloat(ViewOf(rows), ByRows(function.product), products);
    } else {
      products.noalias() = rows * function.product;
    }
    for (std::int32_t from = begin; from < end;) {
      while (Begin(block + 1) <= from) ++block;
      const std::int32_t to = std::min(end, Begin(block + 1));
      Eigen::ArrayXd sums = Eigen::ArrayXd::Zero(columns);
      for (std::int32_t i = from; i < to; ++i) {
        AddShiftedProducts(Size(columns), targets.data() + Position(i) * targets.outerStride(),
                           products.data() + (i - begin) * columns, function.shift.data(),
                           sums.data());
      }
      AddToLayers(block, sums, parts, out);
      from = to;
    }
  }
}

template <typename T>
void WordsOfBlocks<T>::AddSquares(int fold, const Eigen::ArrayXd& weight, const Vector& mean,
                                  const RowMatrixRef<T>& targets,
                                  const std::vector<LayerPart>& parts,
                                  RowMatrix<double>& out) const {
  const auto [first, last] = BlocksOf(fold);
  for (int b = first; b < last; ++b) {
    Eigen::ArrayXd sums = Eigen::ArrayXd::Zero(targets.cols());
    for (std::int32_t i = Begin(b); i < Begin(b + 1); ++i) {
      AddSquaresAbout(Size(targets.cols()), targets.data() + Position(i) * targets.outerStride(),
                      mean.data(), weight.data(), sums.data());
    }
    AddToLayers(b, sums, parts, out);
  }
}

template <typename T>
void WordsOfBlocks<T>::ForGrams(int fold,
                                const std::function<void(int, const RowMatrix<T>&)>& visit) const {
  const auto [first, last] = BlocksOf(fold);
  const Eigen::Index features = values_.cols();
  const int at_once = GramsAtOnce(sizeof(T), static_cast<double>(features));
  ColMatrix<T> storage;
  RowMatrix<T> grams;
  for (int begin = first; begin < last; begin += at_once) {
    const int end = std::min(last, begin + at_once);
    grams.resize(end - begin, features * features);
    for (int b = begin; b < end; ++b) {
      const Rows rows = RowsOf(Begin(b), Begin(b + 1), storage);
      T* const gram = grams.row(b - begin).data();
      if constexpr (std::is_same_v<T, float>) {
        MultiplyFloat(ViewOf(rows).transposed(), ViewOf(rows), gram, features);
      } else {
        Eigen::Map<RowMatrix<double>>(gram, features, features).noalias() = rows.transpose() * rows;
      }
    }
    visit(begin, grams);
  }
}

double WordsOfBlocksBytes(double value_bytes, double features, double columns, double blocks) {
  const double at_once = std::min<double>(blocks, GramsAtOnce(value_bytes, features));
  const double copied = features * static_cast<double>(kWordsMultiplied);
  return 8 * blocks * features +
         value_bytes * (copied + std::max(at_once * features * features,
                                          columns * static_cast<double>(kWordsMultiplied)));
}

template class WordsOfBlocks<float>;
template class WordsOfBlocks<double>;

}  // namespace brainalign
