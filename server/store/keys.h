#ifndef BRAINALIGN_SERVER_STORE_KEYS_H_
#define BRAINALIGN_SERVER_STORE_KEYS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

// Keys of the database. The first byte says what is stored; numbers are
// big-endian, so that keys sort by them.
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
//   facts    r project 0 request_id       job_id
//   facts    x execution_id               Execution
//   facts    q execution_id               empty: queued or running
//   facts    a execution_id order         job_id: unfinished jobs of an execution
//   facts    c project 0 cache_key        execution_id: the finished one
//   facts    f execution_id order         job_id: jobs of an execution, ended or not
//   facts    n digest execution_id        empty: an unfinished execution needs a tensor
//   facts    y end project 0 execution_id Charge; end in seconds since 1970
//   facts    l project 0 name             SealedRecording
//   facts    m project 0 name 0 order     Submission
//   facts    n digest "seal" project 0 name  empty: a sealed recording needs a tensor
//   facts    w                            what was learned of the machine's speed
//   facts    k                            Shares
//   events   order sequence               Event
//   bulk     s execution_id               JobSpecification
//   bulk     t execution_id tile          sealed tile
//   bulk     z execution_id               sealed result

namespace brainalign {

std::string VersionKey();
std::string ScrubKey();
std::string WorkRatesKey();
std::string SharesKey();
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
std::string RequestKey(const std::string& project, const std::string& request_id);
std::string ExecutionKey(std::int64_t execution_id);
std::string QueueKey(std::int64_t execution_id);
std::string AttachmentKey(std::int64_t execution_id, std::int64_t order);
std::string CacheKey(const std::string& project, const std::string& cache_key);
std::string FollowerKey(std::int64_t execution_id, std::int64_t order);
std::string NeedKey(const std::string& digest, std::int64_t execution_id);
std::string RecordingKey(const std::string& project, const std::string& name);
std::string SealKey(const std::string& digest, const std::string& project, const std::string& name);
std::string SubmissionKey(const std::string& project, const std::string& name, std::int64_t order);
std::string EventKey(std::int64_t order, std::int64_t sequence);
std::string SpecificationKey(std::int64_t execution_id);
std::string TileKey(std::int64_t execution_id, int tile);
std::string ResultKey(std::int64_t execution_id);

// What every key of a kind begins with.
std::string ChargePrefix();
std::string BlobPrefix();
std::string HoldingPrefix();
std::string HoldingPrefix(const std::string& digest);
std::string UploadPrefix();
std::string JobPrefix();
std::string OrderPrefix();
std::string ProjectOrderPrefix(const std::string& project);
std::string ExecutionPrefix();
std::string QueuePrefix();
std::string AttachmentPrefix(std::int64_t execution_id);
std::string FollowerPrefix(std::int64_t execution_id);
std::string NeedPrefix(const std::string& digest);
// Of one project, or of all if it is empty.
std::string RecordingPrefix(const std::string& project);
std::string SubmissionPrefix(const std::string& project, const std::string& name);
std::string EventPrefix(std::int64_t order);
std::string TilePrefix();
std::string TilePrefix(std::int64_t execution_id);
std::string ResultPrefix();

// Number in the last eight bytes of a key; -1 if it is shorter.
std::int64_t TrailingNumber(absl::string_view key);
// Eight bytes, big-endian.
std::string EncodeNumber(std::int64_t number);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_STORE_KEYS_H_
