#ifndef BRAINALIGN_SERVER_STORE_CHANGES_H_
#define BRAINALIGN_SERVER_STORE_CHANGES_H_

#include <string>
#include <vector>

#include "core/align/result.h"
#include "server/rows/job.h"
#include "server/rows/model.h"
#include "server/rows/scrub.h"
#include "server/rows/share.h"
#include "server/rows/specification.h"
#include "server/rows/stored_result.h"
#include "server/rows/upload.h"
#include "server/rows/word_table.h"
#include "server/store/database.h"

// Everything that ever changes in the database: one function for each, one
// Change that is durable as a whole.

namespace brainalign {

// An upload begins, or its committed offset moves on.
Change SaveUpload(const Upload& upload);
// The upload's bytes are in place: its digest names a blob from now on, which its
// project holds.
Change CompleteUpload(const Upload& upload, const Blob& blob);
Change DropUpload(const std::string& upload_id);
// A project used a tensor that it holds.
Change SaveUse(const std::string& digest, const Blob& blob, const std::string& project,
               const Holding& holding);
// A tensor is marked to be removed, or is not any more.
Change SaveBlob(const std::string& digest, const Blob& blob);
// The background check went on.
Change SaveScrub(const ScrubState& scrub);
// The digest has no bytes until a project sends them again. `projects` held it.
Change DropBlob(const std::string& digest, const std::vector<std::string>& projects);
// A project no longer holds a tensor that it has not used for a long time.
Change DropHolding(const std::string& digest, const std::string& project);

// A job with an execution of its own: both are queued. `tiles` are finished already.
Change QueueExecution(const Execution& execution, const JobSpecification& specification,
                      const JobChange& job, const std::vector<TileScores>& tiles = {});
// A job that follows an execution that is there already. A job in a terminal
// state is not attached: nothing more will happen to it.
Change AddJob(const JobChange& job);
// An execution moves to another state, and its jobs with it: it starts, goes back
// to its place in the queue, fails, or is cancelled with its last job. In a
// terminal state it leaves the queue.
Change SaveExecution(const Execution& execution, const std::vector<JobChange>& jobs);
// A tile is finished.
Change SaveTile(const Execution& execution, const TileScores& tile,
                const std::vector<JobChange>& jobs);
// An execution starts over: its `tiles` are deleted, and the events of `jobs` about them are
// replaced.
Change DropTiles(const Execution& execution, const std::vector<int>& tiles,
                 const std::vector<JobChange>& jobs);
// An execution succeeds; from now on it answers for its cache key. `rates`: the measured speed of
// the machine (WorkRates::Save). Its project is charged.
Change FinishExecution(const Execution& execution, const AlignmentResult& result,
                       const std::vector<JobChange>& jobs, const std::string& rates,
                       absl::Time now);
// Access was given: from now on the server requires tokens or certificates, unless an option turns
// this off.
Change SaveTokensUsed();
// The used thread time, as a part of another change.
void AddShares(const Shares& shares, Change& change);
// A job stops following an execution that continues for other jobs.
Change CancelJob(const JobChange& job);

// A recording is created, sealed or unsealed, and its tensors are kept with it; or it is deleted.
Change SaveRecording(const Recording& recording);
Change DeleteRecording(const Recording& recording);
// The same of word tables and models.
Change SaveWordTable(const WordTable& table);
Change DeleteWordTable(const WordTable& table);
Change SaveModel(const Model& model);
Change DeleteModel(const Model& model);

// A job that has ended is forgotten, with its events and its request.
Change DeleteJob(const Job& job);
// Whether an execution is the one that is found by its keys.
struct FoundBy {
  bool cache_key = false;
  bool matrix_key = false;
};

// The same for the last job of an execution: its tiles, its result with the `pieces` of its arrays,
// and its places in the cache go in the same change, so that the cache never refers to deleted
// bytes.
Change DeleteLastJob(const Job& job, const Execution& execution, const std::vector<int>& tiles,
                     const std::vector<PieceName>& pieces, FoundBy found_by);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_STORE_CHANGES_H_
