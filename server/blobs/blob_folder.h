#ifndef BRAINALIGN_SERVER_BLOBS_BLOB_FOLDER_H_
#define BRAINALIGN_SERVER_BLOBS_BLOB_FOLDER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/tensor/mapped_file.h"
#include "core/tensor/tensor.h"
#include "server/files/file.h"
#include "server/rows/specification.h"

namespace brainalign {

// The tensors' bytes as files named by their SHA-256, and the part files of
// uploads under way:
//   FOLDER/blobs/ab/abcd...    a verified blob, never written again
//   FOLDER/uploads/ID.part     an upload
//   FOLDER/quarantine/abcd...  what was found damaged, for people to look at
// Thread-safe.
class BlobFolder {
 public:
  // Makes the folders if need be.
  static absl::StatusOr<std::unique_ptr<BlobFolder>> Open(const std::string& folder);

  // The data folder that it is in.
  const std::string& data_folder() const { return folder_; }
  std::string PartPath(const std::string& upload_id) const;
  std::string BlobPath(const std::string& digest) const;

  // Identifies a file and its state: it differs if the file was replaced or written to.
  struct FileIdentity {
    std::int64_t size_bytes = 0;
    std::int64_t inode = 0;
    std::int64_t write_unix_nanos = 0;

    bool operator==(const FileIdentity& other) const = default;
  };
  // Nothing if the blob's file is not there.
  std::optional<FileIdentity> Identify(const std::string& digest) const;
  // Whether the blob's file is there with this size.
  bool Has(const std::string& digest, std::int64_t size_bytes) const;

  // Turns a part file that is whole, verified and synced into a blob, durably.
  absl::Status Publish(const std::string& upload_id, const std::string& digest);

  // Back to a part file, durably, for a blob that could not be recorded. No effect
  // if the part file is there.
  absl::Status Unpublish(const std::string& upload_id, const std::string& digest);
  // Moves a damaged blob into quarantine, durably. No error if it does not exist.
  absl::Status Quarantine(const std::string& digest);
  // Makes the names of new part files durable.
  absl::Status SyncParts();

  // Maps a tensor. NOT_FOUND if its bytes are not there, DATA_LOSS if their number
  // is not what the spec needs.
  absl::StatusOr<Tensor> OpenTensor(const TensorRef& ref) const;

  // Reads a blob and compares its digest: DATA_LOSS if it differs, NOT_FOUND if it is
  // not there, CANCELLED as soon as `go_on` returns false.
  absl::Status Verify(const std::string& digest, const std::function<bool()>& go_on) const;

  absl::StatusOr<File> OpenToRead(const std::string& digest) const;

  // Removes a blob, durably. No error if it does not exist.
  absl::Status RemoveBlob(const std::string& digest);
  // Digests of the files among the blobs.
  std::vector<std::string> ListBlobs() const;
  // Upload ids of the part files in the folder.
  std::vector<std::string> ListParts() const;

  bool HasPart(const std::string& upload_id) const;

  absl::StatusOr<std::int64_t> FreeBytes() const;
  // How much of the disk stays free; 0 at first. May change at any time.
  struct DiskMarks {
    std::int64_t soft_bytes = 0;  // not counting the bytes that uploads have reserved
    std::int64_t hard_bytes = 0;  // with less free space than this, no more bytes are accepted
  };
  void SetMarks(const DiskMarks& marks);
  DiskMarks marks() const { return {soft_mark_bytes_, hard_mark_bytes_}; }
  // RESOURCE_EXHAUSTED, naming both, while less than the hard mark is free.
  absl::Status CheckHardMark() const;

 private:
  explicit BlobFolder(std::string folder) : folder_(std::move(folder)) {}

  const std::string folder_;
  std::atomic<std::int64_t> soft_mark_bytes_{0};
  std::atomic<std::int64_t> hard_mark_bytes_{0};
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_BLOBS_BLOB_FOLDER_H_
