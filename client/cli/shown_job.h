#ifndef BRAINALIGN_CLIENT_CLI_SHOWN_JOB_H_
#define BRAINALIGN_CLIENT_CLI_SHOWN_JOB_H_

#include <functional>
#include <string>

#include "client/cli/job_reference.h"
#include "client/cli/pictures.h"

namespace brainalign {

// The flags of verbs that show the result of one job.
struct ShownJobFlags {
  JobReference job;
  ServerFlags server;
  std::string out;
  PictureFlags pictures;
};

void AddShownJobFlags(CLI::App& app, ShownJobFlags& flags);

// WithJob, once it is clear that a job is named and that its result can be written.
int WithShownJob(const Console& console, const ShownJobFlags& flags,
                 const std::function<int(Client& client, const std::string& job_id)>& body);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_SHOWN_JOB_H_
