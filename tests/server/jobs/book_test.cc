#include "tests/server/jobs/book_test.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/jobs/local_executor.h"
#include "server/rows/digest.h"
#include "server/store/database.h"

namespace brainalign {

void BookTest::Open(const UploadLimits& limits, const JobSettings& settings,
                    AlignmentFactory factory) {
  limits_ = limits;
  settings_ = settings;
  factory_ = factory ? std::move(factory) : workshop_.Factory();
  std::string pattern = testing::TempDir() + "/brainalign_book_XXXXXX";
  folder_ = ::mkdtemp(pattern.data());
  Start();
}

void BookTest::Start() {
  auto database = Database::Open(folder_ + "/db");
  ASSERT_TRUE(database.ok()) << database.status();
  store_ = std::make_unique<Store>(*std::move(database));
  auto blobs = BlobFolder::Open(folder_);
  ASSERT_TRUE(blobs.ok()) << blobs.status();
  blobs_ = *std::move(blobs);
  tensors_ = std::make_unique<Tensors>(absl::Hours(1), SystemClock(), store_.get(), blobs_.get());
  auto uploads = Uploads::Open(limits_, SystemClock(), store_.get(), blobs_.get(), tensors_.get());
  ASSERT_TRUE(uploads.ok()) << uploads.status();
  uploads_ = *std::move(uploads);
  alignments_ = std::make_unique<Alignments>(settings_, factory_, tensors_.get());
  executor_ = MakeExecutor();
  auto book = JobBook::Open(
      settings_, SystemClock(), SteadySeconds(),
      {store_.get(), blobs_.get(), tensors_.get(), alignments_.get(), executor_.get()});
  ASSERT_TRUE(book.ok()) << book.status();
  book_ = *std::move(book);
}

std::unique_ptr<Executor> BookTest::MakeExecutor() {
  auto pool = LocalExecutor::Make(settings_, *store_, alignments_.get());
  EXPECT_TRUE(pool.ok()) << pool.status();
  return *std::move(pool);
}

void BookTest::Close() {
  book_.reset();
  executor_.reset();
  alignments_.reset();
  uploads_.reset();
  tensors_.reset();
  blobs_.reset();
  store_.reset();
}

void BookTest::Reopen() {
  Close();
  Start();
}

BookTest::~BookTest() {
  workshop_.LetAllGo();
  Close();
  if (!folder_.empty()) std::filesystem::remove_all(folder_);
}

absl::Status BookTest::Upload(const TensorRef& ref, const std::string& bytes) {
  auto upload = uploads_->Start(kDefaultProject, ref, static_cast<std::int64_t>(bytes.size()));
  if (!upload.ok()) return upload.status();
  if (upload->complete) return absl::OkStatus();
  auto writer = uploads_->OpenWriter(kDefaultProject, upload->upload_id, [] { return true; });
  if (!writer.ok()) return writer.status();
  constexpr std::size_t kChunk = 64;
  for (std::size_t at = 0; at < bytes.size(); at += kChunk) {
    std::string chunk = bytes.substr(at, kChunk);
    absl::Status status =
        (*writer)->Write(static_cast<std::int64_t>(at), chunk, Crc32c(chunk.data(), chunk.size()));
    if (!status.ok()) return status;
  }
  return (*writer)->Finish().status();
}

TensorRef BookTest::RefTo(const std::vector<std::int64_t>& shape, const std::string& bytes) {
  return {HexSha256Of(bytes), {DType::kF32, shape, Order::kC}};
}

JobRequest BookTest::MakeRequest(const std::string& id, double depth) const {
  JobRequest request;
  request.request_id = id;
  request.name = id;
  request.specification.brain.epochs = brain();
  request.specification.brain.times_seconds = {0, 0.1, 0.2, 0.3};
  for (int i = 0; i < 3; ++i) {
    request.specification.layers.push_back(
        {layer(), 0, depth * (i + 1) / 3, absl::StrCat("layer ", i)});
  }
  return request;
}

}  // namespace brainalign
