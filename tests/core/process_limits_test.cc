#include "core/process_limits.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace brainalign {
namespace {

// A folder as the kernel shows its control groups.
class ProcessLimitsTest : public testing::Test {
 protected:
  ProcessLimitsTest() { EXPECT_NE(mkdtemp(mount_.data()), nullptr); }
  ~ProcessLimitsTest() override { std::filesystem::remove_all(mount_); }

  void Write(const std::string& file, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(mount_ + file).parent_path());
    std::ofstream(mount_ + file) << text << "\n";
  }

  std::string mount_ = testing::TempDir() + "/groups-XXXXXX";
};

TEST_F(ProcessLimitsTest, Version2TakesTheSmallestOnTheWayUp) {
  Write("/system.slice/memory.max", "4294967296");
  Write("/system.slice/a.service/memory.max", "max");
  Write("/system.slice/a.service/cpu.max", "150000 100000");
  Write("/system.slice/cpu.max", "max 100000");
  const GroupLimits limits = ReadGroupLimits("0::/system.slice/a.service\n", mount_);
  EXPECT_EQ(limits.memory_bytes, 4294967296);
  EXPECT_EQ(limits.cores, 1.5);
}

TEST_F(ProcessLimitsTest, Version2InAContainerStandsAtTheMount) {
  Write("/memory.max", "1073741824");
  Write("/cpu.max", "200000 100000");
  const GroupLimits limits = ReadGroupLimits("0::/\n", mount_);
  EXPECT_EQ(limits.memory_bytes, 1073741824);
  EXPECT_EQ(limits.cores, 2);
}

TEST_F(ProcessLimitsTest, Version1NamesControllersAndSaysNoneByALargeNumber) {
  Write("/memory/jobs/memory.limit_in_bytes", "536870912");
  Write("/memory/memory.limit_in_bytes", "9223372036854771712");
  Write("/cpu/cpu.cfs_quota_us", "-1");
  Write("/cpu/cpu.cfs_period_us", "100000");
  Write("/cpu/jobs/cpu.cfs_quota_us", "50000");
  Write("/cpu/jobs/cpu.cfs_period_us", "100000");
  const GroupLimits limits =
      ReadGroupLimits("9:memory:/jobs\n4:cpu,cpuacct:/jobs\n1:name=systemd:/\n", mount_);
  EXPECT_EQ(limits.memory_bytes, 536870912);
  EXPECT_EQ(limits.cores, 0.5);
}

TEST_F(ProcessLimitsTest, Version1InAContainerIsNamedAsOutsideOfIt) {
  Write("/memory/memory.limit_in_bytes", "268435456");
  EXPECT_EQ(ReadGroupLimits("9:memory:/engine/0123abcd\n", mount_).memory_bytes, 268435456);
}

TEST_F(ProcessLimitsTest, WithoutGroupsThereIsNoLimit) {
  for (const std::string membership : {"", "0::/a\n", "nonsense\n", "9:memory:\n"}) {
    const GroupLimits limits = ReadGroupLimits(membership, mount_);
    EXPECT_EQ(limits.memory_bytes, 0) << membership;
    EXPECT_EQ(limits.cores, 0) << membership;
  }
}

TEST(ProcessLimits, ThisProcessMayUseSomething) {
  EXPECT_GE(UsableThreads(), 1);
  EXPECT_GT(UsableMemoryBytes(), 1 << 20);
}

}  // namespace
}  // namespace brainalign
