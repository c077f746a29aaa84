#ifndef BRAINALIGN_CLIENT_CLI_JOB_TABLE_H_
#define BRAINALIGN_CLIENT_CLI_JOB_TABLE_H_

#include <map>
#include <string>
#include <vector>

#include "client/jobs/job.h"

namespace brainalign {

// Jobs for people, as lines that never wrap.

// PROJECT/PERSON.
std::string OwnerOf(const Job& job);

// Whether the jobs are not all of one owner.
bool AreOfSeveral(const std::vector<Job>& jobs);

// A heading and a line for each job, each at most `width` columns wide: the shortest beginning of
// its id that is unique in the list, and as many other columns as fit.
std::vector<std::string> JobTable(const std::vector<Job>& jobs, int width);

// The same in at most `height` lines. The last line counts the jobs that do not fit.
std::vector<std::string> JobTable(const std::vector<Job>& jobs, int width, int height);

// Finds the jobs that have changed between repeated lists.
class JobChanges {
 public:
  // The jobs that are new, or whose state has changed since the last call, oldest first. `jobs`:
  // newest first.
  std::vector<Job> Take(const std::vector<Job>& jobs);

 private:
  std::map<std::string, std::string> states_;  // by id
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_JOB_TABLE_H_
