#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/blobs/upload_sessions.h"
#include "server/blobs/uploads.h"
#include "server/rows/status_details.h"
#include "server/store/changes.h"

// How bytes become a tensor that survives a power cut:
//   1. Chunks are appended to the part file, and then to the running SHA-256.
//   2. From a quarter of a sync interval on, and when a stream ends, fdatasync; then the
//      committed offset is recorded. 1 goes on meanwhile, up to half an interval from there.
//   3. All there: the digest is compared, the file synced, renamed to its digest,
//      and the folders synced.
//   4. One batch records the blob and the upload's end.
// A crash after 2 resumes from the recorded offset; between 3 and 4 the next start
// takes the file back to 2, and the digest is compared again.

namespace brainalign {

UploadWriter::UploadWriter(Uploads* uploads, std::shared_ptr<Uploads::Session> session)
    : uploads_(uploads),
      session_(std::move(session)),
      size_bytes_(session_->upload.size_bytes),
      complete_(session_->upload.complete),
      taken_bytes_(session_->received_bytes) {}

UploadWriter::~UploadWriter() {
  // The stream broke, perhaps: what came through need not be sent again.
  if (stream_) stream_->Flush().IgnoreError();
  CloseStream();
  MutexLock lock(uploads_->mutex_);
  session_->has_writer = false;
  uploads_->writer_ended_.notify_all();
}

absl::Status UploadWriter::Open(const std::function<bool()>& go_on) {
  Uploads::Session& session = *session_;
  if (complete_) return absl::OkStatus();
  auto file = File::OpenToWrite(uploads_->blobs_->PartPath(session.upload.upload_id));
  if (!file.ok()) return file.status();
  file_ = *std::move(file);
  if (!session.sha) {
    // The running digest does not survive a restart: it is made again from the file.
    Sha256 sha;
    std::vector<char> buffer(std::size_t{1} << 20);
    for (std::int64_t done = 0; done < session.received_bytes;) {
      if (!go_on()) return absl::CancelledError("the writer of the upload no longer waits");
      const auto step = static_cast<std::size_t>(std::min<std::int64_t>(
          static_cast<std::int64_t>(buffer.size()), session.received_bytes - done));
      if (absl::Status status = file_->ReadAt(done, buffer.data(), step); !status.ok()) {
        return status;
      }
      sha.Update(buffer.data(), step);
      done += static_cast<std::int64_t>(step);
    }
    session.sha = std::move(sha);
  }
  PartStream::Settings settings;
  // The other half is for what the connection holds when it breaks: together they are sent
  // again.
  settings.undurable_bytes = uploads_->limits_.sync_interval_bytes / 2;
  stream_.emplace(&*file_, &*session.sha, session.received_bytes, session.upload.committed_bytes,
                  settings, [this](std::int64_t size_bytes) { return Commit(size_bytes); });
  absl::Status started = stream_->Start();
  if (started.ok()) return started;
  CloseStream();
  return WithRetryDelay(WithReason(std::move(started), "NO_THREADS"), absl::Seconds(5));
}

absl::Status UploadWriter::Write(std::int64_t offset_bytes, std::string& data,
                                 std::uint32_t crc32c) {
  const auto size_bytes = static_cast<std::int64_t>(data.size());
  if (size_bytes > uploads_->limits_.max_chunk_bytes) {
    const std::int64_t most = uploads_->limits_.max_chunk_bytes;
    return OverLimitError("data",
                          absl::StrCat("has ", size_bytes, " bytes; a chunk has at most ", most),
                          size_bytes, most);
  }
  if (offset_bytes < 0) {
    return InvalidFieldError("offset_bytes", absl::StrCat("is ", offset_bytes, "; it starts at 0"));
  }
  if (Crc32c(data.data(), data.size()) != crc32c) {
    return WithReason(
        absl::DataLossError(absl::StrCat("the chunk at offset ", offset_bytes,
                                         " does not match its CRC32C; send it again")),
        "CHUNK_CHECKSUM", {{"offset_bytes", absl::StrCat(offset_bytes)}});
  }
  if (offset_bytes > size_bytes_ || size_bytes > size_bytes_ - offset_bytes) {
    return WithReason(absl::OutOfRangeError(
                          absl::StrCat("the chunk at offset ", offset_bytes, " with ", size_bytes,
                                       " bytes leaves the tensor of ", size_bytes_, " bytes")),
                      "CHUNK_PAST_END", {{"size_bytes", absl::StrCat(size_bytes_)}});
  }
  if (complete_) return absl::OkStatus();
  if (offset_bytes > taken_bytes_) {
    return WithReason(absl::OutOfRangeError(absl::StrCat(
                          "the chunk at offset ", offset_bytes, " leaves a gap: the server holds ",
                          taken_bytes_, " bytes; continue from there")),
                      "CHUNK_GAP", {{"received_bytes", absl::StrCat(taken_bytes_)}});
  }
  const std::int64_t skip = std::min(size_bytes, taken_bytes_ - offset_bytes);
  if (skip == size_bytes) return absl::OkStatus();
  data.erase(0, static_cast<std::size_t>(skip));
  if (absl::Status status = stream_->Append(data); !status.ok()) return status;
  taken_bytes_ += size_bytes - skip;
  uploads_->received_bytes_ += size_bytes - skip;
  return absl::OkStatus();
}

absl::Status UploadWriter::Commit(std::int64_t size_bytes) {
  Uploads::Session& session = *session_;
  if (!lost_.ok()) return lost_;
  if (absl::Status status = uploads_->blobs_->CheckHardMark(); !status.ok()) return status;
  absl::Status synced = file_->Sync();
  if (synced.ok() && session.upload.committed_bytes == 0) {
    synced = uploads_->blobs_->SyncParts();  // the file's name is new
  }
  if (!synced.ok()) {
    // The system may have dropped any of the bytes since the last sync and will not
    // say so again: only a new upload can be trusted.
    lost_ = synced;
    uploads_->Discard(session).IgnoreError();
    return synced;
  }
  Upload upload = session.upload;
  upload.committed_bytes = size_bytes;
  upload.last_write_time = uploads_->clock_();
  if (absl::Status status = uploads_->store_->Commit(SaveUpload(upload)); !status.ok()) {
    return status;
  }
  MutexLock lock(uploads_->mutex_);
  uploads_->sessions_->Update(session, std::move(upload));
  return absl::OkStatus();
}

void UploadWriter::CloseStream() {
  if (!stream_) return;
  session_->received_bytes = stream_->Stop();
  stream_.reset();
  file_.reset();
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
                      "DIGEST_MISMATCH", {{"digest", digest}, {"announced", upload.tensor.digest}});
  }
  upload.complete = true;
  upload.committed_bytes = upload.size_bytes;
  upload.last_write_time = uploads_->clock_();
  const absl::Status status = uploads_->tensors_->Publish(upload);
  session.sha.reset();  // a next writer, after a failure, makes it again from the file
  if (!status.ok()) {
    if (!uploads_->blobs_->HasPart(upload.upload_id)) {
      // Neither a part file nor a tensor. The next start of the server finds the rest.
      uploads_->Discard(session).IgnoreError();
    }
    return status;
  }
  MutexLock lock(uploads_->mutex_);
  uploads_->sessions_->Update(session, std::move(upload));
  complete_ = true;
  ++uploads_->totals_.completed;
  return absl::OkStatus();
}

bool UploadWriter::IsWhole() const { return complete_ || taken_bytes_ == size_bytes_; }

absl::StatusOr<Upload> UploadWriter::Finish() {
  if (stream_) {
    absl::Status status = stream_->Flush();
    CloseStream();
    if (!status.ok()) return status;
    if (IsWhole()) status = Complete();
    if (!status.ok()) return status;
  }
  MutexLock lock(uploads_->mutex_);
  return session_->upload;
}

}  // namespace brainalign
