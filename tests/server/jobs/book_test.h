#ifndef BRAINALIGN_TESTS_SERVER_JOBS_BOOK_TEST_H_
#define BRAINALIGN_TESTS_SERVER_JOBS_BOOK_TEST_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "server/blobs/blob_folder.h"
#include "server/blobs/tensors.h"
#include "server/blobs/uploads.h"
#include "server/jobs/alignments.h"
#include "server/jobs/executor.h"
#include "server/jobs/job_book.h"
#include "server/store/store.h"
#include "tests/server/fakes/workshop.h"

namespace brainalign {

// A job book and all that it keeps things in, in a folder of its own; no gRPC.
class BookTest : public testing::Test {
 protected:
  ~BookTest() override;

  // To be called once. `factory` in the place of the workshop, if it is not empty.
  void Open(const UploadLimits& limits, const JobSettings& settings,
            AlignmentFactory factory = nullptr);
  // What a restart of the server does.
  void Reopen();
  void Close();

  // For the next Open or Reopen: the pool of this process, or what a test puts in its place.
  virtual std::unique_ptr<Executor> MakeExecutor();

  // Uploaded in chunks of 64 bytes. Any thread may be the writer; the others find it busy or
  // done.
  absl::Status Upload(const TensorRef& ref, const std::string& bytes);

  static TensorRef RefTo(const std::vector<std::int64_t>& shape, const std::string& bytes);
  TensorRef brain() const { return RefTo({20, 3, 4}, brain_); }
  TensorRef layer() const { return RefTo({20, 2}, layer_); }
  // Three layers of 20 words, 4 times: three tiles.
  JobRequest MakeRequest(const std::string& id, double depth) const;

  const std::string brain_ = std::string(std::size_t{20} * 3 * 4 * 4, '\1');
  const std::string layer_ = std::string(std::size_t{20} * 2 * 4, '\2');
  UploadLimits limits_;
  JobSettings settings_;
  AlignmentFactory factory_;
  std::string folder_;
  Workshop workshop_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<BlobFolder> blobs_;
  std::unique_ptr<Tensors> tensors_;
  std::unique_ptr<Uploads> uploads_;
  std::unique_ptr<Alignments> alignments_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<JobBook> book_;

 private:
  void Start();
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_SERVER_JOBS_BOOK_TEST_H_
