#ifndef BRAINALIGN_SERVER_JOBS_ALIGNMENTS_H_
#define BRAINALIGN_SERVER_JOBS_ALIGNMENTS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/align/alignment.h"
#include "core/align/brain_cache.h"
#include "server/blobs/tensors.h"
#include "server/jobs/executor.h"
#include "server/jobs/job_types.h"
#include "server/jobs/limits.h"
#include "server/rows/specification.h"

namespace brainalign {

// Makes alignments of jobs' specifications, over the tensors of this server. Thread-safe.
class Alignments {
 public:
  // Of `settings` it takes threads, memory, scratch folder and the size of the brain cache.
  // `tensors` must outlive it.
  Alignments(const JobSettings& settings, AlignmentFactory factory, Tensors* tensors);

  // An alignment for planning only. It gets a part of the memory if that is enough, so that short
  // jobs do not wait behind it. Errors as Alignment::Create.
  absl::StatusOr<std::unique_ptr<Alignment>> MakeToPlan(AlignmentInputs inputs,
                                                        const AlignmentOptions& options,
                                                        std::vector<FieldProblem>* problems,
                                                        const CancelCheck& is_cancelled) const;
  // An alignment to compute, within the memory that was reserved for it. If it needs more (an
  // earlier version of the program may have planned it), it gets all memory. Verifies the inputs.
  // DATA_LOSS or NOT_FOUND if they are lost; ABORTED, or an error with UnreadableField, if they
  // cannot be read now; CANCELLED soon after `is_cancelled` returns true.
  absl::StatusOr<std::unique_ptr<Alignment>> MakeToRun(const ExecutionDescription& description,
                                                       const CancelCheck& is_cancelled) const;

  // The cache of recordings; null: there is none.
  const BrainCache* brain_cache() const { return brain_cache_.get(); }

 private:
  AlignmentResources Resources(std::int64_t memory_bytes) const;  // without a brain cache
  absl::Status VerifyInputs(const JobSpecification& specification,
                            const CancelCheck& is_cancelled) const;

  const int threads_;
  const std::int64_t memory_budget_bytes_;
  const std::string scratch_folder_;
  const AlignmentFactory factory_;
  Tensors* const tensors_;
  const std::shared_ptr<BrainCache> brain_cache_;
};

// Whether a tile that was computed elsewhere is one of the alignment, with all its numbers.
bool Fits(const TileScores& tile, const Alignment& alignment);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_ALIGNMENTS_H_
