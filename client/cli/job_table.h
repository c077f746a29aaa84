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

// A heading and a line for each job, each at most `width` columns wide: the first characters of its
// id that no other of them begins with, and what there is room for.
std::vector<std::string> JobTable(const std::vector<Job>& jobs, int width);

// The same in at most `height` lines: what has no room is counted on the last one.
std::vector<std::string> JobTable(const std::vector<Job>& jobs, int width, int height);

// Tells of jobs that are asked for again and again which of them have changed.
class JobChanges {
 public:
  // Those that are new, or in another state than when they were last taken, oldest first.
  // `jobs`: newest first.
  std::vector<Job> Take(const std::vector<Job>& jobs);

 private:
  std::map<std::string, std::string> states_;  // by id
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_JOB_TABLE_H_
