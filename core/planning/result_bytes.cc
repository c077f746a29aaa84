#include "core/planning/result_bytes.h"

namespace brainalign {
namespace {

constexpr double kValueBytes = 8;
// Copies of the whole result while it is written. A server: the message, its bytes, and those again
// in the database's change. A program that writes text: some 25 characters for each value, in a
// buffer that grows by doubling, beside a tree of 16 bytes for each.
constexpr double kCopiesToWrite = 10;

// The same for nulls and influence, which are never written as text, and copies of them in which
// p values and intervals are computed.
constexpr double kCopiesOfMore = 5;

}  // namespace

double ResultBytes(const ResultShape& shape) {
  const double scores = shape.cells * (1 + shape.folds + shape.columns);
  const double in_tiles = scores + shape.tile_layers * shape.alphas;
  const double assembled = scores + shape.layers * shape.alphas;
  const double more = shape.cells * shape.more_matrices;
  return kValueBytes * (in_tiles + (1 + kCopiesToWrite) * assembled + (2 + kCopiesOfMore) * more);
}

}  // namespace brainalign
