#include "server/blobs/blob_folder.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "core/size_text.h"
#include "server/rows/digest.h"
#include "server/rows/status_details.h"

namespace brainalign {
namespace {

constexpr char kPartSuffix[] = ".part";

}  // namespace

absl::StatusOr<std::unique_ptr<BlobFolder>> BlobFolder::Open(const std::string& folder) {
  std::unique_ptr<BlobFolder> blobs(new BlobFolder(folder));
  for (const char* name : {"/blobs", "/uploads", "/quarantine"}) {
    if (absl::Status status = MakeDirectory(folder + name); !status.ok()) return status;
  }
  if (absl::Status status = SyncDirectory(folder); !status.ok()) return status;
  return blobs;
}

std::string BlobFolder::PartPath(const std::string& upload_id) const {
  return absl::StrCat(folder_, "/uploads/", upload_id, kPartSuffix);
}

std::string BlobFolder::BlobPath(const std::string& digest) const {
  return absl::StrCat(folder_, "/blobs/", digest.substr(0, 2), "/", digest);
}

std::optional<BlobFolder::FileIdentity> BlobFolder::Identify(const std::string& digest) const {
  struct stat info {};
  if (::stat(BlobPath(digest).c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return FileIdentity{info.st_size, static_cast<std::int64_t>(info.st_ino),
                      absl::ToUnixNanos(absl::TimeFromTimespec(info.st_mtim))};
}

bool BlobFolder::Has(const std::string& digest, std::int64_t size_bytes) const {
  const std::optional<FileIdentity> identity = Identify(digest);
  return identity && identity->size_bytes == size_bytes;
}

absl::Status BlobFolder::Publish(const std::string& upload_id, const std::string& digest) {
  const std::string blobs = folder_ + "/blobs";
  const std::string subfolder = absl::StrCat(blobs, "/", digest.substr(0, 2));
  if (absl::Status status = MakeDirectory(subfolder); !status.ok()) return status;
  if (absl::Status status = Rename(PartPath(upload_id), BlobPath(digest)); !status.ok()) {
    return status;
  }
  for (const std::string& folder : {subfolder, blobs, folder_ + "/uploads"}) {
    if (absl::Status status = SyncDirectory(folder); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status BlobFolder::Unpublish(const std::string& upload_id, const std::string& digest) {
  if (HasPart(upload_id)) return absl::OkStatus();
  if (absl::Status status = Rename(BlobPath(digest), PartPath(upload_id)); !status.ok()) {
    return status;
  }
  if (absl::Status status = SyncParts(); !status.ok()) return status;
  return SyncDirectory(std::filesystem::path(BlobPath(digest)).parent_path().string());
}

absl::Status BlobFolder::Quarantine(const std::string& digest) {
  const std::string from = BlobPath(digest);
  const std::string to = absl::StrCat(folder_, "/quarantine/", digest);
  absl::Status moved = Rename(from, to);
  if (absl::IsNotFound(moved)) return absl::OkStatus();
  if (!moved.ok()) return moved;
  if (absl::Status status = SyncDirectory(folder_ + "/quarantine"); !status.ok()) return status;
  return SyncDirectory(std::filesystem::path(from).parent_path().string());
}

absl::Status BlobFolder::SyncParts() { return SyncDirectory(folder_ + "/uploads"); }

absl::StatusOr<Tensor> BlobFolder::OpenTensor(const TensorRef& ref) const {
  auto size_bytes = brainalign::SizeInBytes(ref.spec);
  if (!size_bytes.ok()) return size_bytes.status();
  auto file = MappedFile::Open(BlobPath(ref.digest));
  if (!file.ok()) return file.status();
  if ((*file)->size_bytes() != *size_bytes) {
    return absl::DataLossError(absl::StrCat("the tensor has ", (*file)->size_bytes(), " bytes; ",
                                            Describe(ref.spec), " needs ", *size_bytes));
  }
  return Tensor::OfFile(ref.spec, *std::move(file), 0);
}

absl::Status BlobFolder::Verify(const std::string& digest,
                                const std::function<bool()>& go_on) const {
  auto file = File::OpenToRead(BlobPath(digest));
  if (absl::IsNotFound(file.status())) {
    return WithReason(absl::NotFoundError(absl::StrCat(
                          "tensor ", digest, " is not on the server any more; upload it again")),
                      "TENSOR_MISSING", {{"digest", digest}});
  }
  if (!file.ok()) return file.status();
  auto size_bytes = file->SizeInBytes();
  if (!size_bytes.ok()) return size_bytes.status();
  Sha256 sha;
  std::vector<char> buffer(std::size_t{1} << 20);
  for (std::int64_t done = 0; done < *size_bytes;) {
    if (!go_on()) return absl::CancelledError("the check was cancelled");
    const auto step = static_cast<std::size_t>(
        std::min<std::int64_t>(static_cast<std::int64_t>(buffer.size()), *size_bytes - done));
    if (absl::Status status = file->ReadAt(done, buffer.data(), step); !status.ok()) return status;
    sha.Update(buffer.data(), step);
    done += static_cast<std::int64_t>(step);
  }
  if (absl::BytesToHexString(sha.Finish()) == digest) return absl::OkStatus();
  return WithReason(absl::DataLossError(absl::StrCat(
                        "tensor ", digest, " is damaged on the server's disk; upload it again")),
                    "TENSOR_DAMAGED", {{"digest", digest}});
}

absl::StatusOr<File> BlobFolder::OpenToRead(const std::string& digest) const {
  return File::OpenToRead(BlobPath(digest));
}

absl::Status BlobFolder::RemoveBlob(const std::string& digest) {
  const std::string path = BlobPath(digest);
  if (absl::Status status = Remove(path); !status.ok()) return status;
  const std::string subfolder = std::filesystem::path(path).parent_path().string();
  absl::Status synced = SyncDirectory(subfolder);
  return absl::IsNotFound(synced) ? absl::OkStatus() : synced;
}

std::vector<std::string> BlobFolder::ListBlobs() const {
  std::vector<std::string> digests;
  std::error_code error;
  for (const auto& subfolder : std::filesystem::directory_iterator(folder_ + "/blobs", error)) {
    for (const auto& entry : std::filesystem::directory_iterator(subfolder.path(), error)) {
      std::string name = entry.path().filename().string();
      if (IsDigest(name)) digests.push_back(std::move(name));
    }
  }
  return digests;
}

std::vector<std::string> BlobFolder::ListParts() const {
  std::vector<std::string> ids;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_ + "/uploads", error)) {
    const std::string name = entry.path().filename().string();
    absl::string_view id(name);
    if (absl::ConsumeSuffix(&id, kPartSuffix)) ids.emplace_back(id);
  }
  return ids;
}

bool BlobFolder::HasPart(const std::string& upload_id) const {
  std::error_code error;
  return std::filesystem::exists(PartPath(upload_id), error);
}

absl::StatusOr<std::int64_t> BlobFolder::FreeBytes() const {
  return brainalign::FreeBytes(folder_);
}

void BlobFolder::SetMarks(const DiskMarks& marks) {
  soft_mark_bytes_ = marks.soft_bytes;
  hard_mark_bytes_ = marks.hard_bytes;
}

absl::Status BlobFolder::CheckHardMark() const {
  const std::int64_t mark_bytes = marks().hard_bytes;
  auto free_bytes = FreeBytes();
  if (!free_bytes.ok()) return free_bytes.status();
  if (*free_bytes >= mark_bytes) return absl::OkStatus();
  const std::string nearly_full = "the server's disk is nearly full: ";
  const std::string mark =
      absl::StrCat("its hard mark of ", SizeText(mark_bytes),
                   " (brainalignd --disk-hard-mark); reading, cancelling and deleting still work");
  return DiskFullError(absl::StrCat(nearly_full, SizeText(*free_bytes), " are free, below ", mark),
                       absl::StrCat(nearly_full, "less is free than ", mark), mark_bytes,
                       /*requested_bytes=*/0);
}

}  // namespace brainalign
