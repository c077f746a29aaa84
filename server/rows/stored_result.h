#ifndef BRAINALIGN_SERVER_ROWS_STORED_RESULT_H_
#define BRAINALIGN_SERVER_ROWS_STORED_RESULT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/align/result.h"
#include "server/rows/specification.h"

// A result as the database has it: a record of everything but the elements of its arrays, and the
// elements of each array in pieces. The numbers that are read off the arrays (ReadOff) are not
// stored, because they depend on the depths of the layers, which each job has for itself.

namespace brainalign {

// Size of every piece of an array but its last one. A multiple of the size of an element.
inline constexpr std::int64_t kPieceBytes = std::int64_t{1} << 20;

// One piece of an array.
struct PieceName {
  int array = 0;  // its place among the arrays of the record
  std::int64_t piece = 0;
};

std::string EncodeResultRecord(const AlignmentResult& result, double compute_seconds);
// Calls `put` for each piece of each array of `result`.
void EncodePieces(const AlignmentResult& result,
                  const std::function<void(PieceName name, std::string bytes)>& put);
// Every piece that belongs to a record. Nothing if `record` is none.
std::optional<std::vector<PieceName>> PiecesOf(const std::string& record);

// The result of one job, before the policy is applied.
struct StoredResult {
  std::string record;
  // The bytes of a piece. DATA_LOSS if it is damaged or not there any more.
  std::function<absl::StatusOr<std::string>(PieceName name)> read_piece;
  JobLayers layers;  // of the job, as its draws are
  int draws = 0;
  std::uint64_t seed = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_STORED_RESULT_H_
