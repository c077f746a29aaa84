#include "client/cli/job_reference.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"
#include "client/jobs/job_calls.h"

namespace brainalign {
namespace {

// Number of hexadecimal digits of a job's id.
constexpr std::size_t kIdCharacters = 32;

bool BeginsAnId(const std::string& text) {
  return text.size() < kIdCharacters &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

absl::Status Ambiguous(const std::string& text, const std::vector<Job>& candidates) {
  constexpr std::size_t kMostShown = 10;
  std::string message =
      absl::StrCat("'", text, "' begins the ids of ", candidates.size(),
                   " of your jobs; give more characters of the one that you mean:");
  for (std::size_t i = 0; i < std::min(candidates.size(), kMostShown); ++i) {
    const Job& job = candidates[i];
    absl::StrAppendFormat(&message, "\n  %s  %-9s  %s  %s", job.job_id, Name(job.state),
                          LocalTime(job.create_time_unix_seconds), job.name);
  }
  if (candidates.size() > kMostShown) {
    absl::StrAppend(&message, "\n  and ", candidates.size() - kMostShown, " more");
  }
  return absl::InvalidArgumentError(message);
}

}  // namespace

void AddLastFlag(CLI::App& app, bool& last) {
  app.add_flag("--last", last, "The newest of your jobs, instead of JOB");
}

void AddJobReference(CLI::App& app, JobReference& reference) {
  app.add_option("JOB", reference.id, "Id of the job, or its first characters; or --last");
  AddLastFlag(app, reference.last);
}

bool IsJobNamed(const Console& console, const JobReference& reference) {
  if (reference.last != !reference.id.empty()) return true;
  console.Fail(
      kExitWrongInput,
      absl::InvalidArgumentError(
          reference.last ? absl::StrCat("JOB is '", reference.id,
                                        "', and --last is given; leave "
                                        "one of them out.")
                         : "JOB is missing: give a job's id, its first characters, or --last."));
  return false;
}

absl::StatusOr<std::string> JobFinder::Find(const std::string& text) {
  if (text.empty()) {
    return absl::InvalidArgumentError(
        "JOB is empty: give a job's id, its first characters, or --last.");
  }
  if (!BeginsAnId(text)) return text;
  if (!jobs_) {
    absl::StatusOr<std::vector<Job>> jobs = ListJobs(
        client_.connection(), {.person = client_.server_info().caller.person}, /*limit=*/0);
    if (!jobs.ok()) return jobs.status();
    jobs_ = *std::move(jobs);
  }
  std::vector<Job> candidates;
  for (const Job& job : *jobs_) {
    if (absl::StartsWith(job.job_id, text)) candidates.push_back(job);
  }
  if (candidates.size() == 1) return candidates.front().job_id;
  if (!candidates.empty()) return Ambiguous(text, candidates);
  return absl::NotFoundError(absl::StrCat(
      "None of your ", jobs_->size(), " jobs has an id that begins with '", text,
      "'. brainalign list shows the ids; for a job of another person give the whole id."));
}

absl::StatusOr<std::string> JobFinder::FindLast() {
  const absl::StatusOr<std::vector<Job>> newest =
      ListJobs(client_.connection(), {.person = client_.server_info().caller.person}, /*limit=*/1);
  if (!newest.ok()) return newest.status();
  if (newest->empty()) {
    return absl::NotFoundError("--last: you have no jobs at this server.");
  }
  const Job& job = newest->front();
  console_.Tell(absl::StrCat("the last is job ", Printable(job.job_id),
                             job.name.empty() ? "" : ", ", Printable(job.name)));
  return job.job_id;
}

absl::StatusOr<std::string> JobFinder::Find(const JobReference& reference) {
  return reference.last ? FindLast() : Find(reference.id);
}

int WithJob(const Console& console, const ServerFlags& server, const JobReference& reference,
            const std::function<int(Client& client, const std::string& job_id)>& body) {
  absl::StatusOr<Client> client = Connect(server, console);
  if (!client.ok()) return console.FailCall(client.status());
  const absl::StatusOr<std::string> job_id = JobFinder(console, *client).Find(reference);
  return job_id.ok() ? body(*client, *job_id) : console.FailCall(job_id.status());
}

}  // namespace brainalign
