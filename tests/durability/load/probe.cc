// A program of a few people beside the crowd: how long its calls of the server take, and
// those of a server that does nothing. The crowd's own program, with hundreds of threads
// at work, would measure itself.
//
//   brainalign_load_probe SERVER BARE_SERVER SECONDS
//
// writes a line for each: how many calls, their median, and what 99 of 100 and all did
// not exceed, in seconds.
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "client/connection/connection.h"
#include "client/connection/stubs.h"
#include "tests/durability/load/latencies.h"

namespace brainalign {
namespace {

constexpr int kPeople = 8;
constexpr double kLongestPauseSeconds = 0.16;

struct Probe {
  Latencies reads;
  Latencies bare;
};

grpc::Status AskForInfo(Connection& connection) {
  grpc::ClientContext context;
  v1::GetServerInfoResponse response;
  return connection.stubs().server->GetServerInfo(&context, v1::GetServerInfoRequest(), &response);
}

grpc::Status ListPage(Connection& connection, std::string& some_job) {
  grpc::ClientContext context;
  v1::ListJobsRequest request;
  request.set_page_size(20);
  v1::ListJobsResponse response;
  grpc::Status status = connection.stubs().jobs->ListJobs(&context, request, &response);
  if (response.jobs_size() > 0) some_job = response.jobs(0).job_id();
  return status;
}

grpc::Status GetJob(Connection& connection, const std::string& job_id) {
  grpc::ClientContext context;
  v1::GetJobRequest request;
  request.set_job_id(job_id);
  v1::GetJobResponse response;
  return connection.stubs().jobs->GetJob(&context, request, &response);
}

std::unique_ptr<Connection> Connect(const std::string& address) {
  ConnectionOptions options;
  options.address = address;
  options.connect_timeout_seconds = 60;
  auto connection = Connection::Open(options);
  if (!connection.ok()) std::cerr << connection.status() << std::endl;
  return connection.ok() ? *std::move(connection) : nullptr;
}

// False if a call failed.
bool Ask(Probe& probe, const std::string& server, const std::string& bare_server, unsigned seed,
         double until) {
  const auto connection = Connect(server);
  const auto bare = Connect(bare_server);
  if (connection == nullptr || bare == nullptr) return false;
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> pause(0, kLongestPauseSeconds);
  std::string some_job;
  for (int i = 0; SystemClock().NowSeconds() < until; ++i) {
    SystemClock().Sleep(pause(random), {});
    const grpc::Status status = probe.reads.Time([&] {
      if (i % 4 == 0) return ListPage(*connection, some_job);
      return i % 4 == 1 || some_job.empty() ? AskForInfo(*connection)
                                            : GetJob(*connection, some_job);
    });
    const grpc::Status nothing = probe.bare.Time([&] { return AskForInfo(*bare); });
    if (!status.ok() || !nothing.ok()) {
      std::cerr << status.error_message() << nothing.error_message() << std::endl;
      return false;
    }
  }
  return true;
}

void Tell(const Latencies& latencies) {
  std::cout << latencies.count() << ' ' << latencies.Quantile(0.5) << ' '
            << latencies.Quantile(0.99) << ' ' << latencies.Quantile(1) << std::endl;
}

}  // namespace
}  // namespace brainalign

int main(int argc, char** argv) {
  using brainalign::SystemClock;
  if (argc != 4) return 2;
  brainalign::Probe probe;
  std::atomic<bool> fine{true};
  const double until = SystemClock().NowSeconds() + std::atof(argv[3]);
  {
    std::vector<std::jthread> people;
    for (unsigned i = 0; i < brainalign::kPeople; ++i) {
      people.emplace_back(
          [&, i] { fine = brainalign::Ask(probe, argv[1], argv[2], i, until) && fine; });
    }
  }
  brainalign::Tell(probe.reads);
  brainalign::Tell(probe.bare);
  return fine ? 0 : 1;
}
