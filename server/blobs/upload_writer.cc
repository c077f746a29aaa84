#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/blobs/upload_session.h"
#include "server/blobs/uploads.h"
#include "server/record/status_details.h"
#include "server/store/changes.h"

// How bytes become a tensor that survives a power cut:
//   1. Chunks are appended to the part file and to the running SHA-256.
//   2. Every sync interval, and when a stream ends, fdatasync; then the committed
//      offset is recorded.
//   3. All there: the digest is compared, the file synced, renamed to its digest,
//      and the folders synced.
//   4. One batch records the blob and the upload's end.
// A crash after 2 resumes from the recorded offset; between 3 and 4 the next start
// takes the file back to 2, and the digest is compared again.

namespace brainalign {

UploadWriter::UploadWriter(Uploads* uploads, std::shared_ptr<Uploads::Session> session)
    : uploads_(uploads), session_(std::move(session)) {}

UploadWriter::~UploadWriter() {
  // The stream broke: what came through need not be sent again.
  if (!finished_) Commit().IgnoreError();
  session_->file.reset();
  MutexLock lock(uploads_->mutex_);
  session_->has_writer = false;
  uploads_->writer_ended_.notify_all();
}

absl::Status UploadWriter::Open() {
  Uploads::Session& session = *session_;
  if (session.upload.complete) return absl::OkStatus();
  auto file = File::OpenToWrite(uploads_->blobs_->PartPath(session.upload.upload_id));
  if (!file.ok()) return file.status();
  session.file = *std::move(file);
  if (session.sha) return absl::OkStatus();
  // The running digest does not survive a restart: it is made again from the file.
  Sha256 sha;
  std::vector<char> buffer(std::size_t{1} << 20);
  for (std::int64_t done = 0; done < session.received_bytes;) {
    const auto step = static_cast<std::size_t>(std::min<std::int64_t>(
        static_cast<std::int64_t>(buffer.size()), session.received_bytes - done));
    if (absl::Status status = session.file->ReadAt(done, buffer.data(), step); !status.ok()) {
      return status;
    }
    sha.Update(buffer.data(), step);
    done += static_cast<std::int64_t>(step);
  }
  session.sha = std::move(sha);
  return absl::OkStatus();
}

absl::Status UploadWriter::Write(std::int64_t offset_bytes, absl::string_view data,
                                 std::uint32_t crc32c) {
  Uploads::Session& session = *session_;
  const auto size_bytes = static_cast<std::int64_t>(data.size());
  if (size_bytes > uploads_->limits_.max_chunk_bytes) {
    return InvalidFieldError("data",
                             absl::StrCat("has ", size_bytes, " bytes; a chunk has at most ",
                                          uploads_->limits_.max_chunk_bytes));
  }
  if (offset_bytes < 0) {
    return InvalidFieldError("offset_bytes", absl::StrCat("is ", offset_bytes, "; it starts at 0"));
  }
  if (Crc32c(data.data(), data.size()) != crc32c) {
    return WithReason(
        absl::DataLossError(absl::StrCat("the chunk at offset ", offset_bytes,
                                         " does not match its CRC32C; send it again")),
        "CHUNK_CHECKSUM");
  }
  if (offset_bytes > session.upload.size_bytes ||
      size_bytes > session.upload.size_bytes - offset_bytes) {
    return WithReason(absl::OutOfRangeError(absl::StrCat(
                          "the chunk at offset ", offset_bytes, " with ", size_bytes,
                          " bytes leaves the tensor of ", session.upload.size_bytes, " bytes")),
                      "CHUNK_PAST_END");
  }
  if (session.upload.complete) return absl::OkStatus();
  if (offset_bytes > session.received_bytes) {
    return WithReason(absl::OutOfRangeError(absl::StrCat(
                          "the chunk at offset ", offset_bytes, " leaves a gap: the server holds ",
                          session.received_bytes, " bytes; go on from there")),
                      "CHUNK_GAP");
  }
  const std::int64_t skip = std::min(size_bytes, session.received_bytes - offset_bytes);
  const absl::string_view fresh = data.substr(static_cast<std::size_t>(skip));
  if (fresh.empty()) return absl::OkStatus();
  absl::Status written = session.file->WriteAt(session.received_bytes, fresh.data(), fresh.size());
  if (!written.ok()) {
    session.file->Truncate(session.received_bytes).IgnoreError();
    return WithReason(std::move(written), "DISK_FULL");
  }
  session.sha->Update(fresh.data(), fresh.size());
  session.received_bytes += static_cast<std::int64_t>(fresh.size());
  uploads_->received_bytes_ += static_cast<std::int64_t>(fresh.size());
  if (session.received_bytes - session.upload.committed_bytes >=
      uploads_->limits_.sync_interval_bytes) {
    return Commit();
  }
  return absl::OkStatus();
}

absl::Status UploadWriter::Commit() {
  Uploads::Session& session = *session_;
  if (session.gone || session.upload.complete || !session.file ||
      session.received_bytes == session.upload.committed_bytes) {
    return absl::OkStatus();
  }
  if (absl::Status status = uploads_->blobs_->CheckHardMark(); !status.ok()) return status;
  absl::Status synced = session.file->Sync();
  if (synced.ok() && session.upload.committed_bytes == 0) {
    synced = uploads_->blobs_->SyncParts();  // the file's name is new
  }
  if (!synced.ok()) {
    // The system may have dropped any of the bytes since the last sync and will not
    // say so again: only a new upload can be trusted.
    uploads_->Discard(session).IgnoreError();
    return synced;
  }
  Upload upload = session.upload;
  upload.committed_bytes = session.received_bytes;
  upload.last_write_time = uploads_->clock_();
  if (absl::Status status = uploads_->store_->Commit(SaveUpload(upload)); !status.ok()) {
    return status;
  }
  MutexLock lock(uploads_->mutex_);
  session.upload = upload;
  return absl::OkStatus();
}

absl::Status UploadWriter::Complete() {
  Uploads::Session& session = *session_;
  Upload upload = session.upload;
  const std::string digest = absl::BytesToHexString(session.sha->Finish());
  if (digest != upload.tensor.digest) {
    uploads_->Discard(session).IgnoreError();
    return WithReason(absl::DataLossError(absl::StrCat("the bytes received have SHA-256 ", digest,
                                                       ", not ", upload.tensor.digest,
                                                       " as announced; the upload is discarded")),
                      "DIGEST_MISMATCH");
  }
  upload.complete = true;
  upload.committed_bytes = upload.size_bytes;
  upload.last_write_time = uploads_->clock_();
  const absl::Status status = uploads_->tensors_->Publish(upload);
  session.sha.reset();  // a next writer, after a failure, makes it again from the file
  if (!status.ok()) {
    if (!uploads_->blobs_->HasPart(upload.upload_id)) {
      // Neither a part nor a tensor: what is left is for the next start to find.
      uploads_->Discard(session).IgnoreError();
    }
    return status;
  }
  MutexLock lock(uploads_->mutex_);
  session.upload = upload;
  ++uploads_->totals_.completed;
  return absl::OkStatus();
}

bool UploadWriter::IsWhole() const {
  return session_->upload.complete || session_->received_bytes == session_->upload.size_bytes;
}

absl::StatusOr<Upload> UploadWriter::Finish() {
  finished_ = true;
  if (absl::Status status = Commit(); !status.ok()) return status;
  Uploads::Session& session = *session_;
  if (!session.upload.complete && session.received_bytes == session.upload.size_bytes) {
    if (absl::Status status = Complete(); !status.ok()) return status;
  }
  MutexLock lock(uploads_->mutex_);
  return session.upload;
}

}  // namespace brainalign
