#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/jobs/job_book.h"
#include "server/record/digest.h"
#include "server/record/status_details.h"
#include "server/store/keys.h"

namespace brainalign {
namespace {

// A page token is the order of the last job seen, and a checksum that also covers
// the filter: it serves the query that made it, and nothing else.
std::string MakePageToken(std::int64_t order, const JobQuery& query) {
  const std::string number = EncodeNumber(order);
  std::string covered = number;
  for (const JobState state : query.states)
    covered += EncodeNumber(static_cast<std::int64_t>(state));
  covered += query.project;
  return absl::BytesToHexString(number + EncodeNumber(Crc32c(covered.data(), covered.size())));
}

// Nothing if the token is none of ours.
std::optional<std::int64_t> ReadPageToken(const std::string& token, const JobQuery& query) {
  constexpr std::size_t kTokenDigits = 32;
  const bool digits = std::all_of(token.begin(), token.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  if (token.size() != kTokenDigits || !digits) return std::nullopt;
  const std::int64_t order = TrailingNumber(absl::HexStringToBytes(token.substr(0, 16)));
  if (MakePageToken(order, query) != token) return std::nullopt;
  return order;
}

}  // namespace

absl::Status JobNotFoundError(const std::string& job_id) {
  return WithReason(absl::NotFoundError(absl::StrCat("there is no job '",
                                                     absl::CHexEscape(job_id.substr(0, 64)), "'")),
                    "JOB_NOT_FOUND");
}

absl::StatusOr<Job> JobBook::Get(const std::string& job_id) {
  auto job = store_->FindJob(job_id);
  if (!job.ok()) return job.status();
  if (!job->has_value()) {
    return JobNotFoundError(job_id);
  }
  Tell(**job);
  return **std::move(job);
}

absl::StatusOr<JobPage> JobBook::List(const JobQuery& query) const {
  if (query.page_size < 0) {
    return InvalidFieldError("page_size", absl::StrCat("is ", query.page_size, "; give 0 to ",
                                                       settings_.limits.max_page_size));
  }
  std::int64_t before = INT64_MAX;
  if (!query.page_token.empty()) {
    const auto order = ReadPageToken(query.page_token, query);
    if (!order) {
      return InvalidFieldError("page_token",
                               "is not a token of this query; take next_page_token of the page "
                               "before, with the same states");
    }
    before = *order;
  }
  const auto size = static_cast<std::size_t>(
      query.page_size == 0 ? settings_.limits.default_page_size
                           : std::min(query.page_size, settings_.limits.max_page_size));
  JobPage page;
  absl::Status scanned = store_->ScanJobs(query.project, before, [&](const Job& job) {
    if (!query.states.empty() &&
        std::find(query.states.begin(), query.states.end(), job.state) == query.states.end()) {
      return true;
    }
    if (page.jobs.size() == size) {
      page.next_page_token = MakePageToken(page.jobs.back().order, query);
      return false;
    }
    page.jobs.push_back(job);
    Tell(page.jobs.back());
    return true;
  });
  if (!scanned.ok()) return scanned;
  return page;
}

absl::StatusOr<JobResult> JobBook::ReadResult(const std::string& job_id) {
  auto job = Get(job_id);
  if (!job.ok()) return job.status();
  if (job->state != JobState::kSucceeded) {
    return WithReason(
        absl::FailedPreconditionError(absl::StrCat(
            "job ", job_id,
            IsTerminal(job->state) ? " has no result: it failed or was cancelled"
                                   : " has no result yet: watch it until it has succeeded")),
        "JOB_NOT_SUCCEEDED");
  }
  auto bytes = store_->ReadResult(job->execution_id);
  if (!bytes.ok()) return bytes.status();
  return JobResult{*std::move(bytes), job->reason == JobReason::kServedFromCache};
}

}  // namespace brainalign
