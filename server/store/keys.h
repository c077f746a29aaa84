#ifndef BRAINALIGN_SERVER_STORE_KEYS_H_
#define BRAINALIGN_SERVER_STORE_KEYS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "server/rows/job.h"
#include "server/rows/resource.h"
#include "server/rows/stored_result.h"

// Keys of the database. The first byte is the kind of the record; numbers are big-endian, so that
// keys sort by them.
//
//   family   key                          value
//   facts    v                            version of this layout, decimal
//   facts    p                            ScrubState
//   facts    b digest                     Blob
//   facts    h digest project             Holding
//   facts    u upload_id                  Upload
//   facts    j job_id                     Job
//   facts    o order                      job_id: jobs by age
//   facts    i project 0 order            job_id: a project's jobs by age
//   facts    g state project 0 order      job_id: its jobs in a state by age; no project: of all
//   facts    r project 0 request_id       job_id
//   facts    x execution_id               Execution
//   facts    q execution_id               empty: queued or running
//   facts    a execution_id order         job_id: unfinished jobs of an execution
//   facts    c project 0 cache_key        execution_id: the finished one
//   facts    c project 0 matrix-matrix_key  execution_id: the last finished one with more than this
//                                         matrix
//   facts    f execution_id order         job_id: jobs of an execution, ended or not
//   facts    n digest execution_id        empty: an unfinished execution needs a tensor
//   facts    y end project 0 execution_id Charge; end in seconds since 1970
//   facts    l project 0 name             Recording
//   facts    d project 0 name             WordTable
//   facts    e project 0 name             Model
//   facts    t project 0 request_id       MadeResource
//   facts    m project 0 name 0 order     Submission
//   facts    n digest kind project 0 name  empty: a resource needs a tensor; kind in words
//   facts    w                            what was learned of the machine's speed
//   facts    k                            Shares
//   facts g empty: access was ever given by token or certificate
//   events   order sequence               Event
//   bulk     s execution_id               JobSpecification
//   bulk     t execution_id tile          sealed tile
//   bulk     z execution_id               sealed result, without the elements of its arrays
//   bulk     d execution_id array piece   sealed piece of an array of the result
//   bulk     l order                      JobLayers of a job, if not its execution's

namespace brainalign {

std::string VersionKey();
std::string ScrubKey();
std::string WorkRatesKey();
std::string SharesKey();
std::string TokensUsedKey();
std::string ChargeKey(std::int64_t end_unix_seconds, const std::string& project,
                      std::int64_t execution_id);
// Of charges from this second on.
std::string ChargeKeyFrom(std::int64_t end_unix_seconds);
std::string BlobKey(const std::string& digest);
std::string HoldingKey(const std::string& digest, const std::string& project);
std::string UploadKey(const std::string& upload_id);
std::string JobKey(const std::string& job_id);
std::string OrderKey(std::int64_t order);
std::string ProjectOrderKey(const std::string& project, std::int64_t order);
// Of a job in this state; of all projects if `project` is empty.
std::string StateKey(JobState state, const std::string& project, std::int64_t order);
std::string RequestKey(const std::string& project, const std::string& request_id);
std::string ExecutionKey(std::int64_t execution_id);
std::string QueueKey(std::int64_t execution_id);
std::string AttachmentKey(std::int64_t execution_id, std::int64_t order);
std::string CacheKey(const std::string& project, const std::string& cache_key);
// The argument of CacheKey for the last finished execution that computed more than the matrix of
// `matrix_key`.
std::string InPlaceOfCacheKey(const std::string& matrix_key);
std::string FollowerKey(std::int64_t execution_id, std::int64_t order);
std::string NeedKey(const std::string& digest, std::int64_t execution_id);
std::string ResourceKey(ResourceKind kind, const std::string& project, const std::string& name);
std::string ResourceRequestKey(const std::string& project, const std::string& request_id);
std::string ResourceNeedKey(const std::string& digest, ResourceKind kind,
                            const std::string& project, const std::string& name);
std::string SubmissionKey(const std::string& project, const std::string& name, std::int64_t order);
std::string EventKey(std::int64_t order, std::int64_t sequence);
std::string SpecificationKey(std::int64_t execution_id);
std::string TileKey(std::int64_t execution_id, int tile);
std::string ResultKey(std::int64_t execution_id);
std::string PieceKey(std::int64_t execution_id, PieceName name);
std::string LayersKey(std::int64_t order);

// The common prefix of all keys of a kind.
std::string ChargePrefix();
std::string BlobPrefix();
std::string HoldingPrefix();
std::string HoldingPrefix(const std::string& digest);
std::string UploadPrefix();
std::string JobPrefix();
std::string OrderPrefix();
std::string ProjectOrderPrefix(const std::string& project);
// Of all projects' jobs: who of them it is, is in the key.
std::string ProjectOrderPrefix();
std::string ProjectOfOrderKey(absl::string_view key);
std::string StatePrefix(JobState state, const std::string& project);
std::string ExecutionPrefix();
std::string QueuePrefix();
std::string AttachmentPrefix(std::int64_t execution_id);
std::string FollowerPrefix(std::int64_t execution_id);
std::string NeedPrefix(const std::string& digest);
// Of one project's resources of a kind: the name is what follows in the key.
std::string ResourceNeedPrefix(const std::string& digest, ResourceKind kind,
                               const std::string& project);
// Of one project, or of all if it is empty.
std::string ResourcePrefix(ResourceKind kind, const std::string& project);
std::string SubmissionPrefix(const std::string& project, const std::string& name);
std::string EventPrefix(std::int64_t order);
std::string TilePrefix();
std::string TilePrefix(std::int64_t execution_id);
std::string ResultPrefix();
std::string PiecePrefix();
std::string PiecePrefix(std::int64_t execution_id);
// Of a key of PiecePrefix.
PieceName PieceNameOf(absl::string_view key);

// Number in the last eight bytes of a key; -1 if it is shorter.
std::int64_t TrailingNumber(absl::string_view key);
// Eight bytes, big-endian.
std::string EncodeNumber(std::int64_t number);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_STORE_KEYS_H_
