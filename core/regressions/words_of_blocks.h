#ifndef BRAINALIGN_CORE_REGRESSIONS_WORDS_OF_BLOCKS_H_
#define BRAINALIGN_CORE_REGRESSIONS_WORDS_OF_BLOCKS_H_

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/regressions/block_positions.h"

namespace brainalign {

// Columns [begin, begin + count) of some targets, which belong to one layer.
struct LayerPart {
  int layer = 0;
  Eigen::Index begin = 0;
  Eigen::Index count = 0;
};

// Of a word's features x and targets y: the sum over columns of y (x'product + shift).
template <typename T>
struct ProductFunction {
  RowMatrix<T> product;  // (p, m)
  Eigen::ArrayXd shift;  // (m)
};

// Features and targets of words, summed over the words of each block. Parts of InfluenceOfBlocks
// (core/regressions/block_influence.h).
template <typename T>
class WordsOfBlocks {
 public:
  // `values` (n, p): features by position. Both must outlive the object.
  WordsOfBlocks(const BlockPositions& blocks, const ColMatrix<T>& values);

  // (B, p) Sums of the features over each block.
  const RowMatrix<double>& sums() const { return sums_; }

  // The blocks [first, last) of a fold.
  std::pair<int, int> BlocksOf(int fold) const;

  // out(b, layer) += the function, summed over the words of block b and the columns of the layer,
  // for each block of the fold. `targets` (n, m), with columns `parts`.
  void AddProducts(int fold, const ProductFunction<T>& function, const RowMatrixRef<T>& targets,
                   const std::vector<LayerPart>& parts, RowMatrix<double>& out) const;

  // The same of weight (y - mean)^2. `weight`, `mean` (m).
  void AddSquares(int fold, const Eigen::ArrayXd& weight, const Vector& mean,
                  const RowMatrixRef<T>& targets, const std::vector<LayerPart>& parts,
                  RowMatrix<double>& out) const;

  // Calls `visit(b, grams)` with the Gram matrices (count, p * p) of the blocks of a fold from `b`
  // on, a few at a time.
  void ForGrams(int fold, const std::function<void(int, const RowMatrix<T>&)>& visit) const;

 private:
  using Rows = Eigen::Ref<const ColMatrix<T>, 0, Eigen::OuterStride<>>;

  std::int32_t Begin(int block) const { return blocks_.begin[Size(block)]; }
  std::int32_t Position(std::int32_t i) const { return blocks_.position[Size(i)]; }
  // The features of the words [begin, end), counted in the order of blocks. `storage` is used
  // unless they are neighbours.
  Rows RowsOf(std::int32_t begin, std::int32_t end, ColMatrix<T>& storage) const;
  // Adds sums over a block's words of each column to the layers.
  void AddToLayers(int block, const Eigen::ArrayXd& sums, const std::vector<LayerPart>& parts,
                   RowMatrix<double>& out) const;

  const BlockPositions& blocks_;
  const ColMatrix<T>& values_;
  RowMatrix<double> sums_;
};

// Bytes of the Gram matrices that ForGrams holds, of at most `blocks` blocks, and of the products
// of AddProducts.
double WordsOfBlocksBytes(double value_bytes, double features, double columns, double blocks);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_WORDS_OF_BLOCKS_H_
