// Many jobs on one long recording: what the database has to keep for each of them.
#include <rocksdb/db.h>
#include <rocksdb/utilities/options_util.h>

#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/rows/digest.h"
#include "tests/server/jobs/book_test.h"

namespace brainalign {
namespace {

constexpr int kQueuedJobs = 10'000;
constexpr int kCallers = 10;
constexpr int kLongWords = 20'000;
constexpr int kEpochTimes = 81;
constexpr int kModelLayers = 13;

template <typename Number>
std::string BytesOfList(const std::vector<Number>& numbers) {
  return {static_cast<const char*>(static_cast<const void*>(numbers.data())),
          numbers.size() * sizeof(Number)};
}

class ManyJobsTest : public BookTest {
 protected:
  TensorRef Put(TensorSpec spec, const std::string& bytes) {
    TensorRef ref{HexSha256Of(bytes), std::move(spec)};
    EXPECT_TRUE(Upload(ref, bytes).ok());
    return ref;
  }

  // A story of 20,000 words; the workshop looks at shapes alone.
  BrainRef LongRecording() {
    BrainRef brain;
    brain.continuous = Put({DType::kF32, {2, 500}, Order::kC}, std::string(4000, '\3'));
    brain.sfreq_hz = 30;
    std::vector<double> onsets;
    std::vector<std::int64_t> groups;
    std::vector<std::int64_t> sessions;
    for (int word = 0; word < kLongWords; ++word) {
      onsets.push_back(0.31 * word);
      groups.push_back(word / 1000);
      sessions.push_back(word / 2000);
    }
    brain.onsets_seconds = Put({DType::kF64, {kLongWords}, Order::kC}, BytesOfList(onsets));
    brain.groups = Put({DType::kI64, {kLongWords}, Order::kC}, BytesOfList(groups));
    brain.sessions = Put({DType::kI64, {kLongWords}, Order::kC}, BytesOfList(sessions));
    for (int time = 0; time < kEpochTimes; ++time) {
      brain.times_seconds.push_back(-0.5 + time / 30.0);
    }
    return brain;
  }

  // A model of 13 layers, with a question of its own.
  static JobRequest Ask(const BrainRef& brain, const TensorRef& model, int job) {
    JobRequest request;
    request.request_id = absl::StrCat("5f0c1e0e-7c3f-4a5b-9d3e-0000", 10'000'000 + job);
    request.name = absl::StrCat("model ", job);
    request.specification.brain = brain;
    request.specification.options.pca = job + 1;
    for (int layer = 0; layer < kModelLayers; ++layer) {
      request.specification.layers.push_back(
          {model, layer, (layer + 1.0) / kModelLayers, absl::StrCat("encoder.layer.", layer)});
    }
    return request;
  }

  // Of the database's tables by the server's own options, with nothing in them that was replaced
  // or deleted.
  std::int64_t CompactedBytes() const {
    const std::string path = folder_ + "/db";
    rocksdb::DBOptions options;
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    EXPECT_TRUE(rocksdb::LoadLatestOptions({}, path, &options, &families).ok());
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    EXPECT_TRUE(rocksdb::DB::Open(options, path, families, &handles, &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    for (rocksdb::ColumnFamilyHandle* family : handles) {
      EXPECT_TRUE(db->CompactRange({}, family, nullptr, nullptr).ok());
    }
    std::vector<rocksdb::LiveFileMetaData> files;
    db->GetLiveFilesMetaData(&files);
    std::int64_t bytes = 0;
    for (const rocksdb::LiveFileMetaData& file : files) {
      bytes += static_cast<std::int64_t>(file.size);
    }
    for (rocksdb::ColumnFamilyHandle* family : handles) db->DestroyColumnFamilyHandle(family);
    return bytes;
  }
};

// Results come on top, each as large as its matrix.
TEST_F(ManyJobsTest, QueuedJobsCostUnderTenMegabytes) {
  Open({}, {});
  workshop_.Hold();
  const BrainRef brain = LongRecording();
  std::vector<TensorRef> models;
  for (int model = 0; model < 10; ++model) {
    const std::string bytes(std::size_t{kModelLayers} * 20 * 2 * 4, static_cast<char>(model));
    models.push_back(Put({DType::kF32, {kModelLayers, 20, 2}, Order::kC}, bytes));
  }
  {
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < kCallers; ++caller) {
      callers.emplace_back([&, caller] {
        for (int job = caller; job < kQueuedJobs; job += kCallers) {
          const TensorRef& model = models[static_cast<std::size_t>(job / kCallers % 10)];
          EXPECT_TRUE(book_->Create(Ask(brain, model, job)).ok());
        }
      });
    }
  }
  Close();
  const std::int64_t bytes = CompactedBytes();
  std::cout << kQueuedJobs << " jobs: " << bytes << " bytes\n";
  EXPECT_LT(bytes, 10'000'000);
  EXPECT_GT(bytes, kQueuedJobs * 50);
}

}  // namespace
}  // namespace brainalign
