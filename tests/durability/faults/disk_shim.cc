// A library to preload into a server: the files below one folder are on a disk that
// fails when a test says so, and that tells the test what was done to it.
//
// It stands before libc's calls for files and makes the system calls itself. Below
// the folder every call is made, counted and told under one lock, so that the trace
// is in the order of what happened. Other files are left alone, and so is the info
// log of the database, which holds no data.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "tests/durability/faults/disk_shim_control.h"

namespace {

using brainalign::DiskFault;
using brainalign::DiskOperation;
using brainalign::DiskShimControl;
using brainalign::DiskTraceRecord;

constexpr std::size_t kMaxDescriptors = 65536;

struct Shim {
  DiskShimControl* control = nullptr;
  int trace = -1;
  const char* folder = nullptr;
  std::size_t folder_size = 0;
  std::mutex mutex;
  // Path of each open file below the folder.
  std::array<std::atomic<char*>, kMaxDescriptors> paths{};
  std::array<bool, kMaxDescriptors> full{};  // after a short write: no space for more
};

Shim& GetShim() {
  // Never destroyed: files are closed until the very end of the process.
  static Shim* const shim = [] {
    auto* made = new Shim;
    const char* control = std::getenv(brainalign::kShimControl);
    const char* trace = std::getenv(brainalign::kShimTrace);
    const char* folder = std::getenv(brainalign::kShimFolder);
    if (control == nullptr || trace == nullptr || folder == nullptr) return made;
    const long fd = ::syscall(SYS_openat, AT_FDCWD, control, O_RDWR | O_CLOEXEC, 0);
    void* page = ::mmap(nullptr, sizeof(DiskShimControl), PROT_READ | PROT_WRITE, MAP_SHARED,
                        static_cast<int>(fd), 0);
    if (page == MAP_FAILED) ::abort();
    ::syscall(SYS_close, fd);
    made->trace = static_cast<int>(
        ::syscall(SYS_openat, AT_FDCWD, trace, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
    if (made->trace < 0) ::abort();
    made->folder = folder;
    made->folder_size = std::strlen(folder);
    made->control = static_cast<DiskShimControl*>(page);
    return made;
  }();
  return *shim;
}

bool Watches(const Shim& shim, const char* path) {
  if (shim.control == nullptr || path == nullptr) return false;
  if (std::strncmp(path, shim.folder, shim.folder_size) != 0) return false;
  return path[shim.folder_size] == '/' || path[shim.folder_size] == '\0';
}

// The path of an open file below the folder; null for any other.
const char* PathOf(const Shim& shim, int fd) {
  if (shim.control == nullptr || fd < 0 || static_cast<std::size_t>(fd) >= kMaxDescriptors) {
    return nullptr;
  }
  return shim.paths[static_cast<std::size_t>(fd)].load(std::memory_order_acquire);
}

void Tell(Shim& shim, DiskTraceRecord record, const char* path, const void* data,
          std::size_t size) {
  record.operations = shim.control->operations;
  record.process = static_cast<std::uint32_t>(::getpid());
  record.path_bytes = path == nullptr ? 0 : static_cast<std::uint32_t>(std::strlen(path));
  record.data_bytes = size;
  iovec parts[3] = {{&record, sizeof(record)},
                    {const_cast<char*>(path), record.path_bytes},
                    {const_cast<void*>(data), size}};
  const std::size_t whole = sizeof(record) + record.path_bytes + size;
  if (::syscall(SYS_writev, shim.trace, parts, 3) != static_cast<long>(whole)) ::abort();
}

// Counts the operation; the fault to make, if it is its turn.
DiskFault Count(Shim& shim, DiskOperation operation, const char* path, bool creates = false) {
  DiskShimControl& control = *shim.control;
  const std::uint64_t number = ++control.operations;
  if (control.fault_at == 0 || number < control.fault_at || control.faults >= control.fault_count ||
      !CanHave(control.fault, operation, creates)) {
    return DiskFault::kNone;
  }
  if (control.faults++ == 0) {
    control.fault_operation = operation;
    std::strncpy(control.fault_path, path + shim.folder_size, sizeof(control.fault_path) - 1);
  }
  return control.fault;
}

int ErrorOf(DiskFault fault) {
  return fault == DiskFault::kNoSpace || fault == DiskFault::kShortWrite ? ENOSPC : EIO;
}

// Makes the call unless a fault is due, and tells of it if it was made.
template <typename Call>
long Perform(DiskTraceRecord record, const char* path, const void* data, std::size_t size,
             Call call) {
  Shim& shim = GetShim();
  const std::lock_guard<std::mutex> lock(shim.mutex);
  const DiskFault fault =
      Count(shim, record.operation, path, (record.flags & static_cast<unsigned>(O_CREAT)) != 0);
  if (fault != DiskFault::kNone) {
    if (record.operation == DiskOperation::kSync) {
      record.failed_sync = 1;
      Tell(shim, record, path, data, size);
    }
    errno = ErrorOf(fault);
    return -1;
  }
  const long result = call();
  const int error = errno;
  if (result >= 0) {
    if (record.operation == DiskOperation::kOpen) {
      record.descriptor = static_cast<std::int32_t>(result);
      if (static_cast<std::size_t>(result) >= kMaxDescriptors) ::abort();
      const auto at = static_cast<std::size_t>(result);
      std::free(shim.paths[at].exchange(::strdup(path)));
      shim.full[at] = false;
    }
    Tell(shim, record, path, data, size);
  }
  errno = error;
  return result;
}

DiskTraceRecord Named(DiskOperation operation, unsigned flags = 0) {
  DiskTraceRecord record{};
  record.operation = operation;
  record.descriptor = -1;
  record.flags = flags;
  return record;
}

DiskTraceRecord OnFile(DiskOperation operation, int fd, std::int64_t offset_bytes = 0) {
  DiskTraceRecord record{};
  record.operation = operation;
  record.descriptor = fd;
  record.offset_bytes = offset_bytes;
  return record;
}

int Open(int folder, const char* path, int flags, mode_t mode) {
  const auto call = [&] { return ::syscall(SYS_openat, folder, path, flags, mode); };
  if (!Watches(GetShim(), path)) return static_cast<int>(call());
  return static_cast<int>(
      Perform(Named(DiskOperation::kOpen, static_cast<unsigned>(flags)), path, nullptr, 0, call));
}

// `offset` -1: at the file's position.
ssize_t Write(int fd, const void* data, std::size_t size, off_t offset) {
  const auto write = [&](std::size_t bytes) {
    return offset < 0 ? ::syscall(SYS_write, fd, data, bytes)
                      : ::syscall(SYS_pwrite64, fd, data, bytes, offset);
  };
  Shim& shim = GetShim();
  const char* path = PathOf(shim, fd);
  if (path == nullptr) return write(size);
  const std::lock_guard<std::mutex> lock(shim.mutex);
  const DiskFault fault = Count(shim, DiskOperation::kWrite, path);
  const bool cut = fault == DiskFault::kShortWrite && size > 1;
  bool& full = shim.full[static_cast<std::size_t>(fd)];
  if ((fault != DiskFault::kNone && !cut) || full) {
    errno = full ? ENOSPC : ErrorOf(fault);
    full = false;
    return -1;
  }
  const off_t at = offset < 0 ? ::syscall(SYS_lseek, fd, 0, SEEK_CUR) : offset;
  const ssize_t written = write(cut ? size / 2 : size);
  full = cut;
  if (written > 0) {
    Tell(shim, OnFile(DiskOperation::kWrite, fd, at), path, data,
         static_cast<std::size_t>(written));
  }
  return written;
}

template <typename Call>
long OnDescriptor(DiskOperation operation, int fd, std::int64_t offset_bytes, Call call) {
  const char* path = PathOf(GetShim(), fd);
  if (path == nullptr) return call();
  return Perform(OnFile(operation, fd, offset_bytes), path, nullptr, 0, call);
}

template <typename Call>
int OnName(DiskOperation operation, const char* path, const char* to, Call call) {
  if (!Watches(GetShim(), path)) return static_cast<int>(call());
  return static_cast<int>(
      Perform(Named(operation), path, to, to == nullptr ? 0 : std::strlen(to), call));
}

ssize_t ReadAt(int fd, void* data, std::size_t size, off_t offset) {
  return OnDescriptor(DiskOperation::kRead, fd, 0,
                      [&] { return ::syscall(SYS_pread64, fd, data, size, offset); });
}

int Sync(int fd, long call) {
  return static_cast<int>(
      OnDescriptor(DiskOperation::kSync, fd, 0, [&] { return ::syscall(call, fd); }));
}

int Truncate(int fd, off_t size) {
  return static_cast<int>(OnDescriptor(DiskOperation::kTruncate, fd, size,
                                       [&] { return ::syscall(SYS_ftruncate, fd, size); }));
}

int Allocate(int fd, int mode, off_t offset, off_t size) {
  // Space may be reserved; a longer file would have to be told.
  if (PathOf(GetShim(), fd) != nullptr && (mode & FALLOC_FL_KEEP_SIZE) == 0) ::abort();
  return static_cast<int>(OnDescriptor(DiskOperation::kAllocate, fd, 0, [&] {
    return ::syscall(SYS_fallocate, fd, mode, offset, size);
  }));
}

int StatPath(const char* path, void* into, int flags) {
  return OnName(DiskOperation::kStat, path, nullptr,
                [&] { return ::syscall(SYS_newfstatat, AT_FDCWD, path, into, flags); });
}

int StatFile(int fd, void* into) {
  return static_cast<int>(
      OnDescriptor(DiskOperation::kStat, fd, 0, [&] { return ::syscall(SYS_fstat, fd, into); }));
}

mode_t ModeOf(int flags, std::va_list list) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  std::va_list list;
  va_start(list, flags);
  const mode_t mode = ModeOf(flags, list);
  va_end(list);
  return Open(AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) __attribute__((alias("open")));

int openat(int folder, const char* path, int flags, ...) {
  std::va_list list;
  va_start(list, flags);
  const mode_t mode = ModeOf(flags, list);
  va_end(list);
  return Open(folder, path, flags, mode);
}

int close(int fd) {
  Shim& shim = GetShim();
  if (PathOf(shim, fd) == nullptr) return static_cast<int>(::syscall(SYS_close, fd));
  const std::lock_guard<std::mutex> lock(shim.mutex);
  std::free(shim.paths[static_cast<std::size_t>(fd)].exchange(nullptr));
  Tell(shim, OnFile(DiskOperation::kClose, fd), nullptr, nullptr, 0);
  return static_cast<int>(::syscall(SYS_close, fd));
}

ssize_t read(int fd, void* data, std::size_t size) {
  return OnDescriptor(DiskOperation::kRead, fd, 0,
                      [&] { return ::syscall(SYS_read, fd, data, size); });
}

ssize_t pread(int fd, void* data, std::size_t size, off_t offset) {
  return ReadAt(fd, data, size, offset);
}

ssize_t pread64(int fd, void* data, std::size_t size, off_t offset) {
  return ReadAt(fd, data, size, offset);
}

// How the database reads its logs: through a FILE over a descriptor that it opened.
std::size_t fread_unlocked(void* data, std::size_t size, std::size_t count, FILE* file) {
  const auto call = [&] { return static_cast<long>(::fread(data, size, count, file)); };
  const long result = OnDescriptor(DiskOperation::kRead, ::fileno(file), 0, call);
  return result < 0 ? 0 : static_cast<std::size_t>(result);
}

ssize_t write(int fd, const void* data, std::size_t size) { return Write(fd, data, size, -1); }

ssize_t pwrite(int fd, const void* data, std::size_t size, off_t offset) {
  return Write(fd, data, size, offset);
}

ssize_t pwrite64(int fd, const void* data, std::size_t size, off_t offset) {
  return Write(fd, data, size, offset);
}

int fsync(int fd) { return Sync(fd, SYS_fsync); }
int fdatasync(int fd) { return Sync(fd, SYS_fdatasync); }
int ftruncate(int fd, off_t size) noexcept { return Truncate(fd, size); }
int ftruncate64(int fd, off_t size) noexcept { return Truncate(fd, size); }

int fallocate(int fd, int mode, off_t offset, off_t size) {
  return Allocate(fd, mode, offset, size);
}

// A hint: nothing is promised by it, and it may not be told as a sync.
int sync_file_range(int fd, off64_t offset, off64_t size, unsigned flags) {
  return static_cast<int>(::syscall(SYS_sync_file_range, fd, offset, size, flags));
}

int rename(const char* from, const char* to) noexcept {
  return OnName(DiskOperation::kRename, from, to, [&] { return ::syscall(SYS_rename, from, to); });
}

int unlink(const char* path) noexcept {
  return OnName(DiskOperation::kUnlink, path, nullptr, [&] { return ::syscall(SYS_unlink, path); });
}

int link(const char* from, const char* to) noexcept {
  return OnName(DiskOperation::kLink, from, to, [&] { return ::syscall(SYS_link, from, to); });
}

int rmdir(const char* path) noexcept {
  return OnName(DiskOperation::kUnlink, path, nullptr, [&] { return ::syscall(SYS_rmdir, path); });
}

int mkdir(const char* path, mode_t mode) noexcept {
  return OnName(DiskOperation::kMakeFolder, path, nullptr,
                [&] { return ::syscall(SYS_mkdir, path, mode); });
}

int stat(const char* path, struct stat* into) noexcept { return StatPath(path, into, 0); }
int lstat(const char* path, struct stat* into) noexcept {
  return StatPath(path, into, AT_SYMLINK_NOFOLLOW);
}
int fstat(int fd, struct stat* into) noexcept { return StatFile(fd, into); }

}  // extern "C"
