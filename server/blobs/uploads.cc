#include "server/blobs/uploads.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/blobs/upload_sessions.h"
#include "server/rows/digest.h"
#include "server/rows/status_details.h"
#include "server/store/changes.h"

namespace brainalign {
namespace {

absl::Status UploadNotFoundError(const std::string& upload_id) {
  const std::string id = absl::CHexEscape(upload_id.substr(0, 64));
  return WithReason(absl::NotFoundError(absl::StrCat(
                        "there is no upload '", id,
                        "': it expired, was cancelled, or never existed; start it again")),
                    "UPLOAD_NOT_FOUND", {{"upload_id", id}});
}

}  // namespace

Uploads::Uploads(UploadLimits limits, Clock clock, Store* store, BlobFolder* blobs,
                 Tensors* tensors)
    : limits_(std::move(limits)),
      clock_(std::move(clock)),
      store_(store),
      blobs_(blobs),
      tensors_(tensors),
      sessions_(
          std::make_unique<Sessions>([this](const Upload& upload) { return ExpireTime(upload); })) {
}

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
  sessions_->Add(std::move(session));
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
                                      std::int64_t size_bytes, const std::string& person) {
  auto needed = SizeInBytes(ref.spec);
  if (!needed.ok()) return InvalidFieldError("tensor.spec.shape", needed.status().message());
  if (size_bytes != *needed) {
    return InvalidFieldError("size_bytes", absl::StrCat("is ", size_bytes, "; ", Describe(ref.spec),
                                                        " has ", *needed, " bytes"));
  }
  if (size_bytes <= 0 || size_bytes > limits_.max_tensor_bytes) {
    return OverLimitError(
        "size_bytes",
        absl::StrCat("is ", size_bytes, "; a tensor has 1 to ", limits_.max_tensor_bytes, " bytes"),
        size_bytes, limits_.max_tensor_bytes);
  }
  DropExpired();
  // No other call starts the same upload meanwhile.
  const Turns::Turn turn(turns_, {absl::StrCat(project, " ", ref.digest)});
  auto there = tensors_->Use(project, ref.digest);
  if (!there.ok()) return there.status();
  Upload upload;
  upload.project = project;
  upload.person = person;
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
  if (Sessions::Handle open = sessions_->FindFor(wanted, is_there)) return open;
  auto session = std::make_shared<Session>();
  session->upload = wanted;
  if (is_there) {
    session->upload.committed_bytes = wanted.size_bytes;
    session->upload.complete = true;
    return session;
  }
  const std::size_t open_count = sessions_->open().size();
  if (open_count >= static_cast<std::size_t>(limits_.max_open_uploads)) {
    return QuotaError(
        "uploads",
        absl::StrCat(open_count,
                     " uploads are open on this server, which is its "
                     "limit; try again when some have ended"),
        "TOO_MANY_UPLOADS",
        {{"limit", absl::StrCat(limits_.max_open_uploads)}, {"usage", absl::StrCat(open_count)}});
  }
  if (absl::Status status = CheckUploads(wanted.project); !status.ok()) return status;
  coming_bytes = sessions_->OfProject(wanted.project).coming_bytes;
  if (absl::Status status = CheckSpace(wanted.size_bytes, *free_bytes); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckShares(wanted, *free_bytes); !status.ok()) return status;
  auto id = RandomId();
  if (!id.ok()) return id.status();
  session->upload.upload_id = *std::move(id);
  session->recorded = false;
  sessions_->Add(session);
  return session;
}

absl::StatusOr<std::shared_ptr<Uploads::Session>> Uploads::Find(const std::string& project,
                                                                const std::string& upload_id) {
  DropExpired();
  MutexLock lock(mutex_);
  Sessions::Handle session = sessions_->Find(upload_id);
  if (session == nullptr || session->upload.project != project) {
    return UploadNotFoundError(upload_id);
  }
  return session;
}

absl::StatusOr<Upload> Uploads::Query(const std::string& project, const std::string& upload_id) {
  auto session = Find(project, upload_id);
  if (!session.ok()) return session.status();
  MutexLock lock(mutex_);
  return (*session)->upload;
}

void Uploads::Forget(Session& session) {
  session.gone = true;
  sessions_->Remove(session);
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
  // What was promised room and sends nothing is not a client whose connection broke.
  const bool is_empty = !upload.complete && upload.committed_bytes == 0;
  return upload.last_write_time +
         (is_empty ? std::min(limits_.idle_timeout, limits_.empty_timeout) : limits_.idle_timeout);
}

Uploads::Totals Uploads::CountTotals() const {
  MutexLock lock(mutex_);
  Totals totals = totals_;
  totals.received_bytes = received_bytes_;
  totals.open = static_cast<std::int64_t>(sessions_->open().size());
  return totals;
}

std::vector<Uploads::OpenUpload> Uploads::ListOpen(const OpenQuery& query) const {
  MutexLock lock(mutex_);
  std::vector<OpenUpload> open;
  for (auto at = sessions_->open().upper_bound(query.after_upload_id);
       at != sessions_->open().end() && open.size() < query.limit; ++at) {
    const Session& session = *at->second;
    const Upload& upload = session.upload;
    const bool matches = (query.project.empty() || upload.project == query.project) &&
                         (query.person.empty() || upload.person == query.person);
    if (session.recorded && matches) open.push_back({upload, session.has_writer});
  }
  return open;
}

void Uploads::DropExpired() {
  std::vector<std::shared_ptr<Session>> expired;
  {
    MutexLock lock(mutex_);
    for (Sessions::Handle& session : sessions_->ListExpiring(clock_())) {
      if (!session->recorded || session->has_writer) continue;
      Forget(*session);
      expired.push_back(std::move(session));
    }
  }
  for (const auto& session : expired) {
    // A failure leaves the record or the part file; the next start finds them.
    RemoveFromDisk(session->upload).IgnoreError();
  }
}

absl::StatusOr<std::unique_ptr<UploadWriter>> Uploads::OpenWriter(
    const std::string& project, const std::string& upload_id, const std::function<bool()>& go_on) {
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
    if ((*session)->gone) return UploadNotFoundError(upload_id);
    (*session)->has_writer = true;
    if ((*session)->received_bytes > 0 && !(*session)->upload.complete) ++totals_.resumed;
  }
  auto writer = std::make_unique<UploadWriter>(this, *session);
  if (absl::Status status = writer->Open(go_on); !status.ok()) return status;
  return writer;
}

}  // namespace brainalign
