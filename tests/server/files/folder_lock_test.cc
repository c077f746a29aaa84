#include "server/files/folder_lock.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

class MeantFolderTest : public testing::Test {
 protected:
  MeantFolderTest() {
    std::string pattern = testing::TempDir() + "/brainalign_folder_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~MeantFolderTest() override { std::filesystem::remove_all(folder_); }

  void Put(const std::string& name) { std::ofstream(folder_ + "/" + name) << "x"; }

  std::string folder_;
};

TEST_F(MeantFolderTest, ANewAndAnEmptyFolderAreForAServer) {
  EXPECT_TRUE(CheckMeantAsDataFolder(folder_ + "/new").ok());
  EXPECT_FALSE(IsDataFolder(folder_ + "/new"));
  EXPECT_TRUE(CheckMeantAsDataFolder(folder_).ok());
  // A file system of its own has this at its root.
  std::filesystem::create_directory(folder_ + "/lost+found");
  Put(".snapshot");
  EXPECT_TRUE(CheckMeantAsDataFolder(folder_).ok());
  EXPECT_FALSE(IsDataFolder(folder_));
}

TEST_F(MeantFolderTest, AnExperimentIsNone) {
  Put("meg.npy");
  Put("activations.npy");
  const absl::Status refused = CheckMeantAsDataFolder(folder_);
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("holds other files, such as activations."));
  EXPECT_FALSE(IsDataFolder(folder_));
}

TEST_F(MeantFolderTest, WhatAServerOrAFirstTokenLeftMayLieBesideOtherFiles) {
  Put("notes.txt");
  for (const std::string own : {"LOCK", "access.json", "db/CURRENT"}) {
    std::filesystem::create_directory(folder_ + "/db");
    Put(own);
    EXPECT_TRUE(IsDataFolder(folder_)) << own;
    EXPECT_TRUE(CheckMeantAsDataFolder(folder_).ok()) << own;
    std::filesystem::remove(folder_ + "/" + own);
  }
  EXPECT_FALSE(CheckMeantAsDataFolder(folder_).ok());
}

}  // namespace
}  // namespace brainalign
