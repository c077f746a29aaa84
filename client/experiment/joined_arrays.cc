#include "client/experiment/joined_arrays.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/size_text.h"
#include "core/tensor/mapped_file.h"

namespace brainalign {
namespace {

// Not /tmp, which lies in memory on many systems.
std::string FolderForLargeFiles() {
  const char* const folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/var/tmp";
}

// A file without a name, which is written from its beginning to its end.
class NamelessFile {
 public:
  explicit NamelessFile(std::string folder) : folder_(std::move(folder)) {}
  ~NamelessFile() {
    if (fd_ >= 0) close(fd_);
  }
  NamelessFile(const NamelessFile&) = delete;
  NamelessFile& operator=(const NamelessFile&) = delete;

  // Takes the disk's blocks, so that a full disk is an error before anything is written.
  absl::Status Open(std::int64_t size_bytes) {
    constexpr unsigned int kForTheUserAlone = 0600;
    fd_ = open(folder_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, kForTheUserAlone);
    if (fd_ < 0) {  // some file systems have no nameless files
      std::string path = folder_ + "/brainalign-XXXXXX";
      fd_ = mkostemp(path.data(), O_CLOEXEC);
      if (fd_ < 0) return Failure(errno, size_bytes);
      unlink(path.c_str());
    }
    const int error = posix_fallocate(fd_, 0, static_cast<off_t>(size_bytes));
    if (error != 0) return Failure(error, size_bytes);
    buffer_.reserve(kBufferBytes);
    return absl::OkStatus();
  }

  absl::Status Append(const std::byte* data, std::int64_t size_bytes) {
    while (size_bytes > 0) {
      const std::int64_t count = std::min(size_bytes, kBufferBytes - std::ssize(buffer_));
      buffer_.insert(buffer_.end(), data, data + count);
      data += count;
      size_bytes -= count;
      if (std::ssize(buffer_) < kBufferBytes) continue;
      if (absl::Status status = Flush(); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::shared_ptr<const MappedFile>> Map() {
    if (absl::Status status = Flush(); !status.ok()) return status;
    return MappedFile::OfDescriptor(fd_, absl::StrCat("the file of all sessions in ", folder_));
  }

 private:
  static constexpr std::int64_t kBufferBytes = 8 << 20;

  absl::Status Failure(int error, std::int64_t size_bytes) const {
    return absl::ErrnoToStatus(
        error, absl::StrCat("the sessions together take ", SizeText(size_bytes),
                            ", and a temporary file of that size cannot be made in ", folder_,
                            "; set TMPDIR to a folder on a disk with room for it"));
  }

  absl::Status Flush() {
    const std::byte* next = buffer_.data();
    std::size_t left = buffer_.size();
    while (left > 0) {
      const ssize_t written = write(fd_, next, left);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        return absl::ErrnoToStatus(
            errno, absl::StrCat("cannot write the file of all sessions in ", folder_));
      }
      next += written;
      left -= static_cast<std::size_t>(written);
    }
    buffer_.clear();
    return absl::OkStatus();
  }

  const std::string folder_;
  int fd_ = -1;
  std::vector<std::byte> buffer_;
};

}  // namespace

absl::StatusOr<Tensor> JoinArrays(const std::vector<Tensor>& parts, int axis,
                                  const std::stop_token& stop) {
  TensorSpec spec = parts.front().spec();
  std::int64_t& joined = spec.shape[static_cast<std::size_t>(axis)];
  joined = 0;
  for (const Tensor& part : parts) joined += part.dim(axis);
  const absl::StatusOr<std::int64_t> size_bytes = SizeInBytes(spec);
  if (!size_bytes.ok()) return size_bytes.status();
  NamelessFile file(FolderForLargeFiles());
  if (absl::Status status = file.Open(*size_bytes); !status.ok()) return status;

  // Elements of all parts alternate in runs, one for each index of the axes that vary more slowly
  // than `axis`.
  const bool is_fortran = spec.order == Order::kFortran;
  std::int64_t runs = 1;
  for (int other = 0; other < parts.front().rank(); ++other) {
    const bool is_slower = is_fortran ? other > axis : other < axis;
    if (is_slower) runs *= spec.shape[static_cast<std::size_t>(other)];
  }
  for (std::int64_t run = 0; run < runs; ++run) {
    for (const Tensor& part : parts) {
      if (stop.stop_requested()) return absl::CancelledError("Stopped while joining the sessions.");
      const std::int64_t run_bytes = part.size_bytes() / runs;
      absl::Status status = file.Append(part.data() + run * run_bytes, run_bytes);
      if (!status.ok()) return status;
    }
  }
  // Zeros stand in for what could not be read.
  for (const Tensor& part : parts) {
    if (absl::Status status = part.CheckReadable(); !status.ok()) return status;
  }
  absl::StatusOr<std::shared_ptr<const MappedFile>> mapped = file.Map();
  if (!mapped.ok()) return mapped.status();
  return Tensor::OfFile(std::move(spec), *std::move(mapped), /*offset_bytes=*/0);
}

}  // namespace brainalign
