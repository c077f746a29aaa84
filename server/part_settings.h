#ifndef BRAINALIGN_SERVER_PART_SETTINGS_H_
#define BRAINALIGN_SERVER_PART_SETTINGS_H_

#include "absl/time/time.h"
#include "server/access/access_list.h"
#include "server/access/project_limits.h"
#include "server/access/use_shares.h"
#include "server/blobs/tensor_care.h"
#include "server/blobs/uploads.h"
#include "server/calls/server_calls.h"
#include "server/calls/tensor_calls.h"
#include "server/config/options.h"
#include "server/jobs/limits.h"

namespace brainalign {

// The settings of each part of a server, from the server's options.

// The options, with unset values filled in from the machine.
ServerOptions FillIn(ServerOptions options);

ProjectLimits QuotasOf(const ServerOptions& options);
UseShares MakeShares(const ServerOptions& options);
UploadLimits MakeUploadLimits(const ServerOptions& options);
JobSettings MakeJobSettings(const ServerOptions& options);
TensorCare::Settings MakeCareSettings(const ServerOptions& options);
TokenRule RuleOf(const ServerOptions& options);
ServerFacts MakeFacts(const ServerOptions& options, absl::Time now);
TensorCalls::Limits MakeTensorLimits(const ServerOptions& options);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_PART_SETTINGS_H_
