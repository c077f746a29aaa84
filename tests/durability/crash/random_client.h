#ifndef BRAINALIGN_TESTS_DURABILITY_CRASH_RANDOM_CLIENT_H_
#define BRAINALIGN_TESTS_DURABILITY_CRASH_RANDOM_CLIENT_H_

#include <cstdint>
#include <memory>
#include <random>
#include <stop_token>

#include "tests/durability/crash/answer_count.h"
#include "tests/durability/crash/calls.h"
#include "tests/durability/crash/server_lives.h"

namespace brainalign {

// What all clients share; outlives them.
struct Stage {
  const Questions& questions;
  ServerLives& server;
  Gate& gate;
  KnownJobs& jobs;
  KnownTensors& tensors;
  AnswerCount& answers;
};

// A connection of the caller's own, null with a test failure. Calls that wait out a
// restart wait less than a person would have them.
std::unique_ptr<Connection> Connect(const ServerLives& server, const std::stop_token& stop);

// A client that makes calls by chance until `stop`: on its own thread.
class RandomClient {
 public:
  RandomClient(Stage& stage, std::uint64_t seed) : stage_(stage), random_(seed) {}

  void Run(const std::stop_token& stop);

 private:
  absl::Status DoSomething();
  absl::Status Upload();
  absl::Status UploadByHand();
  absl::Status GiveUpUpload();
  absl::Status SubmitNew();
  absl::Status SubmitAgain();
  absl::Status CancelSome();
  absl::Status DeleteSome();
  absl::Status AskForResult();
  absl::Status List();

  Stage& stage_;
  std::mt19937_64 random_;
  std::unique_ptr<Connection> connection_;
};

// A client that only watches jobs, from any point of their life.
class RandomWatcher {
 public:
  RandomWatcher(Stage& stage, std::uint64_t seed) : stage_(stage), random_(seed) {}

  void Run(const std::stop_token& stop);

 private:
  Stage& stage_;
  std::mt19937_64 random_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_CRASH_RANDOM_CLIENT_H_
