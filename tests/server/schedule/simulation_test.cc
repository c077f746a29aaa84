// The rules on random workloads: who gets how much, who waits how long, and how good
// the forecast is. Times are those of the simulation.
#include "tests/server/schedule/simulation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <set>

#include "tests/server/schedule/workload.h"

namespace brainalign {
namespace {

constexpr int kThreads = 8;

double WeightOf(const std::string& project) {
  if (project == "0") return 2;
  return project == "1" ? 0.5 : 1;
}

SimulatedServer MakeServer() {
  SimulatedServer server;
  server.threads = kThreads;
  server.order.places = 64;
  server.order.places_of_person = kThreads;
  server.order.memory_bytes = kServerMemory;
  server.share.project_weight = WeightOf;
  return server;
}

double TotalWork(const std::vector<SimulatedJob>& jobs) {
  double seconds = 0;
  for (const SimulatedJob& job : jobs) seconds += job.work_seconds();
  return seconds;
}

// The least share of the threads that is ever due to someone of the project.
double LeastShare(const WorkloadOptions& options, const std::string& project) {
  double sum = 0;
  for (int i = 0; i < options.projects; ++i) sum += WeightOf(std::to_string(i));
  return WeightOf(project) / sum / options.people;
}

double Quantile(const std::vector<double>& sorted, double q) {
  return sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))];
}

std::string Describe(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  std::string text = std::to_string(values.size()) + " values";
  for (const double q : {0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0}) {
    text += ", " + std::to_string(static_cast<int>(100 * q)) +
            " %: " + std::to_string(Quantile(values, q));
  }
  return text;
}

// A unit is not interrupted: whoever comes to compete finds every thread in one of others,
// and another round passes before what it lacks is made good.
constexpr double kLagSeconds = 2 * kThreads * kLongestUnitSeconds;  // of threads

struct Ran {
  WorkloadOptions options;
  SimulatedServer server;
  std::vector<SimulatedJob> jobs;
  SimulationResult result;
};

Ran RunOn(SimulatedServer server, const WorkloadOptions& options) {
  Ran ran{options, std::move(server), MakeWorkload(options), {}};
  ran.result = Simulation(ran.server, ran.jobs).Run();
  std::cout << "seed " << options.seed << ": " << ran.jobs.size() << " jobs, "
            << ran.result.busy_seconds << " s of " << kThreads << " threads in "
            << ran.result.end_seconds << " s, up to " << ran.result.most_running << " at a time\n";
  return ran;
}

double WaitOf(const Ran& ran, std::size_t job) {
  return ran.result.jobs[job].start_seconds - ran.jobs[job].arrival_seconds;
}

// Work of the job's person that was there before it and had not ended, in seconds of a
// thread: all of it, also what was done of it.
std::vector<double> OwnWorkAhead(const Ran& ran) {
  std::vector<double> ahead(ran.jobs.size());
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> own;
  for (std::size_t i = 0; i < ran.jobs.size(); ++i) {
    const SimulatedJob& job = ran.jobs[i];
    std::vector<std::size_t>& before = own[{job.owner.project, job.owner.person}];
    for (const std::size_t other : before) {
      if (ran.result.jobs[other].end_seconds <= job.arrival_seconds) continue;
      ahead[i] += ran.jobs[other].work_seconds();
    }
    before.push_back(i);
  }
  return ahead;
}

class RandomWorkload : public testing::TestWithParam<unsigned> {
 protected:
  RandomWorkload() { options_.seed = GetParam(); }
  WorkloadOptions options_;
};

TEST_P(RandomWorkload, SharesAreWithinFivePercentOfWhatIsDue) {
  const Ran ran = RunOn(MakeServer(), options_);
  EXPECT_NEAR(ran.result.busy_seconds, TotalWork(ran.jobs), 1e-3);
  int compared = 0;
  double worst = 0;
  double most_lag = 0;
  for (const BusyPeriod& period : ran.result.periods) {
    const double lag = std::abs(period.received_seconds - period.due_seconds);
    most_lag = std::max(most_lag, lag);
    EXPECT_LE(lag, kLagSeconds) << period.project << "/" << period.person;
    if (period.due_seconds < 20 * kLagSeconds) continue;
    ++compared;
    worst = std::max(worst, lag / period.due_seconds);
  }
  EXPECT_GE(compared, 5);
  EXPECT_LE(worst, 0.05);
  std::cout << "  people: " << compared << " of " << ran.result.periods.size()
            << " busy periods are long enough to compare, at most " << 100 * worst
            << " % off; lag at most " << most_lag << " s of a thread\n";
  for (const auto& [name, project] : ran.result.projects) {
    const double ratio = project.received_seconds / project.due_seconds;
    EXPECT_NEAR(ratio, 1, 0.05) << "project " << name;
    std::cout << "  project " << name << ": " << project.received_seconds << " s, " << ratio
              << " of what was due\n";
  }
}

TEST_P(RandomWorkload, NobodyWaitsLongerThanTheirOwnJobsAheadTakeAtTheLeastShare) {
  // A person is due a share of the threads as long as anything of theirs is left, whatever
  // the others do, and their jobs of one priority start in order. So what is ahead of a job
  // is done after its work / (least share x threads), and the lag on top of it. Memory is
  // not short here.
  const Ran ran = RunOn(MakeServer(), options_);
  const std::vector<double> ahead = OwnWorkAhead(ran);
  double longest = 0;
  double longest_of_bound = 0;
  for (std::size_t i = 0; i < ran.jobs.size(); ++i) {
    ASSERT_GE(ran.result.jobs[i].end_seconds, 0) << "job " << i << " never ended";
    if (ahead[i] == 0) {
      EXPECT_EQ(WaitOf(ran, i), 0) << "job " << i;
      continue;
    }
    const double rate = kThreads * LeastShare(ran.options, ran.jobs[i].owner.project);
    const double bound = (ahead[i] + kLagSeconds) / rate;
    EXPECT_LE(WaitOf(ran, i), bound) << "job " << i;
    longest = std::max(longest, WaitOf(ran, i));
    longest_of_bound = std::max(longest_of_bound, WaitOf(ran, i) / bound);
  }
  std::cout << "  longest wait " << longest << " s, at most " << longest_of_bound
            << " of the bound\n";
}

TEST_P(RandomWorkload, WithScarceMemoryNobodyStarvesAndTheBudgetHolds) {
  // Jobs of up to all of the memory. A job whose turn it is waits for memory at most its
  // patience, and then until what ran has ended. Before its turn comes, the others have
  // each at most two (the one that goes before it, and one more as that may have been
  // short of what was due). So no wait of a person who has nothing else is longer than
  // 2 x people x (patience + longest run).
  options_.largest_memory = 1;
  options_.burst_chance = 0;
  options_.pause_seconds = 8'000;
  const Ran ran = RunOn(MakeServer(), options_);
  EXPECT_LE(ran.result.most_memory_bytes, kServerMemory);
  const std::vector<double> ahead = OwnWorkAhead(ran);
  double longest_run = 0;
  for (const JobOutcome& job : ran.result.jobs) {
    ASSERT_GE(job.end_seconds, 0);
    longest_run = std::max(longest_run, job.end_seconds - job.start_seconds);
  }
  const int people = ran.options.projects * ran.options.people;
  const double bound = 2 * people * (ran.server.order.patience_seconds + longest_run);
  double longest_of_big = 0;
  std::vector<double> waits;
  for (std::size_t i = 0; i < ran.jobs.size(); ++i) {
    if (ahead[i] > 0) continue;
    EXPECT_LE(WaitOf(ran, i), bound) << "job " << i;
    waits.push_back(WaitOf(ran, i));
    if (ran.jobs[i].memory_bytes > kServerMemory / 2) {
      longest_of_big = std::max(longest_of_big, waits.back());
    }
  }
  std::cout << "  waits of who had nothing else: " << Describe(waits) << " s\n  longest of jobs "
            << "of over half of the memory " << longest_of_big << " s; longest run " << longest_run
            << " s, bound " << bound << " s\n";
}

// True seconds to the end over those that were forecast, in order: of jobs forecast to
// take a hundred seconds and more. Below that it is units under way that decide, which no
// forecast of shares knows of; of those the error is told in seconds.
std::vector<double> ForecastRatios(const std::vector<SimulatedJob>& jobs,
                                   const SimulationResult& result,
                                   const std::map<std::size_t, Expectation>& expected) {
  std::vector<double> ratios;
  std::vector<double> late;
  for (const auto& [job, expectation] : expected) {
    const double seconds = result.jobs[job].end_seconds - jobs[job].arrival_seconds;
    if (expectation.end_seconds >= 100) {
      ratios.push_back(seconds / expectation.end_seconds);
    } else {
      late.push_back(seconds - expectation.end_seconds);
    }
  }
  std::sort(ratios.begin(), ratios.end());
  std::cout << "  true / forecast: " << Describe(ratios)
            << "\n  late, of short ones: " << Describe(late) << " s\n";
  return ratios;
}

TEST_P(RandomWorkload, ForecastHoldsWhenNobodyElseComes) {
  // All is submitted at once, so that the forecast knows all there will be. What it does
  // not know: the true length of jobs (estimates are off by up to a third), and that units
  // are not fluid.
  options_.submit_seconds = 1;
  options_.pause_seconds = 1;
  options_.burst_chance = 0;
  std::vector<SimulatedJob> jobs = MakeWorkload(options_);
  for (SimulatedJob& job : jobs) job.arrival_seconds = 0;
  SimulatedServer server = MakeServer();
  Simulation simulation(server, jobs);
  std::map<std::size_t, Expectation> expected;
  for (const auto& [id, expectation] : simulation.ForecastOfAll()) {
    expected[static_cast<std::size_t>(id) - 1] = expectation;
  }
  ASSERT_EQ(expected.size(), jobs.size());
  const std::vector<double> ratios = ForecastRatios(jobs, simulation.Run(), expected);
  EXPECT_NEAR(Quantile(ratios, 0.5), 1, 0.1);
  EXPECT_GE(Quantile(ratios, 0.05), 0.7);
  EXPECT_LE(Quantile(ratios, 0.95), 1.5);
}

TEST_P(RandomWorkload, ForecastIsEarlyWhenOthersGoOnSubmitting) {
  SimulatedServer server = MakeServer();
  server.forecast_every = 1;
  options_.burst_chance = 0;
  options_.pause_seconds = 8'000;
  const Ran ran = RunOn(server, options_);
  std::map<std::size_t, Expectation> expected;
  for (std::size_t i = 0; i < ran.jobs.size(); ++i) {
    if (ran.result.jobs[i].expected) expected[i] = *ran.result.jobs[i].expected;
  }
  const std::vector<double> ratios = ForecastRatios(ran.jobs, ran.result, expected);
  // Who comes later only adds. Here the server has all it can do until the last has come.
  EXPECT_GE(Quantile(ratios, 0.05), 0.7);
  EXPECT_LE(Quantile(ratios, 0.5), 2);
  EXPECT_LE(Quantile(ratios, 0.95), 8);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomWorkload, testing::Values(1, 2, 3));

TEST(Burst, AThousandJobsOfOnePersonDoNotMakeTheNextPersonWait) {
  std::vector<SimulatedJob> jobs;
  for (int i = 0; i < 1000; ++i) jobs.push_back(MakeJob(0, {"lab", "many"}, 400));
  // 20 s with the server for itself.
  const Owner few{"lab", "few"};
  for (int i = 0; i < 10; ++i) jobs.push_back(MakeJob(1000 * (i + 1), few, 160));
  const SimulationResult result = Simulation(MakeServer(), jobs).Run();
  for (std::size_t i = 1000; i < jobs.size(); ++i) {
    EXPECT_EQ(result.jobs[i].start_seconds, jobs[i].arrival_seconds);
    // Half of the threads, and until units under way are done.
    EXPECT_LE(result.jobs[i].end_seconds - jobs[i].arrival_seconds, 40 + 2 * kLongestUnitSeconds);
  }
}

TEST(Burst, ShortJobsAreNotStuckBehindLongOnesOfMorePeopleThanThereArePlaces) {
  std::vector<SimulatedJob> jobs;
  for (int i = 0; i < 100; ++i) {
    jobs.push_back(MakeJob(0, {"lab", "person " + std::to_string(i)}, 5'000));
  }
  for (int i = 0; i < 20; ++i) jobs.push_back(MakeJob(100 * (i + 1), {"lab", "short"}, 16));
  const SimulationResult result = Simulation(MakeServer(), jobs).Run();
  for (std::size_t i = 100; i < jobs.size(); ++i) {
    EXPECT_EQ(result.jobs[i].start_seconds, jobs[i].arrival_seconds);
  }
}

}  // namespace
}  // namespace brainalign
