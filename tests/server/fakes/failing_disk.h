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
    kStall,  // written, but syncing waits until it is told otherwise
  };
  // From now on, until told otherwise.
  void Fail(Failure failure) {
    state_.failure = failure;
    state_.failure.notify_all();
  }
  // Waits until a sync stalls; false after 20 s.
  bool AwaitStalled() const;

  struct State {
    std::atomic<Failure> failure{Failure::kNone};
    std::atomic<int> stalled{0};  // syncs at the moment
  };

  std::shared_ptr<rocksdb::Env> env() { return env_; }

 private:
  State state_;
  std::shared_ptr<rocksdb::Env> env_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_SERVER_FAKES_FAILING_DISK_H_
