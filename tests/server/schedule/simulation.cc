#include "tests/server/schedule/simulation.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace brainalign {

namespace {

struct Claim {
  double weight = 1;
  double wanted = 0;
  double due = 0;
};

// By weight, but to nobody more than is wanted: what one leaves is for the others.
template <typename Name>
void Divide(double threads, std::map<Name, Claim>& claims) {
  std::map<Name, Claim*> open;
  for (auto& [name, claim] : claims) open[name] = &claim;
  while (!open.empty()) {
    double weights = 0;
    for (const auto& [name, claim] : open) weights += claim->weight;
    const double each = threads / weights;
    const auto satisfied = [each](const auto& entry) {
      return entry.second->wanted <= each * entry.second->weight;
    };
    const auto full = std::find_if(open.begin(), open.end(), satisfied);
    if (full == open.end()) {
      for (const auto& [name, claim] : open) claim->due = each * claim->weight;
      return;
    }
    full->second->due = full->second->wanted;
    threads -= full->second->wanted;
    open.erase(full);
  }
}

}  // namespace

double SimulatedJob::work_seconds() const {
  return std::accumulate(units.begin(), units.end(), 0.0);
}

Simulation::Simulation(SimulatedServer server, const std::vector<SimulatedJob>& jobs)
    : server_(std::move(server)), workload_(jobs), share_(server_.share), order_(server_.order) {
  result_.jobs.resize(jobs.size());
}

SimulationResult Simulation::Run() {
  std::size_t next = 0;
  while (next < workload_.size() || !in_flight_.empty()) {
    const double arrival = next < workload_.size() ? workload_[next].arrival_seconds
                                                   : std::numeric_limits<double>::infinity();
    const double end =
        in_flight_.empty() ? std::numeric_limits<double>::infinity() : in_flight_.top().end_seconds;
    Pass(std::min(arrival, end));
    const std::size_t running = running_.size();
    if (end <= arrival) {
      EndUnit();
    } else {
      Arrive(next);
    }
    // As on the server: when something came or ended, and every second.
    if (end > arrival || running_.size() != running || now_ >= next_look_) {
      StartJobs();
      next_look_ = now_ + 1;
    }
    GiveThreads();
    if (end > arrival) {
      if (server_.forecast_every > 0 && next % server_.forecast_every == 0) {
        const auto expected = LookAhead();
        const auto found = expected.find(IdOf(next));
        if (found != expected.end()) result_.jobs[next].expected = found->second;
      }
      ++next;
    }
  }
  result_.end_seconds = now_;
  return std::move(result_);
}

Waiting Simulation::Submitted(std::size_t job) const {
  const SimulatedJob& submitted = workload_[job];
  return {
      .id = IdOf(job),
      .owner = submitted.owner,
      .memory_bytes = submitted.memory_bytes,
      .estimated_seconds = submitted.work_seconds() * submitted.estimate_factor / server_.threads};
}

void Simulation::Arrive(std::size_t job) {
  const SimulatedJob& submitted = workload_[job];
  share_.Enter(IdOf(job), submitted.owner);
  order_.Add(Submitted(job));
  Account& account = accounts_[{submitted.owner.project, submitted.owner.person}];
  ++account.jobs;
  ++account.waiting;
}

void Simulation::EndUnit() {
  const Unit unit = in_flight_.top();
  in_flight_.pop();
  const SimulatedJob& job = workload_[unit.job];
  Progress& progress = running_.at(unit.job);
  Account& account = accounts_.at({job.owner.project, job.owner.person});
  share_.Charge(IdOf(unit.job), unit.seconds - unit.charged_seconds);
  --progress.in_flight;
  --account.in_flight;
  progress.left_seconds -= unit.seconds * job.estimate_factor;
  if (++progress.done < job.units.size()) return;
  running_.erase(unit.job);
  order_.Remove(IdOf(unit.job));
  share_.Leave(IdOf(unit.job));
  result_.jobs[unit.job].end_seconds = now_;
  if (--account.jobs > 0) return;
  account.period.project = job.owner.project;
  account.period.person = job.owner.person;
  result_.periods.push_back(account.period);
  account.period = {};
}

void Simulation::StartJobs() {
  while (const std::int64_t id = order_.Next(now_, share_).id) {
    order_.Start(id, share_);
    share_.Start(id);
    const auto job = static_cast<std::size_t>(id - 1);
    running_[job].left_seconds = workload_[job].work_seconds() * workload_[job].estimate_factor;
    result_.jobs[job].start_seconds = now_;
    const Owner& owner = workload_[job].owner;
    --accounts_.at({owner.project, owner.person}).waiting;
  }
  std::int64_t bytes = 0;
  for (const auto& [job, progress] : running_) bytes += workload_[job].memory_bytes;
  result_.most_memory_bytes = std::max(result_.most_memory_bytes, bytes);
  result_.most_running = std::max(result_.most_running, running_.size());
}

void Simulation::GiveThreads() {
  while (in_flight_.size() < static_cast<std::size_t>(server_.threads)) {
    std::vector<std::pair<FairShare::ServiceTurn, std::size_t>> in_turn;
    for (const auto& [job, progress] : running_) {
      in_turn.emplace_back(share_.service_turn(IdOf(job)), job);
    }
    std::sort(in_turn.begin(), in_turn.end());
    std::vector<std::int64_t> asked;
    bool taken = false;
    for (const auto& [turn, job] : in_turn) {
      Progress& progress = running_.at(job);
      const SimulatedJob& of = workload_[job];
      if (progress.next == of.units.size() || progress.in_flight >= of.at_once) {
        asked.push_back(IdOf(job));
        continue;
      }
      const double seconds = of.units[progress.next++];
      ++progress.in_flight;
      ++accounts_.at({of.owner.project, of.owner.person}).in_flight;
      share_.PassOver(asked, IdOf(job));
      share_.Charge(IdOf(job), seconds * of.estimate_factor);
      in_flight_.push({now_ + seconds, job, seconds, seconds * of.estimate_factor});
      taken = true;
      break;
    }
    if (!taken) return;
  }
}

void Simulation::Pass(double until_seconds) {
  const double seconds = until_seconds - now_;
  now_ = until_seconds;
  result_.busy_seconds += seconds * static_cast<double>(in_flight_.size());
  if (seconds <= 0 || in_flight_.size() < static_cast<std::size_t>(server_.threads)) return;
  const std::map<Person, double> due = Due();
  for (auto& [person, account] : accounts_) {
    if (account.jobs == 0) continue;
    for (BusyPeriod* period : {&account.period, &result_.projects[person.first]}) {
      period->due_seconds += due.at(person) * seconds;
      period->received_seconds += account.in_flight * seconds;
    }
  }
}

std::map<Simulation::Person, double> Simulation::Due() const {
  // Threads that each could use.
  std::map<Person, double> wanted;
  for (const auto& [person, account] : accounts_) {
    if (account.jobs == 0) continue;
    wanted[person] = account.waiting > 0 ? server_.threads : 0;
  }
  for (const auto& [job, progress] : running_) {
    const SimulatedJob& of = workload_[job];
    const int waiting = static_cast<int>(of.units.size() - progress.next);
    wanted[{of.owner.project, of.owner.person}] +=
        std::min(of.at_once, progress.in_flight + waiting);
  }
  std::map<std::string, Claim> projects;
  for (const auto& [person, threads] : wanted) {
    Claim& project = projects[person.first];
    if (server_.share.project_weight) {
      project.weight = server_.share.project_weight(person.first);
    }
    project.wanted += threads;
  }
  Divide(server_.threads, projects);
  std::map<Person, double> due;
  for (const auto& [project, claim] : projects) {
    std::map<Person, Claim> people;
    for (const auto& [person, threads] : wanted) {
      if (person.first == project) people[person] = {1, threads, 0};
    }
    Divide(claim.due, people);
    for (const auto& [person, theirs] : people) due[person] = theirs.due;
  }
  return due;
}

std::map<std::int64_t, Expectation> Simulation::ForecastOfAll() const {
  QueueState state{0, server_.threads, FairShare(server_.share), StartOrder(server_.order), {}};
  for (std::size_t job = 0; job < workload_.size(); ++job) {
    state.share.Enter(IdOf(job), workload_[job].owner);
    state.order.Add(Submitted(job));
  }
  return Forecast(std::move(state), workload_.size());
}

std::map<std::int64_t, Expectation> Simulation::LookAhead() const {
  QueueState state{now_, server_.threads, share_, order_, {}};
  for (const auto& [job, progress] : running_) {
    state.remaining_seconds[IdOf(job)] = progress.left_seconds / server_.threads;
  }
  return Forecast(std::move(state), 10'000);
}

}  // namespace brainalign
