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

// Writes the bytes of an upload into its part file while more are received. One thread writes, one
// hashes the written bytes, and one makes them durable. At any moment
//     durable <= written <= taken,  hashed <= written.
// To be called by one thread.
class PartStream {
 public:
  struct Settings {
    // Most bytes that are taken but not yet written and hashed: they are in memory.
    std::int64_t waiting_bytes = std::int64_t{4} << 20;
    // Most bytes that are taken but not durable: a crash can lose them. A longer chunk is taken
    // alone.
    std::int64_t undurable_bytes = std::int64_t{64} << 20;
    // The system is asked to begin to write so much to the disk, as soon as it is there.
    std::int64_t writeback_bytes = std::int64_t{4} << 20;
  };
  // Makes the first `size_bytes` of the file durable, and then the record of this offset. Called by
  // a thread of the stream while the file grows.
  using MakeDurable = std::function<absl::Status(std::int64_t size_bytes)>;

  // `file` has `written_bytes`, of which `sha` is, too, after Stop; `durable_bytes` of them are
  // durable. Both must outlive the stream and are its own until Stop.
  PartStream(File* file, Sha256* sha, std::int64_t written_bytes, std::int64_t durable_bytes,
             Settings settings, MakeDurable make_durable);
  ~PartStream();

  // Starts the threads. Call it once, before the methods below. RESOURCE_EXHAUSTED if a thread
  // cannot be started; then only Stop may be called.
  absl::Status Start();
  // Takes the chunk's bytes, and leaves a string for reuse in it. Waits while too many bytes are
  // pending. An error comes from an earlier step; no more bytes are taken then.
  absl::Status Append(std::string& chunk);
  // Waits until all taken bytes are durable. If a write failed, returns its error; the bytes before
  // it are durable.
  absl::Status Flush();
  // Ends the threads; pending bytes are written or dropped. Returns the numbers of written and of
  // hashed bytes.
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
  bool hurry_ ABSL_GUARDED_BY(mutex_) = false;  // a caller waits for the next sync
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
