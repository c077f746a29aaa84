#include <spdlog/spdlog.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/access/access_file.h"
#include "server/backup/backup.h"
#include "server/backup/new_folder.h"
#include "server/rows/status_details.h"
#include "server/store/changes.h"
#include "server/store/layout.h"

namespace brainalign {
namespace {

namespace fs = std::filesystem;

absl::Status LinkOrCopy(const std::string& from, const std::string& to, std::int64_t size_bytes) {
  if (absl::Status status = MakeDirectory(fs::path(to).parent_path().string()); !status.ok()) {
    return status;
  }
  std::error_code error;
  fs::create_hard_link(from, to, error);
  if (!error) return absl::OkStatus();
  return CopyFile(from, to, size_bytes).status();
}

absl::Status AddTensors(const Store& checkpoint, const BlobFolder& blobs, const BlobFolder& target,
                        const std::function<bool()>& go_on, BackupSummary& summary) {
  auto digests = checkpoint.ListBlobs();
  if (!digests.ok()) return digests.status();
  for (const std::string& digest : *digests) {
    if (!go_on()) return absl::CancelledError("the backup was cancelled");
    auto blob = checkpoint.FindBlob(digest);
    if (!blob.ok()) return blob.status();
    const std::int64_t size_bytes = (*blob)->size_bytes;
    const absl::Status added =
        LinkOrCopy(blobs.BlobPath(digest), target.BlobPath(digest), size_bytes);
    if (absl::IsNotFound(added)) {
      // Lost before, or damaged and put aside: it is missing in the backup as it is here.
      spdlog::warn("backup: tensor {} is not there", digest);
      continue;
    }
    if (!added.ok()) return added;
    ++summary.tensors;
    summary.bytes += size_bytes;
  }
  return absl::OkStatus();
}

// Copies, never links, because a part file continues to grow.
absl::Status AddUploads(const Store& checkpoint, const BlobFolder& blobs, const BlobFolder& target,
                        BackupSummary& summary) {
  auto uploads = checkpoint.ListUploads();
  if (!uploads.ok()) return uploads.status();
  for (const Upload& upload : *uploads) {
    if (upload.complete || upload.committed_bytes == 0) continue;
    const std::string to = target.PartPath(upload.upload_id);
    auto copied = CopyFile(blobs.PartPath(upload.upload_id), to, upload.committed_bytes);
    if (absl::IsNotFound(copied.status())) {
      // It became a tensor meanwhile, with these bytes in front; or it was given up.
      copied = CopyFile(blobs.BlobPath(upload.tensor.digest), to, upload.committed_bytes);
    }
    if (absl::IsNotFound(copied.status())) continue;
    if (!copied.ok()) return copied.status();
    ++summary.uploads;
    summary.bytes += upload.committed_bytes;
  }
  return absl::OkStatus();
}

// Running executions continue at this server, so a server on the copy must start its own attempts.
// It must not adopt a run that an executor computes for this server, and the copy does not count as
// a crash (Execution::crashes).
absl::Status ForgetRuns(Store& checkpoint) {
  auto executions = checkpoint.ListQueue();
  if (!executions.ok()) return executions.status();
  for (Execution& execution : *executions) {
    if (execution.state != JobState::kRunning) continue;
    execution.executor_handle.clear();
    execution.crashes = -1;
    const absl::Status saved = checkpoint.Commit(SaveExecution(execution, {}));
    if (!saved.ok()) return saved;
  }
  return absl::OkStatus();
}

// The access file, if there is one.
absl::Status AddAccess(const std::string& data_folder, const std::string& folder) {
  auto contents = ReadAccessFile(data_folder);
  if (!contents.ok()) return contents.status();
  if (contents->entries.empty() && contents->projects.empty()) return absl::OkStatus();
  return ChangeAccessFile(folder, [&](AccessContents& copy) {
    copy = *contents;
    return absl::OkStatus();
  });
}

absl::Status WriteNote(const std::string& path, const BackupSummary& summary) {
  const nlohmann::json note = {{"format", 1},
                               {"layout_version", kLayoutVersion},
                               {"time", absl::FormatTime(absl::Now(), absl::UTCTimeZone())},
                               {"tensors", summary.tensors},
                               {"uploads", summary.uploads},
                               {"bytes", summary.bytes}};
  const std::string text = note.dump(1) + "\n";
  auto file = File::OpenToWrite(path);
  if (!file.ok()) return file.status();
  if (absl::Status status = file->WriteAt(0, text.data(), text.size()); !status.ok()) return status;
  return file->Sync();
}

}  // namespace

absl::StatusOr<BackupSummary> WriteBackup(const Store& store, const BlobFolder& blobs,
                                          const std::string& folder,
                                          const std::function<bool()>& go_on) {
  std::error_code error;
  fs::path asked = fs::path(folder).lexically_normal();
  if (!asked.has_filename()) asked = asked.parent_path();  // it ended with a slash
  const fs::path parent = asked.parent_path();
  // A mistyped path leaves nothing behind.
  if (!fs::is_directory(parent, error)) {
    return InvalidFieldError("folder", absl::StrCat("is ", folder, ", and there is no folder ",
                                                    parent.string(), "; make it first"));
  }
  auto target = NewFolder::Begin(folder);
  if (!target.ok()) return target.status();
  const std::string& path = target->path();
  if (absl::Status status = store.Checkpoint(path + "/db"); !status.ok()) return status;
  auto target_blobs = BlobFolder::Open(path);
  if (!target_blobs.ok()) return target_blobs.status();
  BackupSummary summary;
  {
    auto database = Database::Open(path + "/db");
    if (!database.ok()) return database.status();
    Store checkpoint(*std::move(database));
    if (absl::Status status = ForgetRuns(checkpoint); !status.ok()) return status;
    if (absl::Status status = AddTensors(checkpoint, blobs, **target_blobs, go_on, summary);
        !status.ok()) {
      return status;
    }
    if (absl::Status status = AddUploads(checkpoint, blobs, **target_blobs, summary);
        !status.ok()) {
      return status;
    }
  }
  if (absl::Status status = AddAccess(blobs.data_folder(), path); !status.ok()) return status;
  if (absl::Status status = WriteNote(path + "/backup.json", summary); !status.ok()) return status;
  if (absl::Status status = target->Finish(); !status.ok()) return status;
  spdlog::info("backup of {} tensors and {} uploads, {} bytes, in {}", summary.tensors,
               summary.uploads, summary.bytes, folder);
  return summary;
}

}  // namespace brainalign
