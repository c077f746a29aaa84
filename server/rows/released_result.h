#ifndef BRAINALIGN_SERVER_ROWS_RELEASED_RESULT_H_
#define BRAINALIGN_SERVER_ROWS_RELEASED_RESULT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "brainalign/v1/result.pb.h"
#include "core/align/result.h"
#include "core/align/result_arrays.h"
#include "core/result/array.h"
#include "server/rows/record.pb.h"
#include "server/rows/release.h"
#include "server/rows/stored_result.h"

namespace brainalign {

// Arrays that an answer has inside: each at most, and all together. They keep the answer well below
// the 4 MiB that gRPC's clients receive by default.
inline constexpr std::int64_t kMostInlineBytes = 64 << 10;
inline constexpr std::int64_t kMostInlineBytesInAll = 1 << 20;

// The released result of a job: with the job's own names and depths of layers, and the numbers that
// are read off its arrays. For a sealed recording of another project, only what its policy
// releases. Arrays are read from the database only as far as needed.
class ReleasedResult {
 public:
  // DATA_LOSS if the record is damaged.
  static absl::StatusOr<ReleasedResult> Open(StoredResult stored,
                                             const std::optional<SealPolicy>& policy);

  // The whole message, with the elements of small arrays. The caller sets job_id and from_cache.
  // DATA_LOSS if an array is damaged.
  absl::StatusOr<v1::AlignmentResult> Tell() const;

  // Of the array of this name. NOT_FOUND, with the names that there are, if it is not released or
  // does not exist.
  absl::StatusOr<std::int64_t> SizeOf(const std::string& name) const;
  // Some bytes of the array, from `offset` on, at most 1 MiB: one at least, unless the array ends
  // there. Errors as of SizeOf and Tell.
  absl::StatusOr<std::string> Read(const std::string& name, std::int64_t offset) const;

  // The result with its uncertainty (ReadOffUncertainty), and of the rest what that needs.
  // FAILED_PRECONDITION if it is not released, if an older server computed it with neither nulls
  // nor draws, or if its arrays are too large; DATA_LOSS if an array is damaged.
  absl::StatusOr<AlignmentResult> ReadOffUncertainty() const;

 private:
  struct ReleasedArray {
    const ResultArrayRow* row = nullptr;
    v1::ResultArray info;  // without elements
    int stored = 0;        // place among the arrays of the record, if it is stored
    double step = 0;       // elements are rounded to multiples of it; 0: exact
  };

  absl::StatusOr<const ReleasedArray*> Find(const std::string& name) const;
  // The bytes of one piece of a stored array, rounded.
  absl::StatusOr<std::string> ReadPiece(const ReleasedArray& array, std::int64_t piece) const;
  // All bytes of a stored array, rounded.
  absl::StatusOr<std::string> ReadStored(const ReleasedArray& array) const;
  // The numbers that are read off the released arrays. Only the fields that ReadOff needs or
  // computes are set.
  absl::StatusOr<AlignmentResult> ReadOffArrays() const;
  // Sets the array of this name in `result`, if it is there and released.
  absl::Status ReadInto(const std::string& name, AlignmentResult& result) const;

  std::optional<SealPolicy> policy_;
  StoredResult stored_;
  record::ResultRecord record_;
  std::vector<Axis> axes_;
  std::vector<ReleasedArray> released_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_RELEASED_RESULT_H_
