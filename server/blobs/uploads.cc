#include "server/blobs/uploads.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/blobs/upload_session.h"
#include "server/record/digest.h"
#include "server/record/status_details.h"
#include "server/store/changes.h"

namespace brainalign {

Uploads::Uploads(UploadLimits limits, Clock clock, Store* store, BlobFolder* blobs,
                 Tensors* tensors)
    : limits_(std::move(limits)),
      clock_(std::move(clock)),
      store_(store),
      blobs_(blobs),
      tensors_(tensors) {}

Uploads::~Uploads() = default;

absl::StatusOr<std::unique_ptr<Uploads>> Uploads::Open(UploadLimits limits, Clock clock,
                                                       Store* store, BlobFolder* blobs,
                                                       Tensors* tensors) {
  std::unique_ptr<Uploads> uploads(
      new Uploads(std::move(limits), std::move(clock), store, blobs, tensors));
  auto known = store->ListUploads();
  if (!known.ok()) return known.status();
  std::set<std::string> ids;
  for (const Upload& upload : *known) {
    ids.insert(upload.upload_id);
    if (absl::Status status = uploads->Recover(upload); !status.ok()) return status;
  }
  // A part file without a record: the server died before it recorded the upload.
  for (const std::string& id : blobs->ListParts()) {
    if (ids.count(id) != 0) continue;
    if (absl::Status status = Remove(blobs->PartPath(id)); !status.ok()) return status;
  }
  return uploads;
}

absl::Status Uploads::Recover(const Upload& upload) {
  auto session = std::make_shared<Session>();
  session->upload = upload;
  absl::Status status =
      upload.complete ? Remove(blobs_->PartPath(upload.upload_id)) : RecoverPart(*session);
  if (!status.ok() || session->gone) return status;
  MutexLock lock(mutex_);
  sessions_.emplace(upload.upload_id, std::move(session));
  return absl::OkStatus();
}

absl::Status Uploads::RecoverPart(Session& session) {
  const Upload& upload = session.upload;
  const std::string& digest = upload.tensor.digest;
  auto blob = store_->FindBlob(digest);
  if (!blob.ok()) return blob.status();
  if (!blob->has_value() && upload.committed_bytes == upload.size_bytes &&
      blobs_->Has(digest, upload.size_bytes)) {
    // It died between the rename and its record. The client, coming back, makes the
    // server compare the digest again.
    if (absl::Status status = blobs_->Unpublish(upload.upload_id, digest); !status.ok()) {
      return status;
    }
  }
  auto file = File::OpenToWrite(blobs_->PartPath(upload.upload_id));
  if (!file.ok()) return file.status();
  auto size = file->SizeInBytes();
  if (!size.ok()) return size.status();
  if (*size < upload.committed_bytes) {  // only a new one can help
    session.gone = true;
    return RemoveFromDisk(upload);
  }
  session.received_bytes = upload.committed_bytes;
  return file->Truncate(upload.committed_bytes);
}

absl::StatusOr<Upload> Uploads::Start(const std::string& project, const TensorRef& ref,
                                      std::int64_t size_bytes) {
  auto needed = SizeInBytes(ref.spec);
  if (!needed.ok()) return InvalidFieldError("tensor.spec.shape", needed.status().message());
  if (size_bytes != *needed) {
    return InvalidFieldError("size_bytes", absl::StrCat("is ", size_bytes, "; ", Describe(ref.spec),
                                                        " has ", *needed, " bytes"));
  }
  if (size_bytes <= 0 || size_bytes > limits_.max_tensor_bytes) {
    return InvalidFieldError("size_bytes", absl::StrCat("is ", size_bytes, "; a tensor has 1 to ",
                                                        limits_.max_tensor_bytes, " bytes"));
  }
  DropExpired();
  // Nobody starts the same meanwhile.
  const Turns::Turn turn(turns_, {absl::StrCat(project, " ", ref.digest)});
  auto there = tensors_->Use(project, ref.digest);
  if (!there.ok()) return there.status();
  Upload upload;
  upload.project = project;
  upload.tensor = ref;
  upload.size_bytes = size_bytes;
  upload.last_write_time = clock_();
  std::int64_t coming_bytes = 0;
  auto session = FindOrReserve(upload, *there, coming_bytes);
  if (!session.ok()) return session.status();
  {
    MutexLock lock(mutex_);
    if ((*session)->recorded) return (*session)->upload;
    upload = (*session)->upload;
  }
  absl::Status status = CheckHoldings(upload, coming_bytes);
  if (status.ok()) status = store_->Commit(SaveUpload(upload));
  MutexLock lock(mutex_);
  if (!status.ok()) {
    Forget(**session);
    return status;
  }
  (*session)->recorded = true;
  ++totals_.started;
  return upload;
}

absl::StatusOr<std::shared_ptr<Uploads::Session>> Uploads::FindOrReserve(
    const Upload& wanted, bool is_there, std::int64_t& coming_bytes) {
  auto free_bytes = blobs_->FreeBytes();
  if (!free_bytes.ok()) return free_bytes.status();
  MutexLock lock(mutex_);
  std::shared_ptr<Session> open;
  std::size_t open_count = 0;
  for (const auto& [id, session] : sessions_) {
    const Upload& upload = session->upload;
    open_count += upload.complete ? 0 : 1;
    if (upload.project == wanted.project && upload.tensor.digest == wanted.tensor.digest &&
        upload.size_bytes == wanted.size_bytes && upload.complete == is_there) {
      open = session;
    }
  }
  if (open != nullptr) return open;
  auto session = std::make_shared<Session>();
  session->upload = wanted;
  if (is_there) {
    session->upload.committed_bytes = wanted.size_bytes;
    session->upload.complete = true;
    return session;
  }
  if (open_count >= static_cast<std::size_t>(limits_.max_open_uploads)) {
    return QuotaError("uploads",
                      absl::StrCat(open_count,
                                   " uploads are open on this server, which is its "
                                   "limit; try again when some have ended"),
                      "TOO_MANY_UPLOADS");
  }
  if (absl::Status status = CheckUploads(wanted.project, coming_bytes); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckSpace(wanted.size_bytes, *free_bytes); !status.ok()) {
    return status;
  }
  session->upload.upload_id = RandomId();
  session->recorded = false;
  sessions_.emplace(session->upload.upload_id, session);
  return session;
}

absl::Status Uploads::CheckUploads(const std::string& project, std::int64_t& coming_bytes) const {
  if (!limits_.limits_of) return absl::OkStatus();
  const ProjectLimits limits = limits_.limits_of(project);
  int open = 0;
  absl::Time next_expiry = absl::InfiniteFuture();
  for (const auto& [id, session] : sessions_) {
    const Upload& upload = session->upload;
    if (upload.complete || upload.project != project) continue;
    ++open;
    coming_bytes += upload.size_bytes;
    next_expiry = std::min(next_expiry, ExpireTime(upload));
  }
  if (limits.uploads == 0 || open < limits.uploads) return absl::OkStatus();
  return WithRetryDelay(
      QuotaError(
          "project " + project,
          absl::StrCat("project ", project, " has ", open,
                       " uploads under way, its limit; try again when one has ended, or "
                       "cancel one (one that nobody writes to ends at ",
                       absl::FormatTime(absl::RFC3339_sec, next_expiry, absl::UTCTimeZone()), ")"),
          "QUOTA_UPLOADS"),
      absl::Seconds(10));
}

absl::Status Uploads::CheckHoldings(const Upload& wanted, std::int64_t coming_bytes) const {
  const std::string& project = wanted.project;
  if (!limits_.limits_of) return absl::OkStatus();
  const ProjectLimits limits = limits_.limits_of(project);
  if (limits.stored_bytes == 0) return absl::OkStatus();
  auto held = store_->SumHoldings();
  if (!held.ok()) return held.status();
  const std::int64_t held_bytes = (*held)[project];
  if (wanted.size_bytes <= limits.stored_bytes - held_bytes - coming_bytes) {
    return absl::OkStatus();
  }
  return WithRetryDelay(
      QuotaError(
          "project " + project,
          absl::StrCat("project ", project, " may hold ", limits.stored_bytes, " bytes: it holds ",
                       held_bytes, ", ", coming_bytes, " are on their way, and this tensor has ",
                       wanted.size_bytes,
                       "; a tensor that no job needs and nobody asks for is removed by itself "
                       "after a while (brainalignd --unused-tensor-seconds; looked for once an "
                       "hour), or ask who runs the server for more"),
          "QUOTA_STORED_BYTES"),
      absl::Hours(1));
}

absl::Status Uploads::CheckSpace(std::int64_t size_bytes, std::int64_t free_bytes) const {
  std::int64_t promised = 0;
  for (const auto& [id, session] : sessions_) {
    const Upload& upload = session->upload;
    if (!upload.complete) promised += upload.size_bytes - upload.committed_bytes;
  }
  const std::int64_t mark = blobs_->marks().soft_bytes;
  if (free_bytes - promised - mark >= size_bytes) return absl::OkStatus();
  return DiskFullError(
      absl::StrCat("the server's disk has no room for ", size_bytes, " bytes: ", free_bytes,
                   " are free, ", promised, " of them kept for uploads under way, and ", mark,
                   " stay free for results (the soft mark, brainalignd --disk-reserve)"));
}

absl::StatusOr<std::shared_ptr<Uploads::Session>> Uploads::Find(const std::string& project,
                                                                const std::string& upload_id) {
  DropExpired();
  MutexLock lock(mutex_);
  const auto found = sessions_.find(upload_id);
  if (found == sessions_.end() || found->second->upload.project != project) {
    return WithReason(absl::NotFoundError(absl::StrCat(
                          "there is no upload '", upload_id.substr(0, 64),
                          "': it expired, was given up, or never was; start it again")),
                      "UPLOAD_NOT_FOUND");
  }
  return found->second;
}

absl::StatusOr<Upload> Uploads::Query(const std::string& project, const std::string& upload_id) {
  auto session = Find(project, upload_id);
  if (!session.ok()) return session.status();
  MutexLock lock(mutex_);
  return (*session)->upload;
}

void Uploads::Forget(Session& session) {
  session.gone = true;
  sessions_.erase(session.upload.upload_id);
}

absl::Status Uploads::RemoveFromDisk(const Upload& upload) {
  absl::Status status = store_->Commit(DropUpload(upload.upload_id));
  if (!status.ok() || upload.complete) return status;
  return Remove(blobs_->PartPath(upload.upload_id));
}

absl::Status Uploads::Discard(Session& session) {
  {
    MutexLock lock(mutex_);
    Forget(session);
  }
  return RemoveFromDisk(session.upload);
}

absl::Status Uploads::Cancel(const std::string& project, const std::string& upload_id) {
  auto session = Find(project, upload_id);
  if (!session.ok()) return absl::OkStatus();
  {
    MutexLock lock(mutex_);
    if ((*session)->has_writer) {
      return WithReason(absl::AbortedError("the upload is being written to; end that first"),
                        "UPLOAD_BUSY");
    }
    if ((*session)->gone) return absl::OkStatus();
    Forget(**session);
  }
  return RemoveFromDisk((*session)->upload);
}

absl::Time Uploads::ExpireTime(const Upload& upload) const {
  return upload.last_write_time + limits_.idle_timeout;
}

Uploads::Totals Uploads::CountTotals() const {
  MutexLock lock(mutex_);
  Totals totals = totals_;
  totals.received_bytes = received_bytes_;
  for (const auto& [id, session] : sessions_) totals.open += session->upload.complete ? 0 : 1;
  return totals;
}

std::vector<Uploads::OpenUpload> Uploads::ListOpen(const std::string& after_upload_id,
                                                   std::size_t limit) const {
  MutexLock lock(mutex_);
  std::vector<OpenUpload> open;
  for (auto at = sessions_.upper_bound(after_upload_id);
       at != sessions_.end() && open.size() < limit; ++at) {
    const Session& session = *at->second;
    if (session.recorded && !session.upload.complete) {
      open.push_back({session.upload, session.has_writer});
    }
  }
  return open;
}

void Uploads::DropExpired() {
  std::vector<std::shared_ptr<Session>> expired;
  {
    MutexLock lock(mutex_);
    const absl::Time now = clock_();
    for (const auto& [id, session] : sessions_) {
      const bool is_idle = session->recorded && !session->has_writer;
      if (is_idle && ExpireTime(session->upload) <= now) expired.push_back(session);
    }
    for (const auto& session : expired) Forget(*session);
  }
  for (const auto& session : expired) {
    // A failure leaves the record or the part file; the next start finds them.
    RemoveFromDisk(session->upload).IgnoreError();
  }
}

absl::StatusOr<std::unique_ptr<UploadWriter>> Uploads::OpenWriter(const std::string& project,
                                                                  const std::string& upload_id) {
  if (absl::Status status = blobs_->CheckHardMark(); !status.ok()) {
    return status;
  }
  auto session = Find(project, upload_id);
  if (!session.ok()) return session.status();
  {
    MutexLock lock(mutex_);
    const auto until =
        std::chrono::steady_clock::now() + absl::ToChronoMilliseconds(limits_.writer_patience);
    const bool is_free = writer_ended_.wait_until(
        mutex_, until, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !(*session)->has_writer; });
    if (!is_free) {
      return WithRetryDelay(
          WithReason(absl::AbortedError(absl::StrCat("upload ", upload_id,
                                                     " is being written to by another call")),
                     "UPLOAD_BUSY"),
          absl::Seconds(1));
    }
    if ((*session)->gone) return absl::NotFoundError("the upload was given up");
    (*session)->has_writer = true;
    if ((*session)->received_bytes > 0 && !(*session)->upload.complete) ++totals_.resumed;
  }
  auto writer = std::make_unique<UploadWriter>(this, *session);
  if (absl::Status status = writer->Open(); !status.ok()) return status;
  return writer;
}

}  // namespace brainalign
