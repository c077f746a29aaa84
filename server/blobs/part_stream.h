#ifndef BRAINALIGN_SERVER_BLOBS_PART_STREAM_H_
#define BRAINALIGN_SERVER_BLOBS_PART_STREAM_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "core/mutex.h"
#include "server/files/file.h"
#include "server/rows/digest.h"

namespace brainalign {

// The bytes of an upload on their way into its part file, while more are received: one
// thread writes them, one hashes what is written, and one makes it durable. At any moment
//     durable <= written <= taken,  hashed <= written.
// To be called by one thread.
class PartStream {
 public:
  struct Settings {
    // Taken and not yet written and hashed: memory.
    std::int64_t waiting_bytes = std::int64_t{4} << 20;
    // Taken and not durable: what a crash may cost. A longer chunk is taken alone.
    std::int64_t undurable_bytes = std::int64_t{64} << 20;
    // The system is asked to begin to write so much to the disk, as soon as it is there.
    std::int64_t writeback_bytes = std::int64_t{4} << 20;
  };
  // Makes the first `size_bytes` of the file durable, and then the record that says so.
  // Called by a thread of the stream's, while the file grows.
  using MakeDurable = std::function<absl::Status(std::int64_t size_bytes)>;

  // `file` has `written_bytes`, of which `sha` is, too, after Stop; `durable_bytes` of them are
  // durable. Both must outlive the stream and are its own until Stop.
  PartStream(File* file, Sha256* sha, std::int64_t written_bytes, std::int64_t durable_bytes,
             Settings settings, MakeDurable make_durable);
  ~PartStream();

  // Starts the threads; to be called once, before what follows. RESOURCE_EXHAUSTED if one cannot
  // be started: there is nothing left to do then but to Stop.
  absl::Status Start();
  // Takes the chunk's bytes, and leaves in it a string to be used again. Waits while too
  // much is on its way. An error is that of a step behind it: nothing more is taken.
  absl::Status Append(std::string& chunk);
  // Waits until all that was taken is durable. Where it could not be written, what could
  // is durable, and the error is that.
  absl::Status Flush();
  // Ends the threads: what was taken is written or given up. How much is written, and hashed.
  std::int64_t Stop();

 private:
  void Write();
  void Hash();
  void Sync();
  // Whether the syncing thread has something to do.
  bool HasWriteback() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasSync() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  File* const file_;
  Sha256* const sha_;
  const Settings settings_;
  const MakeDurable make_durable_;

  Mutex mutex_;
  Condition changed_;
  std::deque<std::string> waiting_ ABSL_GUARDED_BY(mutex_);   // to be written
  std::deque<std::string> unhashed_ ABSL_GUARDED_BY(mutex_);  // written
  std::vector<std::string> used_ ABSL_GUARDED_BY(mutex_);     // strings to be used again
  std::int64_t taken_bytes_ ABSL_GUARDED_BY(mutex_);
  std::int64_t written_bytes_ ABSL_GUARDED_BY(mutex_);
  std::int64_t hashed_bytes_ ABSL_GUARDED_BY(mutex_);
  std::int64_t writeback_bytes_ ABSL_GUARDED_BY(mutex_);  // asked for up to here
  std::int64_t durable_bytes_ ABSL_GUARDED_BY(mutex_);
  bool hurry_ ABSL_GUARDED_BY(mutex_) = false;  // somebody waits for the next sync
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool write_ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status write_error_ ABSL_GUARDED_BY(mutex_);
  absl::Status sync_error_ ABSL_GUARDED_BY(mutex_);  // of the last attempt

  std::jthread writing_;  // last: they use the rest
  std::jthread hashing_;
  std::jthread syncing_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_BLOBS_PART_STREAM_H_
