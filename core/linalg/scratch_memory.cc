#include "core/linalg/scratch_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "core/linalg/large_pages.h"

namespace brainalign {
namespace {

// A nameless file of `size_bytes` in `folder`, its blocks on the disk: a full disk
// is an error now, and no crash later. -1, and errno, if there is none.
int MakeFile(const std::string& folder, std::size_t size_bytes) {
  int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0) {  // some file systems have no nameless files
    std::string path = folder + "/brainalign-XXXXXX";
    fd = ::mkostemp(path.data(), O_CLOEXEC);
    if (fd < 0) return -1;
    ::unlink(path.c_str());
  }
  const int error = ::posix_fallocate(fd, 0, static_cast<off_t>(size_bytes));
  if (error == 0) return fd;
  ::close(fd);
  errno = error;
  return -1;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ScratchMemory>> ScratchMemory::Allocate(std::int64_t size_bytes,
                                                                       const std::string& folder) {
  const auto size = static_cast<std::size_t>(std::max<std::int64_t>(1, size_bytes));
  constexpr int kReadWrite = PROT_READ | PROT_WRITE;
  std::unique_ptr<ScratchMemory> memory(new ScratchMemory(size, folder));
  if (folder.empty()) {
    void* const data = ::mmap(nullptr, size, kReadWrite, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data == MAP_FAILED) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the machine has no ", size, " bytes of memory left"));
    }
    memory->data_ = data;
    UseLargePages(data, size);
    return memory;
  }
  memory->file_ = MakeFile(folder, size);
  void* const data = memory->file_ < 0
                         ? MAP_FAILED
                         : ::mmap(nullptr, size, kReadWrite, MAP_SHARED, memory->file_, 0);
  if (data == MAP_FAILED) {
    return absl::UnavailableError(absl::StrCat("no temporary file of ", size, " bytes in ", folder,
                                               ": ", std::strerror(errno)));
  }
  memory->data_ = data;
  memory->range_.emplace(static_cast<const std::byte*>(data), static_cast<std::int64_t>(size),
                         kReadWrite);
  return memory;
}

ScratchMemory::~ScratchMemory() {
  range_.reset();
  if (data_ != nullptr) ::munmap(data_, size_bytes_);
  if (file_ >= 0) ::close(file_);
}

absl::Status ScratchMemory::CheckIntact() const {
  if (file_ < 0) return absl::OkStatus();
  // A page that could not be written may be read with its earlier content.
  if (::sync_file_range(file_, 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE) != 0 && errno != EINTR) {
    is_lost_ = true;
  }
  if (!is_lost_ && range_->first_unreadable_byte() < 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("the temporary file in ", folder_, " could not be ",
                                             is_lost_ ? "written" : "read",
                                             " again; its disk may be failing"));
}

}  // namespace brainalign
