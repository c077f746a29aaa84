#ifndef BRAINALIGN_CORE_INFERENCE_BLOCKS_H_
#define BRAINALIGN_CORE_INFERENCE_BLOCKS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/problem/folds.h"

namespace brainalign {

// Blocks of words (docs/uncertainty.md, "Block influence").
struct WordBlocks {
  std::vector<std::int32_t> of_word;  // (w) block of each word
  std::vector<int> fold;              // (B) the fold that the block's words are tested in

  std::size_t count() const { return fold.size(); }
};

// The words of a block: four epochs, fewer if needed to keep 40 blocks in all, but never less than
// two epochs. A single time sample says nothing about how long words are correlated. Blocks then
// have 20 words, more where that leaves more than 20 degrees of freedom (but not more than 100
// words), and fewer where it leaves less than 10 (but not fewer than 10 words, or all words if
// there are fewer). `folds`: their number.
int BlockWords(double epoch_seconds, double gap_seconds, std::int64_t words, int folds);

// Contiguous blocks of about `block_words` words, each inside one fold and one session. A stretch
// of n such words makes floor(n / block_words) blocks, at least one. The first of them have one
// word more where n is no multiple. Blocks are ordered by fold, then session, then word. `sessions`
// are those of WordsOfSessions; `folds` are the test words of each fold, which hold every word
// once.
WordBlocks MakeBlocks(const std::vector<Words>& sessions, const std::vector<Words>& folds,
                      int block_words);

// Influence of blocks on each cell of the layer x time matrix.
struct BlockInfluence {
  RowMatrix<double> values;    // (B, L * T), layer-major; or (B + J, L * T) from AddAlphas
  int degrees_of_freedom = 0;  // blocks less folds
};

// `sums` (B, L * T): the sum over the words of each block of their influence on each cell. Takes
// out the mean of each fold's n blocks and multiplies by sqrt(n / (n - 1)). A fold of one block has
// no influence and no degree of freedom. `fold_of_block` (B).
BlockInfluence CentreInFolds(RowMatrix<double> sums, const std::vector<int>& fold_of_block);

// Noise of the choice of alphas (docs/uncertainty.md, "Chosen alphas"), as J rows after those of
// the blocks. The degrees of freedom stay. `without_inner_fold`: (J, L * T) of UncertaintyInputs.
BlockInfluence AddAlphas(BlockInfluence blocks, const RowMatrix<double>& without_inner_fold);

// Whether the influences of neighbouring blocks are correlated, so that standard errors from them
// are too small: blocks are shorter than the correlation of their words. `influence` (B or more
// rows, L * T) of CentreInFolds, `fold_of_block` (B). The correlation is the sum of the products of
// neighbours inside a fold over the sum of squares, over all cells. It must be above 0.1, and above
// two of the standard errors that it has for one cell without a correlation.
bool NeighboursAreCorrelated(const RowMatrix<double>& influence,
                             const std::vector<int>& fold_of_block);

// (L * T) Root of the sum over blocks of the squared influence.
std::vector<double> StandardErrors(const RowMatrix<double>& influence);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_BLOCKS_H_
