#include "server/blobs/blob_folder.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "gtest/gtest.h"
#include "server/rows/digest.h"

namespace brainalign {
namespace {

class BlobFolderTest : public testing::Test {
 protected:
  BlobFolderTest() {
    std::string pattern = testing::TempDir() + "/brainalign_blobs_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    auto blobs = BlobFolder::Open(folder_);
    EXPECT_TRUE(blobs.ok()) << blobs.status();
    blobs_ = *std::move(blobs);
  }
  ~BlobFolderTest() override { std::filesystem::remove_all(folder_); }

  // Returns the blob's digest.
  std::string Put(const std::string& bytes) {
    const std::string digest = HexSha256Of(bytes);
    std::filesystem::create_directories(
        std::filesystem::path(blobs_->BlobPath(digest)).parent_path());
    std::ofstream(blobs_->BlobPath(digest), std::ios::binary) << bytes;
    return digest;
  }

  std::string folder_;
  std::unique_ptr<BlobFolder> blobs_;
};

TEST_F(BlobFolderTest, ReadingEndsWhenNobodyWaitsForItAnyMore) {
  const std::string digest = Put(std::string((std::size_t{3} << 20) + 1, 'x'));
  int pieces = 0;
  EXPECT_TRUE(blobs_->Verify(digest, [&] { return ++pieces > 0; }).ok());
  EXPECT_EQ(pieces, 4);
  pieces = 0;
  EXPECT_TRUE(absl::IsCancelled(blobs_->Verify(digest, [&] { return ++pieces < 2; })));
  EXPECT_EQ(pieces, 2);
}

TEST_F(BlobFolderTest, WhatIsGoneDamagedOrUnreadableIsToldApart) {
  const auto go_on = [] { return true; };
  const std::string digest = Put("bytes");
  EXPECT_TRUE(blobs_->Verify(digest, go_on).ok());
  std::ofstream(blobs_->BlobPath(digest), std::ios::binary) << "bytez";
  EXPECT_TRUE(absl::IsDataLoss(blobs_->Verify(digest, go_on)));
  std::filesystem::remove(blobs_->BlobPath(digest));
  EXPECT_TRUE(absl::IsNotFound(blobs_->Verify(digest, go_on)));
  // A folder can be opened and not read, as a file on a failing disk.
  std::filesystem::create_directory(blobs_->BlobPath(digest));
  EXPECT_TRUE(absl::IsInternal(blobs_->Verify(digest, go_on)));
}

}  // namespace
}  // namespace brainalign
