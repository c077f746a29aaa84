#include "server/blobs/part_stream.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "server/rows/digest.h"
#include "tests/fakes/refused_threads.h"

namespace brainalign {
namespace {

class PartStreamTest : public testing::Test {
 protected:
  PartStreamTest() {
    std::string pattern = testing::TempDir() + "/brainalign_part_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    settings_.undurable_bytes = 100;
  }
  ~PartStreamTest() override {
    LetSyncsGo();
    stream_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::string path() const { return folder_ + "/part"; }
  std::string Contents() const {
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  void Open(const std::string& path, std::int64_t written_bytes = 0) {
    auto file = File::OpenToWrite(path);
    ASSERT_TRUE(file.ok()) << file.status();
    file_ = *std::move(file);
    stream_.emplace(&file_, &sha_, written_bytes, written_bytes, settings_,
                    [this](std::int64_t size_bytes) {
                      ++syncs_begun_;
                      syncs_held_.wait(true);
                      // Never more than the file has.
                      EXPECT_LE(size_bytes, *file_.SizeInBytes());
                      if (sync_error_.ok()) durable_bytes_ = size_bytes;
                      return sync_error_;
                    });
    started_ = stream_->Start();
  }
  absl::Status Append(std::string chunk) { return stream_->Append(chunk); }
  void LetSyncsGo() {
    syncs_held_ = false;
    syncs_held_.notify_all();
  }
  void AwaitSync() const {
    while (syncs_begun_ == 0) std::this_thread::yield();
  }

  std::string folder_;
  PartStream::Settings settings_;
  File file_;
  Sha256 sha_;
  std::atomic<bool> syncs_held_ = false;
  std::atomic<int> syncs_begun_ = 0;
  std::atomic<std::int64_t> durable_bytes_ = 0;
  absl::Status sync_error_;
  absl::Status started_ = absl::UnknownError("not opened");
  std::optional<PartStream> stream_;
};

TEST_F(PartStreamTest, WhatIsTakenIsWrittenHashedAndDurable) {
  Open(path());
  std::string all;
  for (int i = 0; i < 50; ++i) {
    const std::string chunk(static_cast<std::size_t>(1 + i % 7), static_cast<char>('a' + i % 26));
    ASSERT_TRUE(Append(chunk).ok());
    all += chunk;
  }
  EXPECT_TRUE(stream_->Flush().ok());
  EXPECT_EQ(durable_bytes_, static_cast<std::int64_t>(all.size()));
  EXPECT_EQ(stream_->Stop(), static_cast<std::int64_t>(all.size()));
  EXPECT_EQ(Contents(), all);
  EXPECT_EQ(sha_.Finish(), Sha256Of(all));
}

TEST_F(PartStreamTest, GoesOnWhereTheFileEnds) {
  std::ofstream(path(), std::ios::binary) << "held";
  Open(path(), 4);
  EXPECT_TRUE(stream_->Flush().ok());
  EXPECT_EQ(syncs_begun_, 0);
  ASSERT_TRUE(Append(" and more").ok());
  EXPECT_TRUE(stream_->Flush().ok());
  EXPECT_EQ(Contents(), "held and more");
  EXPECT_EQ(durable_bytes_, 13);
}

TEST_F(PartStreamTest, TakesMoreDuringASyncButNoMoreThanMayBeLost) {
  syncs_held_ = true;
  Open(path());
  ASSERT_TRUE(Append(std::string(50, 'a')).ok());
  AwaitSync();
  ASSERT_TRUE(Append(std::string(50, 'b')).ok());
  std::atomic<bool> is_taken = false;
  std::thread more([&] {
    EXPECT_TRUE(Append("c").ok());
    is_taken = true;
  });
  // It cannot be shown that it never is; but it had time.
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(is_taken);
  LetSyncsGo();
  more.join();
  EXPECT_GE(durable_bytes_, 50);
  EXPECT_TRUE(stream_->Flush().ok());
  EXPECT_EQ(durable_bytes_, 101);
}

TEST_F(PartStreamTest, ChunkBeyondTheBoundsIsTakenAlone) {
  settings_.waiting_bytes = 10;
  Open(path());
  ASSERT_TRUE(Append(std::string(20, 'a')).ok());
  ASSERT_TRUE(Append(std::string(200, 'b')).ok());
  EXPECT_GE(durable_bytes_, 20);  // what came before had to be safe first
  ASSERT_TRUE(Append(std::string(20, 'c')).ok());
  EXPECT_GE(durable_bytes_, 220);
  EXPECT_TRUE(stream_->Flush().ok());
  EXPECT_EQ(durable_bytes_, 240);
}

TEST_F(PartStreamTest, FailedSyncIsToldAndTriedAgainAtTheEnd) {
  sync_error_ = absl::UnavailableError("not now");
  Open(path());
  absl::Status status;
  int taken = 0;
  for (; status.ok(); ++taken) status = Append(std::string(50, 'a'));
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_LE(taken, 3);
  EXPECT_TRUE(absl::IsUnavailable(stream_->Flush()));
  EXPECT_EQ(durable_bytes_, 0);
  sync_error_ = absl::OkStatus();
  EXPECT_TRUE(stream_->Flush().ok());
  EXPECT_EQ(durable_bytes_, 50 * (taken - 1));
}

TEST_F(PartStreamTest, FullDiskIsTold) {
  Open("/dev/full");
  absl::Status status;
  while (status.ok()) status = Append("x");
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_TRUE(status.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  EXPECT_TRUE(absl::IsResourceExhausted(stream_->Flush()));
  EXPECT_EQ(stream_->Stop(), 0);
  EXPECT_EQ(syncs_begun_, 0);
  EXPECT_EQ(sha_.Finish(), Sha256Of(""));
}

TEST_F(PartStreamTest, WithoutAllItsThreadsItDoesNotBegin) {
  for (int allowed = 0; allowed < 3; ++allowed) {
    const RefusedThreads refused(allowed);
    Open(path());
    EXPECT_EQ(started_.code(), absl::StatusCode::kResourceExhausted) << allowed;
    EXPECT_EQ(stream_->Stop(), 0);
  }
  Open(path());
  EXPECT_TRUE(started_.ok()) << started_;
}

}  // namespace
}  // namespace brainalign
