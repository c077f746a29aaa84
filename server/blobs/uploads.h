#ifndef BRAINALIGN_SERVER_BLOBS_UPLOADS_H_
#define BRAINALIGN_SERVER_BLOBS_UPLOADS_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/mutex.h"
#include "server/access/project_limits.h"
#include "server/access/use_shares.h"
#include "server/blobs/blob_folder.h"
#include "server/blobs/part_stream.h"
#include "server/blobs/tensors.h"
#include "server/rows/upload.h"
#include "server/runtime/clock.h"
#include "server/runtime/turns.h"
#include "server/store/store.h"

namespace brainalign {

struct UploadLimits {
  std::int64_t max_chunk_bytes = std::int64_t{1} << 20;
  std::int64_t max_tensor_bytes = std::int64_t{256} << 30;
  // The committed offset moves on at least this often.
  std::int64_t sync_interval_bytes = std::int64_t{64} << 20;
  absl::Duration idle_timeout = absl::Hours(24);
  // The same of an upload of which no byte is there.
  absl::Duration empty_timeout = absl::Minutes(10);
  // A client whose connection broke often returns before its old stream has ended. A second writer
  // waits this long for the first one.
  absl::Duration writer_patience = absl::Seconds(2);
  int max_open_uploads = 1000;
  // The shares of one person and one project of these, and of the disk space that is reserved for
  // uploads.
  UseShares shares;
  // The limits of each project for stored bytes and open uploads; empty: no limits.
  LimitsOf limits_of;
};

class UploadWriter;

// Uploads under way. An upload is a part file and a record; both survive a
// restart, where a part file longer than the committed offset is cut back to it.
// Thread-safe. The pointers given to Open must outlive it.
class Uploads {
 public:
  // Loads the uploads of the store.
  static absl::StatusOr<std::unique_ptr<Uploads>> Open(UploadLimits limits, Clock clock,
                                                       Store* store, BlobFolder* blobs,
                                                       Tensors* tensors);
  ~Uploads();

  // Opens an upload, joins the project's open one of the same digest and size, or returns a
  // complete one if the project holds the bytes. Bytes of other projects have no effect.
  // INVALID_ARGUMENT if ref and size disagree or exceed the limits. RESOURCE_EXHAUSTED if there is
  // no space, or a limit of the project or person is reached (empty person: not identified).
  absl::StatusOr<Upload> Start(const std::string& project, const TensorRef& ref,
                               std::int64_t size_bytes, const std::string& person = "");
  // NOT_FOUND once expired or given up, and for another project's.
  absl::StatusOr<Upload> Query(const std::string& project, const std::string& upload_id);
  // Cancels the upload. ABORTED while a client writes; no error if it does not exist.
  absl::Status Cancel(const std::string& project, const std::string& upload_id);
  // The right to write, for one client at a time. ABORTED for a second one if the first does not
  // end soon. After a restart the received bytes are read again, which may take minutes: CANCELLED
  // as soon as `go_on` returns false.
  absl::StatusOr<std::unique_ptr<UploadWriter>> OpenWriter(const std::string& project,
                                                           const std::string& upload_id,
                                                           const std::function<bool()>& go_on);

  struct Totals {
    std::int64_t open = 0;            // at the moment, written to or not
    std::int64_t started = 0;         // since Open, as those below
    std::int64_t resumed = 0;         // begun to be written to, with bytes already there
    std::int64_t completed = 0;       // their tensors are there
    std::int64_t received_bytes = 0;  // that were new
  };
  Totals CountTotals() const;
  struct OpenUpload {
    Upload upload;
    bool has_writer = false;
  };
  // Which uploads to list: up to `limit` after this id. An empty project or person is every one.
  struct OpenQuery {
    std::string after_upload_id;
    std::size_t limit = 0;
    std::string project;
    std::string person;
  };
  // Uploads that are not complete, by id.
  std::vector<OpenUpload> ListOpen(const OpenQuery& query) const;

  // Drops uploads without writes during the idle timeout.
  void DropExpired();
  absl::Time ExpireTime(const Upload& upload) const;

 private:
  friend class UploadWriter;
  struct Session;
  class Sessions;
  // Sums over the open uploads of one person or project.
  struct SessionSum {
    int open = 0;
    std::int64_t coming_bytes = 0;    // of those in all
    std::int64_t promised_bytes = 0;  // not received yet
  };

  Uploads(UploadLimits limits, Clock clock, Store* store, BlobFolder* blobs, Tensors* tensors);
  absl::Status Recover(const Upload& upload);
  // Takes up the part file of an upload that is not complete.
  absl::Status RecoverPart(Session& session);
  absl::StatusOr<std::shared_ptr<Session>> Find(const std::string& project,
                                                const std::string& upload_id);
  // Removes the upload from memory. The caller must remove it from the disk.
  void Forget(Session& session) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Its record and its part file go.
  absl::Status RemoveFromDisk(const Upload& upload);
  // Both.
  absl::Status Discard(Session& session);

  // What is there for a new upload of these bytes: one that is open or complete. Else
  // makes room for the new one among those that are promised their bytes, and tells how
  // many more bytes of the project are on their way.
  absl::StatusOr<std::shared_ptr<Session>> FindOrReserve(const Upload& wanted, bool is_there,
                                                         std::int64_t& coming_bytes);
  // Whether the project may have one more upload.
  absl::Status CheckUploads(const std::string& project) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether the project may store the bytes, too.
  absl::Status CheckHoldings(const Upload& wanted, std::int64_t coming_bytes) const;
  absl::Status CheckSpace(std::int64_t size_bytes, std::int64_t free_bytes) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether the person and the project stay within their shares.
  absl::Status CheckShares(const Upload& wanted, std::int64_t free_bytes) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckShare(const Upload& wanted, const std::string& whose, const SessionSum& sum,
                          double share, std::int64_t free_bytes) const;

  // Fixed after construction.
  const UploadLimits limits_;
  const Clock clock_;
  Store* const store_;
  BlobFolder* const blobs_;
  Tensors* const tensors_;

  // Of who starts an upload, at its project and digest.
  Turns turns_;
  // Never held during disk I/O.
  mutable Mutex mutex_;
  Condition writer_ended_;
  Totals totals_ ABSL_GUARDED_BY(mutex_);  // but for open and received_bytes
  std::atomic<std::int64_t> received_bytes_{0};
  const std::unique_ptr<Sessions> sessions_ ABSL_PT_GUARDED_BY(mutex_);
};

// Receives the chunks of one upload, which other threads write and make durable. Used by one
// thread. The destructor commits the received bytes as far as the disk allows.
class UploadWriter {
 public:
  UploadWriter(Uploads* uploads, std::shared_ptr<Uploads::Session> session);
  ~UploadWriter();

  // Appends the part of the chunk that was not received yet; `data` becomes a string for reuse.
  // OUT_OF_RANGE for a gap or bytes past the end, DATA_LOSS for a wrong checksum, INVALID_ARGUMENT
  // for a chunk over the limit: all leave the upload as it was before the chunk. RESOURCE_EXHAUSTED
  // if the disk was full for one of the last chunks, and other errors of the disk: from that chunk
  // on they are not held.
  absl::Status Write(std::int64_t offset_bytes, std::string& data, std::uint32_t crc32c);

  // Whether the last byte was received.
  bool IsWhole() const;

  // Commits the received bytes. If the upload is complete, verifies the digest (DATA_LOSS if it
  // differs: the upload is then discarded) and makes the tensor durable.
  absl::StatusOr<Upload> Finish();

 private:
  absl::Status Open(const std::function<bool()>& go_on);
  // The first `size_bytes` bytes of the part file. Called by a thread of the stream's.
  absl::Status Commit(std::int64_t size_bytes);
  // The stream ends; what it wrote is the session's.
  void CloseStream();
  absl::Status Complete();

  friend class Uploads;
  Uploads* const uploads_;
  const std::shared_ptr<Uploads::Session> session_;
  const std::int64_t size_bytes_;
  bool complete_;
  std::int64_t taken_bytes_;
  absl::Status lost_;  // once the upload is discarded: why
  std::optional<File> file_;
  std::optional<PartStream> stream_;  // until the upload is complete
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_BLOBS_UPLOADS_H_
