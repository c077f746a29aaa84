#ifndef BRAINALIGN_CLIENT_CLI_JOB_REFERENCE_H_
#define BRAINALIGN_CLIENT_CLI_JOB_REFERENCE_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/console.h"
#include "client/client.h"
#include "client/credentials/server_choice.h"

namespace CLI {
class App;
}

// The job that the user named. Every verb with a job uses this.

namespace brainalign {

struct JobReference {
  std::string id = {};  // or its first characters
  bool last = false;    // the caller's newest job
};

// Declares JOB and --last, one of which is needed: see IsJobNamed.
void AddJobReference(CLI::App& app, JobReference& reference);
void AddLastFlag(CLI::App& app, bool& last);

// Whether exactly one of the two is given: to be asked before work starts. Prints the error.
bool IsJobNamed(const Console& console, const JobReference& reference);

// Finds the ids of jobs by their first characters. Of a whole id, and of a text that begins no id,
// the server is not asked; of all others together once.
class JobFinder {
 public:
  // Both must outlive the finder.
  JobFinder(const Console& console, Client& client) : console_(console), client_(client) {}

  // INVALID_ARGUMENT, with the candidates, if several of the caller's jobs begin so, or for an
  // empty text; NOT_FOUND if none does.
  absl::StatusOr<std::string> Find(const std::string& text);

  // The caller's newest job, which is named on the console. NOT_FOUND if there is none.
  absl::StatusOr<std::string> FindLast();

  // The job that `reference` names.
  absl::StatusOr<std::string> Find(const JobReference& reference);

 private:
  const Console& console_;
  Client& client_;
  std::optional<std::vector<Job>> jobs_;  // all of the caller's, once they were asked for
};

// Connects, finds the job that `reference` names (IsJobNamed), and returns what `body` returns for
// it; or prints the error and returns the exit code.
int WithJob(const Console& console, const ServerFlags& server, const JobReference& reference,
            const std::function<int(Client& client, const std::string& job_id)>& body);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_JOB_REFERENCE_H_
