#include "client/cli/shown_job.h"

#include "client/cli/result_output.h"
#include "client/cli/verb.h"

namespace brainalign {

void AddShownJobFlags(CLI::App& app, ShownJobFlags& flags) {
  AddJobReference(app, flags.job);
  AddServerFlags(app, flags.server);
  AddOutFlag(app, flags.out);
  AddPictureFlags(app, "--report", flags.pictures);
}

int WithShownJob(const Console& console, const ShownJobFlags& flags,
                 const std::function<int(Client& client, const std::string& job_id)>& body) {
  if (!IsJobNamed(console, flags.job)) return kExitWrongInput;
  if (!CanWriteOut(console, flags.out) || !CanWritePictures(console, flags.pictures, flags.out)) {
    return kExitWrongInput;
  }
  return WithJob(console, flags.server, flags.job, body);
}

}  // namespace brainalign
