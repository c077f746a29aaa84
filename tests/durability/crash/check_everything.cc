#include "tests/durability/crash/check_everything.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/tensors/upload.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

constexpr int kPageSize = 1000;
constexpr std::size_t kDigestsPerCall = 1000;

absl::Status CheckJob(Connection& connection, Stage& stage, const KnownJob& known,
                      const v1::Job& listed) {
  absl::Status status =
      Follow(connection, stage.jobs, known.job_id, /*after_sequence=*/0, listed.sequence());
  if (!status.ok()) return status;
  if (listed.state() == v1::JOB_STATE_SUCCEEDED) {
    status = CheckResult(connection, stage.questions, known);
    if (!status.ok()) return status;
  }
  stage.jobs.Checked(known.job_id, listed.sequence());
  return absl::OkStatus();
}

absl::Status CheckJobs(Connection& connection, Stage& stage, std::mt19937_64& random, int sample) {
  const std::vector<KnownJob> known = stage.jobs.Acknowledged();
  const auto all = ListAll(connection, kPageSize);
  if (!all.ok()) return all.status();
  std::map<std::string, const v1::Job*> listed;
  std::set<std::string> names;
  for (const v1::Job& job : *all) {
    EXPECT_TRUE(names.insert(job.display_name()).second)
        << "two jobs of one submission: " << job.display_name();
    listed[job.job_id()] = &job;
    // Also takes in those whose acknowledgement was cut off.
    stage.jobs.Saw(job, stage.jobs.Sequence(job.job_id()));
  }
  stage.jobs.Listed(*all);
  const double share = sample < 0 ? 1 : static_cast<double>(sample) / (1.0 + known.size());
  for (const KnownJob& job : known) {
    const auto found = listed.find(job.job_id);
    if (found == listed.end()) {
      // A delete whose answer was cut off.
      if (job.delete_asked) {
        stage.jobs.DeleteAnswered(job.job_id, true);
        continue;
      }
      ADD_FAILURE() << "an acknowledged job is lost: " << job.last.ShortDebugString();
      continue;
    }
    const bool changed = found->second->sequence() != job.checked_at;
    if (!changed && std::uniform_real_distribution<double>()(random) >= share) continue;
    if (absl::Status status = CheckJob(connection, stage, job, *found->second); !status.ok()) {
      return absl::Status(status.code(), absl::StrCat(job.job_id, ": ", status.message()));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckTensors(Connection& connection, Stage& stage, std::mt19937_64& random,
                          int sample) {
  const std::vector<KnownTensor> known = stage.tensors.All();
  std::vector<std::string> digests;
  for (const Question& question : stage.questions.all) {
    digests.push_back(question.request.brain.tensor.digest);
    for (const RequestedLayer& layer : question.request.layers) {
      digests.push_back(layer.activations.digest);
    }
  }
  for (const KnownTensor& tensor : known) {
    if (tensor.stored) digests.push_back(tensor.digest);
  }
  for (std::size_t begin = 0; begin < digests.size(); begin += kDigestsPerCall) {
    const std::size_t end = std::min(begin + kDigestsPerCall, digests.size());
    const auto missing = FindMissing(connection, {digests.data() + begin, digests.data() + end},
                                     {.max_attempts = 1});
    if (!missing.ok()) return missing.status();
    for (const std::string& digest : *missing) {
      ADD_FAILURE() << "an acknowledged tensor is lost: " << digest;
    }
  }
  const double share = sample < 0 ? 1 : static_cast<double>(sample) / (1.0 + known.size());
  for (const KnownTensor& tensor : known) {
    absl::Status status;
    if (tensor.stored) {
      const bool read = std::uniform_real_distribution<double>()(random) < share;
      if (read) status = CheckBytes(connection, tensor);
    } else {
      status = CheckUpload(connection, tensor);
    }
    if (!status.ok()) {
      return absl::Status(status.code(), absl::StrCat("tensor ", tensor.digest, ", upload ",
                                                      tensor.upload_id, ": ", status.message()));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckEverything(Connection& connection, Stage& stage, std::mt19937_64& random,
                             int sample) {
  if (absl::Status status = CheckJobs(connection, stage, random, sample); !status.ok()) {
    return status;
  }
  return CheckTensors(connection, stage, random, sample);
}

}  // namespace brainalign
