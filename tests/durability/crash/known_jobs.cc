#include "tests/durability/crash/known_jobs.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/wire/job_from_proto.h"
#include "client/wire/result_from_proto.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

// A job counts as poisoned after so many crashes of its run.
constexpr int kMaxCrashes = 3;

bool IsTerminal(v1::JobState state) {
  return state == v1::JOB_STATE_SUCCEEDED || state == v1::JOB_STATE_FAILED ||
         state == v1::JOB_STATE_CANCELLED;
}

std::size_t HashOf(const google::protobuf::Message& message) {
  return std::hash<std::string>()(message.SerializeAsString());
}

// Of what belongs to a state. What is expected of the queue is as it is when it is told.
std::size_t HashOfState(v1::Job job) {
  job.clear_queue_place();
  job.clear_expected_start_seconds();
  job.clear_expected_end_seconds();
  return HashOf(job);
}

}  // namespace

bool KnownJob::ended() const { return IsTerminal(last.state()); }

KnownJobs::KnownJobs(const Questions& questions, std::function<int()> kills)
    : questions_(questions), kills_(std::move(kills)) {}

KnownJob KnownJobs::NewSubmission(std::mt19937_64& random, bool deletable) {
  KnownJob fresh;
  fresh.question = random() % questions_.all.size();
  fresh.skip_cache = random() % 3 != 0;
  fresh.to_delete = deletable && random() % 5 == 0;
  const std::lock_guard<std::mutex> lock(mutex_);
  fresh.request_id = absl::StrCat("submission-", next_request_++);
  fresh.kills_before = kills_();
  by_request_[fresh.request_id] = submissions_.size();
  submissions_.push_back(fresh);
  return fresh;
}

void KnownJobs::Saw(const v1::Job& job, std::int64_t floor) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = by_request_.find(job.display_name());
  if (found == by_request_.end()) {
    ADD_FAILURE() << "nobody submitted this job: " << job.ShortDebugString();
    return;
  }
  KnownJob& known = submissions_[found->second];
  if (known.job_id.empty()) {
    known.job_id = job.job_id();
    by_job_[job.job_id()] = found->second;
  }
  EXPECT_EQ(known.job_id, job.job_id()) << known.request_id << " became two jobs";
  EXPECT_GE(job.sequence(), floor)
      << "the job went back to an older state: " << job.ShortDebugString() << " after "
      << known.last.ShortDebugString();
  const auto [state, is_new] =
      states_.try_emplace({job.job_id(), job.sequence()}, HashOfState(job));
  EXPECT_TRUE(is_new || state->second == HashOfState(job))
      << "another state under the same sequence: " << job.ShortDebugString() << "; the newest was "
      << known.last.ShortDebugString();
  if (known.ended()) {
    EXPECT_LE(job.sequence(), known.last.sequence())
        << "something happened after the end: " << job.ShortDebugString();
  }
  if (IsTerminal(job.state())) CheckEnd(known, job);
  if (job.sequence() > known.last.sequence()) known.last = job;
}

void KnownJobs::CheckEnd(const KnownJob& known, const v1::Job& job) const {
  switch (job.state()) {
    case v1::JOB_STATE_CANCELLED:
      EXPECT_TRUE(known.cancel_asked) << "nobody cancelled " << job.ShortDebugString();
      break;
    case v1::JOB_STATE_FAILED:
      EXPECT_EQ(job.reason(), v1::JOB_REASON_TOO_MANY_ATTEMPTS) << job.ShortDebugString();
      // One that joined an older run has that run's crashes.
      EXPECT_GE(kills_() - (known.skip_cache ? known.kills_before : 0), kMaxCrashes)
          << job.ShortDebugString();
      break;
    default:
      EXPECT_EQ(job.tiles_done(), job.tiles_total()) << job.ShortDebugString();
  }
}

void KnownJobs::Heard(const std::string& job_id, const v1::WatchJobResponse& event) {
  std::size_t question = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    KnownJob* known = ById(job_id);
    if (known == nullptr) return;
    question = known->question;
    const std::int64_t sequence = event.sequence();
    const auto [told, is_new] = events_.try_emplace({job_id, sequence}, HashOf(event));
    EXPECT_TRUE(is_new || told->second == HashOf(event))
        << "event " << sequence << " of " << job_id
        << " is another than before: " << event.ShortDebugString();
    if (sequence == known->heard_up_to + 1) known->heard_up_to = sequence;
  }
  if (event.has_job()) Saw(event.job(), /*floor=*/0);
  if (event.has_tile()) {
    const absl::StatusOr<TileScores> tile = TileFromProto(event.tile());
    ASSERT_TRUE(tile.ok()) << tile.status();
    EXPECT_EQ(DifferenceFromAnswer(questions_.all[question], *tile), "") << "job " << job_id;
  }
}

void KnownJobs::Listed(const std::vector<v1::Job>& newest_first) {
  std::vector<std::string> ids;
  ids.reserve(newest_first.size());
  for (const v1::Job& job : newest_first) ids.push_back(job.job_id());
  std::reverse(ids.begin(), ids.end());
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto may_be_gone = [&](const std::string& id) { return ById(id)->delete_asked; };
  std::erase_if(oldest_first_, may_be_gone);
  for (const std::string& id : ids) {
    EXPECT_FALSE(ById(id)->deleted) << "a deleted job is back: " << id;
  }
  std::erase_if(ids, may_be_gone);
  EXPECT_TRUE(ids.size() >= oldest_first_.size() &&
              std::equal(oldest_first_.begin(), oldest_first_.end(), ids.begin()))
      << "the list of jobs is not the one before with new ones in front";
  oldest_first_ = std::move(ids);
}

void KnownJobs::CancelAsked(const std::string& job_id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (KnownJob* known = ById(job_id)) known->cancel_asked = true;
}

std::optional<KnownJob> KnownJobs::TakeToDelete(std::mt19937_64& random) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::size_t> fit;
  for (std::size_t i = 0; i < submissions_.size(); ++i) {
    const KnownJob& known = submissions_[i];
    if (known.to_delete && known.ended() && !known.deleted && in_deletion_.count(i) == 0) {
      fit.push_back(i);
    }
  }
  if (fit.empty()) return std::nullopt;
  const std::size_t taken = fit[random() % fit.size()];
  in_deletion_.insert(taken);
  submissions_[taken].delete_asked = true;
  return submissions_[taken];
}

void KnownJobs::DeleteAnswered(const std::string& job_id, bool acknowledged) {
  const std::lock_guard<std::mutex> lock(mutex_);
  in_deletion_.erase(by_job_.at(job_id));
  submissions_[by_job_.at(job_id)].deleted = acknowledged;
}

void KnownJobs::Checked(const std::string& job_id, std::int64_t sequence) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (KnownJob* known = ById(job_id)) known->checked_at = sequence;
}

std::int64_t KnownJobs::Sequence(const std::string& job_id) const {
  const std::optional<KnownJob> known = Find(job_id);
  return known.has_value() ? known->last.sequence() : 0;
}

std::optional<KnownJob> KnownJobs::Find(const std::string& job_id) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = by_job_.find(job_id);
  if (found == by_job_.end()) return std::nullopt;
  return submissions_[found->second];
}

std::vector<KnownJob> KnownJobs::Acknowledged() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<KnownJob> jobs;
  for (const KnownJob& known : submissions_) {
    if (!known.job_id.empty() && !known.deleted) jobs.push_back(known);
  }
  return jobs;
}

std::optional<KnownJob> KnownJobs::Pick(std::mt19937_64& random,
                                        const std::function<bool(const KnownJob&)>& wanted) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<const KnownJob*> fit;
  // The newest are the most likely to be in motion.
  const std::size_t begin = submissions_.size() > 300 ? submissions_.size() - 300 : 0;
  for (std::size_t i = begin; i < submissions_.size(); ++i) {
    const KnownJob& known = submissions_[i];
    if (!known.job_id.empty() && !known.to_delete && wanted(known)) fit.push_back(&known);
  }
  if (fit.empty()) return std::nullopt;
  return *fit[random() % fit.size()];
}

std::size_t KnownJobs::open_count() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(submissions_.begin(), submissions_.end(),
                    [](const KnownJob& known) { return !known.job_id.empty() && !known.ended(); }));
}

int KnownJobs::deleted_count() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<int>(std::count_if(submissions_.begin(), submissions_.end(),
                                        [](const KnownJob& known) { return known.deleted; }));
}

KnownJob* KnownJobs::ById(const std::string& job_id) {
  const auto found = by_job_.find(job_id);
  return found == by_job_.end() ? nullptr : &submissions_[found->second];
}

}  // namespace brainalign
