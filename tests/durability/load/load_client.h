#ifndef BRAINALIGN_TESTS_DURABILITY_LOAD_LOAD_CLIENT_H_
#define BRAINALIGN_TESTS_DURABILITY_LOAD_LOAD_CLIENT_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <stop_token>
#include <string>

#include "tests/durability/crash/calls.h"
#include "tests/durability/load/latencies.h"

namespace brainalign {

// What all clients share, and what they count.
struct Crowd {
  const Questions& questions;
  KnownJobs& jobs;
  std::string address;

  Latencies reads{};    // unary calls that change nothing
  Latencies creates{};  // submissions, which are synced to disk
  std::atomic<int> refusals{0};
  std::atomic<int> small_uploads{0};
  std::atomic<int> big_uploads{0};
  std::atomic<int> watches_open{0};
  std::atomic<int> watches_ended{0};
  std::atomic<int> results{0};
};

// A connection of the caller's own; null with a test failure.
std::unique_ptr<Connection> JoinCrowd(const Crowd& crowd, const std::stop_token& stop);

// A person with a program: makes a call, waits for some tenths of a second, and again
// until `stop`. So do the others below.
void UseServer(Crowd& crowd, std::uint64_t seed, const std::stop_token& stop);

// Follows one job after the other to its end.
void WatchJobs(Crowd& crowd, Connection& connection, std::uint64_t seed,
               const std::stop_token& stop);

// Uploads a tensor of `size_bytes` that nobody else has.
void UploadBig(Crowd& crowd, std::int64_t number, std::int64_t size_bytes,
               const std::stop_token& stop);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_LOAD_LOAD_CLIENT_H_
