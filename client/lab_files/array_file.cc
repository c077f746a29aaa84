#include "client/lab_files/array_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

absl::Status CannotWriteArray(int error, const std::string& path) {
  return absl::ErrnoToStatus(error, absl::StrCat("cannot write ", path));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ArrayFile>> ArrayFile::Create(const std::string& path,
                                                             const std::string& header,
                                                             std::int64_t data_bytes) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) return CannotWriteArray(errno, path);
  std::unique_ptr<ArrayFile> file(new ArrayFile(path, fd));
  file->header_bytes_ = std::ssize(header);
  file->mapped_bytes_ = header.size() + static_cast<std::size_t>(data_bytes);
  // So that a full disk is an error here, and not a signal later.
  const int error = posix_fallocate(fd, 0, static_cast<off_t>(file->mapped_bytes_));
  if (error != 0) return CannotWriteArray(error, path);
  void* const mapped =
      mmap(nullptr, file->mapped_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mapped == MAP_FAILED) return CannotWriteArray(errno, path);
  file->mapped_ = static_cast<std::byte*>(mapped);
  std::memcpy(file->mapped_, header.data(), header.size());
  return file;
}

ArrayFile::~ArrayFile() {
  if (mapped_ != nullptr) munmap(mapped_, mapped_bytes_);
  close(fd_);
}

void ArrayFile::LetGo() { madvise(mapped_, mapped_bytes_, MADV_DONTNEED); }

absl::Status ArrayFile::Finish() {
  const bool is_unmapped = munmap(std::exchange(mapped_, nullptr), mapped_bytes_) == 0;
  if (!is_unmapped || fsync(fd_) != 0) return CannotWriteArray(errno, path_);
  return absl::OkStatus();
}

std::optional<std::string> CopyBlock(const LabBlock& block, ElementType from, Order order,
                                     const ElementTarget& target) {
  const std::size_t axes = block.count.size();
  if (axes == 0) return CopyElements(from, block.data, 1, target.dtype, target.data, 1);
  // Axes from the one whose neighbours lie side by side to the slowest.
  std::vector<std::size_t> by_speed(axes);
  for (std::size_t i = 0; i < axes; ++i) by_speed[i] = order == Order::kC ? axes - 1 - i : i;
  const auto item = static_cast<std::int64_t>(DTypeSize(target.dtype));
  const std::int64_t run = block.count[by_speed[0]];
  const std::int64_t run_bytes = run * static_cast<std::int64_t>(ElementSize(from));
  std::int64_t offset = 0;
  for (std::size_t a = 0; a < axes; ++a) offset += block.begin[a] * target.strides[a];
  std::vector<std::int64_t> index(axes, 0);
  const std::byte* source = block.data;
  for (;;) {
    std::optional<std::string> lost = CopyElements(
        from, source, run, target.dtype, target.data + offset * item, target.strides[by_speed[0]]);
    if (lost) return lost;
    source += run_bytes;
    std::size_t i = 1;
    for (; i < axes; ++i) {
      const std::size_t a = by_speed[i];
      offset += target.strides[a];
      if (++index[a] < block.count[a]) break;
      offset -= index[a] * target.strides[a];
      index[a] = 0;
    }
    if (i == axes) return std::nullopt;
  }
}

}  // namespace brainalign
