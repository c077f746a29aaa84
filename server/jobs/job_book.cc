#include "server/jobs/job_book.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "server/jobs/recovery.h"

namespace brainalign {
namespace {

// With fewer of one person's at a time threads may idle at the end of each.
constexpr int kLeastPlacesOfPerson = 4;

std::unique_ptr<Schedule> MakeSchedule(const JobSettings& settings,
                                       const ExecutorCapacity& capacity) {
  FairShare::Settings share;
  StartOrder::Settings order;
  order.places = capacity.executions;
  order.places_of_person = std::max(kLeastPlacesOfPerson, capacity.threads);
  order.memory_bytes = capacity.memory_bytes;
  if (settings.limits_of) {
    share.project_weight = [limits_of = settings.limits_of](const std::string& project) {
      return limits_of(project).share;
    };
    order.project_places = [limits_of = settings.limits_of](const std::string& project) {
      const int most = limits_of(project).running_jobs;
      return most > 0 ? most : std::numeric_limits<int>::max();
    };
  }
  return std::make_unique<Schedule>(std::move(share), std::move(order));
}

}  // namespace

JobBook::JobBook(const JobSettings& settings, const Clock& clock, SteadyClock steady_clock,
                 const Parts& parts)
    : steady_seconds_(std::move(steady_clock)),
      store_(parts.store),
      alignments_(parts.alignments),
      executor_(parts.executor),
      planner_(settings, alignments_, parts.tensors, executor_),
      admission_(settings, executor_->capacity().threads, clock),
      schedule_(MakeSchedule(settings, executor_->capacity())),
      outlook_(
          schedule_.get(), executor_->capacity().threads,
          [executor = executor_](std::int64_t id) {
            return executor->Progress(id).remaining_seconds;
          },
          steady_seconds_),
      shares_(steady_seconds_, store_, schedule_.get()),
      live_jobs_(settings.max_crashes, store_, schedule_.get(), &admission_, &shares_),
      reader_(store_, &outlook_, &live_jobs_),
      watch_(settings.heartbeat, {.store = store_,
                                  .executor = executor_,
                                  .outlook = &outlook_,
                                  .reader = &reader_,
                                  .live_jobs = &live_jobs_}),
      transitions_(settings, clock, steady_seconds_,
                   {.store = store_,
                    .schedule = schedule_.get(),
                    .executor = executor_,
                    .admission = &admission_,
                    .live_jobs = &live_jobs_}),
      dispatcher_(steady_seconds_, {.schedule = schedule_.get(),
                                    .executor = executor_,
                                    .live_jobs = &live_jobs_,
                                    .transitions = &transitions_}),
      host_(settings, steady_seconds_,
            {.store = store_,
             .tensors = parts.tensors,
             .alignments = alignments_,
             .planner = &planner_,
             .executor = executor_,
             .live_jobs = &live_jobs_,
             .transitions = &transitions_,
             .dispatcher = &dispatcher_}),
      maker_(settings, clock, steady_seconds_,
             {.store = store_,
              .blobs = parts.blobs,
              .planner = &planner_,
              .reader = &reader_,
              .admission = &admission_,
              .numbers = &numbers_,
              .live_jobs = &live_jobs_,
              .dispatcher = &dispatcher_}) {}

JobBook::~JobBook() { Stop(); }

absl::StatusOr<std::unique_ptr<JobBook>> JobBook::Open(const JobSettings& settings, Clock clock,
                                                       SteadyClock steady_clock,
                                                       const Parts& parts) {
  std::unique_ptr<JobBook> book(new JobBook(settings, clock, std::move(steady_clock), parts));
  absl::Status status = parts.executor->Attach(&book->host_, book->schedule_.get());
  if (!status.ok()) return status;
  Recovery recovery(settings, std::move(clock), book->steady_seconds_,
                    {.store = parts.store,
                     .schedule = book->schedule_.get(),
                     .executor = parts.executor,
                     .admission = &book->admission_,
                     .shares = &book->shares_,
                     .numbers = &book->numbers_,
                     .live_jobs = &book->live_jobs_,
                     .transitions = &book->transitions_});
  status = recovery.Run();
  if (!status.ok()) return status;
  return book;
}

absl::StatusOr<Job> JobBook::Create(const JobRequest& request) { return maker_.Create(request); }

absl::StatusOr<std::optional<Job>> JobBook::FindMade(const JobRequest& request) const {
  return reader_.FindMade(request);
}

absl::StatusOr<Job> JobBook::Get(const std::string& job_id) const { return reader_.Get(job_id); }

absl::StatusOr<JobPage> JobBook::List(const JobQuery& query) const { return reader_.List(query); }

absl::StatusOr<Job> JobBook::Cancel(const std::string& job_id) {
  auto follower = reader_.FindLive(job_id);
  if (!follower.ok()) return follower.status();
  absl::StatusOr<Job> job = (*follower)->job();
  const std::int64_t execution_id = job->execution_id;
  {
    const Turns::Turn turn = live_jobs_.TurnAt(execution_id);
    job = (*follower)->job();
    if (IsTerminal(job->state)) return job;
    job = transitions_.Cancel(*live_jobs_.Find(execution_id), *follower);
    if (!job.ok() || live_jobs_.Find(execution_id) != nullptr) return job;
  }
  dispatcher_.Dispatch();
  return job;
}

absl::StatusOr<StoredResult> JobBook::OpenResult(const Job& job) const {
  return reader_.OpenResult(job);
}

absl::Status JobBook::Watch(const std::string& job_id, std::int64_t after_sequence,
                            const std::function<bool(const WatchEvent&)>& send,
                            const std::function<bool()>& is_cancelled) {
  return watch_.Watch(job_id, after_sequence, send, is_cancelled);
}

absl::StatusOr<std::vector<Axis>> JobBook::ReadAxes(const Job& job) const {
  return reader_.ReadAxes(job);
}

absl::StatusOr<ResolvedSpecification> JobBook::ReadSpecification(const Job& job) const {
  return reader_.ReadSpecification(job);
}

void JobBook::HoldBack(bool hold) {
  outlook_.HoldBack(hold);
  dispatcher_.HoldBack(hold);
}

void JobBook::PutBackRunning() { dispatcher_.PutBackRunning(); }

void JobBook::Tick() {
  outlook_.Refresh();
  dispatcher_.Dispatch();
}

void JobBook::Stop() {
  if (dispatcher_.Stop()) shares_.Save();
}

}  // namespace brainalign
