#ifndef BRAINALIGN_TESTS_SERVER_FAKES_FAILING_DISK_H_
#define BRAINALIGN_TESTS_SERVER_FAKES_FAILING_DISK_H_

#include <rocksdb/env.h>

#include <atomic>
#include <memory>

namespace brainalign {

// The real disk, until it is told to fail: then what it has left to do is done by
// halves. Must outlive the database on it.
class FailingDisk {
 public:
  FailingDisk();

  enum class Failure {
    kNone,
    kWrite,  // EIO on writing, nothing written
    kFull,   // ENOSPC on writing, nothing written
    kSync,   // written, but EIO on syncing
  };
  // From now on, until told otherwise.
  void Fail(Failure failure) { failure_ = failure; }

  std::shared_ptr<rocksdb::Env> env() { return env_; }

 private:
  std::atomic<Failure> failure_{Failure::kNone};
  std::shared_ptr<rocksdb::Env> env_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_SERVER_FAKES_FAILING_DISK_H_
