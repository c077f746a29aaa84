#ifndef BRAINALIGN_TESTS_SERVER_SCHEDULE_SIMULATION_H_
#define BRAINALIGN_TESTS_SERVER_SCHEDULE_SIMULATION_H_

#include <cstdint>
#include <map>
#include <optional>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "server/schedule/fair_share.h"
#include "server/schedule/forecast.h"
#include "server/schedule/start_order.h"

namespace brainalign {

// A server's threads, places and memory on a clock of its own: the real rules choose,
// units take the time that a workload says. Units are not interrupted, as on the server.

struct SimulatedJob {
  double arrival_seconds = 0;
  Owner owner;
  std::int64_t memory_bytes = 0;
  std::vector<double> units;   // seconds of a thread, each
  int at_once = 1 << 30;       // units that may run at a time
  double estimate_factor = 1;  // the server's estimate over the truth

  double work_seconds() const;  // of a thread
};

struct SimulatedServer {
  int threads = 8;
  StartOrder::Settings order;
  FairShare::Settings share;
  int forecast_every = 0;  // every so many arrivals the queue is looked at; 0: never
};

struct JobOutcome {
  double start_seconds = -1;
  double end_seconds = -1;
  std::optional<Expectation> expected;  // at arrival
};

// From when a person has something to compute to when nothing is left. Counts only
// while every thread was busy: else nobody's time is short.
struct BusyPeriod {
  std::string project;
  std::string person;
  double due_seconds = 0;       // of threads: by weights, but no more than could be used
  double received_seconds = 0;  // of threads
};

struct SimulationResult {
  std::vector<JobOutcome> jobs;  // as the workload
  std::vector<BusyPeriod> periods;
  std::map<std::string, BusyPeriod> projects;  // over the whole run
  double end_seconds = 0;
  double busy_seconds = 0;  // of threads
  std::int64_t most_memory_bytes = 0;
  std::size_t most_running = 0;
};

// `jobs` in order of arrival.
class Simulation {
 public:
  Simulation(SimulatedServer server, const std::vector<SimulatedJob>& jobs);
  SimulationResult Run();
  // What was expected of every job when none had come but they were about to, all at once.
  std::map<std::int64_t, Expectation> ForecastOfAll() const;

 private:
  struct Unit {
    double end_seconds = 0;
    std::size_t job = 0;
    double seconds = 0;
    double charged_seconds = 0;
    bool operator>(const Unit& other) const {
      return std::pair(end_seconds, job) > std::pair(other.end_seconds, other.job);
    }
  };
  struct Progress {
    std::size_t next = 0;
    int in_flight = 0;
    std::size_t done = 0;
    double left_seconds = 0;  // of a thread, as the server estimates
  };
  using Person = std::pair<std::string, std::string>;
  struct Account {
    int jobs = 0;     // not ended
    int waiting = 0;  // of them, not started
    int in_flight = 0;
    BusyPeriod period;
  };

  static std::int64_t IdOf(std::size_t job) { return static_cast<std::int64_t>(job) + 1; }
  Waiting Submitted(std::size_t job) const;
  void Arrive(std::size_t job);
  void EndUnit();
  void StartJobs();
  void GiveThreads();
  // Lets the time pass, and counts who got what meanwhile and what was due.
  void Pass(double until_seconds);
  // Threads that are due to each person now: by weights, among those that want them.
  std::map<Person, double> Due() const;
  std::map<std::int64_t, Expectation> LookAhead() const;

  const SimulatedServer server_;
  const std::vector<SimulatedJob>& workload_;
  FairShare share_;
  StartOrder order_;
  double now_ = 0;
  double next_look_ = 0;
  std::map<std::size_t, Progress> running_;
  std::priority_queue<Unit, std::vector<Unit>, std::greater<>> in_flight_;
  std::map<Person, Account> accounts_;
  SimulationResult result_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_SERVER_SCHEDULE_SIMULATION_H_
