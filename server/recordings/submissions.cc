#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/recordings/recordings.h"
#include "server/rows/status_details.h"

// Released numbers of sealed recordings, and remaining budgets.

namespace brainalign {
namespace {

// The numbers of submissions, by what they are the same numbers as.
using Numbers = std::map<std::string, std::int64_t>;

void Add(const std::string& key, std::int64_t numbers, Numbers& received) {
  std::int64_t& of_key = received[key];
  of_key = std::max(of_key, numbers);
}

std::int64_t Sum(const Numbers& received) {
  std::int64_t sum = 0;
  for (const auto& [key, numbers] : received) sum += numbers;
  return sum;
}

absl::Status BudgetError(const Recording& recording, const std::string& who, std::int64_t received,
                         std::int64_t more) {
  return QuotaError(
      "recording " + recording.FullName(),
      absl::StrCat(who, " has received ", received, " of the ",
                   recording.seal->policy.max_released_numbers, " numbers that the recording ",
                   recording.FullName(),
                   " may release to each project and person, and this job would release ", more,
                   " more; use fewer layers, or ask the lab that sealed it for more"),
      "QUOTA_RELEASED_NUMBERS",
      {{"recording", recording.FullName()},
       {"limit", absl::StrCat(recording.seal->policy.max_released_numbers)},
       {"usage", absl::StrCat(received)},
       {"requested", absl::StrCat(more)}});
}

}  // namespace

struct Recordings::Used {
  std::int64_t submissions = 0;  // of the project
  Numbers by_project;
  Numbers by_person;  // in whatever project
};

absl::StatusOr<std::int64_t> Recordings::CountReleasedNumbers(const Submission& submission) const {
  const auto job = store_->FindJob(submission.job_id);
  if (!job.ok()) return job.status();
  if (!job->has_value()) return submission.released_numbers;
  const bool ended_without =
      (*job)->state == JobState::kFailed || (*job)->state == JobState::kCancelled;
  if (ended_without && (*job)->tiles_done == 0 && !(*job)->has_sent_scores) return 0;
  return submission.released_numbers;
}

absl::StatusOr<Recordings::Used> Recordings::UsedBy(const Recording& recording,
                                                    const std::string& project,
                                                    const std::string& person) const {
  Used used;
  absl::Status failed;
  const auto count = [&](const Submission& submission) {
    const bool by_project = submission.project == project;
    const bool by_person = !person.empty() && submission.person == person;
    if (!by_project && !by_person) return true;
    const absl::StatusOr<std::int64_t> numbers = CountReleasedNumbers(submission);
    if (!numbers.ok()) {
      failed = numbers.status();
      return false;
    }
    if (*numbers == 0) return true;
    const std::string& key = submission.release_key;
    if (by_project) {
      ++used.submissions;
      Add(key, *numbers, used.by_project);
    }
    if (by_person) Add(key, *numbers, used.by_person);
    return true;
  };
  absl::Status scanned =
      store_->ScanSubmissions(recording.project, recording.name, INT64_MAX, count);
  if (!scanned.ok()) return scanned;
  if (!failed.ok()) return failed;
  return used;
}

absl::StatusOr<Recordings::Left> Recordings::LeftTo(const Recording& recording,
                                                    const std::string& project,
                                                    const std::string& person) const {
  const auto used = UsedBy(recording, project, person);
  if (!used.ok()) return used.status();
  Left left;
  left.submissions = std::max<std::int64_t>(0, recording.seal->max_submissions - used->submissions);
  const std::int64_t received = std::max(Sum(used->by_project), Sum(used->by_person));
  left.numbers = std::max<std::int64_t>(0, recording.seal->policy.max_released_numbers - received);
  return left;
}

absl::Status Recordings::CheckSubmission(const Recording& recording, const Submission& next) const {
  if (next.project == recording.project) return absl::OkStatus();
  auto used = UsedBy(recording, next.project, next.person);
  if (!used.ok()) return used.status();
  if (used->submissions >= recording.seal->max_submissions) {
    return QuotaError(
        "recording " + recording.FullName(),
        absl::StrCat("project ", next.project, " has made the ", recording.seal->max_submissions,
                     " submissions against the recording ", recording.FullName(),
                     " that each project may make; ask the lab that sealed it for more"),
        "QUOTA_SUBMISSIONS",
        {{"project", next.project},
         {"recording", recording.FullName()},
         {"limit", absl::StrCat(recording.seal->max_submissions)},
         {"usage", absl::StrCat(used->submissions)}});
  }
  const auto check = [&](const std::string& who, Numbers& received) {
    const std::int64_t before = Sum(received);
    Add(next.release_key, next.released_numbers, received);
    const std::int64_t after = Sum(received);
    if (after == before || after <= recording.seal->policy.max_released_numbers)
      return absl::OkStatus();
    return BudgetError(recording, who, before, after - before);
  };
  absl::Status status = check("project " + next.project, used->by_project);
  if (status.ok() && !next.person.empty()) status = check(next.person, used->by_person);
  return status;
}

absl::StatusOr<std::vector<Submission>> Recordings::ListSubmissions(const std::string& project,
                                                                    const std::string& name,
                                                                    const std::string& person,
                                                                    std::int64_t before_order,
                                                                    int limit) const {
  const auto named = NameOfResource(project, name);
  if (!named || named->project != project) return RecordingNotFoundError(name);
  std::vector<Submission> submissions;
  bool has_log = false;  // outlives the recording
  absl::Status scanned = store_->ScanSubmissions(
      named->project, named->name, before_order, [&](const Submission& submission) {
        has_log = true;
        if (person.empty() || submission.person == person) submissions.push_back(submission);
        return submissions.size() < static_cast<std::size_t>(limit);
      });
  if (!scanned.ok()) return scanned;
  if (has_log) return submissions;
  const auto recording = store_->FindRecording(named->project, named->name);
  if (!recording.ok()) return recording.status();
  // What lies before a page is no reason to doubt that there is a log.
  constexpr std::int64_t kFirstPage = std::numeric_limits<std::int64_t>::max();
  if (!recording->has_value() && before_order == kFirstPage) return RecordingNotFoundError(name);
  return submissions;
}

}  // namespace brainalign
