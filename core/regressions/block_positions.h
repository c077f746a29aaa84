#ifndef BRAINALIGN_CORE_REGRESSIONS_BLOCK_POSITIONS_H_
#define BRAINALIGN_CORE_REGRESSIONS_BLOCK_POSITIONS_H_

#include <cstdint>
#include <vector>

#include "core/inference/blocks.h"
#include "core/problem/segments.h"

namespace brainalign {

// The words of each block, block after block.
struct BlockPositions {
  std::vector<std::int32_t> position;  // (n) of the words
  std::vector<std::int32_t> begin;     // (B + 1) of each block in `position`
  std::vector<int> fold;               // (B) the fold that tests the block's words

  int count() const { return static_cast<int>(fold.size()); }
};

// The positions of the words of `blocks` in the order of `segments`.
BlockPositions PositionsOfBlocks(const Segments& segments, const WordBlocks& blocks);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_BLOCK_POSITIONS_H_
