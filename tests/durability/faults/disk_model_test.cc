// The disk of the power cuts keeps what it promised and nothing else.
#include "tests/durability/faults/disk_model.h"

#include <fcntl.h>

#include "gtest/gtest.h"

namespace brainalign {
namespace {

DiskEvent Named(DiskOperation operation, const std::string& path, const std::string& to = "") {
  DiskEvent event{};
  event.record.operation = operation;
  event.record.descriptor = -1;
  event.path = path;
  event.data = to;
  return event;
}

DiskEvent OnFile(DiskOperation operation, int descriptor, const std::string& path = "") {
  DiskEvent event = Named(operation, path);
  event.record.descriptor = descriptor;
  return event;
}

class DiskModelTest : public testing::Test {
 protected:
  void Open(int descriptor, const std::string& path) {
    DiskEvent event = OnFile(DiskOperation::kOpen, descriptor, path);
    event.record.flags = O_CREAT;
    model_.Apply(event);
  }
  void Write(int descriptor, std::int64_t offset, const std::string& bytes) {
    DiskEvent event = OnFile(DiskOperation::kWrite, descriptor);
    event.record.offset_bytes = offset;
    event.data = bytes;
    model_.Apply(event);
  }
  void Sync(int descriptor, const std::string& path, bool fails = false) {
    DiskEvent event = OnFile(DiskOperation::kSync, descriptor, path);
    event.record.failed_sync = fails ? 1 : 0;
    model_.Apply(event);
  }
  void SyncFolder(const std::string& path) {
    model_.Apply(OnFile(DiskOperation::kOpen, 99, path));
    Sync(99, path);
    model_.Apply(OnFile(DiskOperation::kClose, 99));
  }

  DiskModel model_;
};

TEST_F(DiskModelTest, AFileNeedsItsBytesAndItsNameSynced) {
  Open(3, "a");
  Write(3, 0, "hello");
  EXPECT_EQ(model_.Present(), (DiskImage{{"a", "hello"}}));
  Sync(3, "a");
  EXPECT_EQ(model_.Durable(), DiskImage{});
  SyncFolder("");
  EXPECT_EQ(model_.Durable(), (DiskImage{{"a", "hello"}}));
  Write(3, 5, " you");
  EXPECT_EQ(model_.Durable(), (DiskImage{{"a", "hello"}}));
  Sync(3, "a");
  EXPECT_EQ(model_.Durable(), (DiskImage{{"a", "hello you"}}));
}

TEST_F(DiskModelTest, ARenameNeedsBothFoldersSynced) {
  for (const char* folder : {"from", "to"}) {
    model_.Apply(Named(DiskOperation::kMakeFolder, folder));
  }
  SyncFolder("");
  Open(3, "from/a");
  Sync(3, "from/a");
  SyncFolder("from");
  model_.Apply(Named(DiskOperation::kRename, "from/a", "to/b"));
  EXPECT_EQ(model_.Durable().count("from/a"), 1U);
  EXPECT_EQ(model_.Durable().count("to/b"), 0U);
  SyncFolder("to");
  EXPECT_EQ(model_.Durable().count("from/a"), 1U);
  EXPECT_EQ(model_.Durable().count("to/b"), 1U);
  SyncFolder("from");
  EXPECT_EQ(model_.Durable().count("from/a"), 0U);
}

TEST_F(DiskModelTest, WhatLiesInAFolderThatIsLostIsLost) {
  model_.Apply(Named(DiskOperation::kMakeFolder, "new"));
  Open(3, "new/a");
  Sync(3, "new/a");
  SyncFolder("new");
  EXPECT_EQ(model_.Durable(), DiskImage{});
  SyncFolder("");
  EXPECT_EQ(model_.Durable(), (DiskImage{{"new", std::nullopt}, {"new/a", ""}}));
}

TEST_F(DiskModelTest, ARemovedFileComesBackUntilItsFolderIsSynced) {
  model_ = DiskModel(DiskImage{{"a", "old"}});
  model_.Apply(Named(DiskOperation::kUnlink, "a"));
  EXPECT_EQ(model_.Present(), DiskImage{});
  EXPECT_EQ(model_.Durable(), (DiskImage{{"a", "old"}}));
  SyncFolder("");
  EXPECT_EQ(model_.Durable(), DiskImage{});
}

TEST_F(DiskModelTest, BytesBeforeAFailedSyncStayLost) {
  model_ = DiskModel(DiskImage{{"a", ""}});
  Open(3, "a");
  Write(3, 0, "one");
  Sync(3, "a", /*fails=*/true);
  Write(3, 3, "two");
  Sync(3, "a");
  EXPECT_EQ(model_.Durable(), (DiskImage{{"a", std::string("\0\0\0two", 6)}}));
}

TEST_F(DiskModelTest, ATornDiskKeepsSomethingBetweenNothingAndAll) {
  model_ = DiskModel(DiskImage{{"a", "0000"}});
  Open(3, "a");
  Write(3, 0, "11");
  Write(3, 2, "22");
  bool kept_nothing = false;
  bool kept_all = false;
  bool kept_some = false;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const std::string bytes = model_.Torn(seed).at("a").value();
    kept_nothing = kept_nothing || bytes == "0000";
    kept_all = kept_all || bytes == "1122";
    kept_some = kept_some || bytes == "1100" || bytes == "1000";
  }
  EXPECT_TRUE(kept_nothing && kept_all && kept_some);
}

}  // namespace
}  // namespace brainalign
