#include "tests/durability/faults/shimmed_disk.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "gtest/gtest.h"

namespace brainalign {
namespace {

namespace fs = std::filesystem;

constexpr char kInMemory[] = "/dev/shm";

}  // namespace

ShimmedDisk::ShimmedDisk(const PlannedFault& fault) { Prepare(fault); }

ShimmedDisk::ShimmedDisk(const DiskImage& image) {
  Prepare({});
  WriteDiskImage(image, data_folder());
}

void ShimmedDisk::Prepare(const PlannedFault& fault) {
  const bool in_memory = ::access(kInMemory, W_OK) == 0;
  root_ = (in_memory ? std::string(kInMemory) : testing::TempDir()) + "/brainalign_disk_XXXXXX";
  ASSERT_NE(::mkdtemp(root_.data()), nullptr) << root_;
  fs::create_directory(data_folder());
  const std::string path = root_ + "/control";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_EQ(::ftruncate(fd, sizeof(DiskShimControl)), 0);
  void* page = ::mmap(nullptr, sizeof(DiskShimControl), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::close(fd);
  ASSERT_NE(page, MAP_FAILED);
  control_ = static_cast<DiskShimControl*>(page);
  control_->fault = fault.fault;
  control_->fault_at = fault.at;
  control_->fault_count = fault.count;
}

ShimmedDisk::~ShimmedDisk() {
  if (control_ != nullptr) ::munmap(control_, sizeof(DiskShimControl));
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

std::vector<std::string> ShimmedDisk::environment() const {
  // A sanitizer, if there is one, would rather be the first library itself.
  const char* sanitizer = std::getenv("ASAN_OPTIONS");
  return {std::string("LD_PRELOAD=") + BRAINALIGN_DISK_SHIM,
          std::string("ASAN_OPTIONS=verify_asan_link_order=0:") +
              (sanitizer == nullptr ? "" : sanitizer),
          std::string(kShimFolder) + "=" + data_folder(),
          std::string(kShimControl) + "=" + root_ + "/control",
          std::string(kShimTrace) + "=" + root_ + "/trace"};
}

std::vector<DiskEvent> ShimmedDisk::Trace() const {
  return ReadDiskTrace(root_ + "/trace", data_folder());
}

ServerProcess::ServerProcess(const std::string& data_folder,
                             const std::vector<std::string>& environment) {
  program_ = Program::Start("brainalignd",
                            {"--listen", "127.0.0.1:0", "--data", data_folder, "--threads", "1",
                             "--memory", "1GiB", "--max-running-jobs", "1", "--disk-reserve", "0",
                             "--disk-hard-mark", "0", "--sync-interval", "2000"},
                            environment);
  const std::string announcement = "listening on ";
  const std::string line = program_->WaitForLine(announcement);
  if (!line.empty()) address_ = line.substr(line.find(announcement) + announcement.size());
}

int ServerProcess::Stop() {
  program_->Signal(SIGTERM);
  const std::optional<int> code = program_->WaitForExit();
  EXPECT_TRUE(code.has_value()) << "the server does not stop; it wrote\n" << said();
  return code.value_or(-SIGKILL);
}

void ServerProcess::Kill() {
  program_->Signal(SIGKILL);
  program_->WaitForExit();
}

std::string ServerProcess::said() const { return program_->err(); }

}  // namespace brainalign
