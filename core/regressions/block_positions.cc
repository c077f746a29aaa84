#include "core/regressions/block_positions.h"

#include <cstddef>

namespace brainalign {

BlockPositions PositionsOfBlocks(const Segments& segments, const WordBlocks& blocks) {
  std::vector<std::vector<std::int32_t>> positions(blocks.count());
  for (std::int32_t p = 0; p < segments.words(); ++p) {
    const auto word = static_cast<std::size_t>(segments.word[static_cast<std::size_t>(p)]);
    positions[static_cast<std::size_t>(blocks.of_word[word])].push_back(p);
  }
  BlockPositions of_blocks;
  of_blocks.fold = blocks.fold;
  of_blocks.begin.push_back(0);
  for (const std::vector<std::int32_t>& block : positions) {
    of_blocks.position.insert(of_blocks.position.end(), block.begin(), block.end());
    of_blocks.begin.push_back(static_cast<std::int32_t>(of_blocks.position.size()));
  }
  return of_blocks;
}

}  // namespace brainalign
