// How often the bytes of a tensor are read only to look at them.
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "core/tensor/mapped_faults.h"
#include "gmock/gmock.h"
#include "server/rows/digest.h"
#include "server/store/changes.h"
#include "tests/server/jobs/book_test.h"

namespace brainalign {
namespace {

using testing::IsEmpty;

constexpr std::int64_t kReadWords = 80;

bool Always() { return true; }

std::string Numbers(std::int64_t count, double seed) {
  std::string bytes;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto value = static_cast<float>(std::sin(seed * static_cast<double>(i + 1)));
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  return bytes;
}

class ReadTensorsTest : public BookTest {
 protected:
  ReadTensorsTest()
      : bytes_(Numbers(kReadWords * 3 * 4, 1.7)), ref_(RefTo({kReadWords, 3, 4}, bytes_)) {}

  void SetUp() override {
    Open({}, {}, &Alignment::Create);
    ASSERT_TRUE(Upload(ref_, bytes_).ok());
  }

  std::string path() const { return blobs_->BlobPath(ref_.digest); }
  void Write(const std::string& bytes) const {
    std::ofstream(path(), std::ios::binary) << bytes;
    // Another time than before, however coarse the file system's clock.
    std::filesystem::last_write_time(
        path(), std::filesystem::last_write_time(path()) + std::chrono::seconds(++writes_));
  }
  std::int64_t size() const { return static_cast<std::int64_t>(bytes_.size()); }
  std::map<DType, TensorFacts> KeptFacts() const { return (*store_->FindBlob(ref_.digest))->facts; }

  // Runs an alignment of the recording with a layer of its own question.
  void RunJob(const std::string& id, double alpha, const TensorRef& layer) {
    JobRequest request;
    request.request_id = id;
    request.specification.brain.epochs = ref_;
    request.specification.brain.times_seconds = {0, 0.1, 0.2, 0.3};
    request.specification.layers.push_back({layer, 0, 0.5, "layer"});
    request.specification.options.alphas = {alpha};
    const auto job = book_->Create(request);
    ASSERT_TRUE(job.ok()) << job.status();
    ASSERT_TRUE(book_
                    ->Watch(
                        job->job_id, 0, [](const WatchEvent&) { return true; },
                        [&] {
                          book_->Tick();
                          return false;
                        })
                    .ok());
    const auto ended = book_->Get(job->job_id);
    ASSERT_TRUE(ended.ok());
    EXPECT_EQ(ended->state, JobState::kSucceeded) << ended->message;
  }

  const std::string bytes_;
  const TensorRef ref_;
  mutable int writes_ = 0;
};

TEST_F(ReadTensorsTest, SecondJobReadsNothingButToCompute) {
  const std::string layer_bytes = Numbers(kReadWords * 5, 2.3);
  const TensorRef layer = RefTo({kReadWords, 5}, layer_bytes);
  ASSERT_TRUE(Upload(layer, layer_bytes).ok());
  const auto both = size() + static_cast<std::int64_t>(layer_bytes.size());
  RunJob("first", 0.5, layer);
  EXPECT_EQ(tensors_->CountChecked().facts, both);
  EXPECT_EQ(tensors_->CountChecked().verified, 0);  // they were hashed when they came
  RunJob("second", 1, layer);
  EXPECT_EQ(tensors_->CountChecked().facts, both);
  EXPECT_EQ(tensors_->CountChecked().verified, 0);

  Reopen();
  RunJob("third", 0.7, layer);
  EXPECT_EQ(tensors_->CountChecked().facts, 0);
  EXPECT_EQ(tensors_->CountChecked().verified, both);
  RunJob("fourth", 0.8, layer);
  EXPECT_EQ(tensors_->CountChecked().facts, 0);
  EXPECT_EQ(tensors_->CountChecked().verified, both);
}

TEST_F(ReadTensorsTest, WrittenOrDoubtfulFileIsComparedAgain) {
  EXPECT_TRUE(tensors_->VerifyOnce(ref_.digest, Always).ok());
  EXPECT_EQ(tensors_->CountChecked().verified, 0);
  Write(bytes_);
  EXPECT_TRUE(tensors_->VerifyOnce(ref_.digest, Always).ok());
  EXPECT_EQ(tensors_->CountChecked().verified, size());
  EXPECT_TRUE(tensors_->VerifyOnce(ref_.digest, Always).ok());
  EXPECT_EQ(tensors_->CountChecked().verified, size());
  tensors_->VerifyAgain(ref_.digest);
  EXPECT_TRUE(tensors_->VerifyOnce(ref_.digest, Always).ok());
  EXPECT_EQ(tensors_->CountChecked().verified, 2 * size());

  std::string damaged = bytes_;
  damaged[5] = static_cast<char>(damaged[5] ^ 1);
  Write(damaged);
  EXPECT_TRUE(absl::IsDataLoss(tensors_->VerifyOnce(ref_.digest, Always)));
  EXPECT_FALSE(*tensors_->Has(kDefaultProject, ref_.digest));
}

TEST_F(ReadTensorsTest, FactsAreOfTheTypeThatTheBytesAreReadAs) {
  const auto floats = tensors_->Map(ref_, Always);
  ASSERT_TRUE(floats.ok()) << floats.status();
  EXPECT_TRUE(floats->facts.all_finite);
  EXPECT_LE(floats->facts.largest, 1);
  EXPECT_GE(floats->facts.smallest, -1);
  TensorRef integers = ref_;
  integers.spec.dtype = DType::kI32;
  EXPECT_GT(tensors_->Map(integers, Always)->facts.largest, 1e9);
  EXPECT_EQ(KeptFacts().size(), 2U);
  EXPECT_EQ(KeptFacts().at(DType::kF32), floats->facts);
  EXPECT_EQ(tensors_->CountChecked().facts, 2 * size());
}

TEST_F(ReadTensorsTest, OnlyWhatIsVerifiedIsRemembered) {
  Reopen();
  EXPECT_TRUE(tensors_->Map(ref_, Always)->facts.all_finite);
  EXPECT_THAT(KeptFacts(), IsEmpty());
  ASSERT_TRUE(tensors_->VerifyOnce(ref_.digest, Always).ok());
  EXPECT_TRUE(tensors_->Map(ref_, Always)->facts.all_finite);
  EXPECT_EQ(KeptFacts().size(), 1U);
  // They go with the bytes.
  ASSERT_TRUE(tensors_->DropDamaged(ref_.digest).ok());
  ASSERT_TRUE(Upload(ref_, bytes_).ok());
  EXPECT_THAT(KeptFacts(), IsEmpty());
}

TEST_F(ReadTensorsTest, NothingIsKnownOfWhatCannotBeReadOrIsGivenUp) {
  InstallMappedFaultHandler();
  EXPECT_FALSE(tensors_->Map(ref_, [] { return false; })->facts.all_finite);
  const auto mapped = tensors_->Map(ref_, [&] {
    std::filesystem::resize_file(path(), 0);
    return true;
  });
  ASSERT_TRUE(mapped.ok()) << mapped.status();
  EXPECT_FALSE(mapped->facts.all_finite);
  EXPECT_FALSE(mapped->tensor.CheckReadable().ok());
  EXPECT_THAT(KeptFacts(), IsEmpty());
  EXPECT_EQ(tensors_->CountChecked().facts, 0);
}

// A client whose upload was cut off by a restart comes back: what the server holds is hashed again.
TEST_F(ReadTensorsTest, WriterOfAnUploadGivesUpReadingItWhenItsCallerGoes) {
  const std::string bytes = Numbers(1000, 3.1);
  const TensorRef ref = RefTo({1000}, bytes);
  const auto upload =
      uploads_->Start(kDefaultProject, ref, static_cast<std::int64_t>(bytes.size()));
  ASSERT_TRUE(upload.ok()) << upload.status();
  const auto write = [&](std::size_t offset, std::string part) -> absl::StatusOr<struct Upload> {
    auto writer = uploads_->OpenWriter(kDefaultProject, upload->upload_id, Always);
    if (!writer.ok()) return writer.status();
    const std::uint32_t checksum = Crc32c(part.data(), part.size());
    absl::Status status = (*writer)->Write(static_cast<std::int64_t>(offset), part, checksum);
    if (!status.ok()) return status;
    return (*writer)->Finish();
  };
  ASSERT_TRUE(write(0, bytes.substr(0, 3000)).ok());
  Reopen();
  const auto stopped =
      uploads_->OpenWriter(kDefaultProject, upload->upload_id, [] { return false; });
  EXPECT_TRUE(absl::IsCancelled(stopped.status())) << stopped.status();
  const auto done = write(3000, bytes.substr(3000));
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_TRUE(done->complete);
}

}  // namespace
}  // namespace brainalign
