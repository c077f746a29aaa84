#ifndef BRAINALIGN_SERVER_JOBS_SHARED_TILES_H_
#define BRAINALIGN_SERVER_JOBS_SHARED_TILES_H_

#include <cstdint>
#include <vector>

#include "core/align/result.h"
#include "server/jobs/job_planner.h"
#include "server/rows/specification.h"
#include "server/store/store.h"

namespace brainalign {

// Finished tiles of an earlier execution that are among those of `planned`, an alignment with the
// same matrix, with their indices in it, in order. A tile of nulls is shared if their kind, the
// seed and the least shift are the same, however many nulls there are in all; one of influence if
// the length of blocks is. None if the earlier execution cannot be read, or started over in double
// precision: the new one would begin without.
std::vector<TileScores> SharedTiles(const Store& store, std::int64_t earlier_execution_id,
                                    const JobSpecification& specification,
                                    const PlannedExecution& planned);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_SHARED_TILES_H_
